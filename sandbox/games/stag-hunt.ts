/** Hunters choose in secret between a stag that needs all of them and a hare that only they have seen. */
import { defineEnvironment, discrete } from "../../engine/index.ts";
import { checkInteger, checkKeys } from "./config-checks.ts";
import { drawHunt, HEIGHT, WIDTH } from "./stag-hunt/drawing.ts";
import {
  botHunt,
  createHunt,
  FPS,
  HARE,
  type HuntConfig,
  type HuntState,
  MAX_STEPS,
  observeHunt,
  STAG,
  stepHunt,
  WAIT,
} from "./stag-hunt/hunt.ts";

/** Half an hour of the longest rounds. */
const ROUNDS_RANGE = { low: 1, high: 100 };
/** Half a second, below which nobody can choose, to 20 s. */
const CHOICE_FRAMES_RANGE = { low: 15, high: 600 };

/** The hunt of two to four players. */
export function huntFor(playerCount: number) {
  const perPlayer = <T>(value: (player: number) => T) =>
    Array.from({ length: playerCount }, (_, player) => value(player));
  return defineEnvironment<HuntState, HuntConfig>({
    id: playerCount === 2 ? "stag-hunt" : `stag-hunt-${playerCount}`,
    agentIds: perPlayer((player) => `hunter_${player}`),
    actionSpaces: perPlayer(() => discrete(3)),
    neutralActions: perPlayer(() => WAIT),
    fps: FPS,
    maxSteps: MAX_STEPS,
    keyBindings: { ArrowLeft: STAG, KeyA: STAG, ArrowRight: HARE, KeyD: HARE },
    keyHelp: [
      { keys: "← or A", does: "Hunt the stag" },
      { keys: "→ or D", does: "Take your hare" },
    ],
    width: WIDTH,
    height: HEIGHT,
    checkConfig: (config) => [
      ...checkKeys(config, ["rounds", "choiceFrames"]),
      ...checkInteger(config, "rounds", ROUNDS_RANGE),
      ...checkInteger(config, "choiceFrames", CHOICE_FRAMES_RANGE),
    ],
    reset: (seed, config) => createHunt(seed, config, playerCount),
    step: stepHunt,
    /** A choice is a single press: to repeat it would choose for them in the next round. */
    predictAction: () => WAIT,
    botAction: botHunt,
    observe: observeHunt,
    draw: drawHunt,
  });
}

export const environment = huntFor(2);
