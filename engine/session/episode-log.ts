/** The confirmed inputs of an episode with what this observer saw of each frame; handed out in pieces. */
import type { Action } from "../environment/space.ts";
import type { HashChain } from "../rollback/hash-chain.ts";
import { type InputLayout, readRowAction } from "../rollback/input-layout.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import type { ConfirmedFrames } from "./session.ts";

/** What is noted when a frame is simulated for the first time. */
interface ObservedFrame {
  readonly tick: number;
  readonly atMs: number;
  readonly guessedPlayers: number;
  rollbackDepthFrames: number;
}

export class EpisodeLog {
  readonly #layouts: readonly InputLayout[];
  readonly #chain: HashChain;
  readonly #actions: Action[][] = [];
  readonly #flags: number[][] = [];
  readonly #observed: ObservedFrame[] = [];
  readonly #arrivalTicks: number[][];
  #takenFrame = 0;

  constructor(layouts: readonly InputLayout[], chain: HashChain) {
    this.#layouts = layouts;
    this.#chain = chain;
    this.#arrivalTicks = layouts.map(() => []);
  }

  /** Frames whose inputs are logged. */
  get length(): number {
    return this.#actions.length;
  }

  /** Notes that the next input of `playerIndex` became known at `tick`. */
  inputArrived(playerIndex: number, tick: number): void {
    (this.#arrivalTicks[playerIndex] as number[]).push(tick);
  }

  frameSimulated(frame: number, tick: number, atMs: number, guessedPlayers: number): void {
    this.#observed[frame] = { tick, atMs, guessedPlayers, rollbackDepthFrames: 0 };
  }

  frameResimulated(frame: number, depthFrames: number): void {
    const observed = this.#observed[frame];
    if (observed !== undefined && depthFrames > observed.rollbackDepthFrames) {
      observed.rollbackDepthFrames = depthFrames;
    }
  }

  /** Copies the confirmed inputs of the frames below `frame` that are not logged yet. */
  confirmInputs(frame: number, queues: readonly InputQueue[]): void {
    for (let next = this.#actions.length; next < frame; next++) {
      const actions: Action[] = [];
      const flags: number[] = [];
      for (let player = 0; player < queues.length; player++) {
        const queue = queues[player] as InputQueue;
        const offset = queue.offsetOf(next);
        actions.push(readRowAction(this.#layouts[player] as InputLayout, queue.rows, offset));
        flags.push(queue.rows[offset] as number);
      }
      this.#actions.push(actions);
      this.#flags.push(flags);
    }
  }

  /** Frames below `endFrame` that have inputs and a hash and were not taken before; null for none. */
  take(endFrame: number): ConfirmedFrames | null {
    const from = this.#takenFrame;
    const to = Math.min(endFrame, this.#actions.length, this.#chain.newestFrame);
    if (to <= from) return null;
    this.#takenFrame = to;
    const frames = Array.from({ length: to - from }, (_, i) => from + i);
    const observed = frames.map((frame) => this.#observed[frame] as ObservedFrame);
    const players = this.#layouts.map((_, player) => player);
    return {
      fromFrame: from,
      actions: this.#actions.slice(from, to),
      flags: this.#flags.slice(from, to),
      hashes: frames.map((frame) => this.#chain.hashAt(frame + 1)),
      observer: {
        simulatedAtTick: observed.map(({ tick }) => tick),
        arrivalTick: frames.map((frame) =>
          players.map((player) => this.#arrivalTicks[player]?.[frame] as number),
        ),
        wasPredicted: observed.map(({ guessedPlayers }) =>
          players.map((player) => ((guessedPlayers >> player) & 1) === 1),
        ),
        rollbackDepthFrames: observed.map(({ rollbackDepthFrames }) => rollbackDepthFrames),
        simulatedAtMs: observed.map(({ atMs }) => atMs),
      },
    };
  }
}
