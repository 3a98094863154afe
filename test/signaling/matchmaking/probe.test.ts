import { describe, expect, it } from "vitest";
import { Probe } from "../../../signaling/matchmaking/probe.ts";

const link = (player: number, rttMs: number | null) => ({ player, rttMs, path: "direct" as const });

/** What the probe makes of the two pages' medians. */
function judge(one: number | null, other: number | null) {
  const probe = new Probe(["a", "b"], 0);
  probe.report("a", [link(1, one)]);
  probe.report("b", [link(0, other)]);
  return probe.pairs()[0]?.rttMs;
}

describe("a probe", () => {
  it("[MM4] takes the larger of two medians that agree, and none that contradict each other", () => {
    expect(judge(80, 95)).toBe(95);
    expect(judge(1, 30)).toBe(30);
    expect(judge(0, 200)).toBeNull();
    expect(judge(90, 200)).toBeNull();
    expect(judge(null, 40)).toBeNull();
  });

  it("[MM4] asks every two of a group, and passes only when all of them are near", () => {
    const group = ["a", "b", "c", "d"];
    const probe = new Probe(group, 0);
    for (const [i, subjectId] of group.entries()) {
      expect(probe.passes(100)).toBe(false);
      const others = [0, 1, 2, 3].filter((player) => player !== i);
      probe.report(
        subjectId,
        others.map((player) => link(player, 10 * (i + player))),
      );
    }
    expect(probe.pairs()).toHaveLength(6);
    expect(probe.passes(50)).toBe(true);
    expect(probe.passes(49)).toBe(false);
  });

  it("[MM4] counts each page's first word, and nobody else's", () => {
    const probe = new Probe(["a", "b"], 0);
    probe.report("stranger", [link(1, 1)]);
    probe.report("a", [link(1, 50)]);
    probe.report("a", [link(1, 1)]);
    expect(probe.isComplete).toBe(false);
    probe.report("b", [link(0, 50)]);
    expect(probe.pairs()[0]).toMatchObject({ rttMs: 50, reportedMs: [50, 50], path: "direct" });
  });
});
