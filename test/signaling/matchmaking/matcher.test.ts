import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Candidate,
  isWithin,
  type MatchDecision,
  type MatchRules,
  matchWaiting,
  type PathEstimate,
  rttLimitMs,
} from "../../../signaling/matchmaking/matcher.ts";

const FIFO: MatchRules = {
  groupSize: 2,
  rttLimits: [],
  groupWaitTimeoutMs: null,
  fallbackToFifo: true,
};
const LATENCY: MatchRules = {
  ...FIFO,
  rttLimits: [
    [0, 100],
    [10_000, 200],
    [20_000, null],
  ],
};

const stranger = (subjectId: string, waitedMs: number): Candidate => ({
  subjectId,
  waitedMs,
  partners: [],
  arePartnersGone: false,
});

type Estimate = (one: string, other: string) => PathEstimate;
const unknown: Estimate = () => "unknown";

/** Every choice of `size` of `all`. */
function choices<T>(all: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return all.flatMap((first, i) =>
    choices(all.slice(i + 1), size - 1).map((rest) => [first, ...rest]),
  );
}

function isFeasible(group: readonly Candidate[], rules: MatchRules, estimate: Estimate): boolean {
  const limitMs = rttLimitMs(rules.rttLimits, Math.max(...group.map((one) => one.waitedMs)));
  return choices(group, 2).every(([one, other]) =>
    isWithin(estimate(one?.subjectId ?? "", other?.subjectId ?? ""), limitMs),
  );
}

/** What is wrong with a decision about strangers, by brute force. */
function faultsOf(
  { proposals }: Pick<MatchDecision, "proposals">,
  candidates: readonly Candidate[],
  rules: MatchRules,
  estimate: Estimate,
): string[] {
  const faults: string[] = [];
  const find = (id: string) => candidates.find(({ subjectId }) => subjectId === id) as Candidate;
  const matched = proposals.flatMap(({ subjectIds }) => subjectIds);
  if (new Set(matched).size < matched.length) faults.push("somebody is in two groups");
  for (const { subjectIds } of proposals) {
    if (subjectIds.length !== rules.groupSize) faults.push("a group of another size");
    if (!isFeasible(subjectIds.map(find), rules, estimate)) faults.push("a pair out of reach");
  }
  const left = candidates.filter(({ subjectId }) => !matched.includes(subjectId));
  if (choices(left, rules.groupSize).some((group) => isFeasible(group, rules, estimate))) {
    faults.push("a feasible group waits on");
  }
  return faults;
}

const room = fc
  .record({
    groupSize: fc.integer({ min: 2, max: 5 }),
    waits: fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 9 }),
    known: fc.array(
      fc.oneof(
        fc.constant<PathEstimate>("unknown"),
        fc.constant<PathEstimate>("failed"),
        fc.integer({ min: 1, max: 300 }),
      ),
      { minLength: 81, maxLength: 81 },
    ),
  })
  .map(({ groupSize, waits, known }) => {
    const candidates = waits.map((waitedMs, i) => stranger(String(i), waitedMs));
    const estimate: Estimate = (one, other) => {
      const [low, high] = [Number(one), Number(other)].sort((a, b) => a - b);
      return known[(low ?? 0) * 9 + (high ?? 0)] ?? "unknown";
    };
    return { candidates, estimate, rules: { ...LATENCY, groupSize } };
  });

