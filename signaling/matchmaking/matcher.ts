/**
 * Decides who of those waiting may play together: a pure function of who they are, how long they
 * have waited, whom they know and what is known of the paths between them.
 */
import type { RttStep } from "../study/index.ts";

export interface Candidate {
  readonly subjectId: string;
  readonly waitedMs: number;
  /** Those they played with last. */
  readonly partners: readonly string[];
  /** One of them has left the study, or has played with others since. */
  readonly arePartnersGone: boolean;
}

export interface MatchRules {
  readonly groupSize: number;
  /** In order of time; empty: no limit. */
  readonly rttLimits: readonly RttStep[];
  readonly groupWaitTimeoutMs: number | null;
  readonly fallbackToFifo: boolean;
}

/** The round trip in ms; `failed` if no path was found of late; `unknown` before a measurement. */
export type PathEstimate = number | "failed" | "unknown";

export interface Proposal {
  /** The longest waiting first. */
  readonly subjectIds: readonly string[];
  readonly reason: "fifo" | "reunion" | "custom";
  /** What every pair must be measured to keep; null: they may play at once. */
  readonly limitMs: number | null;
}

export interface MatchDecision {
  /** No subject is in two of them. */
  readonly proposals: readonly Proposal[];
  /** Waited for those they know for as long as the study allows, and shall not play with others. */
  readonly expired: readonly string[];
}

type Estimate = (one: string, other: string) => PathEstimate;

/** People who may only be matched together. */
interface Unit {
  readonly members: readonly Candidate[];
  /** Of the longest waiting. */
  readonly waitedMs: number;
}

/** Far more than rooms of hundreds need; only a room in which hardly anybody can reach another meets it. */
const SEARCH_STEPS_MAX = 20_000;

/** The limit of a group whose longest waiting has waited for so long; null: none. */
export function rttLimitMs(limits: readonly RttStep[], waitedMs: number): number | null {
  return limits.findLast(([afterMs]) => waitedMs >= afterMs)?.[1] ?? null;
}

export function isWithin(estimate: PathEstimate, limitMs: number | null): boolean {
  if (limitMs === null || estimate === "unknown") return true;
  return estimate !== "failed" && estimate <= limitMs;
}

function unitOf(members: readonly Candidate[]): Unit {
  return { members, waitedMs: Math.max(...members.map(({ waitedMs }) => waitedMs)) };
}

function arePairsWithin(
  ones: readonly Candidate[],
  others: readonly Candidate[],
  limitMs: number | null,
  estimate: Estimate,
): boolean {
  return ones.every((one) =>
    others.every(
      (other) => one === other || isWithin(estimate(one.subjectId, other.subjectId), limitMs),
    ),
  );
}

/** The candidate with all of their partners; null while one is missing or out of reach. */
function reunionOf(
  candidate: Candidate,
  here: ReadonlyMap<string, Candidate>,
  rules: MatchRules,
  estimate: Estimate,
): Unit | null {
  const { partners, subjectId } = candidate;
  if (partners.length === 0 || partners.length >= rules.groupSize) return null;
  const members = [candidate, ...partners.flatMap((partner) => here.get(partner) ?? [])];
  if (members.length <= partners.length) return null;
  const ids = new Set([subjectId, ...partners]);
  const isMutual = members.every(
    (member) =>
      member.partners.length === partners.length && member.partners.every((id) => ids.has(id)),
  );
  const unit = unitOf(members);
  const limitMs = rttLimitMs(rules.rttLimits, unit.waitedMs);
  return isMutual && arePairsWithin(members, members, limitMs, estimate) ? unit : null;
}

/** Reunited groups and single people who may be matched now; `expired` may not be matched at all. */
function unitsOf(candidates: readonly Candidate[], rules: MatchRules, estimate: Estimate) {
  const { groupWaitTimeoutMs, fallbackToFifo, groupSize } = rules;
  const units: Unit[] = [];
  const expired: string[] = [];
  const here = new Map(candidates.map((candidate) => [candidate.subjectId, candidate]));
  for (const candidate of candidates) {
    if (!here.has(candidate.subjectId)) continue;
    const { partners, arePartnersGone, waitedMs, subjectId } = candidate;
    const knowsNobody = partners.length === 0 || partners.length >= groupSize;
    const reunion =
      groupWaitTimeoutMs === null ? null : reunionOf(candidate, here, rules, estimate);
    if (reunion !== null) {
      units.push(reunion);
      for (const member of reunion.members) here.delete(member.subjectId);
    } else if (groupWaitTimeoutMs === null || knowsNobody) {
      units.push(unitOf([candidate]));
    } else if (arePartnersGone || waitedMs >= groupWaitTimeoutMs) {
      if (fallbackToFifo) units.push(unitOf([candidate]));
      else expired.push(subjectId);
    }
  }
  return { units: units.sort((a, b) => b.waitedMs - a.waitedMs), expired };
}

/** The first units, in order, that fill a group with `seed`; null when there are none. */
function groupAround(
  seed: Unit,
  others: readonly Unit[],
  { groupSize, rttLimits }: MatchRules,
  estimate: Estimate,
): readonly Unit[] | null {
  const limitMs = rttLimitMs(rttLimits, seed.waitedMs);
  let steps = 0;
  const extend = (chosen: readonly Unit[], size: number, from: number): readonly Unit[] | null => {
    if (size === groupSize) return chosen;
    for (let i = from; i < others.length; i++) {
      if (++steps > SEARCH_STEPS_MAX) return null;
      const unit = others[i] as Unit;
      if (size + unit.members.length > groupSize) continue;
      const isNear = chosen.every(({ members }) =>
        arePairsWithin(members, unit.members, limitMs, estimate),
      );
      if (!isNear) continue;
      const group = extend([...chosen, unit], size + unit.members.length, i + 1);
      if (group !== null) return group;
    }
    return null;
  };
  return extend([seed], seed.members.length, 0);
}

/**
 * Groups first come, first served, as far as the paths allow; those who played together last come
 * first for each other. `candidates` in order of arrival.
 */
export function matchWaiting(
  candidates: readonly Candidate[],
  rules: MatchRules,
  estimate: Estimate,
): MatchDecision {
  const { units, expired } = unitsOf(candidates, rules, estimate);
  const proposals: Proposal[] = [];
  let rest = units;
  for (const seed of units) {
    if (!rest.includes(seed)) continue;
    const after = rest.slice(rest.indexOf(seed) + 1);
    const group = groupAround(seed, after, rules, estimate);
    if (group === null) continue;
    rest = rest.filter((unit) => !group.includes(unit));
    proposals.push({
      subjectIds: group.flatMap(({ members }) => members.map(({ subjectId }) => subjectId)),
      reason: group.some(({ members }) => members.length > 1) ? "reunion" : "fifo",
      limitMs: rttLimitMs(rules.rttLimits, seed.waitedMs),
    });
  }
  return { proposals, expired };
}
