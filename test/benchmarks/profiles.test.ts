import { describe, expect, it } from "vitest";
import { runProfile } from "../../benchmarks/profile-run.ts";
import { PROFILES, type Profile } from "../../benchmarks/profiles.ts";
import { loadHasher } from "../../engine/index.ts";

const hasher = await loadHasher();
const UPDATES = 600;

const mobile = PROFILES.find(({ name }) => name === "2 mobile") as Profile;

describe("published link profiles", () => {
  it.each(PROFILES.filter(({ playerCount }) => playerCount <= 8))(
    "$name: every peer's confirmed state is the offline one",
    (profile) => {
      for (const input of ["each-frame", "held"] as const) {
        const row = runProfile({ profile, input, seed: 1, updates: UPDATES }, hasher);
        expect(row.matchesOffline).toBe(true);
        expect(row.rollbacksPer100Frames).toBeGreaterThan(0);
      }
    },
  );

  it("gives the same figures for the same seed and others for another", () => {
    const run = (seed: number) =>
      runProfile({ profile: mobile, input: "held", seed, updates: UPDATES }, hasher);
    expect(run(5)).toEqual(run(5));
    expect(run(5)).not.toEqual(run(6));
  });

  it("rolls back less with an input delay and stalls more with a narrow window", () => {
    const run = (inputDelayFrames: number, windowFrames: number) => {
      const knobs = { inputDelayFrames, windowFrames, updates: UPDATES };
      const row = runProfile({ profile: mobile, input: "held", seed: 1, ...knobs }, hasher);
      expect(row.matchesOffline).toBe(true);
      return row;
    };
    expect(run(6, 8).rollbacksPer100Frames).toBeLessThan(run(0, 8).rollbacksPer100Frames / 4);
    expect(run(0, 3).stallsPerMinute).toBeGreaterThan(run(0, 8).stallsPerMinute);
  });

  it("counts what the link does: a perfect one delays by one update", () => {
    const lan = PROFILES[0] as Profile;
    const row = runProfile(
      { profile: lan, input: "each-frame", seed: 1, updates: UPDATES },
      hasher,
    );
    expect(row.confirmationLagMax).toBe(1);
    expect(row.rollbackDepthP99).toBe(1);
    expect(row.stallsPerMinute).toBe(0);
  });
});
