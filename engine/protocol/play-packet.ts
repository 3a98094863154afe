/**
 * The one packet of a tick. Layout, in bits (see SPEC PR):
 * kind 2 · has echo 1 · episode 5 · epoch 3 · generation 2 · sequence 16 · newest input frame 16 ·
 * input count varint · per player of others: ack zigzag · [echo sequence 8 · hold varint] ·
 * hashed frame zigzag · chain 32 · per player of the sender: run of inputs.
 * Frames travel as low halves or as differences: the receiver knows about where they must lie.
 */
import type { InputQueue } from "../rollback/input-queue.ts";
import { BitReader, BitWriter } from "./bit-stream.ts";
import { PACKET_BYTES_MAX, RUN_FRAMES_MAX, readRun, writeRun } from "./input-delta.ts";

const KIND_PLAY = 1;
/** Holds are counted in quarters of a millisecond: finer than any browser's clock under isolation. */
const HOLD_UNITS_PER_MS = 4;
/** Bits of the chain's generation; three recoveries can be told apart. */
const GENERATION_BITS = 2;
export const GENERATION_MAX = (1 << GENERATION_BITS) - 1;
/** A peer that held a packet for longer was asleep: its echo says nothing about the path. */
export const HOLD_MS_MAX = 2_000;

/** What a packet says besides inputs. */
export interface PlayHeader {
  episode: number;
  /** Sum of both ends' incarnations; the low 3 bits travel, as no packet outlives eight pages. */
  epoch: number;
  /** Counts packets to this peer; only the low 16 bits travel. */
  sequence: number;
  /** One past the newest input frame in the packet. */
  newestFrame: number;
  inputCount: number;
  /** `acks[playerIndex]`: inputs of that player the sender knows; the sender's own are `newestFrame`. */
  readonly acks: Int32Array;
  /** Low byte of the newest sequence the sender received; null before any. */
  echoSequence: number | null;
  echoHoldMs: number;
  /** Frame whose chain value follows; 0 before any was hashed. */
  hashFrame: number;
  chain: number;
  /** How often the sender's chain was cut, up to `GENERATION_MAX`. */
  generation: number;
}

/** Encodes packets of one sender into one buffer of its own. */
export class PlayWriter {
  readonly #senders: readonly number[];
  readonly #buffer = new Uint8Array(PACKET_BYTES_MAX);
  readonly #writer = new BitWriter(this.#buffer);
  /** `#views[length]` shows that many bytes of the buffer; packets have few lengths. */
  readonly #views: Uint8Array[] = [];

  constructor(senders: readonly number[]) {
    this.#senders = senders;
  }

  /** A view of the buffer, valid until the next write. */
  write(header: PlayHeader, queues: readonly InputQueue[]): Uint8Array {
    const writer = this.#writer;
    writer.reset();
    writer.write(KIND_PLAY, 2);
    writer.write(header.echoSequence === null ? 0 : 1, 1);
    writer.write(header.episode & 31, 5);
    writer.write(header.epoch & 7, 3);
    writer.write(header.generation, GENERATION_BITS);
    writer.write(header.sequence & 0xffff, 16);
    writer.write(header.newestFrame & 0xffff, 16);
    writer.writeVarint(header.inputCount);
    for (let player = 0; player < header.acks.length; player++) {
      if (this.#senders.includes(player)) continue;
      writer.writeSigned((header.acks[player] as number) - header.newestFrame);
    }
    if (header.echoSequence !== null) {
      writer.write(header.echoSequence, 8);
      writer.writeVarint(Math.round(header.echoHoldMs * HOLD_UNITS_PER_MS));
    }
    writer.writeSigned(header.newestFrame - header.hashFrame);
    writer.write(header.chain, 32);
    const from = header.newestFrame - header.inputCount;
    for (let i = 0; i < this.#senders.length; i++) {
      const player = this.#senders[i] as number;
      writeRun(writer, queues[player] as InputQueue, from, header.newestFrame);
    }
    const { byteLength } = writer;
    this.#views[byteLength] ??= this.#buffer.subarray(0, byteLength);
    return this.#views[byteLength];
  }
}

/** Decodes packets of one sender. */
export class PlayReader {
  readonly #senders: readonly number[];
  readonly #queues: readonly InputQueue[];
  readonly #reader = new BitReader();
  /** `rows[i]` belongs to the sender's i-th player; row of frame `from + k` at `k * width`. */
  readonly rows: readonly Uint32Array[];
  readonly header: PlayHeader;

