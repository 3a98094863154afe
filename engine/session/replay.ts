/** Rebuilds an episode from its seed and confirmed inputs: the one source of rows, on every machine. */
import type { Hasher } from "../determinism/hash.ts";
import type { Environment } from "../environment/environment.ts";
import { FLAG_ABSENT, FLAG_FOCUSED } from "../environment/input-flag.ts";
import type { Action } from "../environment/space.ts";
import { type Table, Trajectory } from "../environment/trajectory.ts";
import { World } from "../environment/world.ts";

export interface Recording {
  readonly environment: Environment;
  readonly config: unknown;
  readonly seed: number;
  readonly maxSteps: number;
  readonly episode: number;
  /** `actions[frame][playerIndex]`. */
  readonly actions: readonly (readonly Action[])[];
  /** `flags[frame][playerIndex]`, bits as in `environment/input-flag.ts`. */
  readonly flags: readonly (readonly number[])[];
}

export interface Replay {
  /** Frames simulated: all that were recorded, or fewer if the episode was over before. */
  readonly endFrame: number;
  /** Whether the episode is over at `endFrame`. */
  readonly isTerminal: boolean;
  /** `hashes[i]` is the hash of the state of frame `i + 1`. */
  readonly hashes: readonly string[];
  readonly table: Table;
}

/** Runs the recording once without a network. Linear in its frames; keeps nothing of the inputs. */
export function replayEpisode(recording: Recording & { readonly hasher: Hasher }): Replay {
  const world = new World({ ...recording, snapshotCount: 2 });
  const trajectory = new Trajectory(recording.environment, recording.episode);
  const hashes: string[] = [];
  for (let frame = 0; frame < recording.actions.length && !world.isTerminal; frame++) {
    const actions = recording.actions[frame] as readonly Action[];
    const flags = recording.flags[frame] as readonly number[];
    const row = trajectory.observe(world.state);
    const result = world.step(actions, flags);
    if (result === null) break;
    trajectory.complete(
      row,
      world.actions,
      flags.map((bits) => (bits & FLAG_FOCUSED) !== 0),
      flags.map((bits) => (bits & FLAG_ABSENT) !== 0),
      result,
      frame + 1 >= recording.maxSteps,
    );
    world.save(frame + 1);
    hashes.push(world.hash(frame + 1));
  }
  return {
    endFrame: hashes.length,
    isTerminal: world.isTerminal,
    hashes,
    table: trajectory.table(),
  };
}
