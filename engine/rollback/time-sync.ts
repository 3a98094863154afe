/**
 * Keeps peers level by rate, not by skipping (Slippi's way): how far ahead of a peer this one runs is
 * averaged over recent packets, and the tick rate is bent by so little that nobody sees it.
 */

/** Half a second of packets at 60 Hz: long enough to smooth jitter, short enough to follow. */
const RING_LENGTH = 30;
/** Ahead: slow by at most this; more is visible as slow motion. */
const SLOWDOWN_MAX = 0.005;
/** Behind: speed up by at most this; a peer behind cannot be helped by slowing the other alone. */
const SPEEDUP_MAX = 0.01;
/**
 * Offset in frames at which the correction is largest. Five frames are then made up in 7 s; a smaller value would
 * answer the average of the last half second so hard that two peers chase each other.
 */
const FULL_CORRECTION_FRAMES = 1.5;

export class TimeSync {
  readonly #offsets = new Float64Array(RING_LENGTH);
  readonly #sorted = new Float64Array(RING_LENGTH);
  #count = 0;

  /** Adds one estimate of how many frames ahead of the peer this one is. */
  add(offsetFrames: number): void {
    this.#offsets[this.#count % RING_LENGTH] = offsetFrames;
    this.#count++;
  }

  /** Mean of the middle third, which one late packet cannot move; null before the ring is full. */
  get advantageFrames(): number | null {
    if (this.#count < RING_LENGTH) return null;
    this.#sorted.set(this.#offsets);
    this.#sorted.sort();
    let sum = 0;
    const third = RING_LENGTH / 3;
    for (let i = third; i < 2 * third; i++) sum += this.#sorted[i] as number;
    return sum / third;
  }
}

/** Factor on the tick rate for a peer that is `advantageFrames` ahead (negative: behind). */
export function rateFor(advantageFrames: number): number {
  const strength = Math.min(1, Math.abs(advantageFrames) / FULL_CORRECTION_FRAMES);
  return advantageFrames > 0 ? 1 - SLOWDOWN_MAX * strength : 1 + SPEEDUP_MAX * strength;
}
