/**
 * One to eight players, none or more on the other side of a lossy path; alone, every frame is confirmed at once.
 * Packets are taken in first, then at most one rollback, then at most one new frame; a frame is only
 * sampled when it may be simulated, so an input is never changed once a peer could have seen it.
 */
import { fail } from "../determinism/assert.ts";
import {
  CONTROL_BYTES_MAX,
  type ControlContent,
  encodeControl,
} from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";
import type { SessionEvent } from "../record/event.ts";
import type { SessionMetrics } from "../record/metrics.ts";
import { InputClock } from "../rollback/input-clock.ts";
import { rateFor } from "../rollback/time-sync.ts";
import { assertSessionConfig } from "./config.ts";
import { ControlDesk } from "./control-desk.ts";
import type { Receiver } from "./hand-over.ts";
import type { P2PSessionOptions } from "./handshake.ts";
import { Opening } from "./opening.ts";
import { Outbox } from "./outbox.ts";
import { PeerGroup } from "./peer-group.ts";
import type { Request } from "./request.ts";
import type {
  AbortReason,
  ConfirmedState,
  InputSample,
  Session,
  SessionPacket,
  SessionStatus,
} from "./session.ts";
import { CATCH_UP_FRAMES, Simulator } from "./simulator.ts";

type Abort = Extract<SessionStatus, { kind: "aborted" }>;

export class P2PSession implements Session {
  readonly #options: P2PSessionOptions;
  readonly #simulator: Simulator;
  readonly #desk: ControlDesk;
  readonly #localPlayers: readonly number[];
  readonly #group: PeerGroup;
  readonly #inputClock: InputClock;
  readonly #events = new Outbox<SessionEvent>();
  readonly #outgoing = new Outbox<SessionPacket>();
  readonly #opening: Opening;
  #abort: Abort | null = null;
  #nowMs = 0;

  constructor(options: P2PSessionOptions) {
    assertSessionConfig(options.config, options);
    this.#options = options;
    this.#inputClock = new InputClock(1000 / options.environment.fps);
    this.#simulator = new Simulator(options.environment, options.config);
    this.#localPlayers = options.players.flatMap((seat, i) => (seat.kind === "local" ? [i] : []));
    const host = {
      send: (to: Receiver, message: ControlContent) => this.#sendControl(to, message),
      emit: (event: SessionEvent) => this.#events.push(event),
      abort: (reason: AbortReason, detail: string) => this.#abortWith(reason, detail),
      lost: (peer: Peer) => this.#lose(peer),
      agreed: (nowMs: number) => this.#opening.begin(nowMs),
      endFrame: () => this.#endFrame,
      closedReason: () => this.#abort?.detail ?? null,
    };
    const parts = {
      session: options,
      simulator: this.#simulator,
      localPlayers: this.#localPlayers,
      host,
    };
    this.#group = new PeerGroup(parts);
    this.#opening = new Opening({ ...options, ...parts, peers: this.#group.peers });
    this.#desk = new ControlDesk({ ...parts, group: this.#group, opening: this.#opening });
  }