describe("first come, first served", () => {
  it("[MM1] groups in order of waiting, the longest first", () => {
    const candidates = [1, 9, 5, 7, 3].map((waitedMs) => stranger(`w${waitedMs}`, waitedMs));
    const { proposals } = matchWaiting(candidates, FIFO, unknown);
    expect(proposals).toEqual([
      { subjectIds: ["w9", "w7"], reason: "fifo", limitMs: null },
      { subjectIds: ["w5", "w3"], reason: "fifo", limitMs: null },
    ]);
  });

  it("[MM1][MM2] nobody is in two groups, nobody out of reach, and no feasible group waits on", () => {
    fc.assert(
      fc.property(room, ({ candidates, estimate, rules }) => {
        const decision = matchWaiting(candidates, rules, estimate);
        expect(faultsOf(decision, candidates, rules, estimate)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("the check itself sees a group left out, a person doubled and a pair out of reach", () => {
    const candidates = ["0", "1", "2", "3"].map((id) => stranger(id, 0));
    const far: Estimate = (one, other) => (one === "0" || other === "0" ? 150 : 50);
    const near: Estimate = () => 50;
    const { proposals } = matchWaiting(candidates, LATENCY, near);
    const check = (changed: typeof proposals, estimate = near) =>
      faultsOf({ proposals: changed }, candidates, LATENCY, estimate);
    expect(check(proposals)).toEqual([]);
    expect(check(proposals.slice(1))).toEqual(["a feasible group waits on"]);
    expect(check([...proposals, ...proposals])).toContain("somebody is in two groups");
    expect(check(proposals, far)).toContain("a pair out of reach");
  });
});

describe("the limit of the round trip", () => {
  it("[MM2] never gets tighter with waiting", () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 6 }),
        fc.nat(10_000),
        fc.nat(10_000),
        (steps, waitedMs, moreMs) => {
          let [afterMs, limit] = [0, 50];
          const limits: [number, number | null][] = [[0, 50]];
          for (const [laterMs, wider] of steps) {
            [afterMs, limit] = [afterMs + laterMs, limit + wider];
            limits.push([afterMs, limit]);
          }
          const at = (ms: number) => rttLimitMs(limits, ms) ?? Number.POSITIVE_INFINITY;
          expect(at(waitedMs + moreMs)).toBeGreaterThanOrEqual(at(waitedMs));
        },
      ),
    );
  });

  it("[MM2] whoever is matched first would be matched after a longer wait, too", () => {
    fc.assert(
      fc.property(room, fc.nat(30_000), ({ candidates, estimate, rules }, moreMs) => {
        const first = matchWaiting(candidates, rules, estimate).proposals[0]?.subjectIds[0];
        const later = candidates.map((one) => ({ ...one, waitedMs: one.waitedMs + moreMs }));
        const { proposals } = matchWaiting(later, rules, estimate);
        const matched = proposals.flatMap(({ subjectIds }) => subjectIds);
        if (first !== undefined) expect(matched).toContain(first);
      }),
    );
  });

  it("[MM2] wants every pair measured that is not too far, and nobody once there is no limit", () => {
    const pair = (waitedMs: number) => [stranger("a", waitedMs), stranger("b", 0)];
    const limitsOf = (waitedMs: number, estimate: Estimate) =>
      matchWaiting(pair(waitedMs), LATENCY, estimate).proposals.map(({ limitMs }) => limitMs);
    expect(limitsOf(0, unknown)).toEqual([100]);
    expect(limitsOf(0, () => 150)).toEqual([]);
    expect(limitsOf(10_000, () => 150)).toEqual([200]);
    expect(limitsOf(10_000, () => "failed")).toEqual([]);
    expect(limitsOf(20_000, () => "failed")).toEqual([null]);
  });
});

describe("reunion", () => {
  const rules: MatchRules = { ...FIFO, groupWaitTimeoutMs: 5_000 };
  const friend = (subjectId: string, partners: string[], waitedMs = 0): Candidate => ({
    subjectId,
    partners,
    waitedMs,
    arePartnersGone: false,
  });
  const decide = (candidates: readonly Candidate[], changes: Partial<MatchRules> = {}) => {
    const { proposals, expired } = matchWaiting(candidates, { ...rules, ...changes }, unknown);
    return { groups: proposals.map(({ subjectIds }) => subjectIds), expired };
  };

  it("[MM3] keeps those who played together last, whoever else has waited longer", () => {
    const candidates = [
      friend("a", ["b"], 100),
      stranger("c", 4_000),
      friend("b", ["a"], 10),
      stranger("d", 50),
    ];
    expect(decide(candidates).groups).toEqual([
      ["c", "d"],
      ["a", "b"],
    ]);
  });

  it("[MM3] waits for who is missing, then takes strangers, or ends the wait as the study says", () => {
    const alone = (waitedMs: number) => [friend("a", ["b"], waitedMs), stranger("c", 1)];
    expect(decide(alone(4_999))).toEqual({ groups: [], expired: [] });
    expect(decide(alone(5_000))).toEqual({ groups: [["a", "c"]], expired: [] });
    const never = { fallbackToFifo: false };
    expect(decide(alone(4_999), never)).toEqual({ groups: [], expired: [] });
    expect(decide(alone(5_000), never)).toEqual({ groups: [], expired: ["a"] });
    expect(decide([stranger("c", 9_000), stranger("d", 9_000)], never).groups).toHaveLength(1);
  });

  it("[MM3] does not wait for somebody who cannot come", () => {
    const gone = { ...friend("a", ["b"]), arePartnersGone: true };
    expect(decide([gone, stranger("c", 1)]).groups).toEqual([["c", "a"]]);
    expect(decide([gone], { fallbackToFifo: false }).expired).toEqual(["a"]);
  });

  it("[MM3] fills a larger group up around a smaller one that stays together", () => {
    const pair = [friend("a", ["b"]), friend("b", ["a"])];
    const candidates = [stranger("x", 90), stranger("y", 80), ...pair];
    expect(decide(candidates, { groupSize: 3 }).groups).toEqual([["x", "a", "b"]]);
    expect(decide(candidates, { groupSize: 4 }).groups).toEqual([["x", "y", "a", "b"]]);
  });

  it("[MM3] does not wait for a group that is too large for this scene", () => {
    const large = friend("a", ["b", "c"]);
    expect(decide([large, stranger("x", 1)]).groups).toEqual([["x", "a"]]);
  });

  it("[MM1][MM3] nobody is in two groups, and no stranger with whom somebody still waits for", () => {
    const people = fc.array(
      fc.record({ waitedMs: fc.nat(10_000), group: fc.nat(3), arePartnersGone: fc.boolean() }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(people, fc.integer({ min: 2, max: 4 }), (given, groupSize) => {
        const ids = (group: number) =>
          given.flatMap((one, i) => (one.group === group && group > 0 ? [String(i)] : []));
        const candidates = given.map(({ waitedMs, group, arePartnersGone }, i) => ({
          subjectId: String(i),
          waitedMs,
          arePartnersGone,
          partners: ids(group).filter((id) => id !== String(i)),
        }));
        const { groups, expired } = decide(candidates, { groupSize, fallbackToFifo: false });
        const matched = [...groups.flat(), ...expired];
        expect(new Set(matched).size).toBe(matched.length);
        for (const group of groups) {
          expect(group).toHaveLength(groupSize);
          for (const id of group) {
            const { partners } = candidates[Number(id)] as Candidate;
            const isSmall = partners.length < groupSize;
            if (isSmall) expect(group).toEqual(expect.arrayContaining([...partners]));
          }
        }
      }),
    );
  });
});
