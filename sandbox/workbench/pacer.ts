/** Turns real time into virtual time, and tells how much of it the machine managed. */
import type { Run } from "./run.ts";

/** Of a frame of 16.7 ms; the rest is for drawing. */
const BUDGET_MS = 11;
/** Virtual time run between two looks at the clock. */
const SLICE_MS = 4;
/** About a second is averaged: shorter flickers, longer hides a fall. */
const AVERAGED_MS = 1_000;
/** No frame counts for more: of a machine that slept nothing should be left to see a second later. */
const WEIGHT_MS_MAX = 500;
/** Below this share of the asked speed somebody would see it. */
const KEEPS_UP_RATIO = 0.97;

export class Pacer {
  isPaused = false;
  /** Virtual seconds per real one. */
  speed = 1;
  /** Averages of recent frames; `simulationMs` of one. */
  framesPerSecond = 60;
  simulationMs = 0;
  ratio = 1;
  /** Of the last frame. */
  lastSimulationMs = 0;
  readonly #now: () => number;
  #lastMs: number | null = null;
  /** Virtual time that should be reached by now. */
  #dueMs = 0;

  /** `now` gives real milliseconds, monotonic. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get keepsUp(): boolean {
    return this.ratio >= KEEPS_UP_RATIO;
  }

  /** Real time that passes until the next frame counts for nothing: after a pause, a restart. */
  rest(): void {
    this.#lastMs = null;
  }

  /** Runs what is due since the last call; what does not fit into the frame is left out, and told by `ratio`. */
  frame(run: Run): void {
    const startMs = this.#now();
    const elapsedMs = this.#lastMs === null ? 0 : startMs - this.#lastMs;
    if (this.#lastMs === null) this.#dueMs = run.nowMs;
    this.#lastMs = startMs;
    this.lastSimulationMs = 0;
    if (this.isPaused || run.isOver || elapsedMs <= 0) return;
    const wishedMs = elapsedMs * this.speed;
    // A run goes on to its next moment, which is a little later than asked for: the next frame owes that less.
    this.#dueMs += wishedMs;
    while (run.nowMs < this.#dueMs && !run.isOver && this.#now() - startMs < BUDGET_MS) {
      run.advanceTo(Math.min(this.#dueMs, run.nowMs + SLICE_MS));
    }
    this.lastSimulationMs = this.#now() - startMs;
    const missingMs = run.isOver ? 0 : Math.max(0, this.#dueMs - run.nowMs);
    this.#dueMs -= missingMs;
    const gain = Math.min(elapsedMs, WEIGHT_MS_MAX) / AVERAGED_MS;
    this.ratio += gain * (Math.max(0, 1 - missingMs / wishedMs) - this.ratio);
    this.framesPerSecond += gain * (1_000 / elapsedMs - this.framesPerSecond);
    this.simulationMs += gain * (this.lastSimulationMs - this.simulationMs);
  }

  /** One line for the page. */
  describe(): string {
    const share = Math.round(100 * this.ratio);
    const fps = Math.round(this.framesPerSecond);
    const figures = `${fps} fps, simulation ${this.simulationMs.toFixed(1)} ms a frame`;
    if (this.isPaused) return "paused";
    const wish = this.speed === 1 ? "real time" : `${this.speed} × real time`;
    return this.keepsUp ? `${wish}: ${figures}` : `only ${share} % of ${wish}: ${figures}`;
  }
}
