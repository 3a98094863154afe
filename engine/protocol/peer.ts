/**
 * One peer's conversation: greeting, packets both ways, silence.
 *
 *   handshaking ──agreed──▶ running ──silence──▶ interrupted ──packet──▶ running
 *        └──────digests differ──▶ closed ◀──longer silence──┘
 *
 * A page that comes back is a new incarnation of its peer: `restart` begins its conversation anew.
 */
import type { HashChain } from "../rollback/hash-chain.ts";
import type { InputClock } from "../rollback/input-clock.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import { TimeSync } from "../rollback/time-sync.ts";
import { runFramesMax } from "./input-delta.ts";
import { LinkStats } from "./link-stats.ts";
import { HOLD_MS_MAX, type PlayHeader, PlayReader, PlayWriter } from "./play-packet.ts";

export type PeerState =
  | { readonly kind: "handshaking" }
  | { readonly kind: "running" }
  | { readonly kind: "interrupted"; readonly sinceMs: number }
  | { readonly kind: "closed" };

/** A chain value the peer reported for a frame that is not hashed here yet. */
interface ReportedChain {
  readonly frame: number;
  readonly chain: number;
  readonly generation: number;
}

/** A tick's packet to one peer. */
interface PlayPacket {
  readonly peer: number;
  readonly channel: "play";
  bytes: Uint8Array;
}

export interface PeerOptions {
  readonly peer: number;
  /** The peer's players and this side's, by index. */
  readonly players: readonly number[];
  readonly localPlayers: readonly number[];
  readonly queues: readonly InputQueue[];
  readonly episode: number;
  /** How often this side's page has come back. */
  readonly incarnation: number;
  readonly frameMs: number;
}

export class Peer {
  readonly peer: number;
  readonly players: readonly number[];
  readonly link = new LinkStats();
  timeSync = new TimeSync();
  readonly reader: PlayReader;
  state: PeerState = { kind: "handshaking" };
  lastHeardMs = Number.NEGATIVE_INFINITY;
  /** Inputs of ours the peer is known to have. */
  ackedFrame = 0;
  /** False until the peer's new page has said what it has of our inputs: nothing can be sent before. */
  isAckKnown = true;
  /** How often the peer's page has come back. */
  incarnation = 0;
  /** Whether the new page has greeted and not played yet. */
  isReturning = false;
  /** Generation of our chain in which the peer was last told the end; null before. */
  toldEndGeneration: number | null = null;
  /** Frames up to here had the same chain on both sides. */
  verifiedFrame = 0;
  reportedChain: ReportedChain | null = null;
  /** First frame whose state differs from ours in this generation; null while none is known to. */
  disputedFrame: number | null = null;
  /** How the peer describes the program it runs; empty before its greeting. */
  software = "";
  /** What the peer said when it ended; null before. */
  end: { readonly endFrame: number; readonly chain: number } | null = null;
  readonly #options: PeerOptions;
  readonly #writer: PlayWriter;
  readonly #packet: PlayPacket;
  readonly #header: PlayHeader;
  readonly #framesMax: number;
  #sequence = 0;
  #newestHeardAtMs = Number.NaN;
  #newestHeardFrame = 0;

