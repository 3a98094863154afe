/** What the page works on: one run, its pace and history, and who wants to hear of them. */
import type { Hasher, LinkProfile } from "../../engine/index.ts";
import { GuessCheck } from "./guess-check.ts";
import { Pacer } from "./pacer.ts";
import { type ActionSource, Run, type Tunnel } from "./run.ts";
import { RunHistory, SAMPLE_INTERVAL_MS } from "./run-history.ts";
import type { SetUp } from "./set-up.ts";

/** Tables are read by people: more often would only flicker. */
const REFRESH_INTERVAL_MS = 250;
/** Of an animation frame while ticks are skipped: the page still answers, and little time is lost by drawing. */
const SKIP_BUDGET_MS = 50;

export interface WorkbenchOptions {
  readonly setUp: SetUp;
  readonly hasher: Hasher;
  /** Makes the keys of a run's game into actions. */
  keyboard(run: Run["environment"]): ActionSource;
  /** Connects that many peers for real. */
  openTunnel(playerCount: number): Tunnel;
  /** Real milliseconds, monotonic. */
  now(): number;
  /** Called with each set-up that is now in use. */
  onSetUp(setUp: SetUp): void;
}

type Listener = () => void;

export class Workbench {
  readonly hasher: Hasher;
  readonly pacer: Pacer;
  run: Run;
  history: RunHistory;
  guesses: readonly GuessCheck[];
  /** Counts the runs that were begun. */
  runNumber = 0;
  /** Virtual time up to which the run goes on as fast as it can; null while it is paced. */
  skipToMs: number | null = null;
  readonly #options: WorkbenchOptions;
  readonly #frameListeners = new Set<Listener>();
  readonly #refreshListeners = new Set<Listener>();
  #nextRefreshMs = 0;
  #simulationMs = 0;

  constructor(options: WorkbenchOptions) {
    this.#options = options;
    this.hasher = options.hasher;
    this.pacer = new Pacer(options.now);
    this.run = this.#makeRun(options.setUp);
    this.history = new RunHistory(this.run);
    this.guesses = this.run.logs.map(({ peer }) => new GuessCheck(this.run, peer));
  }

  get setUp(): SetUp {
    return this.run.setUp;
  }

  /** Begins a run of that set-up. */
  start(setUp: SetUp): void {
    this.run.tunnel?.close();
    this.run = this.#makeRun(setUp);
    this.history = new RunHistory(this.run);
    this.guesses = this.run.logs.map(({ peer }) => new GuessCheck(this.run, peer));
    this.runNumber++;
    this.skipToMs = null;
    this.pacer.rest();
    this.pacer.ratio = 1;
    this.#simulationMs = 0;
    this.#options.onSetUp(setUp);
    this.refresh();
  }

  setLink(from: number, to: number, link: LinkProfile): void {
    this.run.setLink(from, to, link);
    this.#options.onSetUp(this.run.setUp);
  }

  addFault(kind: Parameters<Run["addFault"]>[0], peer: number, durationMs: number): void {
    this.run.addFault(kind, peer, durationMs);
    this.#options.onSetUp(this.run.setUp);
    this.refresh();
  }

  setPaused(isPaused: boolean): void {
    this.pacer.isPaused = isPaused;
    this.pacer.rest();
    this.refresh();
  }

  /** Everybody's next tick; pauses before. */
  tick(): void {
    this.setPaused(true);
    this.run.advanceTick();
    this.#measure();
    this.refresh();
  }

  /** Everybody's next `ticks` as fast as the machine can, over as many animation frames as that takes. */
  skip(ticks: number): void {
    const { run } = this;
    this.skipToMs = run.nowMs + (ticks * 1_000) / run.environment.fps;
  }

  /** Call it on each animation frame. */
  frame(): void {
    if (this.skipToMs !== null) this.#skipOn(this.skipToMs);
    else {
      this.pacer.frame(this.run);
      this.#simulationMs += this.pacer.lastSimulationMs;
      this.#measure();
    }
    for (const listener of this.#frameListeners) listener();
    const nowMs = this.#options.now();
    if (nowMs < this.#nextRefreshMs) return;
    this.#nextRefreshMs = nowMs + REFRESH_INTERVAL_MS;
    if (!this.pacer.isPaused || this.skipToMs !== null) this.refresh();
  }

  refresh(): void {
    this.run.refresh();
    for (const listener of this.#refreshListeners) listener();
  }

  /** Calls back after each animation frame; returns how to stop it. */
  onFrame(listener: Listener): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  /** Calls back a few times a second, and when something was done. */
  onRefresh(listener: Listener): () => void {
    this.#refreshListeners.add(listener);
    return () => this.#refreshListeners.delete(listener);
  }

  #skipOn(toMs: number): void {
    const { run } = this;
    const startMs = this.#options.now();
    let nowMs = startMs;
    while (run.nowMs < toMs && !run.isOver && nowMs - startMs < SKIP_BUDGET_MS) {
      run.advanceTo(Math.min(toMs, run.nowMs + SAMPLE_INTERVAL_MS));
      const sinceMs = nowMs;
      nowMs = this.#options.now();
      this.#simulationMs += nowMs - sinceMs;
      this.#measure();
    }
    if (run.nowMs < toMs && !run.isOver) return;
    this.skipToMs = null;
    this.pacer.rest();
    this.refresh();
  }

  #measure(): void {
    for (const guess of this.guesses) guess.update();
    const costs = { simulationMs: this.#simulationMs, ratio: this.pacer.ratio };
    if (this.history.sample(costs)) this.#simulationMs = 0;
  }

  #makeRun(setUp: SetUp): Run {
    const { openTunnel } = this.#options;
    const tunnel = setUp.network === "webrtc" ? openTunnel(setUp.playerCount) : null;
    const run = new Run({ setUp, hasher: this.hasher, tunnel });
    run.keyboard = this.#options.keyboard(run.environment);
    return run;
  }
}
