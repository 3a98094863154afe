/** What probes found out of late between two people, so that none is repeated too soon. */
import type { PathEstimate } from "./matcher.ts";

/** Long enough for others to have a turn; a mobile line may be another one by then. */
const REMEMBERED_MS = 30_000;

interface Finding {
  readonly subjectIds: readonly [string, string];
  /** Null where no connection came about or the two pages contradict each other. */
  readonly rttMs: number | null;
  readonly atMs: number;
}

const keyOf = (one: string, other: string) => JSON.stringify([one, other].sort());

export class PairMemory {
  readonly #findings = new Map<string, Finding>();

  remember(one: string, other: string, rttMs: number | null, nowMs: number): void {
    this.#forgetOld(nowMs);
    this.#findings.set(keyOf(one, other), { subjectIds: [one, other], rttMs, atMs: nowMs });
  }

  estimate(one: string, other: string, nowMs: number): PathEstimate {
    const finding = this.#findings.get(keyOf(one, other));
    if (finding === undefined || nowMs - finding.atMs >= REMEMBERED_MS) return "unknown";
    return finding.rttMs ?? "failed";
  }

  /** Between people of `here` only. */
  findings(here: ReadonlySet<string>, nowMs: number): readonly Finding[] {
    this.#forgetOld(nowMs);
    return [...this.#findings.values()].filter(({ subjectIds }) =>
      subjectIds.every((id) => here.has(id)),
    );
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#findings) {
      if (nowMs - atMs >= REMEMBERED_MS) this.#findings.delete(key);
    }
  }
}
