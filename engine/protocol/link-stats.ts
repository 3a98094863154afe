/** What one peer's packets say about the path: round trip, jitter, losses, silence. */

/** Packets whose send time is remembered; at 120 a second it covers the echoes of two seconds. */
const SENT_RING = 256;
/** Weight of a new sample, as in RFC 6298 (TCP's smoothed round trip). */
const RTT_GAIN = 1 / 8;
const JITTER_GAIN = 1 / 4;
/** Browsers' clocks step by up to so much: on a short path a round trip may seem to end before it began. */
const CLOCK_GRAIN_MS = 1;
/** One sample a second is kept for the data. */
const SAMPLE_INTERVAL_MS = 1_000;

export interface RttSample {
  readonly atMs: number;
  readonly rttMs: number;
}

export class LinkStats {
  readonly #sentAtMs = new Float64Array(SENT_RING).fill(Number.NaN);
  readonly #samples: RttSample[] = [];
  #rttMs: number | null = null;
  #jitterMs: number | null = null;
  #lastSampleMs = Number.NEGATIVE_INFINITY;
  #newestSequence = -1;
  packetsSent = 0;
  packetsReceived = 0;
  bytesSent = 0;
  bytesReceived = 0;
  packetsMalformed = 0;
  packetsLate = 0;
  #sequencesSeen = 0;
  #lostBefore = 0;
  /** Takes every round trip while it is a list. */
  roundTripsMs: number[] | null = null;

  /** Smoothed round trip without the time the peer held the packet. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  get jitterMs(): number | null {
    return this.#jitterMs;
  }

  get samples(): readonly RttSample[] {
    return this.#samples;
  }

  /** Newest sequence received, -1 before any. */
  get newestSequence(): number {
    return this.#newestSequence;
  }

  /** Sequence numbers up to the newest that have not come. */
  get packetsLost(): number {
    return this.#lostBefore + Math.max(0, this.#newestSequence + 1 - this.#sequencesSeen);
  }

  /** The peer's page is a new one: sequences begin anew, what was counted stays. */
  restart(): void {
    this.#lostBefore = this.packetsLost;
    this.#newestSequence = -1;
    this.#sequencesSeen = 0;
    this.#sentAtMs.fill(Number.NaN);
    this.#rttMs = null;
    this.#jitterMs = null;
  }

  sent(sequence: number, sizeBytes: number, nowMs: number): void {
    this.#sentAtMs[sequence % SENT_RING] = nowMs;
    this.packetsSent++;
    this.bytesSent += sizeBytes;
  }

  /** Returns whether this packet is newer than every one before it. */
  received(sequence: number): boolean {
    this.#sequencesSeen++;
    if (sequence <= this.#newestSequence) {
      this.packetsLate++;
      return false;
    }
    this.#newestSequence = sequence;
    return true;
  }

  /** Takes an echo of our packet with the low byte `sequence`, held for `holdMs` by the peer. */
  echoed(sequence: number, holdMs: number, nowMs: number): void {
    const sentAtMs = this.#sentAtMs[sequence % SENT_RING] as number;
    const exactMs = nowMs - sentAtMs - holdMs;
    // NaN for a sequence never sent; further below 0 only if the peer's hold is a lie.
    if (!(exactMs >= -CLOCK_GRAIN_MS)) return;
    const rttMs = Math.max(0, exactMs);
    this.roundTripsMs?.push(rttMs);
    if (this.#rttMs === null) {
      this.#rttMs = rttMs;
      this.#jitterMs = 0;
    } else {
      const jitterMs = this.#jitterMs ?? 0;
      this.#jitterMs = jitterMs + JITTER_GAIN * (Math.abs(rttMs - this.#rttMs) - jitterMs);
      this.#rttMs += RTT_GAIN * (rttMs - this.#rttMs);
    }
    if (nowMs - this.#lastSampleMs >= SAMPLE_INTERVAL_MS) {
      this.#lastSampleMs = nowMs;
      this.#samples.push({ atMs: nowMs, rttMs });
    }
  }
}
