/** Rebuilds an episode from its seed and confirmed inputs: the one source of rows, on every machine. */
import type { Hasher } from "../determinism/hash.ts";
import type { Environment } from "../environment/environment.ts";
import type { PausePolicy } from "../environment/pause-clock.ts";
import type { Action } from "../environment/space.ts";
import { World } from "../environment/world.ts";
import { type Table, Trajectory } from "./trajectory.ts";

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
  /** Absent where nothing was known of pauses: no frame waits, and rows do not say so. */
  readonly pausePolicy?: PausePolicy | undefined;
}

export interface Replay {
  /** Frames replayed: all that were recorded, or fewer if the episode was over before. */
  readonly endFrame: number;
  /** Whether the episode is over at `endFrame`. */
  readonly isTerminal: boolean;
  /** `hashes[i]` is the hash of the state of frame `i + 1`. */
  readonly hashes: readonly string[];
  readonly table: Table;
}

/**
 * Runs the recording once without a network. Linear in its frames; keeps nothing of the inputs.
 * `isCompiled` is false where a content policy forbids generated code.
 */
export function replayEpisode(
  recording: Recording & { readonly hasher: Hasher; readonly isCompiled?: boolean },
): Replay {
  const world = new World({ ...recording, snapshotCount: 2 });
  const trajectory = new Trajectory(recording.environment, recording.episode);
  const hashes: string[] = [];
  for (let frame = 0; frame < recording.actions.length && !world.isTerminal; frame++) {
    const actions = recording.actions[frame] as readonly Action[];
    const flags = recording.flags[frame] as readonly number[];
    const row = trajectory.observe(world.state);
    const steps = world.stepCount;
    const result = world.step(actions, flags);
    if (result === null) break;
    const isPaused = recording.pausePolicy === undefined ? null : world.stepCount === steps;
    const isCut = world.stepCount >= recording.maxSteps;
    trajectory.complete(row, { actions: world.actions, flags, isCut, isPaused }, result);
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
