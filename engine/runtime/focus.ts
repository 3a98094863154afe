/** Whether the page has the participant's attention, and when it was hidden. */

/** What of a document is read. */
export type FocusDocument = Pick<
  Document,
  "visibilityState" | "hasFocus" | "addEventListener" | "removeEventListener"
>;
export type FocusWindow = Pick<EventTarget, "addEventListener" | "removeEventListener">;

/** Times are milliseconds since the epoch. */
export interface HiddenPeriod {
  readonly startMs: number;
  readonly endMs: number;
}

export interface FocusOptions {
  readonly document: FocusDocument;
  readonly window: FocusWindow;
  /** Milliseconds since the epoch. */
  now(): number;
}

export class FocusTracker {
  private readonly options: FocusOptions;
  private readonly periods: HiddenPeriod[] = [];
  private hiddenSinceMs: number | null = null;
  private takenToMs: number;

  /** Listens until `stop`. */
  constructor(options: FocusOptions) {
    this.options = options;
    this.takenToMs = options.now();
    options.document.addEventListener("visibilitychange", this.update);
    options.window.addEventListener("pagehide", this.update);
    this.update();
  }

  /** Visible and the window that keys go to. */
  get isFocused(): boolean {
    return this.isVisible && this.options.document.hasFocus();
  }

  /** Periods that overlap [fromMs, toMs], cut to it; one that has not ended ends at `toMs`. */
  hiddenPeriods(fromMs: number, toMs: number): readonly HiddenPeriod[] {
    const open = this.hiddenSinceMs;
    const all = open === null ? this.periods : [...this.periods, { startMs: open, endMs: toMs }];
    return all
      .filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs)
      .map(({ startMs, endMs }) => ({
        startMs: Math.max(startMs, fromMs),
        endMs: Math.min(endMs, toMs),
      }));
  }

  /** Periods since the last call, or since the tracker was made: none is told twice, none is left out. */
  takeHiddenPeriods(toMs: number): readonly HiddenPeriod[] {
    const periods = this.hiddenPeriods(this.takenToMs, toMs);
    this.takenToMs = toMs;
    return periods;
  }

  stop(): void {
    this.options.document.removeEventListener("visibilitychange", this.update);
    this.options.window.removeEventListener("pagehide", this.update);
  }

  private get isVisible(): boolean {
    return this.options.document.visibilityState === "visible";
  }

  private readonly update = (): void => {
    const nowMs = this.options.now();
    if (!this.isVisible) {
      this.hiddenSinceMs ??= nowMs;
    } else if (this.hiddenSinceMs !== null) {
      this.periods.push({ startMs: this.hiddenSinceMs, endMs: nowMs });
      this.hiddenSinceMs = null;
    }
  };
}
