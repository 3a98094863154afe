/** The confirmed inputs of an episode with what this observer saw of each frame; handed out in pieces. */
import type { Action } from "../environment/space.ts";
import type { HashChain } from "../rollback/hash-chain.ts";
import { type InputLayout, readRowAction } from "../rollback/input-layout.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import { Column } from "./column.ts";
import type { ConfirmedFrames, ObserverFrames } from "./confirmed-frames.ts";
import type { DesyncReport } from "./metrics.ts";

export class EpisodeLog {
  readonly #layouts: readonly InputLayout[];
  readonly #chain: HashChain;
  /** `#words[player]` holds that player's confirmed rows end to end. */
  readonly #words: readonly Column[];
  readonly #arrivalTicks: readonly Column[];
  /** NaN, as in the other columns, for what another page saw. */
  readonly #ticks = new Column();
  readonly #atMs = new Column();
  /** A bit for each player whose input was a guess when the frame was first simulated. */
  readonly #guessed = new Column();
  readonly #depthFrames = new Column();
  #length = 0;
  #takenFrame = 0;

  constructor(layouts: readonly InputLayout[], chain: HashChain) {
    this.#layouts = layouts;
    this.#chain = chain;
    this.#words = layouts.map(() => new Column());
    this.#arrivalTicks = layouts.map(() => new Column());
  }

  /** Frames below this one were handed out: their hashes are data. */
  get takenFrame(): number {
    return this.#takenFrame;
  }

  /** Notes that the next input of `playerIndex` became known at `tick`. */
  inputArrived(playerIndex: number, tick: number): void {
    (this.#arrivalTicks[playerIndex] as Column).push(tick);
  }

  /** Hands out frames from `frame` on only: those before are stored already. */
  skipTo(frame: number): void {
    this.#takenFrame = frame;
  }

  /** Notes that the next frame was not simulated here, but before this page or elsewhere. */
  frameInherited(): void {
    for (const column of [this.#ticks, this.#atMs, this.#guessed, this.#depthFrames]) {
      column.push(Number.NaN);
    }
  }

  /** Notes when the next frame was simulated for the first time; `guessed` has a bit a player. */
  frameSimulated(tick: number, atMs: number, guessed: number): void {
    this.#ticks.push(tick);
    this.#atMs.push(atMs);
    this.#guessed.push(guessed);
    this.#depthFrames.push(0);
  }

  frameResimulated(frame: number, depthFrames: number): void {
    if (depthFrames > this.#depthFrames.at(frame)) this.#depthFrames.set(frame, depthFrames);
  }

  /** Copies the confirmed inputs of the frames below `frame` that are not logged yet. */
  confirmInputs(frame: number, queues: readonly InputQueue[]): void {
    for (; this.#length < frame; this.#length++) {
      for (let player = 0; player < queues.length; player++) {
        const queue = queues[player] as InputQueue;
        const offset = queue.offsetOf(this.#length);
        const words = this.#words[player] as Column;
        for (let i = 0; i < queue.layout.width; i++) words.push(queue.rows[offset + i] as number);
      }
    }
  }

  /** Confirmed rows of `playerIndex` for the frames [from, to), end to end. */
  words(playerIndex: number, from: number, to: number): number[] {
    const words = this.#words[playerIndex] as Column;
    const { width } = this.#layouts[playerIndex] as InputLayout;
    return Array.from({ length: (to - from) * width }, (_, i) => words.at(from * width + i));
  }

  /** Frames below `endFrame` that have inputs and a hash and were not taken before; null for none. */
  take(endFrame: number): ConfirmedFrames | null {
    const from = this.#takenFrame;
    const to = Math.min(endFrame, this.#length, this.#chain.newestFrame);
    if (to <= from) return null;
    this.#takenFrame = to;
    const frames = Array.from({ length: to - from }, (_, i) => from + i);
    return {
      fromFrame: from,
      ...this.inputs(from, to),
      hashes: frames.map((frame) => this.#chain.hashAt(frame + 1)),
      observer: this.#observed(frames),
    };
  }

  /** Inputs of the frames in [fromFrame, toFrame), which must be confirmed. */
  inputs(fromFrame: number, toFrame: number): Pick<DesyncReport, "actions" | "flags"> {
    const frames = Array.from({ length: toFrame - fromFrame }, (_, i) => fromFrame + i);
    return {
      actions: frames.map((frame) => this.#actionsOf(frame)),
      flags: frames.map((frame) =>
        this.#layouts.map(({ width }, player) => (this.#words[player] as Column).at(frame * width)),
      ),
    };
  }

  #actionsOf(frame: number): Action[] {
    return this.#layouts.map((layout, player) => {
      const words = this.#words[player] as Column;
      const row = Uint32Array.from({ length: layout.width }, (_, i) =>
        words.at(frame * layout.width + i),
      );
      return readRowAction(layout, row, 0);
    });
  }

  #observed(frames: readonly number[]): ObserverFrames {
    return {
      simulatedAtTick: frames.map((frame) => orNull(this.#ticks.at(frame))),
      arrivalTick: frames.map((frame) =>
        this.#arrivalTicks.map((ticks) => orNull(ticks.at(frame))),
      ),
      wasPredicted: frames.map((frame) => {
        const guessed = orNull(this.#guessed.at(frame));
        return this.#layouts.map((_, i) => (guessed === null ? null : ((guessed >> i) & 1) === 1));
      }),
      rollbackDepthFrames: frames.map((frame) => orNull(this.#depthFrames.at(frame))),
      simulatedAtMs: frames.map((frame) => orNull(this.#atMs.at(frame))),
    };
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
