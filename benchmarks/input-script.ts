/**
 * What both players do, as a function of the frame alone, so that every engine plays the same
 * inputs.
 */
import { deriveSeed, nextFloat, nextInt, seedRandom } from "../engine/index.ts";
import { SWARM_ACTIONS } from "./swarm.ts";

/** `worst`: every guess is wrong; `human`: keys are held; `idle`: nobody presses anything. */
export type InputMode = "worst" | "human" | "idle";

/** Frames a person holds a key on average. */
const HUMAN_HOLD_FRAMES = 10;

export interface InputScriptOptions {
  readonly mode: InputMode;
  readonly seed: number;
  /** From here on nobody changes anything: every guess becomes right and states can be compared. */
  readonly settledFrame: number;
}

export class InputScript {
  readonly #actions: readonly Uint8Array[];

  constructor(options: InputScriptOptions) {
    this.#actions = [0, 1].map((player) => makeActions(options, player));
  }

  /** Action of `player` for `frame`; past the end it stays what it was. */
  at(player: number, frame: number): number {
    const actions = this.#actions[player] as Uint8Array;
    return actions[Math.min(frame, actions.length - 1)] as number;
  }
}

function makeActions(options: InputScriptOptions, player: number): Uint8Array {
  const { mode, seed, settledFrame } = options;
  const random = seedRandom([0, 0, 0, 0], deriveSeed(seed, player));
  const actions = new Uint8Array(settledFrame + 1);
  for (let frame = 0, action = 0; frame <= settledFrame; frame++) {
    if (mode === "worst") action = (action + 1) % SWARM_ACTIONS;
    if (mode === "human" && nextFloat(random) < 1 / HUMAN_HOLD_FRAMES) {
      action = nextInt(random, SWARM_ACTIONS);
    }
    actions[frame] = action;
  }
  return actions;
}
