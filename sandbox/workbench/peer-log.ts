/** What happened at one peer, frame by frame: confirmed inputs, rollbacks, stalls, disputes. */
import type {
  Action,
  ClusterPeer,
  ConfirmedFrames,
  Request,
  SessionEvent,
  SessionMetrics,
} from "../../engine/index.ts";

export const FRAME_STATUSES = ["predicted", "confirmed", "verified", "disputed"] as const;
export type FrameStatus = (typeof FRAME_STATUSES)[number];

type Page = ClusterPeer["session"];
type Columns<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : never };

export class PeerLog {
  readonly peer: number;
  /** `actions[frame][playerIndex]` and so on, of the confirmed frames. */
  readonly actions: (readonly Action[])[] = [];
  readonly flags: (readonly number[])[] = [];
  readonly hashes: string[] = [];
  readonly observer: Columns<ConfirmedFrames["observer"]> = {
    simulatedAtTick: [],
    arrivalTick: [],
    wasPredicted: [],
    rollbackDepthFrames: [],
    simulatedAtMs: [],
  };
  readonly events: SessionEvent[] = [];
  /** `depths[frame]`: deepest rollback that was run when this was the next frame; absent for none. */
  readonly depths: number[] = [];
  /** `stallTicks[frame]`: ticks in which the peer could not go on to this frame. */
  readonly stallTicks: number[] = [];
  /** What was played in a frame last, guesses included: `played[frame][playerIndex]`. */
  readonly played: (readonly Action[])[] = [];
  /** Steps run since the start, by whether the frame had been run before. */
  newSteps = 0;
  repeatedSteps = 0;
  ticks = 0;
  stalledTicks = 0;
  /** Sum over ticks of how far the peer ran ahead of the confirmed frame. */
  leadFramesSum = 0;
  currentFrame = 0;
  confirmedFrame = 0;
  verifiedFrame = 0;
  disputedFrame: number | null = null;
  metrics: SessionMetrics | null = null;
  #eventCount = 0;
  #confirmedCount = 0;
  #sampledFrame = 0;
  /** What the pages before the present one had measured when they were gone. */
  readonly #earlier: SessionMetrics[] = [];
  #session: Page | null = null;

  constructor(peer: number) {
    this.peer = peer;
  }

  /** `metrics` of each page that played here, the present one last; none before they were read. */
  get pages(): readonly SessionMetrics[] {
    return this.metrics === null ? [] : [...this.#earlier, this.metrics];
  }

  statusOf(frame: number): FrameStatus {
    if (frame >= this.confirmedFrame) return "predicted";
    if (this.disputedFrame !== null && frame + 1 >= this.disputedFrame) return "disputed";
    return frame < this.verifiedFrame ? "verified" : "confirmed";
  }

  /** Counts what the tick is about to simulate. */
  requested(requests: readonly Request[]): void {
    for (const request of requests) {
      if (request.kind !== "advance") continue;
      if (request.isResimulated) this.repeatedSteps++;
      else this.newSteps++;
      this.played[request.frame] = [...request.actions];
    }
  }

  /** Takes in a tick that is over; true if an input of the peer went into a frame. */
  ticked({ session, events, confirmed }: ClusterPeer): boolean {
    this.ticks++;
    this.#turnTo(session);
    this.currentFrame = session.currentFrame;
    this.confirmedFrame = session.confirmedFrame;
    this.leadFramesSum += Math.max(0, this.currentFrame - this.confirmedFrame);
    if (session.status.kind === "stalled") {
      this.stalledTicks++;
      this.stallTicks[this.currentFrame] = (this.stallTicks[this.currentFrame] ?? 0) + 1;
    }
    for (; this.#eventCount < events.length; this.#eventCount++) {
      this.#happened(events[this.#eventCount] as SessionEvent);
    }
    for (; this.#confirmedCount < confirmed.length; this.#confirmedCount++) {
      this.#confirmed(confirmed[this.#confirmedCount] as ConfirmedFrames);
    }
    const hasSampled = session.sampledFrame > this.#sampledFrame;
    this.#sampledFrame = session.sampledFrame;
    return hasSampled;
  }

  /** Copies of the session's own counts. */
  refresh(session: Page): void {
    this.#turnTo(session);
    this.metrics = session.metrics();
    this.verifiedFrame = this.metrics.verifiedFrame;
  }

  #turnTo(session: Page): void {
    if (session === this.#session) return;
    if (this.#session !== null) this.#earlier.push(this.#session.metrics());
    this.#session = session;
    this.#sampledFrame = 0;
  }

  #happened(event: SessionEvent): void {
    this.events.push(event);
    if (event.kind === "rollback") {
      const depth = event.toFrame - event.fromFrame;
      this.depths[event.toFrame] = Math.max(depth, this.depths[event.toFrame] ?? 0);
    }
    if (event.kind === "desync") {
      this.disputedFrame = Math.min(event.frame, this.disputedFrame ?? event.frame);
    }
  }

  #confirmed({ actions, flags, hashes, observer }: ConfirmedFrames): void {
    this.actions.push(...actions);
    this.flags.push(...flags);
    this.hashes.push(...hashes);
    this.observer.simulatedAtTick.push(...observer.simulatedAtTick);
    this.observer.arrivalTick.push(...(observer.arrivalTick as number[][]));
    this.observer.wasPredicted.push(...(observer.wasPredicted as boolean[][]));
    this.observer.rollbackDepthFrames.push(...observer.rollbackDepthFrames);
    this.observer.simulatedAtMs.push(...observer.simulatedAtMs);
  }
}
