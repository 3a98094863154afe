/**
 * Two to eight players, one peer or more on the other side of a lossy path.
 * Packets are taken in first, then at most one rollback, then at most one new frame; a frame is only
 * sampled when it may be simulated, so an input is never changed once a peer could have seen it.
 */
import { fail } from "../determinism/assert.ts";
import { type ControlMessage, decodeControl, encodeControl } from "../protocol/control-message.ts";
import { Peer } from "../protocol/peer.ts";
import { InputClock } from "../rollback/input-clock.ts";
import { rateFor } from "../rollback/time-sync.ts";
import { assertSessionConfig } from "./config.ts";
import { Departures } from "./departures.ts";
import type { SessionEvent } from "./event.ts";
import { type P2PSessionOptions, withUnmanned } from "./handshake.ts";
import type { SessionMetrics } from "./metrics.ts";
import { Opening } from "./opening.ts";
import { Outbox } from "./outbox.ts";
import { PeerGroup } from "./peer-group.ts";
import type { Request } from "./request.ts";
import type {
  AbortReason,
  ConfirmedFrames,
  ConfirmedState,
  InputSample,
  Session,
  SessionPacket,
  SessionStatus,
} from "./session.ts";
import { Simulator } from "./simulator.ts";
import { Verification } from "./verification.ts";

type Abort = Extract<SessionStatus, { kind: "aborted" }>;

export class P2PSession implements Session {
  readonly #options: P2PSessionOptions;
  readonly #simulator: Simulator;
  readonly #verification: Verification;
  readonly #localPlayers: readonly number[];
  readonly #group: PeerGroup;
  readonly #inputClock: InputClock;
  readonly #events = new Outbox<SessionEvent>();
  readonly #outgoing = new Outbox<SessionPacket>();
  #hasAnnouncedEnd = false;
  readonly #departures: Departures;
  readonly #opening: Opening;
  #abort: Abort | null = null;
  #nowMs = 0;

  constructor(options: P2PSessionOptions) {
    assertSessionConfig(options.config, options);
    this.#options = options;
    this.#inputClock = new InputClock(1000 / options.environment.fps);
    this.#simulator = new Simulator(options.environment, options.config);
    this.#localPlayers = options.players.flatMap((seat, i) => (seat.kind === "local" ? [i] : []));
    const peers = options.players.flatMap((seat) => (seat.kind === "remote" ? [seat.peer] : []));
    const host = {
      send: (peer: Peer, message: ControlMessage) => this.#sendControl(peer, message),
      emit: (event: SessionEvent) => this.#events.push(event),
      abort: (reason: AbortReason, detail: string) => this.#abortWith(reason, detail),
      lost: (peer: Peer) => this.#lose(peer),
      agreed: (nowMs: number) => this.#opening.begin(nowMs),
    };
    this.#group = new PeerGroup({
      ...options,
      digest: withUnmanned(options),
      peers: [...new Set(peers)].sort((a, b) => a - b).map((peer) => this.#makePeer(peer)),
      recorder: this.#simulator.recorder,
      host,
    });
    const { chain, recorder } = this.#simulator;
    this.#verification = new Verification(chain, options.episode, recorder.desyncs, host);
    const shared = { ...options, simulator: this.#simulator, peers: this.#group.peers, host };
    this.#departures = new Departures(shared);
    this.#opening = new Opening(shared);
  }

