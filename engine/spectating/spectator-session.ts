/**
 * Follows the confirmed frames of an episode that others play, as one of the players hands them over. Guesses nothing, rolls
 * nothing back and says nothing but how far it has come; every state is compared with the player's by its hash.
 */
import type { Environment } from "../environment/environment.ts";
import { type ControlMessage, decodeControl, encodeControl } from "../protocol/control-message.ts";
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";
import type { SessionEvent } from "../record/event.ts";
import type { SessionMetrics } from "../record/metrics.ts";
import { HELLO_INTERVAL_MS } from "../session/handshake.ts";
import { Intake } from "../session/intake.ts";
import { Outbox } from "../session/outbox.ts";
import type { Request } from "../session/request.ts";
import type {
  AbortReason,
  ConfirmedState,
  Session,
  SessionPacket,
  SessionStatus,
} from "../session/session.ts";
import { CATCH_UP_FRAMES, Simulator } from "../session/simulator.ts";

/** Frames in hand that even out the steps in which the log comes; with more, the spectator is behind and hurries. */
const CUSHION_FRAMES = 30;

export interface SpectatorSessionOptions {
  readonly environment: Environment;
  /** Peer number of the player who hands over; that player's session must name this spectator. */
  readonly peer: number;
  readonly episode: number;
  /** As the players', made by `handshakeDigest`. */
  readonly digest: Readonly<Record<string, string>>;
  /** How often this spectator's page has been opened before during the episode. */
  readonly incarnation: number;
}

type Abort = Extract<SessionStatus, { kind: "aborted" }>;

export class SpectatorSession implements Session {
  readonly #options: SpectatorSessionOptions;
  readonly #simulator: Simulator;
  readonly #intake: Intake;
  readonly #events = new Outbox<SessionEvent>();
  readonly #outgoing = new Outbox<SessionPacket>();
  #hasStarted = false;
  #endFrame: number | null = null;
  #abort: Abort | null = null;
  #nextHelloMs = Number.NEGATIVE_INFINITY;
  #nowMs = 0;

  constructor(options: SpectatorSessionOptions) {
    this.#options = options;
    this.#simulator = new Simulator(options.environment, {
      predictor: "neutral",
      onHidden: "continue",
      onInterruption: "continue",
    });
    this.#intake = new Intake(this.#simulator.layouts);
  }

  get status(): SessionStatus {
    if (this.#abort !== null) return this.#abort;
    if (!this.#hasStarted) return { kind: "handshaking" };
    const endFrame = this.#simulator.endFrame ?? this.#endFrame;
    const isOver = endFrame !== null && this.#simulator.chain.newestFrame >= endFrame;
    return isOver ? { kind: "ended", endFrame } : { kind: "running" };
  }

  get currentFrame(): number {
    return this.#simulator.sync.currentFrame;
  }

  get confirmedFrame(): number {
    return this.#simulator.endFrame ?? this.currentFrame;
  }

  get rate(): number {
    return 1;
  }

  receive(packets: readonly SessionPacket[], nowMs: number): void {
    this.#nowMs = nowMs;
    for (const { peer, channel, bytes } of packets) {
      if (peer !== this.#options.peer || channel !== "control" || this.#abort !== null) continue;
      const envelope = decodeControl(bytes);
      if (envelope?.epoch !== this.#options.incarnation) continue;
      if (envelope.message.episode === this.#options.episode) this.#take(envelope.message);
    }
  }

  addLocalInput(): void {
    // Whoever watches does nothing.
  }

  advance(nowMs: number): readonly Request[] {
    this.#nowMs = nowMs;
    const simulator = this.#simulator;
    simulator.beginTick();
    if (this.#abort !== null) return simulator.requests;
    if (this.#hasStarted) this.#follow(nowMs);
    else if (this.#intake.isComplete) {
      this.#hasStarted = true;
      simulator.inherit(this.#intake);
      this.#events.push({ kind: "started", atMs: nowMs });
    } else this.#greet(nowMs);
    return simulator.requests;
  }

  reportConfirmed(state: ConfirmedState): void {
    const difference = this.#intake.compare(state);
    if (difference !== null) this.#abortWith("technical", difference);
    if (this.#abort !== null || !this.#simulator.reportConfirmed(state)) return;
    this.#events.push({ kind: "ended", endFrame: state.frame, atMs: this.#nowMs });
  }

  reportState(frame: number, state: unknown): void {
    if (state !== null || frame !== this.#simulator.unprovenFrame) return;
    this.#abortWith("technical", `Expected a state of frame ${frame} to be handed over`);
  }

  takeOutgoing(): readonly SessionPacket[] {
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
    const { currentFrame, confirmedFrame } = this;
    const hashCount = chain.newestFrame;
    const inputDelay = { delayFrames: 0, proposals: [] };
    return recorder.snapshot(
      { currentFrame, confirmedFrame, verifiedFrame: hashCount, hashCount, inputDelay },
      [],
    );
  }

  #follow(nowMs: number): void {
    const simulator = this.#simulator;
    const { sync } = simulator;
    const hasProof = simulator.unprovenFrame === null;
    const waitingFrames = this.#intake.length - sync.currentFrame;
    const frames = waitingFrames > CUSHION_FRAMES ? CATCH_UP_FRAMES : Math.min(1, waitingFrames);
    for (let i = 0; hasProof && simulator.endFrame === null && i < frames; i++) {
      simulator.inheritFrame(this.#intake, sync.currentFrame);
      simulator.advance(nowMs);
    }
    simulator.confirm();
  }

  #take(message: ControlMessage): void {
    const { episode } = this.#options;
    switch (message.kind) {
      case "log":
        if (!this.#intake.receiveLog(message)) break;
        this.#send({ kind: "followed", episode, frame: this.#intake.length });
        break;
      case "snapshot":
        if (this.#intake.receiveSnapshot(message)) break;
        this.#abortWith("technical", "Expected the state that was handed over to be JSON");
        break;
      case "end":
        this.#endFrame = message.endFrame;
        break;
      case "refused":
        this.#abortWith("handshake-refused", message.reason);
        break;
      default:
        // The rest is between players.
        break;
    }
  }

  #greet(nowMs: number): void {
    if (nowMs < this.#nextHelloMs) return;
    this.#nextHelloMs = nowMs + HELLO_INTERVAL_MS;
    const { episode, digest, incarnation } = this.#options;
    const greeting = { episode, digest: { ...digest }, incarnation, software: "spectator" };
    this.#send({ kind: "hello", ...greeting, isReturning: true });
  }

  #send(message: ControlMessage): void {
    const { peer, incarnation } = this.#options;
    this.#outgoing.push({ peer, channel: "control", bytes: encodeControl(message, incarnation) });
  }

  #abortWith(reason: AbortReason, detail: string): void {
    const { confirmedFrame } = this;
    this.#abort = { kind: "aborted", reason, detail, confirmedFrame };
  }
}
