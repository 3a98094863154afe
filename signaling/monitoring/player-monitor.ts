/** Who may play on, by the rules of the scene: measurements and reports in, warnings and exclusions out. */
import type { ContinuousContext, Monitoring } from "../study/index.ts";
import type { Exclusion } from "./exclusion.ts";
import { PingWindow } from "./ping-window.ts";

/** What a page says of itself. */
export interface PresenceReport {
  readonly isHidden: boolean;
  /** Null before its first episode. */
  readonly episode: number | null;
  readonly frame: number | null;
}

export type MonitorDecision = Exclusion & { readonly kind: "warn" | "exclude" };

/** Three questions without an answer: the page is taken to be away since its last word. */
const SILENT_AFTER_MS = 3_000;

export interface PlayerMonitorOptions {
  readonly rules: Monitoring;
  readonly fps: number;
  readonly nowMs: number;
}

/** All times are of one clock that never steps back. */
export class PlayerMonitor {
  readonly #rules: Monitoring;
  readonly #fps: number;
  readonly #pings: PingWindow;
  #ping: number | null = null;
  #lastHeardMs: number;
  /** As reported; null while the page is in view. */
  #hiddenSinceMs: number | null = null;
  #isWarned = false;
  #episode = 0;
  #frame = 0;
  /** Frame and time of the last call of the study's own function. */
  #calledAtFrame = 0;
  #calledAtMs: number;

  constructor({ rules, fps, nowMs }: PlayerMonitorOptions) {
    this.#rules = rules;
    this.#fps = fps;
    this.#pings = new PingWindow(rules.pingViolationWindow, rules.pingRequiredViolations);
    this.#lastHeardMs = nowMs;
    this.#calledAtMs = nowMs;
  }

  get episode(): number {
    return this.#episode;
  }

  get frame(): number {
    return this.#frame;
  }

  /** One round trip to the server and back, told once; null for an answer that did not come. */
  measured(rttMs: number | null): void {
    this.#ping = rttMs ?? Number.POSITIVE_INFINITY;
    const { maxPing } = this.#rules;
    if (maxPing !== null) this.#pings.add(this.#ping > maxPing);
  }

  /** Coming back ends an absence, also one of silence. */
  heard({ isHidden, episode, frame }: PresenceReport, nowMs: number): void {
    this.#hiddenSinceMs = isHidden ? nowMs - this.hiddenMs(nowMs) : null;
    if (!isHidden) this.#isWarned = false;
    this.#lastHeardMs = nowMs;
    if (episode === null || frame === null) return;
    if (episode !== this.#episode) this.#calledAtFrame = 0;
    this.#episode = episode;
    this.#frame = frame;
  }

  /** How long the page has not been in view; 0 while it is. */
  hiddenMs(nowMs: number): number {
    if (this.#hiddenSinceMs !== null) return nowMs - this.#hiddenSinceMs;
    return this.#isSilent(nowMs) ? nowMs - this.#lastHeardMs : 0;
  }

  /** What the rules say now; each absence is warned of once. */
  decide(nowMs: number): MonitorDecision | null {
    const { isEnabled, tabWarningMs, tabExcludeMs, messages } = this.#rules;
    const { focusLossTimeoutMs, focusLossMessage } = this.#rules;
    // Only what the page has said: a lost connection is none of the participant's attention.
    const reportedMs = this.#hiddenSinceMs === null ? 0 : nowMs - this.#hiddenSinceMs;
    if (focusLossTimeoutMs !== null && reportedMs >= focusLossTimeoutMs) {
      return { kind: "exclude", rule: "focus_loss", message: focusLossMessage };
    }
    if (!isEnabled) return null;
    if (this.#pings.isViolated) return { kind: "exclude", rule: "ping", message: messages.ping };
    const hiddenMs = this.hiddenMs(nowMs);
    if (hiddenMs > 0 && hiddenMs >= tabExcludeMs) {
      return { kind: "exclude", rule: "tab", message: messages.tabExclude };
    }
    if (hiddenMs === 0 || hiddenMs < tabWarningMs || this.#isWarned) return null;
    this.#isWarned = true;
    return { kind: "warn", rule: "tab", message: messages.tabWarning };
  }

  /**
   * What the study's own function is to be asked with; null while it is not due. A silent page
   * reports no frames, so they are counted by the clock: silence does not put a check off.
   */
  takeCallbackContext(nowMs: number): Omit<ContinuousContext, "subjectId" | "sceneId"> | null {
    const { callback, callbackIntervalFrames } = this.#rules;
    if (callback === null || this.#ping === null) return null;
    const frames = this.#isSilent(nowMs)
      ? Math.floor(((nowMs - this.#calledAtMs) / 1_000) * this.#fps)
      : this.#frame - this.#calledAtFrame;
    if (frames < callbackIntervalFrames) return null;
    this.#calledAtFrame = this.#frame;
    this.#calledAtMs = nowMs;
    const hiddenMs = this.hiddenMs(nowMs);
    return {
      ping: this.#ping,
      isTabHidden: hiddenMs > 0 || this.#hiddenSinceMs !== null,
      tabHiddenDurationMs: hiddenMs,
      frameNumber: this.#frame,
      episodeNumber: this.#episode,
    };
  }

  #isSilent(nowMs: number): boolean {
    return nowMs - this.#lastHeardMs > SILENT_AFTER_MS;
  }
}