  get status(): SessionStatus {
    if (this.#abort !== null) return this.#abort;
    if (!this.#opening.hasStarted) return { kind: "handshaking" };
    const endFrame = this.#endFrame;
    if (endFrame !== null) return { kind: this.#group.isDone ? "ended" : "ending", endFrame };
    const stall = this.#simulator.recorder.stallStart;
    if (stall === null) return { kind: "running" };
    return { kind: "stalled", waitingFor: stall.waitingFor, sinceMs: stall.startMs };
  }

  get currentFrame(): number {
    return this.#simulator.sync.currentFrame;
  }

  get confirmedFrame(): number {
    return Math.min(this.#simulator.sync.confirmedFrame, this.#simulator.endFrame ?? Infinity);
  }

  /** Next frame that the local players will be asked for: the current one and the input delay. */
  get sampledFrame(): number {
    return this.#simulator.sync.queues[this.#localPlayers[0] as number]?.length ?? 0;
  }

  get rate(): number {
    if (!this.#options.config.isTimeSyncOn || this.#simulator.endFrame !== null) return 1;
    const advantageFrames = this.#group.worstAdvantageFrames;
    return advantageFrames === null ? 1 : rateFor(advantageFrames);
  }

  receive(packets: readonly SessionPacket[], nowMs: number): void {
    this.#nowMs = nowMs;
    for (const packet of packets) {
      const peer = this.#group.find(packet.peer);
      if (peer === null || peer.state.kind === "closed" || this.#abort !== null) continue;
      if (packet.channel === "play") this.#receivePlay(peer, packet.bytes, nowMs);
      else this.#receiveControl(peer, packet.bytes, nowMs);
    }
  }

  addLocalInput(playerIndex: number, sample: InputSample): void {
    if (!this.#localPlayers.includes(playerIndex)) {
      fail(`Expected one of the local players ${this.#localPlayers}, got ${playerIndex}`);
    }
    this.#simulator.localInputs.set(playerIndex, sample);
  }

  advance(nowMs: number): readonly Request[] {
    this.#nowMs = nowMs;
    this.#simulator.beginTick();
    if (this.#abort !== null) return this.#simulator.requests;
    for (const frame of this.#verification.takeUndescribed()) this.#simulator.describe(frame);
    if (!this.#group.hasStarted) this.#group.greet(nowMs);
    else if (!this.#opening.hasStarted) this.#opening.measure(nowMs);
    else {
      this.#group.watchSilence(nowMs);
      this.#departures.fillSeats(this.sampledFrame, nowMs);
      if (this.#endFrame === null) this.#simulate(nowMs);
      else if (this.#simulator.endFrame === null && this.#group.isDone) {
        this.#abortWith("peer-disconnected", this.#departures.describe());
      }
    }
    return this.#simulator.requests;
  }

  reportConfirmed(state: ConfirmedState): void {
    if (!this.#simulator.reportConfirmed(state)) return;
    this.#simulator.recorder.unstalled(this.#nowMs);
    this.#events.push({ kind: "ended", endFrame: state.frame, atMs: this.#nowMs });
  }

  reportState(frame: number, state: unknown): void {
    this.#verification.reportState(frame, state, this.#nowMs);
  }

  takeOutgoing(): readonly SessionPacket[] {
    if (this.#group.hasStarted && this.#abort === null) this.#sendTick();
    return this.#outgoing.take();
  }

  takeEvents(): readonly SessionEvent[] {
    return this.#events.take();
  }

  takeConfirmed(): ConfirmedFrames | null {
    return this.#simulator.takeConfirmed();
  }

  metrics(): SessionMetrics {
    const { chain, recorder } = this.#simulator;
    return recorder.snapshot(
      {
        currentFrame: this.currentFrame,
        confirmedFrame: this.confirmedFrame,
        verifiedFrame: this.#group.verifiedFrame(chain.newestFrame),
        hashCount: chain.newestFrame,
        inputDelay: this.#opening.inputDelay,
      },
      this.#group.peers,
    );
  }

  #makePeer(peer: number): Peer {
    const { players, environment, episode } = this.#options;
    return new Peer({
      peer,
      players: players.flatMap((seat, i) =>
        seat.kind === "remote" && seat.peer === peer ? [i] : [],
      ),
      localPlayers: this.#localPlayers,
      queues: this.#simulator.sync.queues,
      episode,
      frameMs: 1000 / environment.fps,
    });
  }

  #receivePlay(peer: Peer, bytes: Uint8Array, nowMs: number): void {
    if (!peer.receivePlay(bytes, nowMs, this.#inputClock)) return;
    if (this.#group.heard(peer, nowMs)) this.#simulator.localInputs.resumed();
    const { header, rows } = peer.reader;
    const from = header.newestFrame - header.inputCount;
    for (let i = 0; i < peer.players.length; i++) {
      const player = peer.players[i] as number;
      this.#simulator.pushRun(player, rows[i] as Uint32Array, from, header.newestFrame);
    }
    this.#verification.check(peer);
  }

  #receiveControl(peer: Peer, bytes: Uint8Array, nowMs: number): void {
    const message = decodeControl(bytes);
    if (message === null) peer.link.packetsMalformed++;
    if (message === null || message.episode !== this.#options.episode) return;
    peer.lastHeardMs = nowMs;
    switch (message.kind) {
      case "hello":
        this.#group.receiveHello(peer, message.digest, nowMs);
        break;
      case "input-delay":
        this.#opening.receive(peer, message, nowMs);
        break;
      case "end":
        peer.end = { endFrame: message.endFrame, chain: message.chain };
        peer.reportedChain = { frame: message.endFrame, chain: message.chain };
        this.#verification.check(peer);
        break;
      case "hashes":
        this.#verification.receiveHashes(peer, message, nowMs);
        break;
      case "departed":
        this.#departures.receive(peer, message);
        break;
      case "state":
        this.#verification.receiveState(peer, message, nowMs);
        break;
    }
  }

  #sendControl(peer: Peer, message: ControlMessage): void {
    this.#outgoing.push({ peer: peer.peer, channel: "control", bytes: encodeControl(message) });
  }

  #sendTick(): void {
    const { chain } = this.#simulator;
    const endFrame = this.#endFrame;
    const hashFrame = chain.newestFrame;
    for (const peer of this.#group.peers) {
      if (peer.state.kind === "closed" || peer.end !== null) continue;
      this.#outgoing.push(peer.writePlay(hashFrame, chain.chainAt(hashFrame), this.#nowMs));
    }
    if (endFrame === null || this.#hasAnnouncedEnd) return;
    this.#hasAnnouncedEnd = true;
    const { episode } = this.#options;
    for (const peer of this.#group.peers) {
      this.#sendControl(peer, { kind: "end", episode, endFrame, chain: chain.chainAt(endFrame) });
      this.#verification.check(peer);
    }
  }

  #simulate(nowMs: number): void {
    const simulator = this.#simulator;
    const rollback = simulator.rollBack(nowMs);
    if (rollback !== null) this.#events.push(rollback);
    const { currentFrame, confirmedFrame, queues } = simulator.sync;
    if (currentFrame - confirmedFrame >= this.#options.config.predictionWindowFrames) {
      const waitingFor = queues.flatMap((queue, i) => (queue.length === confirmedFrame ? [i] : []));
      if (simulator.recorder.stalled(currentFrame, waitingFor, nowMs)) {
        this.#events.push({ kind: "stalled", frame: currentFrame, waitingFor, atMs: nowMs });
      }
    } else {
      const stall = simulator.recorder.unstalled(nowMs);
      if (stall !== null) {
        const { durationMs: stalledMs } = stall;
        this.#events.push({ kind: "unstalled", frame: currentFrame, atMs: nowMs, stalledMs });
      }
      for (const player of this.#localPlayers) simulator.pushSample(player);
      this.#inputClock.mark(this.sampledFrame, nowMs);
      simulator.advance(nowMs);
    }
    simulator.confirm();
  }

  /** Where the episode ended or, because somebody left, stopped; null while it runs. */
  get #endFrame(): number | null {
    return this.#simulator.endFrame ?? this.#departures.endFrame;
  }

  /** After the end nothing is missing of a peer that is silent. */
  #lose(peer: Peer): void {
    if (this.#endFrame === null) this.#departures.begin(peer);
    else peer.state = { kind: "closed" };
  }

  #abortWith(reason: AbortReason, detail: string): void {
    const confirmedFrame = Math.min(this.confirmedFrame, this.#simulator.chain.newestFrame);
    this.#abort = { kind: "aborted", reason, detail, confirmedFrame };
    this.#simulator.recorder.unstalled(this.#nowMs);
  }
}
