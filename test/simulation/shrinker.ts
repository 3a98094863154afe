/** Makes a failing schedule as small as it can be while it still fails. */
import { PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import type { Schedule } from "../../engine/simulation/schedule.ts";

/** Rounds of simplification; each either makes the schedule smaller or is the last. */
const ROUNDS_MAX = 20;

/** Greedy: keeps every simplification after which `fails` still holds. */
export function shrink(schedule: Schedule, fails: (candidate: Schedule) => boolean): Schedule {
  let smallest = schedule;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = JSON.stringify(smallest);
    for (const simplify of SIMPLIFICATIONS) {
      for (const candidate of simplify(smallest)) {
        if (JSON.stringify(candidate) !== JSON.stringify(smallest) && fails(candidate)) {
          smallest = candidate;
          break;
        }
      }
    }
    if (JSON.stringify(smallest) === before) break;
  }
  return smallest;
}

type Simplification = (schedule: Schedule) => readonly Schedule[];

/** Each gives its candidates boldest first. */
const SIMPLIFICATIONS: readonly Simplification[] = [
  (s) => without(s.returns, (returns) => ({ ...s, returns })),
  (s) =>
    [s.frames / 2, s.frames - 1].map((frames) => ({
      ...s,
      frames: Math.max(1, Math.floor(frames)),
    })),
  (s) => [
    { ...s, partitions: [] },
    ...without(s.partitions, (partitions) => ({ ...s, partitions })),
  ],
  (s) => [{ ...s, pauses: [] }, ...without(s.pauses, (pauses) => ({ ...s, pauses }))],
  (s) => [{ ...s, hiddenTabs: [] }],
  (s) => [{ ...s, links: s.links.map((row) => row.map(() => PERFECT_LINK)) }],
  (s) =>
    s.links.map((row, i) => ({
      ...s,
      links: s.links.map((other, j) => (i === j ? row.map(() => PERFECT_LINK) : other)),
    })),
  ...(
    ["lossRatio", "burstRatio", "jitterMs", "duplicateRatio", "reorderRatio", "delayMs"] as const
  ).map(
    (name): Simplification =>
      (s) => [{ ...s, links: s.links.map((row) => row.map((link) => ({ ...link, [name]: 0 }))) }],
  ),
  (s) => [
    {
      ...s,
      links: s.links.map((row) => row.map((link) => ({ ...link, bandwidthKbitPerS: null }))),
    },
  ],
  (s) => [{ ...s, clocks: s.clocks.map(() => ({ startMs: 0, driftPpm: 0, grainMs: 0 })) }],
  (s) => [{ ...s, clocks: s.clocks.map((clock) => ({ ...clock, driftPpm: 0, grainMs: 0 })) }],
  (s) => [{ ...s, session: { ...s.session, inputDelayFrames: 0 } }],
  (s) => [{ ...s, holdFrames: s.holdFrames.map(() => 1) }],
];

function without<T>(list: readonly T[], make: (rest: readonly T[]) => Schedule): Schedule[] {
  return list.map((_, i) => make(list.filter((_, j) => j !== i)));
}
