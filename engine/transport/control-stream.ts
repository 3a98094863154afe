/**
 * Control messages to and from one peer, in order and exactly once whichever path each copy takes:
 * numbered, kept until acknowledged, sent again after a switch, put in order and cleared of doubles
 * on arrival.
 */

/** Room for every message of an episode boundary many times over; a peer that acknowledges none is gone. */
const UNACKED_MAX = 1_024;

/** How far ahead of the next expected message one is kept; the sender repeats what lies beyond. */
const AHEAD_MAX = UNACKED_MAX;

/** Both paths are reliable while they live, so a repeat is only for a break nobody noticed. */
const RESEND_AFTER_MS = 1_000;

const HEADER_BYTES = 5;
const DATA = 0;
const ACK = 1;

interface Unacked {
  readonly sequence: number;
  readonly frame: Uint8Array;
  /** Null while no path took it. */
  sentAtMs: number | null;
}

function makeFrame(kind: number, sequence: number, payload: Uint8Array | null): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + (payload?.length ?? 0));
  frame[0] = kind;
  new DataView(frame.buffer).setUint32(1, sequence);
  if (payload !== null) frame.set(payload, HEADER_BYTES);
  return frame;
}

export class ControlStream {
  private nextSequence = 0;
  private unacked: Unacked[] = [];
  private expected = 0;
  private readonly ahead = new Map<number, Uint8Array>();
  private isAckDue = false;

  /** Copies `payload`; false when too much is unacknowledged and the message was not taken. */
  push(payload: Uint8Array): boolean {
    if (this.unacked.length >= UNACKED_MAX) return false;
    const sequence = this.nextSequence++;
    const frame = makeFrame(DATA, sequence, payload);
    this.unacked.push({ sequence, frame, sentAtMs: null });
    return true;
  }

  /** Everything unacknowledged goes out again at the next flush, because the path changed. */
  resendAll(): void {
    for (const message of this.unacked) message.sentAtMs = null;
  }

  /** Hands every frame that is due to `transmit`, which says whether the path took it. */
  flush(nowMs: number, transmit: (frame: Uint8Array) => boolean): void {
    if (this.isAckDue && transmit(makeFrame(ACK, this.expected, null))) this.isAckDue = false;
    for (const message of this.unacked) {
      if (message.sentAtMs !== null && nowMs - message.sentAtMs < RESEND_AFTER_MS) continue;
      if (!transmit(message.frame)) return;
      message.sentAtMs = nowMs;
    }
  }

  /** Messages that became deliverable, in order; none for an acknowledgement or malformed bytes. */
  receive(frame: Uint8Array): readonly Uint8Array[] {
    if (frame.length < HEADER_BYTES) return [];
    const sequence = new DataView(frame.buffer, frame.byteOffset).getUint32(1);
    if (frame[0] === ACK) {
      this.unacked = this.unacked.filter((message) => message.sequence >= sequence);
    }
    return frame[0] === DATA ? this.accept(sequence, frame.subarray(HEADER_BYTES)) : [];
  }

  private accept(sequence: number, payload: Uint8Array): readonly Uint8Array[] {
    this.isAckDue = true;
    if (sequence < this.expected || sequence >= this.expected + AHEAD_MAX) return [];
    this.ahead.set(sequence, payload);
    const ready: Uint8Array[] = [];
    for (;;) {
      const next = this.ahead.get(this.expected);
      if (next === undefined) return ready;
      this.ahead.delete(this.expected);
      this.expected++;
      ready.push(next);
    }
  }
}
