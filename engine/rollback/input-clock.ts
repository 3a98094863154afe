/** When this side's inputs were made, to compare with when a peer's packets say that theirs were. */

/** Inputs remembered; four seconds at 60 Hz, far more than a peer can be apart. */
const RING_LENGTH = 256;

export class InputClock {
  readonly #frameMs: number;
  readonly #atMs = new Float64Array(RING_LENGTH);
  #first: number | null = null;
  #newest = 0;

  constructor(frameMs: number) {
    this.#frameMs = frameMs;
  }

  /** Notes that the input of `frame` was made now; frames come in order. */
  mark(frame: number, nowMs: number): void {
    this.#first ??= frame;
    this.#newest = frame;
    this.#atMs[frame % RING_LENGTH] = nowMs;
  }

  /** When the input of `frame` was made; extrapolated past the present, null if it is forgotten. */
  timeOf(frame: number): number | null {
    if (this.#first === null || frame < this.#first || frame <= this.#newest - RING_LENGTH) {
      return null;
    }
    const known = Math.min(frame, this.#newest);
    return (this.#atMs[known % RING_LENGTH] as number) + (frame - known) * this.#frameMs;
  }
}
