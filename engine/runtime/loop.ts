/**
 * The one loop: turns passing time into ticks of a session, carries its packets and
 * has its requests fulfilled. Reads no clock itself and never throws.
 */
import type { SessionEvent } from "../record/event.ts";
import type { Request } from "../session/request.ts";
import type { InputSample, Session } from "../session/session.ts";
import type { Transport } from "../transport/transport.ts";

/**
 * The longest pause that is caught up: about the default prediction window at 30 frames a second.
 * Beyond it the partner stalled anyway, and running the rest at once would only show a blur.
 */
const CATCH_UP_MS_MAX = 250;

/** Two ticks, so that a slow game (2 frames a second) can be caught up by one frame. */
const CATCH_UP_TICKS_MIN = 2;

/** Where the local player's actions come from. */
export interface InputSource {
  /** What the player does now; must not change by being asked. */
  sample(): InputSample;
  /** The last sample went into a frame. */
  consume(): void;
}

export interface LoopOptions {
  readonly session: Session;
  /** Null when playing alone. */
  readonly transport: Pick<Transport, "drain" | "send"> | null;
  readonly playerIndex: number;
  readonly fps: number;
  readonly input: InputSource;
  /** Monotonic milliseconds. */
  now(): number;
  /** Carries out the session's requests, in order. */
  fulfil(requests: readonly Request[]): void;
  onEvent(event: SessionEvent): void;
  /** Called after each tick. */
  onTick(): void;
  /** Called once, when something threw; no tick follows. */
  onFault(error: unknown): void;
}

export class Loop {
  /** Pauses too long to be caught up, and what was left out of them. */
  capHits = 0;
  skippedMs = 0;
  private readonly options: LoopOptions;
  private readonly tickMs: number;
  private lastMs: number | null = null;
  private owedMs = 0;
  private isStopped = false;
  private isPumping = false;

  constructor(options: LoopOptions) {
    this.options = options;
    this.tickMs = 1000 / options.fps;
  }

  /** Runs every tick that is due; call it at least once per tick and on each arrival. */
  pump(): void {
    if (this.isStopped || this.isPumping) return;
    this.isPumping = true;
    try {
      const nowMs = this.options.now();
      this.earn(nowMs);
      this.receive(nowMs);
      while (this.owedMs >= this.tickMs && !this.isStopped) {
        this.owedMs -= this.tickMs;
        this.tick(nowMs);
      }
    } catch (error) {
      this.isStopped = true;
      this.options.onFault(error);
    } finally {
      this.isPumping = false;
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  private earn(nowMs: number): void {
    const { session } = this.options;
    if (this.lastMs !== null) this.owedMs += Math.max(0, nowMs - this.lastMs) * session.rate;
    this.lastMs = nowMs;
    const capMs = Math.max(CATCH_UP_MS_MAX, CATCH_UP_TICKS_MIN * this.tickMs);
    if (this.owedMs <= capMs) return;
    this.capHits++;
    this.skippedMs += this.owedMs - capMs;
    this.owedMs = capMs;
  }

  /** Packets are stamped when they come, not at the tick after: round trips stay exact at any rate. */
  private receive(nowMs: number): void {
    const packets = this.options.transport?.drain() ?? [];
    if (packets.length > 0) this.options.session.receive(packets, nowMs);
  }

  private tick(nowMs: number): void {
    const { session, transport, input, playerIndex } = this.options;
    const frameBefore = session.currentFrame;
    const isPlaying = session.status.kind !== "handshaking";
    session.addLocalInput(playerIndex, input.sample());
    this.options.fulfil(session.advance(nowMs));
    // Before the game runs nothing is kept, so that no key from the waiting time moves the player.
    if (!isPlaying || session.currentFrame > frameBefore) input.consume();
    for (const packet of session.takeOutgoing()) transport?.send(packet);
    for (const event of session.takeEvents()) this.options.onEvent(event);
    this.options.onTick();
  }
}
