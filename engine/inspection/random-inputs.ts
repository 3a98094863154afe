/** Reproducible inputs for runs without people. */
import { nextInt, seedRandom } from "../determinism/random.ts";
import type { Environment } from "../environment/environment.ts";
import type { Json } from "../environment/json-action.ts";
import { type Action, isAction, type Space } from "../environment/space.ts";

/** People hold a key for a while; one frame in this many changes what a player does. */
const HOLD_FRAMES_MEAN = 4;
/** Lists of lists are enough to meet code that expects none. */
const JSON_DEPTH = 2;

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
    case "json": {
      const value = randomJson(random, JSON_DEPTH);
      return isAction(space, value) ? value : nextInt(random, 10);
    }
  }
}

/** Any kind of JSON value, most often a small one. */
function randomJson(random: number[] | Uint32Array, depth: number): Json {
  const entries = <T>(make: () => T) => Array.from({ length: nextInt(random, 3) }, make);
  const inner = () => randomJson(random, depth - 1);
  const text = () => String.fromCharCode(...entries(() => nextInt(random, 0x100)));
  switch (nextInt(random, depth > 0 ? 6 : 4)) {
    case 0:
      return nextInt(random, 2) === 0 ? null : nextInt(random, 2) === 0;
    case 1:
      return nextInt(random, 100);
    case 2:
      return (nextInt(random, 2_001) - 1_000) / 8 + 0;
    case 3:
      return text();
    case 4:
      return entries(inner);
    default:
      return Object.fromEntries(entries(() => [text(), inner()]));
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
