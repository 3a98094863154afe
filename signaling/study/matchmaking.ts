/** Who plays with whom: what a gym scene may say about it, checked, as data. */
import type { FaultList } from "./fault.ts";
import type { Answers } from "./question.ts";

/** Somebody who waits, as a study's own matchmaker sees them. */
export interface MatchCandidate {
  readonly subjectId: string;
  readonly waitedMs: number;
  /** Those they played with last; none before a first game with others. */
  readonly partners: readonly string[];
  /** What they answered before, by scene id. */
  readonly answers: Readonly<Record<string, Answers>>;
  /** As the study's `assignment` gave it; null without one. */
  readonly condition: string | null;
}

export interface MatchRequest {
  readonly sceneId: string;
  readonly groupSize: number;
  readonly nowMs: number;
  /** In the order in which they are due: who has waited longest comes first. */
  readonly candidates: readonly MatchCandidate[];
  /** What probes measured of late between two of them; null where no connection came about. */
  readonly rtts: readonly {
    readonly subjectIds: readonly [string, string];
    readonly rttMs: number | null;
  }[];
}

/** Groups of `groupSize` subject ids each; whoever is in none waits on. */
export type Matchmaker = (
  request: MatchRequest,
) => readonly (readonly string[])[] | Promise<readonly (readonly string[])[]>;

/** From `afterMs` of waiting on, `maxRttMs` is the limit; null lifts it. */
export type RttStep = readonly [afterMs: number, maxRttMs: number | null];

export interface MatchmakingOptions {
  /** Longest round trip between any two of a group, measured between their pages before the game. */
  maxRttMs?: number;
  /** How the limit grows with the time that the longest waiting of a group has waited. */
  maxRttRelaxation?: readonly RttStep[];
  /** Whether those who played together last are kept together. */
  waitForKnownGroup?: boolean;
  /** How long somebody waits for them; by default half of the waiting room's time-out, at most a minute. */
  groupWaitTimeoutMs?: number;
  /** Whether strangers will do after that; otherwise the waiting room's time-out comes at once. */
  fallbackToFifo?: boolean;
  /** Chooses the groups in place of first come, first served. */
  matchmaker?: Matchmaker;
}

export interface Matchmaking {
  /** In order of time, the first from 0 on; empty: round trips do not matter and are not measured. */
  readonly rttLimits: readonly RttStep[];
  /** Null: nobody waits for those they know. */
  readonly groupWaitTimeoutMs: number | null;
  readonly fallbackToFifo: boolean;
  readonly matchmaker: Matchmaker | null;
}

export const MATCHMAKING_PARAMETERS = [
  "maxRttMs",
  "maxRttRelaxation",
  "waitForKnownGroup",
  "groupWaitTimeoutMs",
  "fallbackToFifo",
  "matchmaker",
] as const satisfies readonly (keyof MatchmakingOptions)[];

const MAX_RTT_MAX_MS = 10_000;
const GROUP_WAIT_DEFAULT_MS = 60_000;

/** Whether the steps come one after the other, in time, and each allows more than the one before. */
function isRelaxation(steps: unknown, maxRttMs: number, timeoutMs: number): boolean {
  if (!Array.isArray(steps)) return false;
  let [lastMs, lastLimit] = [0, maxRttMs];
  for (const step of steps as unknown[]) {
    const [afterMs, limit] = Array.isArray(step) ? (step as unknown[]) : [];
    if (!Number.isInteger(afterMs) || Number(afterMs) <= lastMs) return false;
    if (Number(afterMs) >= timeoutMs) return false;
    const isLimit = Number.isInteger(limit) && Number(limit) <= MAX_RTT_MAX_MS;
    if (limit !== null && (!isLimit || Number(limit) <= lastLimit)) return false;
    [lastMs, lastLimit] = [Number(afterMs), Number(limit ?? Number.POSITIVE_INFINITY)];
  }
  return true;
}

function dependencyFaults(list: FaultList, given: MatchmakingOptions, groupSize: number): void {
  const needs = (name: keyof MatchmakingOptions, isMet: boolean, what: string) => {
    if (given[name] !== undefined && !isMet) {
      list.add(`Expected \`${name}\` only together with ${what}`);
    }
  };
  for (const name of MATCHMAKING_PARAMETERS) needs(name, groupSize > 1, "a `groupSize` of 2–8");
  needs("maxRttRelaxation", given.maxRttMs !== undefined, "`maxRttMs`");
  const waits = given.waitForKnownGroup === true;
  const chooses = given.matchmaker !== undefined;
  if (chooses && waits) list.add("Expected either `waitForKnownGroup` or `matchmaker`, got both");
  needs("groupWaitTimeoutMs", waits, "`waitForKnownGroup: true`");
  needs("fallbackToFifo", waits, "`waitForKnownGroup: true`");
}

/** `timeoutMs` is the waiting room's: what could only happen after it would have no effect. */
export function matchmakingFaults(
  list: FaultList,
  given: MatchmakingOptions,
  groupSize: number,
  timeoutMs: number,
): void {
  const { maxRttMs, maxRttRelaxation, groupWaitTimeoutMs, matchmaker } = given;
  dependencyFaults(list, given, groupSize);
  if (maxRttMs !== undefined) list.integer("maxRttMs", maxRttMs, 1, MAX_RTT_MAX_MS);
  if (maxRttRelaxation !== undefined) {
    const what = `a list of [afterMs, maxRttMs], both rising, within the waiting room's ${timeoutMs} ms (null last: no limit)`;
    const isRight = isRelaxation(maxRttRelaxation, maxRttMs ?? 0, timeoutMs);
    list.expect(isRight, "maxRttRelaxation", what, maxRttRelaxation);
  }
  list.boolean("waitForKnownGroup", given.waitForKnownGroup ?? false);
  if (groupWaitTimeoutMs !== undefined) {
    list.integer("groupWaitTimeoutMs", groupWaitTimeoutMs, 1, timeoutMs - 1);
  }
  list.boolean("fallbackToFifo", given.fallbackToFifo ?? true);
  const isCallable = matchmaker === undefined || typeof matchmaker === "function";
  list.expect(isCallable, "matchmaker", "a function", matchmaker);
}

/** Of options without faults. */
export function matchmakingData(given: MatchmakingOptions, timeoutMs: number): Matchmaking {
  const { maxRttMs, maxRttRelaxation = [], waitForKnownGroup = false } = given;
  const waitMs = Math.min(GROUP_WAIT_DEFAULT_MS, Math.floor(timeoutMs / 2));
  return {
    rttLimits: maxRttMs === undefined ? [] : [[0, maxRttMs], ...maxRttRelaxation],
    groupWaitTimeoutMs: waitForKnownGroup ? (given.groupWaitTimeoutMs ?? waitMs) : null,
    fallbackToFifo: given.fallbackToFifo ?? true,
    matchmaker: given.matchmaker ?? null,
  };
}
