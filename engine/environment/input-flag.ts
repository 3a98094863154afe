/** What travels with an action, one bit each: the same numbers in packets, logs and replay files. */

/** The page had the participant's attention. */
export const FLAG_FOCUSED = 1;
/** Nobody acted; the action is the neutral one by default. */
export const FLAG_ABSENT = 2;
/** Nobody sits here: the game's own `botAction` decides, in every simulation anew. */
export const FLAG_BOT = 4;
/** The player wants the game to wait. */
export const FLAG_PAUSED = 8;
export const FLAG_BITS = 4;

/** Flags that change what a step does: a wrong guess at one is a misprediction. */
export const STEP_FLAGS = FLAG_BOT | FLAG_PAUSED;