  get status(): SessionStatus {
    if (this.#abort !== null) return this.#abort;
    if (!this.#opening.hasStarted) return { kind: "handshaking" };
    const endFrame = this.#endFrame;
    const isOver = this.#simulator.endFrame !== null && this.#group.isDone;
    if (endFrame !== null) return { kind: isOver ? "ended" : "ending", endFrame };
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
    for (let i = 0; i < packets.length; i++) {
      const packet = packets[i] as SessionPacket;
      const peer = this.#group.find(packet.peer);
      if (peer === null) this.#desk.audience.receive(packet);
      else if (packet.channel === "control") this.#desk.receive(peer, packet.bytes, nowMs);
      else this.#receivePlay(peer, packet.bytes, nowMs);
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
    const { verification, departures, handOver, isReturning } = this.#desk;
    handOver.describe();
    if (this.#abort !== null) return this.#simulator.requests;
    const isLookingBack = verification.step(nowMs);
    if (!this.#group.hasStarted) this.#group.greet(nowMs);
    if (isReturning) this.#desk.advanceReturn(nowMs);
    else if (!this.#opening.hasStarted) {
      this.#opening.measure(nowMs);
      this.#group.watchSilence(nowMs);
    } else {
      this.#group.watchSilence(nowMs);
      departures.fillSeats(this.sampledFrame, nowMs);
      const endFrame = this.#endFrame;
      if (endFrame === null) {
        if (!isLookingBack) this.#simulate(nowMs);
      } else if (this.#simulator.endFrame === null && this.#group.isDone) {
        const isCompared = verification.recovery.isCompared(endFrame);
        if (isCompared) this.#abortWith("peer-disconnected", departures.describe());
      }
    }
    return this.#simulator.requests;
  }

  reportConfirmed(state: ConfirmedState): void {
    const difference = this.#desk.ownReturn?.intake.compare(state) ?? null;
    if (difference !== null) this.#abortWith("technical", difference);
    if (this.#abort !== null || !this.#simulator.reportConfirmed(state)) return;
    this.#simulator.recorder.unstalled(this.#nowMs);
    this.#events.push({ kind: "ended", endFrame: state.frame, atMs: this.#nowMs });
  }

  reportState(frame: number, state: unknown, hash: bigint | null): void {
    if (state === null && frame === this.#simulator.unprovenFrame) {
      this.#abortWith("technical", `Expected a state of frame ${frame} to be handed over`);
    }
    this.#desk.verification.reportState(frame, state, hash, this.#nowMs);
    this.#desk.handOver.reportState(frame, state);
  }

  takeOutgoing(): readonly SessionPacket[] {
    if (this.#group.hasStarted && this.#abort === null) this.#sendTick();
    this.#desk.handOver.send();
    return this.#outgoing.take();
  }

  takeEvents(): readonly SessionEvent[] {
    return this.#events.take();
  }

  takeConfirmed(isLast = false): ConfirmedFrames | null {
    const { recovery } = this.#desk.verification;
    if (isLast || this.#abort !== null || this.#simulator.endFrame !== null) recovery.close();
    return this.#simulator.takeConfirmed(recovery.settledFrame);
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

  #receivePlay(peer: Peer, bytes: Uint8Array, nowMs: number): void {
    if (this.#abort !== null || peer.state.kind === "closed" || this.#desk.isReturning) return;
    if (!peer.receivePlay(bytes, nowMs, this.#inputClock)) return;
    const isResumed = this.#group.heard(peer, nowMs) && this.#opening.hasStarted;
    if (isResumed) this.#simulator.localInputs.resumed();
    const { header, rows } = peer.reader;
    const from = header.newestFrame - header.inputCount;
    for (let i = 0; i < peer.players.length; i++) {
      const player = peer.players[i] as number;
      this.#simulator.pushRun(player, rows[i] as Uint32Array, from, header.newestFrame);
    }
    this.#desk.verification.check(peer);
  }

  /** What no path carries, such as a state too large for one message, is not sent. */
  #sendControl({ peer, epoch }: Receiver, content: ControlContent): void {
    const bytes = encodeControl({ ...content, episode: this.#options.episode }, epoch);
    if (bytes.length <= CONTROL_BYTES_MAX) this.#outgoing.push({ peer, channel: "control", bytes });
  }

  #sendTick(): void {
    const { chain } = this.#simulator;
    const { generation } = chain;
    const endFrame = this.#endFrame;
    const { peers } = this.#group;
    for (let i = 0; i < peers.length; i++) {
      const peer = peers[i] as Peer;
      if (!peer.isAckKnown) continue;
      if (peer.state.kind !== "closed" && peer.end === null) {
        this.#outgoing.push(peer.writePlay(chain, this.#nowMs));
      }
      if (endFrame === null || peer.toldEndGeneration === generation) continue;
      peer.toldEndGeneration = generation;
      const end = { endFrame, chain: chain.chainAt(endFrame), generation };
      this.#sendControl(peer, { kind: "end", ...end });
      this.#desk.verification.check(peer);
    }
  }

  #simulate(nowMs: number): void {
    const simulator = this.#simulator;
    const rollback = simulator.rollBack(nowMs);
    if (rollback !== null) this.#events.push(rollback);
    if (simulator.unprovenFrame === null) this.#catchUp(nowMs);
    const { currentFrame, confirmedFrame } = simulator.sync;
    if (simulator.unprovenFrame !== null) {
      simulator.confirm();
      return;
    }
    if (currentFrame - confirmedFrame >= this.#options.config.predictionWindowFrames) {
      const { waitingFor } = simulator.sync;
      if (simulator.recorder.stalled(currentFrame, waitingFor, nowMs)) {
        this.#events.push({ kind: "stalled", frame: currentFrame, waitingFor, atMs: nowMs });
      }
    } else {
      const stall = simulator.recorder.unstalled(nowMs);
      if (stall !== null) {
        const { durationMs: stalledMs } = stall;
        this.#events.push({ kind: "unstalled", frame: currentFrame, atMs: nowMs, stalledMs });
      }
      // A page that came back may have inputs of the one before for frames still to come.
      if (this.sampledFrame <= currentFrame + (this.#opening.delayFrames ?? 0)) {
        for (let i = 0; i < this.#localPlayers.length; i++) {
          simulator.pushSample(this.#localPlayers[i] as number);
        }
        this.#inputClock.mark(this.sampledFrame, nowMs);
      }
      simulator.advance(nowMs);
    }
    simulator.confirm();
  }

  /** Runs a page that came back towards where the others are, some frames a tick, as far as it may. */
  #catchUp(nowMs: number): void {
    const { sync } = this.#simulator;
    const levelFrame = this.#desk.ownReturn?.levelFrame ?? 0;
    const reachFrame = sync.confirmedFrame + this.#options.config.predictionWindowFrames;
    const goalFrame = Math.min(levelFrame, reachFrame, sync.currentFrame + CATCH_UP_FRAMES);
    while (sync.currentFrame < goalFrame) this.#simulator.advance(nowMs);
  }

  /** Where the episode ended or, because somebody left, stopped; null while it runs. */
  get #endFrame(): number | null {
    return this.#simulator.endFrame ?? this.#desk.departures.endFrame;
  }

  /** Before frame 0 nobody is played without; after the end nothing is missing of a peer that is silent. */
  #lose(peer: Peer): void {
    this.#events.push({ kind: "disconnected", peer: peer.peer, atMs: this.#nowMs });
    const { hasStarted } = this.#opening;
    if (hasStarted && this.#endFrame === null) this.#desk.departures.begin(peer);
    else peer.state = { kind: "closed" };
    if (hasStarted || this.#abort !== null) return;
    const players = peer.players.join(" and ");
    this.#abortWith("peer-disconnected", `Play did not begin for want of player ${players}`);
  }

  #abortWith(reason: AbortReason, detail: string): void {
    const confirmedFrame = Math.min(this.confirmedFrame, this.#simulator.chain.newestFrame);
    this.#abort = { kind: "aborted", reason, detail, confirmedFrame };
    this.#simulator.recorder.unstalled(this.#nowMs);
  }
}
