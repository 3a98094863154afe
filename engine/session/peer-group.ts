/** The peers of a session as a group: greeting until all agree, then watching for silence. */
import type { ControlContent, ControlMessage } from "../protocol/control-message.ts";
import { Peer } from "../protocol/peer.ts";
import type { SessionEvent } from "../record/event.ts";
import {
  compareDigests,
  HELLO_INTERVAL_MS,
  type P2PSessionOptions,
  softwareOf,
  withUnmanned,
} from "./handshake.ts";
import type { AbortReason } from "./session.ts";
import type { Simulator } from "./simulator.ts";

type HelloMessage = Extract<ControlMessage, { kind: "hello" }>;

/** What the group needs of its session. */
export interface PeerGroupHost {
  send(peer: Peer, message: ControlContent): void;
  emit(event: SessionEvent): void;
  abort(reason: AbortReason, detail: string): void;
  /** Every peer has agreed on the digest. */
  agreed(nowMs: number): void;
  /** The peer has been silent for too long. */
  lost(peer: Peer): void;
}

export interface PeerGroupOptions {
  readonly session: P2PSessionOptions;
  readonly simulator: Simulator;
  readonly localPlayers: readonly number[];
  readonly host: PeerGroupHost;
}

export class PeerGroup {
  readonly peers: readonly Peer[];
  readonly #byNumber: ReadonlyMap<number, Peer>;
  readonly #options: PeerGroupOptions;
  #nextHelloMs = Number.NEGATIVE_INFINITY;
  readonly #nextAnswerMs = new Map<number, number>();
  #hasStarted = false;

