/** What an environment costs on this machine. */
import type { Hasher } from "../determinism/hash.ts";
import type { Environment } from "../environment/environment.ts";
import type { Action } from "../environment/space.ts";
import { World } from "../environment/world.ts";
import { randomInputs } from "../inspection/random-inputs.ts";

/** Means over frames spread through an episode; `Us` is microseconds of one call. */
export interface EnvironmentSpeed {
  readonly stepUs: number;
  readonly snapshotUs: number;
  readonly restoreUs: number;
  readonly hashUs: number;
  /** Largest snapshot seen. */
  readonly snapshotBytes: number;
}

export interface SpeedOptions {
  readonly environment: Environment;
  readonly config: unknown;
  readonly seed: number;
  readonly frames: number;
  readonly hasher: Hasher;
}

/** Calls timed together, so that a browser's coarse clock can tell. */
const CALLS_PER_SAMPLE = 50;

/** One frame in so many is saved, restored and hashed; prime, to meet no rhythm of the game. */
const SAMPLE_EVERY_FRAMES = 7;

/** Plays some episodes twice, the first time to warm up. Takes the time of about `frames` × 30 calls. */
export function measureSpeed(options: SpeedOptions): EnvironmentSpeed {
  const inputs = randomInputs(options.environment, options.seed, options.frames);
  measureOnce(options, inputs);
  return measureOnce(options, inputs);
}

function newWorld(options: SpeedOptions): World {
  return new World({ ...options, maxSteps: options.frames, snapshotCount: 2 });
}

function measureOnce(
  options: SpeedOptions,
  inputs: readonly (readonly Action[])[],
): EnvironmentSpeed {
  let world = newWorld(options);
  const startedMs = performance.now();
  for (const actions of inputs) {
    if (world.isTerminal) world = newWorld(options);
    world.step(actions);
  }
  const steppedMs = performance.now() - startedMs;
  const totals = { save: 0, load: 0, hash: 0, bytes: 0, samples: 0 };
  world = newWorld(options);
  for (const [i, actions] of inputs.entries()) {
    if (world.isTerminal) world = newWorld(options);
    world.step(actions);
    if (i % SAMPLE_EVERY_FRAMES !== 0) continue;
    const { frame } = world;
    totals.save += timeMs(() => world.save(frame));
    totals.load += timeMs(() => world.load(frame));
    totals.hash += timeMs(() => world.hash(frame));
    totals.bytes = Math.max(totals.bytes, world.snapshotBytes(frame));
    totals.samples += CALLS_PER_SAMPLE;
  }
  const perCallUs = (ms: number) => (1_000 * ms) / Math.max(1, totals.samples);
  return {
    stepUs: (1_000 * steppedMs) / Math.max(1, inputs.length),
    snapshotUs: perCallUs(totals.save),
    restoreUs: perCallUs(totals.load),
    hashUs: perCallUs(totals.hash),
    snapshotBytes: totals.bytes,
  };
}

function timeMs(call: () => void): number {
  const startedMs = performance.now();
  for (let i = 0; i < CALLS_PER_SAMPLE; i++) call();
  return performance.now() - startedMs;
}
