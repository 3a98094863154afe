/**
 * One player's inputs by frame: those that are known and the guesses that were played in their place.
 * Known inputs are contiguous from frame 0 and never change.
 */
import { fail } from "../determinism/assert.ts";
import { STEP_FLAGS } from "../environment/input-flag.ts";
import type { InputLayout } from "./input-layout.ts";
import type { Predictor } from "./predictor.ts";

/**
 * Frames kept, a power of two. Two windows of 60 and two delays of 15 is the furthest that known and
 * acknowledged inputs can be apart; 256 leaves room for a rollback's reach besides.
 */
export const INPUT_QUEUE_FRAMES = 256;
/**
 * How far past the current frame inputs are taken: a fair peer is at most a window of 60 and a delay of 15 ahead
 * of this side's own newest input, and a rollback reaches back 60 frames, which must still be kept.
 */
export const INPUT_REACH_FRAMES = INPUT_QUEUE_FRAMES - 64;
const MASK = INPUT_QUEUE_FRAMES - 1;

export class InputQueue {
  readonly layout: InputLayout;
  readonly #predictor: Predictor;
  readonly #known: Uint32Array;
  readonly #played: Uint32Array;
  /** `#playedFrames[slot]` is the frame whose guess stands there; -1 for none. */
  readonly #playedFrames: Int32Array;
  #length = 0;

  constructor(layout: InputLayout, predictor: Predictor) {
    this.layout = layout;
    this.#predictor = predictor;
    this.#known = new Uint32Array(INPUT_QUEUE_FRAMES * layout.width);
    this.#played = new Uint32Array(INPUT_QUEUE_FRAMES * layout.width);
    this.#playedFrames = new Int32Array(INPUT_QUEUE_FRAMES).fill(-1);
  }

  /** Number of known inputs: the first frame without one. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends the input of frame `length`, copied from `rows[offset…]`.
   * Returns true if a guess that steps otherwise was played for it: that frame is wrong.
   */
  push(rows: Uint32Array, offset: number): boolean {
    const { width } = this.layout;
    const frame = this.#length++;
    const at = (frame & MASK) * width;
    for (let i = 0; i < width; i++) this.#known[at + i] = rows[offset + i] as number;
    if (this.#playedFrames[frame & MASK] !== frame) return false;
    this.#playedFrames[frame & MASK] = -1;
    for (let i = 1; i < width; i++) {
      if (this.#known[at + i] !== this.#played[at + i]) return true;
    }
    const flags = (this.#known[at] as number) ^ (this.#played[at] as number);
    return (flags & STEP_FLAGS) !== 0;
  }

  /** Whether the known input of `frame` is still kept. */
  has(frame: number): boolean {
    return frame >= 0 && frame < this.#length && frame >= this.#length - INPUT_QUEUE_FRAMES;
  }

  /** Copies the input to play for `frame` to `row`; returns false if it is a guess. */
  play(frame: number, row: Uint32Array): boolean {
    const { width } = this.layout;
    const at = (frame & MASK) * width;
    if (frame < this.#length) {
      if (!this.has(frame)) fail(`Expected frame ${frame} of ${this.#length} to be kept`);
      for (let i = 0; i < width; i++) row[i] = this.#known[at + i] as number;
      return true;
    }
    this.#predictor(this, frame, row);
    for (let i = 0; i < width; i++) this.#played[at + i] = row[i] as number;
    this.#playedFrames[frame & MASK] = frame;
    return false;
  }

  /** The words of the kept known inputs; row of frame f begins at `offsetOf(f)`. Borrowed. */
  get rows(): Uint32Array {
    return this.#known;
  }

  offsetOf(frame: number): number {
    return (frame & MASK) * this.layout.width;
  }
}
