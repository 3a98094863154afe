/**
 * Which path leads to one peer now: direct if it works, the relay if not, and back when probes
 * have crossed the direct path both ways. Knows times and reports only; sends nothing itself.
 */
import type { Path } from "./transport.ts";

/** A direct connection takes 0.2 s, through TURN a few seconds; longer is worse than starting relayed. */
export const DIRECT_DEADLINE_MS = 8_000;

/** Four probes a second cost nothing and find a healed path within a second. */
const PROBE_INTERVAL_MS = 250;

/** A probe unanswered for this long: half a second beyond the silence that raised the suspicion. */
const SUSPICION_MS = 500;

/** One answered probe may be luck on a lossy path. */
const PROBES_TO_TRUST = 4;

export interface Openness {
  readonly isDirectOpen: boolean;
  readonly isRelayOpen: boolean;
}

/** What the owner must send because of an update. */
export interface RouteAction {
  readonly hasChanged: boolean;
  /** Ask the peer over the direct path whether it gets through. */
  readonly isProbeDue: boolean;
  /** Tell the peer over the relay that nothing of it arrives directly. */
  readonly isAvoidDue: boolean;
}

export class Route {
  /** Null until a first path is open. */
  path: Path | null = null;
  private readonly startMs: number;
  private readonly deadlineMs: number;
  private suspectSinceMs: number | null = null;
  private lastProbeMs: number | null = null;
  private answeredProbes = 0;
  /** Since the last switch. */
  private isHeardDirectly = false;

  /** `deadlineMs` is how long only the direct path is waited for; 0 where there is none. */
  constructor(startMs: number, deadlineMs: number) {
    this.startMs = startMs;
    this.deadlineMs = deadlineMs;
  }

  /** Nothing was heard from the peer for a while: the direct path must prove itself. */
  suspect(nowMs: number): void {
    if (this.path === "direct") this.suspectSinceMs ??= nowMs;
  }

  /** The silence ended, by whatever path. */
  clearSuspicion(): void {
    this.suspectSinceMs = null;
  }

  /** Something came over the direct path: it works in this direction. */
  heardDirectly(): void {
    this.suspectSinceMs = null;
    this.isHeardDirectly = true;
  }

  probeAnswered(): void {
    this.suspectSinceMs = null;
    if (this.path === "relay") this.answeredProbes++;
  }

  /** The peer does not get through directly; returns whether that changed the path. */
  peerAvoidsDirect(isRelayOpen: boolean): boolean {
    this.answeredProbes = 0;
    if (this.path !== "direct" || !isRelayOpen) return false;
    this.moveTo("relay");
    return true;
  }

  update(nowMs: number, openness: Openness): RouteAction {
    const before = this.path;
    this.choose(nowMs, openness);
    const isAsking = this.path === "relay" || this.suspectSinceMs !== null;
    const isProbeDue =
      isAsking &&
      openness.isDirectOpen &&
      (this.lastProbeMs === null || nowMs - this.lastProbeMs >= PROBE_INTERVAL_MS);
    if (isProbeDue) this.lastProbeMs = nowMs;
    const hasLeftDirect = before === "direct" && this.path === "relay";
    const isStillDeaf = this.path === "relay" && !this.isHeardDirectly && isProbeDue;
    return {
      hasChanged: before !== this.path,
      isProbeDue,
      isAvoidDue: hasLeftDirect || isStillDeaf,
    };
  }

  private choose(nowMs: number, { isDirectOpen, isRelayOpen }: Openness): void {
    if (this.path === null) {
      if (isDirectOpen) this.moveTo("direct");
      else if (isRelayOpen && nowMs - this.startMs >= this.deadlineMs) this.moveTo("relay");
    } else if (this.path === "direct") {
      const isUnanswered =
        this.suspectSinceMs !== null && nowMs - this.suspectSinceMs >= SUSPICION_MS;
      if (isRelayOpen && (!isDirectOpen || isUnanswered)) this.moveTo("relay");
    } else if (isDirectOpen && (!isRelayOpen || this.answeredProbes >= PROBES_TO_TRUST)) {
      this.moveTo("direct");
    }
  }

  private moveTo(path: Path): void {
    this.path = path;
    this.suspectSinceMs = null;
    this.answeredProbes = 0;
    this.isHeardDirectly = false;
    this.lastProbeMs = null;
  }
}
