/**
 * The swarm as a bare loop over its inputs, without sessions, snapshots or packets: the judge of
 * every run.
 */
import { plainSwarm } from "./swarm.ts";

export interface OfflineOptions {
  readonly bodies: number;
  readonly seed: number;
  readonly frames: number;
  readonly actionAt: (player: number, frame: number) => number;
}

/** Every number of the state after `frames` frames, in the order of `swarmNumbers`. */
export function offlineSwarm(options: OfflineOptions): readonly number[] {
  const environment = plainSwarm(options.bodies);
  const state = environment.reset(options.seed, null);
  for (let frame = 0; frame < options.frames; frame++) {
    environment.step(state, [options.actionAt(0, frame), options.actionAt(1, frame)]);
  }
  return swarmNumbers(state);
}

/** The numbers of a swarm in plain or flat form: the time, then every body's fields. */
export function swarmNumbers(state: unknown): readonly number[] {
  if (typeof state === "number") return [state];
  return Object.values(state as Readonly<Record<string, unknown>>).flatMap(swarmNumbers);
}

/** Whether two states hold the same numbers to the last bit. */
export function isSameSwarm(ours: readonly number[], theirs: readonly number[]): boolean {
  return ours.length === theirs.length && ours.every((number, i) => Object.is(number, theirs[i]));
}
