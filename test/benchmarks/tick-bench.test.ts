import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import { expectDone, runIsolated } from "../../benchmarks/isolation.ts";
import { LATENCY_TICKS, runPairBench } from "../../benchmarks/pair-bench.ts";
import type { RollbackPeer } from "../../benchmarks/peers/rollback-peer.ts";
import { TandemPeer } from "../../benchmarks/peers/tandem-peer.ts";
import { flatSwarm, plainSwarm, SWARM_SIZES } from "../../benchmarks/swarm.ts";
import { isMet } from "../../benchmarks/target.ts";
import { runTickBench, type StateForm } from "../../benchmarks/tick-bench.ts";
import { tickTargets } from "../../benchmarks/tick-table.ts";
import { canonicalJson, loadHasher } from "../../engine/index.ts";

// Code that waits for its compiler allocates more: on a busy machine, a figure would say how busy it is.
setFlagsFromString("--no-concurrent-recompilation");

const hasher = await loadHasher();
const budget = { warmUp: 100, timed: 200, heap: 100 };
const bodies = SWARM_SIZES[20];
/** Half a minute of play: what runs in every tick is compiled by then, if not yet for good. */
const steadyBudget = { warmUp: 2_000, timed: 100, heap: 500 };
/** A quarter below the rule: the benchmark lets code be compiled in the background, and so measures more. */
const GARBAGE_BYTES_MAX = 768;

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

  const kinds = (["flat", "plain"] as const).flatMap((form) =>
    (["worst", "human", "idle"] as const).map((mode) => [form, mode] as const),
  );
  it.each(kinds)("[RB11] a tick makes little garbage: %s state, %s inputs", async (form, mode) => {
    const task = { form, bodies, mode, seed: 1, isHashed: false, budget: steadyBudget };
    const row = expectDone(await runIsolated("tick", task, 60_000), form);
    expect(row.heapBytesPerTick).toBeLessThanOrEqual(GARBAGE_BYTES_MAX);
  });

  it("finds the side that makes 1 KiB more of garbage in each tick", () => {
    const options = { environment: flatSwarm(bodies), seed: 1, hasher, isHashed: false };
    const config = { predictionWindowFrames: LATENCY_TICKS + 4, isTimeSyncOn: false };
    const kept: unknown[] = [];
    const makePeer = (player: number): RollbackPeer => {
      const peer = new TandemPeer({ ...options, player, config, isCompiled: true });
      if (player === 1) return peer;
      const tick = peer.tick.bind(peer);
      peer.tick = (arrived, actionOf, nowMs) => {
        kept[0] = new Array(128).fill(kept);
        return tick(arrived, actionOf, nowMs);
      };
      return peer;
    };
    const rows = runPairBench({ makePeer, bodies, seed: 1, mode: "worst", budget: steadyBudget });
    const [wasteful, other] = rows.map(({ heapBytesPerTick }) => heapBytesPerTick) as [
      number,
      number,
    ];
    expect(wasteful).toBeGreaterThan(GARBAGE_BYTES_MAX);
    expect((wasteful - other) / 1_024).toBeGreaterThan(0.9);
    expect((wasteful - other) / 1_024).toBeLessThan(1.2);
  });

  it("misses every target that was not measured", () => {
    expect(tickTargets([]).filter(isMet)).toEqual([]);
  });

  it("has a plain state of some 20 KB", () => {
    const bytes = canonicalJson(plainSwarm(bodies).reset(1, null)).length;
    expect(bytes).toBeGreaterThan(19_000);
    expect(bytes).toBeLessThan(27_000);
  });
});