  constructor(options: PeerOptions) {
    this.peer = options.peer;
    this.#packet = { peer: options.peer, channel: "play", bytes: new Uint8Array(0) };
    this.players = options.players;
    this.#options = options;
    this.reader = new PlayReader(options.players, options.queues);
    this.#writer = new PlayWriter(options.localPlayers);
    this.#header = {
      episode: options.episode,
      epoch: 0,
      sequence: 0,
      newestFrame: 0,
      inputCount: 0,
      acks: new Int32Array(options.queues.length),
      echoSequence: null,
      echoHoldMs: 0,
      hashFrame: 0,
      chain: 0,
      generation: 0,
    };
    this.#framesMax = runFramesMax(
      options.localPlayers.map((player) => (options.queues[player] as InputQueue).layout),
    );
  }

  /** Grows with each page that comes back at either end: tells what was meant for an earlier one. */
  get epoch(): number {
    return this.#options.incarnation + this.incarnation;
  }

  /** Whether the peer has ended, and it is known whether it agrees up to there: nothing more has to come of it. */
  get isOver(): boolean {
    if (this.end === null) return false;
    return this.verifiedFrame >= this.end.endFrame || this.disputedFrame !== null;
  }

  /** Forgets the conversation with the page before; what was measured stays. */
  restart(incarnation: number): void {
    this.incarnation = incarnation;
    this.isReturning = true;
    this.isAckKnown = false;
    this.ackedFrame = 0;
    this.reportedChain = null;
    this.end = null;
    this.toldEndGeneration = null;
    this.link.restart();
    this.timeSync = new TimeSync();
    this.#sequence = 0;
    this.#newestHeardAtMs = Number.NaN;
    this.#newestHeardFrame = 0;
  }

  /** Takes what the peer's new page has of our inputs; false if some that it lacks are no longer kept. */
  resumeAt(frame: number): boolean {
    const queue = this.#options.queues[this.#options.localPlayers[0] as number] as InputQueue;
    if (frame > queue.length || (frame > 0 && !queue.has(frame - 1))) return false;
    this.ackedFrame = frame;
    this.isAckKnown = true;
    return true;
  }

  /**
   * Takes one play packet; true if it holds inputs or acks to apply from `reader`.
   * `clock` tells when this side's inputs were made.
   */
  receivePlay(bytes: Uint8Array, nowMs: number, clock: InputClock): boolean {
    this.link.bytesReceived += bytes.length;
    this.link.packetsReceived++;
    const outcome = this.reader.read(
      bytes,
      this.#options.episode,
      this.link.newestSequence,
      this.epoch,
    );
    if (outcome === "malformed") this.link.packetsMalformed++;
    if (outcome !== "ok") return false;
    this.lastHeardMs = nowMs;
    const { header } = this.reader;
    if (!this.link.received(header.sequence)) return true;
    this.#newestHeardAtMs = nowMs;
    const ack = header.acks[this.#options.localPlayers[0] as number] as number;
    const queue = this.#options.queues[this.#options.localPlayers[0] as number] as InputQueue;
    if (!this.isAckKnown) this.resumeAt(ack);
    else if (ack > this.ackedFrame && ack <= queue.length) this.ackedFrame = ack;
    if (header.echoSequence !== null) {
      this.link.echoed(header.echoSequence, header.echoHoldMs, nowMs);
    }
    this.#measureAdvantage(header.newestFrame, nowMs, clock);
    if (this.reportedChain === null && header.hashFrame > this.verifiedFrame) {
      const { hashFrame: frame, chain, generation } = header;
      this.reportedChain = { frame, chain, generation };
    }
    return true;
  }

  /** Encodes this tick's packet; it and its bytes are borrowed until the next one. */
  writePlay(chain: HashChain, nowMs: number): PlayPacket {
    const { queues, localPlayers, players } = this.#options;
    const length = (queues[localPlayers[0] as number] as InputQueue).length;
    const header = this.#header;
    header.epoch = this.epoch;
    header.sequence = this.#sequence++;
    header.inputCount = Math.min(length - this.ackedFrame, this.#framesMax);
    header.newestFrame = this.ackedFrame + header.inputCount;
    for (let player = 0; player < queues.length; player++) {
      header.acks[player] = (queues[player] as InputQueue).length;
    }
    const holdMs = nowMs - this.#newestHeardAtMs;
    const hasEcho = players.length > 0 && holdMs >= 0 && holdMs <= HOLD_MS_MAX;
    header.echoSequence = hasEcho ? this.link.newestSequence & 0xff : null;
    header.echoHoldMs = hasEcho ? holdMs : 0;
    header.hashFrame = chain.newestFrame;
    header.chain = chain.chainAt(chain.newestFrame);
    header.generation = chain.generation;
    const bytes = this.#writer.write(header, queues);
    this.link.sent(header.sequence, bytes.length, nowMs);
    this.#packet.bytes = bytes;
    return this.#packet;
  }

  /** Half a round trip: what no exchange of packets can tell apart from an offset. */
  get advantageBoundFrames(): number | null {
    return this.link.rttMs === null ? null : this.link.rttMs / 2 / this.#options.frameMs;
  }

  #measureAdvantage(frame: number, nowMs: number, clock: InputClock): void {
    // A stalled peer repeats its newest frame: that says when it stopped, not how fast it runs.
    if (frame <= this.#newestHeardFrame) return;
    this.#newestHeardFrame = frame;
    const startedAtMs = clock.timeOf(frame);
    if (startedAtMs === null || this.link.rttMs === null) return;
    const offsetMs = nowMs - this.link.rttMs / 2 - startedAtMs;
    this.timeSync.add(offsetMs / this.#options.frameMs);
  }
}
