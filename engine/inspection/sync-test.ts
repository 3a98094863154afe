/**
 * Plays an episode while rolling back at every frame, and once more from the start: an environment that keeps
 * anything outside its state, draws randomness elsewhere or hands out what no snapshot holds is caught here.
 */
import { assert } from "../determinism/assert.ts";
import type { Hasher } from "../determinism/hash.ts";
import { nextInt, seedRandom } from "../determinism/random.ts";
import type { Environment } from "../environment/environment.ts";
import { FLAG_BOT } from "../environment/input-flag.ts";
import type { Action } from "../environment/space.ts";
import { World } from "../environment/world.ts";
import { firstDifference, firstOrderDifference } from "../state/state-difference.ts";
import { type CallTrap, differenceFinding, exceptionFinding, type Finding } from "./finding.ts";
import { randomInputs } from "./random-inputs.ts";
import { FindingError, WatchedEnvironment } from "./watched-environment.ts";

export interface SyncTestOptions {
  readonly environment: Environment;
  /** Already found usable by `checkConfig`. */
  readonly config: unknown;
  readonly seed: number;
  readonly frames: number;
  /** Deepest rollback, 1 to 120; each frame's is drawn from 1 to this. */
  readonly depthFramesMax: number;
  readonly hasher: Hasher;
  /** `inputs[frame][playerIndex]`; drawn from the seed when absent. */
  readonly inputs?: readonly (readonly Action[])[];
  /** Reports calls that are not reproducible; without one only their effects are found. */
  readonly trap?: CallTrap;
}

export type SyncTestResult =
  | {
      readonly kind: "passed";
      /** Frames played: as many as asked for, or fewer if the episode was over before. */
      readonly frames: number;
      readonly rollbacks: number;
      readonly lastHash: string;
    }
  | { readonly kind: "failed"; readonly finding: Finding };

/** Never throws what the environment throws: that is a finding too. Slower than play by some ten times. */
export function runSyncTest(options: SyncTestOptions): SyncTestResult {
  const { depthFramesMax } = options;
  assert(
    depthFramesMax >= 1 && depthFramesMax <= DEPTH_FRAMES_LIMIT,
    () => `Expected depthFramesMax to be 1–${DEPTH_FRAMES_LIMIT}, got ${depthFramesMax}`,
  );
  const run = new SyncTestRun(options);
  try {
    return run.play();
  } catch (error) {
    const finding =
      error instanceof FindingError
        ? error.finding
        : exceptionFinding(run.frame, "saving the state", error);
    return { kind: "failed", finding };
  }
}

/** A world keeps 128 states. */
const DEPTH_FRAMES_LIMIT = 120;

/** Characters of states kept as text to compare with; past this the oldest are forgotten. */
const TEXT_BUDGET_CHARS = 64 * 1_024 * 1_024;

const RE_SIMULATION_ADVICE =
  "This frame was simulated twice from one snapshot with the same inputs, as a rollback does. Keep everything that changes inside the state: no variable outside it, no clock, and no randomness but a generator in the state.";
const KEY_ORDER_ADVICE =
  "The values are equal, but code that walks the keys would meet them in another order. Make objects with all their keys at once, or keep a list.";
const SECOND_RUN_ADVICE =
  "The same seed and inputs were played again from `reset`, as the next participants' episode would be. Something outlives an episode: a variable outside the state, or an object that states share.";
const VIEW_ADVICE =
  "`observe`, `draw` and `botAction` are called for one player and not for the other, so they must leave the state as it is: copy before changing.";
/** Long enough for a bot to do something whole, short enough for people and bots to take turns in any test. */
const BOT_STRETCH_FRAMES = 64;

class SyncTestRun {
  readonly #options: SyncTestOptions;
  readonly #watched: WatchedEnvironment;
  readonly #inputs: readonly (readonly Action[])[];
  readonly #hashes: string[] = [];
  /** JSON of each frame's state in the order of its keys; empty once forgotten. */
  readonly #texts: string[] = [];
  #chars = 0;
  #forgotten = 0;

