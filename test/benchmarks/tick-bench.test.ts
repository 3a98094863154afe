import { describe, expect, it } from "vitest";
import { BODIES_20_KB, flatSwarm, plainSwarm } from "../../benchmarks/swarm.ts";
import { runTickBench } from "../../benchmarks/tick-bench.ts";
import { canonicalJson, loadHasher } from "../../engine/index.ts";

const hasher = await loadHasher();

describe("tick benchmark", () => {
  it.each([
    ["flat", flatSwarm(BODIES_20_KB)],
    ["plain", plainSwarm(BODIES_20_KB)],
  ])(
    "[PR6] measures real rollbacks on %s state, right to the bit, under 30 bytes a frame",
    (_, environment) => {
      const row = runTickBench({
        environment,
        mode: "worst",
        seed: 1,
        hasher,
        isHashed: true,
        isCompiled: true,
      });
      expect(row.matchesOffline).toBe(true);
      expect(row.depthFramesMean).toBe(8);
      expect(row.rollbacks).toBeGreaterThan(4_000);
      expect(row.bytesPerFrame).toBeLessThanOrEqual(30);
    },
  );

  it("has a plain state of some 20 KB", () => {
    const bytes = canonicalJson(plainSwarm(BODIES_20_KB).reset(1, null)).length;
    expect(bytes).toBeGreaterThan(19_000);
    expect(bytes).toBeLessThan(27_000);
  });
});
