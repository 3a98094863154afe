/** The probes of one waiting room that are under way, and what the last ones found out. */
import type { Clock } from "../clock.ts";
import { isWithin, type PathEstimate, type Proposal } from "./matcher.ts";
import { PairMemory } from "./pair-memory.ts";
import { Probe, type ProbeLink } from "./probe.ts";

export interface ProbeRun {
  /** The game's, should the group play. */
  readonly gameId: string;
  readonly proposal: Proposal;
  readonly probe: Probe;
}

export interface ProbeBoardOptions {
  readonly clock: Clock;
  /** Lets the pages of the group open their paths to each other and measure them; returns the id of the game to be. */
  openLines(subjectIds: readonly string[]): string;
  /** Every page has reported, or the time is over; the probe is no longer on the board. */
  onJudged(run: ProbeRun): void;
}

/** The way through TURN takes some seconds, the deadline for a direct path eight, the pings two. */
const PROBE_TIMEOUT_MS = 15_000;

export class ProbeBoard {
  readonly #options: ProbeBoardOptions;
  readonly #memory = new PairMemory();
  readonly #runs = new Map<string, { readonly run: ProbeRun; readonly cancel: () => void }>();

  constructor(options: ProbeBoardOptions) {
    this.#options = options;
  }

  isBusy(subjectId: string): boolean {
    return this.#runOf(subjectId) !== null;
  }

  start(proposal: Proposal): void {
    const { clock, openLines } = this.#options;
    const gameId = openLines(proposal.subjectIds);
    const probe = new Probe(proposal.subjectIds, clock.steadyMs());
    const cancel = clock.after(PROBE_TIMEOUT_MS, () => this.#judge(gameId));
    this.#runs.set(gameId, { run: { gameId, proposal, probe }, cancel });
  }

  /** What a page measured; anything of another probe is ignored. */
  report(subjectId: string, gameId: string, links: readonly ProbeLink[]): void {
    const probe = this.#runs.get(gameId)?.run.probe;
    probe?.report(subjectId, links);
    if (probe?.isComplete) this.#judge(gameId);
  }

  /** Takes the probe that the subject is in off the board; nothing is learnt from it. */
  abandon(subjectId: string): ProbeRun | null {
    const run = this.#runOf(subjectId);
    return run === null ? null : this.#take(run.gameId);
  }

  estimate(one: string, other: string): PathEstimate {
    return this.#memory.estimate(one, other, this.#options.clock.steadyMs());
  }

  findings(here: ReadonlySet<string>) {
    return this.#memory
      .findings(here, this.#options.clock.steadyMs())
      .map(({ subjectIds, rttMs }) => ({ subjectIds, rttMs }));
  }

  /** Whether nothing that is known forbids the group. */
  isOpenTo({ subjectIds, limitMs }: Proposal): boolean {
    return subjectIds.every((one, i) =>
      subjectIds.slice(i + 1).every((other) => isWithin(this.estimate(one, other), limitMs)),
    );
  }

  close(): void {
    for (const { cancel } of this.#runs.values()) cancel();
    this.#runs.clear();
  }

  #runOf(subjectId: string): ProbeRun | null {
    for (const { run } of this.#runs.values()) {
      if (run.proposal.subjectIds.includes(subjectId)) return run;
    }
    return null;
  }

  #take(gameId: string): ProbeRun | null {
    const entry = this.#runs.get(gameId);
    entry?.cancel();
    this.#runs.delete(gameId);
    return entry?.run ?? null;
  }

  #judge(gameId: string): void {
    const run = this.#take(gameId);
    if (run === null) return;
    const nowMs = this.#options.clock.steadyMs();
    for (const { subjectIds, rttMs } of run.probe.pairs()) {
      this.#memory.remember(...subjectIds, rttMs, nowMs);
    }
    this.#options.onJudged(run);
  }
}