  constructor(options: SyncTestOptions) {
    const { environment, seed, frames } = options;
    this.#options = options;
    this.#watched = new WatchedEnvironment(environment, options.trap ?? null);
    this.#inputs = options.inputs ?? randomInputs(environment, seed, frames);
  }

  get frame(): number {
    return this.#watched.frame;
  }

  play(): SyncTestResult {
    const { seed, depthFramesMax } = this.#options;
    const random = seedRandom([0, 0, 0, 0], seed);
    const world = this.#newWorld();
    this.#remember(world, 0);
    let frame = 0;
    while (frame < this.#options.frames && !world.isTerminal) {
      this.#view(world);
      this.#step(world);
      this.#remember(world, ++frame);
      world.load(frame - Math.min(frame, 1 + nextInt(random, depthFramesMax)));
      while (world.frame < frame) {
        this.#step(world);
        this.#compare(world, "re-simulation", RE_SIMULATION_ADVICE);
      }
    }
    this.#view(world);
    this.#playAgain(frame);
    return {
      kind: "passed",
      frames: frame,
      rollbacks: frame,
      lastHash: this.#hashes[frame] as string,
    };
  }

  #newWorld(): World {
    this.#watched.frame = 0;
    return new World({
      ...this.#options,
      environment: this.#watched.environment,
      maxSteps: this.#options.frames,
    });
  }

  #step(world: World): void {
    this.#watched.frame = world.frame + 1;
    const inputs = this.#inputs[world.frame] ?? this.#options.environment.neutralActions;
    world.step(inputs, this.#flagsAt(world.frame));
    world.save(world.frame);
  }

  /** Bots sit in and get up: seat i for every second stretch of its own length. */
  #flagsAt(frame: number): number[] {
    const { environment } = this.#options;
    return environment.agentIds.map((_, player) => {
      const stretch = Math.floor(frame / (BOT_STRETCH_FRAMES * (player + 1)));
      return environment.botAction !== undefined && stretch % 2 === 1 ? FLAG_BOT : 0;
    });
  }

  #playAgain(frames: number): void {
    const world = this.#newWorld();
    this.#compare(world, "second-run", SECOND_RUN_ADVICE);
    while (world.frame < frames) {
      this.#step(world);
      this.#compare(world, "second-run", SECOND_RUN_ADVICE);
    }
  }

  /** Has every player look at the state, which must not change by that. */
  #view(world: World): void {
    const { environment } = this.#watched;
    for (let player = 0; player < environment.agentIds.length; player++) {
      environment.observe(world.state, player);
      environment.draw(world.state, player);
      environment.botAction?.(world.state, player);
    }
    world.save(world.frame);
    this.#compare(world, "view", VIEW_ADVICE);
  }

  #remember(world: World, frame: number): void {
    const text = JSON.stringify(world.copyState(frame));
    this.#hashes.push(world.hash(frame));
    this.#texts.push(text);
    this.#chars += text.length;
    while (this.#chars > TEXT_BUDGET_CHARS && this.#forgotten < frame) {
      this.#chars -= (this.#texts[this.#forgotten] as string).length;
      this.#texts[this.#forgotten++] = "";
    }
  }

  #compare(world: World, kind: "re-simulation" | "second-run" | "view", advice: string): void {
    const { frame } = world;
    const firstText = this.#texts[frame] as string;
    const isKept = firstText !== "";
    const isSame = world.hash(frame) === this.#hashes[frame];
    if (isSame && !isKept) return;
    const second = world.copyState(frame);
    if (isSame && JSON.stringify(second) === firstText) return;
    const first: unknown = isKept ? JSON.parse(firstText) : second;
    throw new FindingError(
      isSame
        ? differenceFinding(
            "key-order",
            frame,
            firstOrderDifference(first, second),
            KEY_ORDER_ADVICE,
          )
        : differenceFinding(kind, frame, firstDifference(first, second), advice),
    );
  }
}
