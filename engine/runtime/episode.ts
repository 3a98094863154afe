/** Plays one episode: a session, its world and its transport, from the first tick to the last. */
import type { World } from "../environment/world.ts";
import type { SessionEvent } from "../record/event.ts";
import { fulfil } from "../session/fulfil.ts";
import type { Session } from "../session/session.ts";
import type { Transport } from "../transport/transport.ts";
import { type InputSource, Loop } from "./loop.ts";
import type { Recorder } from "./recorder.ts";
import { startTicker, type Ticker } from "./ticker.ts";

/** A transport that wants to know how the session finds the path. */
export interface ReportableTransport extends Transport {
  reportInterrupted(peer: number): void;
  reportResumed(peer: number): void;
}

export interface EpisodeEnd {
  readonly reason: "ended" | "peer-disconnected" | "stopped" | "technical";
  /** One sentence for the log; empty when there is nothing to say. */
  readonly detail: string;
  /** Frames below this one are confirmed and with the recorder. */
  readonly endFrame: number;
}

export interface EpisodeOptions {
  readonly session: Session;
  readonly world: World;
  /** Null when playing alone. */
  readonly transport: ReportableTransport | null;
  readonly playerIndex: number;
  readonly input: InputSource;
  readonly recorder: Recorder;
  /** Monotonic milliseconds. */
  now(): number;
  onEvent(event: SessionEvent): void;
}

export class Episode {
  /** Resolves once, whatever happens; the session is still ticked until `close`. */
  readonly finished: Promise<EpisodeEnd>;
  private readonly options: EpisodeOptions;
  private readonly loop: Loop;
  private readonly ticker: Ticker;
  private resolveFinished: (end: EpisodeEnd) => void = () => {};
  private end: EpisodeEnd | null = null;
  private tickCount = 0;
  private hasConfirmedEnd = false;

  /** Starts at once. */
  constructor(options: EpisodeOptions) {
    this.options = options;
    this.finished = new Promise((resolve) => {
      this.resolveFinished = resolve;
    });
    const { session, world } = options;
    this.loop = new Loop({
      ...options,
      fps: world.environment.fps,
      now: () => options.now(),
      fulfil: (requests) => fulfil(requests, world, session),
      onEvent: (event) => this.onEvent(event),
      onTick: () => this.onTick(),
      onFault: (error) => this.onFault(error),
    });
    this.ticker = startTicker(() => this.pump());
  }

  /** Ticks so far: a picture is out of date when this has changed. */
  get ticks(): number {
    return this.tickCount;
  }

  get capHits(): number {
    return this.loop.capHits;
  }

  /** Call it on every arriving packet; the ticker calls it too. */
  pump(): void {
    this.loop.pump();
    if (this.end === null) this.options.recorder.poll(this.options.now());
  }

  /** Ends play at the confirmed prefix because the host says so. */
  stop(detail: string): void {
    this.finish(this.hasConfirmedEnd ? "ended" : "stopped", detail);
    this.close();
  }

  /** Ends the ticking. A finished session should tick on for a while: its partner may need it. */
  close(): void {
    this.loop.stop();
    this.ticker.stop();
  }

  private onEvent(event: SessionEvent): void {
    const { transport } = this.options;
    if (event.kind === "interrupted") transport?.reportInterrupted(event.peer);
    if (event.kind === "resumed" || event.kind === "returned") {
      transport?.reportResumed(event.peer);
    }
    if (event.kind === "ended") this.hasConfirmedEnd = true;
    this.options.onEvent(event);
  }

  private onTick(): void {
    this.tickCount++;
    if (this.end !== null) return;
    const { session, recorder } = this.options;
    recorder.collect(session.takeConfirmed());
    const { status } = session;
    if (status.kind === "ended") this.finish("ended", "");
    if (status.kind !== "aborted") return;
    // The partner vanished after the last frame was confirmed: nothing is missing here.
    if (this.hasConfirmedEnd) this.finish("ended", status.detail);
    else if (status.reason === "peer-disconnected" || status.reason === "return-refused") {
      this.finish("peer-disconnected", status.detail);
    } else this.finish("technical", status.detail);
  }

  /** A broken invariant: nothing more is simulated, what is confirmed is kept. */
  private onFault(error: unknown): void {
    this.ticker.stop();
    this.finish("technical", error instanceof Error ? error.message : String(error));
  }

  private finish(reason: EpisodeEnd["reason"], detail: string): void {
    if (this.end !== null) return;
    const fullDetail = this.collectRest(detail);
    this.end = { reason, detail: fullDetail, endFrame: this.options.recorder.endFrame };
    this.resolveFinished(this.end);
  }

  /** Returns the detail, with what went wrong while saving the last confirmed frames. */
  private collectRest(detail: string): string {
    try {
      this.options.recorder.collect(this.options.session.takeConfirmed(true));
      return detail;
    } catch (error) {
      return `${detail} (${error instanceof Error ? error.message : String(error)})`;
    }
  }
}
