import { describe, expect, it } from "vitest";
import { runFault } from "../../benchmarks/fault-run.ts";
import { FAULTS, type Fault } from "../../benchmarks/faults.ts";
import { runIsolated } from "../../benchmarks/isolation.ts";
import { loadHasher } from "../../engine/index.ts";

const hasher = await loadHasher();
const fault = (name: string) => FAULTS.find((each) => each.name === name) as Fault;

describe("fault table", () => {
  it.each(FAULTS)("our engine survives: $name", async (each) => {
    const verdict = await runFault({ engine: "tandem-flat", fault: each, seed: 1 }, hasher);
    expect(verdict).toMatchObject({ isPassed: true });
  });

  it.each([
    ["telegraph", "reorder"],
    ["netplayjs", "5 % loss"],
  ] as const)("%s under %s is a row, not a crash", async (engine, name) => {
    const task = { engine, fault: fault(name), seed: 1 };
    expect(await runIsolated("fault", task, 30_000)).toMatchObject({ kind: "threw" });
  });

  it("what never ends is cut off and said so", async () => {
    const task = { engine: "netplayjs", fault: fault("5 ticks late"), seed: 1 } as const;
    expect(await runIsolated("fault", task, 1)).toEqual({ kind: "hung", boundMs: 1 });
  });

  it("sees libraries freeze and drift", async () => {
    const verdictOf = (engine: "rollback-netcode-binary", name: string) =>
      runFault({ engine, fault: fault(name), seed: 1 }, hasher);
    const frozen = await verdictOf("rollback-netcode-binary", "drop 5");
    expect(frozen.reason).toMatch(/^freezes/);
    const drifted = await verdictOf("rollback-netcode-binary", "5 ticks late");
    expect(drifted.reason).toMatch(/^5\.0 frames apart/);
  });
});