  constructor(options: PeerGroupOptions) {
    this.#options = options;
    const { players } = options.session;
    const numbers = players.flatMap((seat) => (seat.kind === "remote" ? [seat.peer] : []));
    this.peers = [...new Set(numbers)].sort((a, b) => a - b).map((peer) => this.#makePeer(peer));
    this.#byNumber = new Map(this.peers.map((peer) => [peer.peer, peer]));
  }

  /** Whether every peer has agreed on the digest. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Frames whose chain matched with everybody who has not left, or with all if everybody has. */
  verifiedFrame(newestFrame: number): number {
    const present = this.peers.filter(({ state }) => state.kind !== "closed");
    const asked = present.length > 0 ? present : this.peers;
    return Math.min(newestFrame, ...asked.map(({ verifiedFrame }) => verifiedFrame));
  }

  /** Whether everybody who has not left is known to have come to the end. */
  get isDone(): boolean {
    return this.peers.every(({ end, state }) => end !== null || state.kind === "closed");
  }

  /** How far ahead this side is of the peer furthest behind; null before anything was measured. */
  get worstAdvantageFrames(): number | null {
    let worst: number | null = null;
    for (const { timeSync, state } of this.peers) {
      const { advantageFrames } = timeSync;
      if (advantageFrames === null || state.kind === "closed") continue;
      if (worst === null || advantageFrames > worst) worst = advantageFrames;
    }
    return worst;
  }

  find(peer: number): Peer | null {
    return this.#byNumber.get(peer) ?? null;
  }

  /** Greets again when it is time; with nobody to greet, all agree. */
  greet(nowMs: number): void {
    if (this.peers.length === 0) this.start(nowMs);
    if (nowMs < this.#nextHelloMs) return;
    this.#nextHelloMs = nowMs + HELLO_INTERVAL_MS;
    for (const peer of this.peers) this.#sendHello(peer);
  }

  /** Returns what differs when play has begun with others who agreed; before, that ends the session. */
  receiveHello(peer: Peer, { digest }: HelloMessage, nowMs: number): string | null {
    const { host } = this.#options;
    const difference = compareDigests(this.#digest, digest);
    if (difference !== null && this.#hasStarted) return difference;
    if (difference !== null) {
      peer.state = { kind: "closed" };
      host.emit({ kind: "handshake-refused", peer: peer.peer, message: difference });
      host.abort("handshake-refused", difference);
      return null;
    }
    // A peer that still greets has not heard us: an answer, but no answer to an answer.
    if (peer.state.kind === "handshaking") peer.state = { kind: "running" };
    else if (this.#hasStarted && peer.link.packetsReceived === 0) this.#answer(peer, nowMs);
    const isAgreed = this.peers.every(({ state }) => state.kind !== "handshaking");
    if (this.#hasStarted || !isAgreed) return null;
    for (const other of this.peers) {
      this.#sendHello(other);
      other.lastHeardMs = nowMs;
    }
    this.start(nowMs);
    return null;
  }

  /** Play begins, or goes on for a page that has come back. */
  start(nowMs: number): void {
    this.#hasStarted = true;
    this.#options.host.agreed(nowMs);
  }

  /** Ends an interruption when something was heard from the peer; true if there was one. */
  heard(peer: Peer, nowMs: number): boolean {
    if (peer.isReturning) return this.#returned(peer, nowMs);
    if (peer.state.kind !== "interrupted") return false;
    const silentMs = nowMs - peer.state.sinceMs + this.#options.session.config.interruptedAfterMs;
    peer.state = { kind: "running" };
    this.#options.simulator.recorder.resumed(peer.peer, nowMs);
    this.#options.host.emit({ kind: "resumed", peer: peer.peer, atMs: nowMs, silentMs });
    return true;
  }

  /** Tells of peers that agreed and have fallen silent, and gives up on one that stays so. */
  watchSilence(nowMs: number): void {
    const { session, host } = this.#options;
    const { config } = session;
    for (let i = 0; i < this.peers.length; i++) {
      const peer = this.peers[i] as Peer;
      const { kind } = peer.state;
      if (peer.isOver || kind === "closed" || kind === "handshaking") continue;
      const silentMs = nowMs - peer.lastHeardMs;
      if (silentMs >= config.interruptedAfterMs) this.interrupt(peer, nowMs);
      if (silentMs >= config.disconnectedAfterMs) host.lost(peer);
    }
  }

  /** Notes, once, that nothing comes from a peer that was playing. */
  interrupt(peer: Peer, nowMs: number): void {
    const { simulator, host } = this.#options;
    if (!this.#hasStarted || peer.state.kind !== "running") return;
    peer.state = { kind: "interrupted", sinceMs: nowMs };
    simulator.recorder.interrupted(peer.peer, nowMs);
    host.emit({ kind: "interrupted", peer: peer.peer, atMs: nowMs });
  }

  #returned(peer: Peer, nowMs: number): true {
    const { simulator, host } = this.#options;
    const { queues } = simulator.sync;
    peer.isReturning = false;
    peer.state = { kind: "running" };
    for (const playerIndex of peer.players) {
      const frame = queues[playerIndex]?.length ?? 0;
      simulator.recorder.returned(peer.peer, playerIndex, frame, nowMs);
      host.emit({ kind: "returned", playerIndex, peer: peer.peer, frame, atMs: nowMs });
    }
    return true;
  }

  /** Greets back, but no more often than greetings repeat: two who do so must not talk without end. */
  #answer(peer: Peer, nowMs: number): void {
    if (nowMs < (this.#nextAnswerMs.get(peer.peer) ?? Number.NEGATIVE_INFINITY)) return;
    this.#nextAnswerMs.set(peer.peer, nowMs + HELLO_INTERVAL_MS);
    this.#sendHello(peer);
  }

  get #digest(): P2PSessionOptions["digest"] {
    return withUnmanned(this.#options.session);
  }

  #makePeer(peer: number): Peer {
    const { session, simulator, localPlayers } = this.#options;
    const { players, environment, episode, resume } = session;
    return new Peer({
      peer,
      players: players.flatMap((seat, i) =>
        seat.kind === "remote" && seat.peer === peer ? [i] : [],
      ),
      localPlayers,
      queues: simulator.sync.queues,
      episode,
      incarnation: resume?.incarnation ?? 0,
      frameMs: 1000 / environment.fps,
    });
  }

  #sendHello(peer: Peer): void {
    const { session } = this.#options;
    const incarnation = session.resume?.incarnation ?? 0;
    const isReturning = incarnation > 0 && !this.#hasStarted;
    this.#options.host.send(peer, {
      kind: "hello",
      digest: { ...this.#digest },
      incarnation,
      isReturning,
      software: softwareOf(session),
    });
  }
}
