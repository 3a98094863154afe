/**
 * Every player's queue, how far this peer has simulated, and the first frame that was simulated wrongly.
 * Knows frames and inputs; not packets, peers or states.
 */
import { fail } from "../determinism/assert.ts";
import type { Action } from "../environment/space.ts";
import { type InputLayout, readRowAction } from "./input-layout.ts";
import { InputQueue } from "./input-queue.ts";
import type { Predictor } from "./predictor.ts";

/** The first wrong frame and the player whose input showed it. */
export interface Misprediction {
  readonly frame: number;
  readonly playerIndex: number;
}

export class SyncLayer {
  readonly queues: readonly InputQueue[];
  readonly #rows: readonly Uint32Array[];
  #currentFrame = 0;
  #wrong: Misprediction | null = null;

  /** `predictors[playerIndex]` guesses that player's inputs. */
  constructor(layouts: readonly InputLayout[], predictors: readonly Predictor[]) {
    this.queues = layouts.map((layout, i) => new InputQueue(layout, predictors[i] as Predictor));
    this.#rows = layouts.map((layout) => new Uint32Array(layout.width));
  }

  /** Next frame to simulate. */
  get currentFrame(): number {
    return this.#currentFrame;
  }

  /** Frames below this one have every player's input. */
  get confirmedFrame(): number {
    let confirmed = Number.POSITIVE_INFINITY;
    for (const queue of this.queues) confirmed = Math.min(confirmed, queue.length);
    return confirmed;
  }

  /** Players whose inputs end at the confirmed frame: it waits for them. */
  get waitingFor(): readonly number[] {
    const { confirmedFrame } = this;
    return this.queues.flatMap(({ length }, i) => (length === confirmedFrame ? [i] : []));
  }

  /** First wrong frame over all players since the last `takeMisprediction`. */
  get misprediction(): Misprediction | null {
    return this.#wrong;
  }

  /** Begins at `frame`: the frames before it were simulated elsewhere. */
  startAt(frame: number): void {
    this.#currentFrame = frame;
  }

  /** Appends player `playerIndex`'s next input. */
  push(playerIndex: number, rows: Uint32Array, offset: number): void {
    const queue = this.queues[playerIndex] as InputQueue;
    const frame = queue.length;
    if (queue.push(rows, offset) && (this.#wrong === null || frame < this.#wrong.frame)) {
      this.#wrong = { frame, playerIndex };
    }
  }

  /** Hands over the pending misprediction: the caller re-simulates from its frame. */
  takeMisprediction(): Misprediction | null {
    const wrong = this.#wrong;
    this.#wrong = null;
    return wrong;
  }

  /**
   * Fills `actions[playerIndex]` and `flags[playerIndex]` for `frame`, guessing what is not known.
   * Returns a bit per player whose input was a guess.
   */
  play(frame: number, actions: Action[], flags: number[]): number {
    if (frame > this.#currentFrame) {
      fail(`Expected a frame up to ${this.#currentFrame}, got ${frame}`);
    }
    let guessed = 0;
    for (let player = 0; player < this.queues.length; player++) {
      const queue = this.queues[player] as InputQueue;
      const row = this.#rows[player] as Uint32Array;
      if (!queue.play(frame, row)) guessed |= 1 << player;
      flags[player] = row[0] as number;
      actions[player] = readRowAction(queue.layout, row, 0);
    }
    return guessed;
  }

  /** Counts the current frame as simulated. */
  advance(): void {
    this.#currentFrame++;
  }
}
