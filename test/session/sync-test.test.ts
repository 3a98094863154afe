import { beforeAll, describe, expect, it } from "vitest";
import { type Environment, type Hasher, loadHasher, runSyncTest } from "../../engine/index.ts";
import { environment as cramped } from "../../sandbox/games/cramped-room.ts";
import { environment as puck } from "../../sandbox/games/puck.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "../support/orbit-environment.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const layouts = [
  "cramped_room",
  "asymmetric_advantages",
  "coordination_ring",
  "forced_coordination",
] as const;

const GAMES: readonly (readonly [string, Environment, unknown])[] = [
  ...layouts.map(
    (layout) => [`cramped-room ${layout}`, cramped as Environment, { layout }] as const,
  ),
  ["puck", puck as Environment, {}],
  ["orbit", orbitEnvironment(), null],
  ["flat orbit", flatOrbitEnvironment(), null],
];

/** Frames of one run; every game here has been through all its rules by then. */
const FRAMES = 1_200;

describe.each(GAMES)("%s", (_name, environment, config) => {
  it.each([1, 2, 3])("[DE4][DE6] passes the sync test, seed %i", (seed) => {
    const result = runSyncTest({
      environment,
      config,
      seed,
      frames: FRAMES,
      depthFramesMax: 9,
      hasher,
    });
    expect(result).toMatchObject({ kind: "passed" });
    expect(result.kind === "passed" && result.rollbacks).toBeGreaterThan(100);
  });
});

describe("sync test", () => {
  const run = (environment: Environment) =>
    runSyncTest({ environment, config: null, seed: 1, frames: 100, depthFramesMax: 4, hasher });

  it("[DE6] finds Math.random at the first frame, with path and both values", () => {
    const result = run(orbitEnvironment({ isNondeterministic: true }));
    expect(result).toMatchObject({ kind: "failed", frame: 1 });
    if (result.kind !== "failed") return;
    expect(result.difference?.path).toMatch(/^bodies\.\d\.\w+$/);
    expect(result.difference?.ours).not.toBe(result.difference?.theirs);
    expect(result.firstHash).not.toBe(result.secondHash);
  });

  it("[DE6] finds what is kept outside the state", () => {
    let calls = 0;
    const base = orbitEnvironment();
    const leaking: Environment = {
      ...base,
      step(state, actions) {
        (state as { score: number }).score = ++calls;
        return base.step(state, actions);
      },
    };
    expect(run(leaking)).toMatchObject({
      kind: "failed",
      difference: { path: expect.stringContaining("s") },
    });
  });

  it("[DE3] stops at a value no state may hold, with its path", () => {
    const base = orbitEnvironment();
    const broken: Environment = {
      ...base,
      step(state, actions) {
        (state as { bodies: { x: number }[] }).bodies[1] = { x: Number.NaN };
        return base.step(state, actions);
      },
    };
    expect(() => run(broken)).toThrow("Expected state.bodies.1");
  });
});