  /** `queues` are the receiver's; the reader only looks at what they know. */
  constructor(senders: readonly number[], queues: readonly InputQueue[]) {
    this.#senders = senders;
    this.#queues = queues;
    this.rows = senders.map(
      (player) => new Uint32Array(RUN_FRAMES_MAX * (queues[player] as InputQueue).layout.width),
    );
    this.header = {
      episode: 0,
      epoch: 0,
      sequence: 0,
      newestFrame: 0,
      inputCount: 0,
      acks: new Int32Array(queues.length),
      echoSequence: null,
      echoHoldMs: 0,
      hashFrame: 0,
      chain: 0,
      generation: 0,
    };
  }

  /**
   * Fills `header` and `rows`; never throws. `sequenceNear` is the newest sequence known.
   * `stale`: of another episode or an earlier page, or its first inputs can no longer be placed; nothing was filled.
   */
  read(
    bytes: Uint8Array,
    episode: number,
    sequenceNear: number,
    epoch = 0,
  ): "ok" | "stale" | "malformed" {
    const reader = this.#reader;
    if (bytes.length > PACKET_BYTES_MAX) return "malformed";
    reader.reset(bytes);
    if (reader.read(2) !== KIND_PLAY) return "malformed";
    const hasEcho = reader.read(1) === 1;
    const isMeant = reader.read(5) === (episode & 31) && reader.read(3) === (epoch & 7);
    if (!isMeant) return reader.isOverrun ? "malformed" : "stale";
    const generation = reader.read(GENERATION_BITS);
    const known = (this.#queues[this.#senders[0] as number] as InputQueue).length;
    const { header } = this;
    header.episode = episode;
    header.epoch = epoch;
    header.generation = generation;
    header.sequence = nearest(reader.read(16), sequenceNear);
    header.newestFrame = nearest(reader.read(16), known);
    header.inputCount = reader.readVarint();
    if (header.inputCount > RUN_FRAMES_MAX) return "malformed";
    this.#readAcks(reader);
    header.echoSequence = hasEcho ? reader.read(8) : null;
    header.echoHoldMs = hasEcho ? reader.readVarint() / HOLD_UNITS_PER_MS : 0;
    header.hashFrame = header.newestFrame - reader.readSigned();
    header.chain = reader.read(32);
    if (reader.isOverrun || !isSane(header)) return "malformed";
    const from = header.newestFrame - header.inputCount;
    if (from > known) return "stale";
    return this.#readRuns(reader, from);
  }

  #readAcks(reader: BitReader): void {
    const { acks, newestFrame } = this.header;
    for (let player = 0; player < acks.length; player++) {
      acks[player] = this.#senders.includes(player)
        ? newestFrame
        : newestFrame + reader.readSigned();
    }
  }

  #readRuns(reader: BitReader, from: number): "ok" | "stale" | "malformed" {
    for (let i = 0; i < this.#senders.length; i++) {
      const queue = this.#queues[this.#senders[i] as number] as InputQueue;
      if (from > 0 && !queue.has(from - 1)) return "stale";
      const isFirst = from === 0;
      const before = isFirst ? queue.layout.neutralRow : queue.rows;
      const at = isFirst ? 0 : queue.offsetOf(from - 1);
      const rows = this.rows[i] as Uint32Array;
      if (!readRun(reader, queue.layout, this.header.inputCount, before, at, rows)) {
        return "malformed";
      }
    }
    return reader.bitsLeft < 8 ? "ok" : "malformed";
  }
}

/** The number with these low 16 bits that lies nearest to `reference`. */
function nearest(low: number, reference: number): number {
  return reference + (((low - reference) << 16) >> 16);
}

function isSane(header: PlayHeader): boolean {
  if (header.newestFrame < header.inputCount || header.hashFrame < 0) return false;
  for (let player = 0; player < header.acks.length; player++) {
    if ((header.acks[player] as number) < 0) return false;
  }
  return true;
}
