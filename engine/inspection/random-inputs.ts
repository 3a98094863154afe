/** Reproducible inputs for runs without people. */
import { nextInt, seedRandom } from "../determinism/random.ts";
import type { Environment } from "../environment/environment.ts";
import type { Action, Space } from "../environment/space.ts";

/** People hold a key for a while; one frame in this many changes what a player does. */
const HOLD_FRAMES_MEAN = 4;

/** A legal action drawn from `random`. */
export function randomAction(space: Space, random: number[] | Uint32Array): Action {
  switch (space.kind) {
    case "discrete":
      return nextInt(random, space.n);
    case "multi-discrete":
      return space.nvec.map((n) => nextInt(random, n));
    case "multi-binary":
      return Array.from({ length: space.n }, () => nextInt(random, 2));
    case "box":
      return Array.from({ length: space.size }, () =>
        Math.fround(space.low + ((space.high - space.low) * nextInt(random, 1_025)) / 1_024),
      );
  }
}

/** `actions[frame][playerIndex]` for `frames` frames, drawn from `seed`; actions are held for a while. */
export function randomInputs(
  environment: Pick<Environment, "actionSpaces">,
  seed: number,
  frames: number,
): readonly (readonly Action[])[] {
  const { actionSpaces } = environment;
  const random = seedRandom([0, 0, 0, 0], seed);
  let held = actionSpaces.map((space) => randomAction(space, random));
  return Array.from({ length: frames }, () => {
    held = held.map((action, player) =>
      nextInt(random, HOLD_FRAMES_MEAN) === 0
        ? randomAction(actionSpaces[player] as Space, random)
        : action,
    );
    return held;
  });
}
