import { describe, expect, it } from "vitest";
import { LATENCY_TICKS } from "../../benchmarks/pair-bench.ts";
import { plainSwarm, SWARM_SIZES } from "../../benchmarks/swarm.ts";
import { runTickBench, type StateForm } from "../../benchmarks/tick-bench.ts";
import { tickTargets } from "../../benchmarks/tick-table.ts";
import { canonicalJson, loadHasher } from "../../engine/index.ts";

const hasher = await loadHasher();
const budget = { warmUp: 100, timed: 200, heap: 100 };
const bodies = SWARM_SIZES[20];

describe("tick benchmark", () => {
  it.each(["flat", "plain", "plain-loops"] satisfies StateForm[])(
    "[PR6] measures real rollbacks on %s state, right to the bit, under 30 bytes a frame",
    (form) => {
      const task = { form, bodies, mode: "worst", seed: 1, isHashed: true, budget } as const;
      const row = runTickBench(task, hasher);
      expect(row.matchesOffline).toBe(true);
      expect(row.stepsPerFrame).toBe(LATENCY_TICKS + 1);
      expect(row.bytesPerFrame).toBeLessThanOrEqual(30);
      expect(row.packetsPerFrame).toBe(1);
      expect(row.heapBytesPerTick).toBeGreaterThan(0);
    },
  );

  it("rolls back as often as the inputs change", () => {
    const steps = (["worst", "human", "idle"] as const).map((mode) => {
      const task = { form: "flat", bodies, mode, seed: 1, isHashed: false, budget } as const;
      return runTickBench(task, hasher).stepsPerFrame;
    });
    expect(steps[0]).toBe(9);
    expect(steps[1]).toBeGreaterThan(1.2);
    expect(steps[1]).toBeLessThan(4);
    expect(steps[2]).toBe(1);
  });

  it("misses every target that was not measured", () => {
    const measured = tickTargets([]).filter(({ measured }) => Number.isFinite(measured));
    expect(measured.map(({ name }) => name)).toEqual([]);
  });

  it("has a plain state of some 20 KB", () => {
    const bytes = canonicalJson(plainSwarm(bodies).reset(1, null)).length;
    expect(bytes).toBeGreaterThan(19_000);
    expect(bytes).toBeLessThan(27_000);
  });
});
