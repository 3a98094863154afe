/**
 * Plays an episode while rolling back at every frame, and compares each state with the one first computed:
 * an environment that keeps anything outside its state, or draws randomness elsewhere, is caught here.
 */
import type { Hasher } from "../determinism/hash.ts";
import { nextInt, seedRandom } from "../determinism/random.ts";
import type { Environment } from "../environment/environment.ts";
import type { Action, Space } from "../environment/space.ts";
import { firstDifference, type StateDifference } from "../environment/state-difference.ts";
import { World } from "../environment/world.ts";

export interface SyncTestOptions {
  readonly environment: Environment;
  readonly config: unknown;
  readonly seed: number;
  readonly frames: number;
  /** Deepest rollback; each frame's is drawn from 1 to this. */
  readonly depthFramesMax: number;
  readonly hasher: Hasher;
  /** Inputs to play; drawn from the seed when absent. */
  readonly inputs?: (frame: number, playerIndex: number) => Action;
}

export type SyncTestResult =
  | { readonly kind: "passed"; readonly frames: number; readonly rollbacks: number }
  | {
      readonly kind: "failed";
      /** First frame whose state came out differently the second time. */
      readonly frame: number;
      readonly difference: StateDifference | null;
      readonly firstHash: string;
      readonly secondHash: string;
    };

/** Runs until the episode is over or `frames` are done. Throws what the environment throws. */
export function runSyncTest(options: SyncTestOptions): SyncTestResult {
  const { environment, depthFramesMax } = options;
  const world = new World({ ...options, maxSteps: options.frames });
  const random = seedRandom([0, 0, 0, 0], options.seed);
  const inputs: Action[][] = [];
  const hashes: string[] = [world.hash(0)];
  const states: unknown[] = [world.copyState(0)];
  let rollbacks = 0;
  for (let frame = 0; frame < options.frames && !world.isTerminal; frame++) {
    const actions = environment.actionSpaces.map(
      (space, player) => options.inputs?.(frame, player) ?? randomAction(space, random),
    );
    inputs.push(actions);
    world.step(actions);
    world.save(frame + 1);
    hashes.push(world.hash(frame + 1));
    states.push(world.copyState(frame + 1));
    const depth = Math.min(frame + 1, 1 + nextInt(random, depthFramesMax));
    world.load(frame + 1 - depth);
    rollbacks++;
    for (let again = frame + 1 - depth; again <= frame; again++) {
      world.step(inputs[again] as Action[]);
      world.save(again + 1);
      const secondHash = world.hash(again + 1);
      const firstHash = hashes[again + 1] as string;
      if (secondHash !== firstHash) {
        const difference = firstDifference(states[again + 1], world.copyState(again + 1));
        return { kind: "failed", frame: again + 1, difference, firstHash, secondHash };
      }
    }
    states[frame - depthFramesMax] = null;
  }
  return { kind: "passed", frames: inputs.length, rollbacks };
}

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
