/** One trial of the paths within a group: what its pages measured, and whether that will do. */
import { isWithin } from "./matcher.ts";

/** What one page measured to one other. */
export interface ProbeLink {
  readonly player: number;
  /** Median; null when no path opened or too few pings came back. */
  readonly rttMs: number | null;
  readonly path: "direct" | "relay" | null;
}

/** Both pages' word on the path between them. */
export interface PairResult {
  readonly subjectIds: readonly [string, string];
  /** The larger of the two; null when one is missing or they contradict each other. */
  readonly rttMs: number | null;
  readonly reportedMs: readonly [number | null, number | null];
  readonly path: "direct" | "relay" | null;
}

/** Two medians of one path differ by a few ms, and by more on a busy computer; a page that makes its figure up, by all of it. */
const DISAGREEMENT_MIN_MS = 30;
const DISAGREEMENT_RATIO = 0.5;

function agreed(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return null;
  const larger = Math.max(one, other);
  const allowedMs = Math.max(DISAGREEMENT_MIN_MS, DISAGREEMENT_RATIO * larger);
  return Math.abs(one - other) <= allowedMs ? larger : null;
}

export class Probe {
  readonly subjectIds: readonly string[];
  readonly startedAtMs: number;
  readonly #reports = new Map<number, readonly ProbeLink[]>();

  constructor(subjectIds: readonly string[], startedAtMs: number) {
    this.subjectIds = subjectIds;
    this.startedAtMs = startedAtMs;
  }

  /** The first report of each page counts. */
  report(subjectId: string, links: readonly ProbeLink[]): void {
    const player = this.subjectIds.indexOf(subjectId);
    if (player !== -1 && !this.#reports.has(player)) this.#reports.set(player, links);
  }

  get isComplete(): boolean {
    return this.#reports.size === this.subjectIds.length;
  }

  /** Whether every page has reported, and every pair is within the limit. */
  passes(limitMs: number | null): boolean {
    const pairs = this.pairs();
    return this.isComplete && pairs.every(({ rttMs }) => isWithin(rttMs ?? "failed", limitMs));
  }

  /** Of every two of the group. */
  pairs(): readonly PairResult[] {
    const players = [...this.subjectIds.keys()];
    return players.flatMap((one) => players.slice(one + 1).map((other) => this.#pair(one, other)));
  }

  #pair(one: number, other: number): PairResult {
    const link = (from: number, to: number) =>
      this.#reports.get(from)?.find(({ player }) => player === to);
    const [there, back] = [link(one, other), link(other, one)];
    const reportedMs = [there?.rttMs ?? null, back?.rttMs ?? null] as const;
    return {
      subjectIds: [this.subjectIds[one] ?? "", this.subjectIds[other] ?? ""],
      rttMs: agreed(...reportedMs),
      reportedMs,
      path: there?.path ?? back?.path ?? null,
    };
  }
}
