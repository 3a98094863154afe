import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  type CallTrap,
  describeFinding,
  type Environment,
  type Finding,
  type Hasher,
  installCallTrap,
  loadHasher,
  runSyncTest,
} from "../../engine/index.ts";
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
  const run = (environment: Environment, trap?: CallTrap) => {
    const options = { config: null, seed: 1, frames: 100, depthFramesMax: 4, hasher };
    const result = runSyncTest({ ...options, environment, ...(trap && { trap }) });
    return result.kind === "failed" ? result.finding : null;
  };

  type Orbit = { bodies: { x: number; held: unknown }[]; score: number };

  /** The orbits, with something done to the state before every step. */
  const spoiled = (spoil: (state: Orbit & Record<string, unknown>) => void): Environment => {
    const base = orbitEnvironment();
    return {
      ...base,
      step(state, actions) {
        spoil(state as Orbit & Record<string, unknown>);
        return base.step(state, actions);
      },
    };
  };

  it("[DE6][SE10] finds a bot that changes the state, remembers, or does what nobody may", () => {
    const withBot = (botAction: NonNullable<Environment["botAction"]>) =>
      run({ ...orbitEnvironment(), botAction });
    const nudge = withBot((state) => {
      (state as Orbit).score++;
      return 0;
    });
    expect(nudge).toMatchObject({ kind: "view", frame: 0, path: "state.score" });
    expect(nudge?.advice).toContain("`botAction`");
    let asked = 0;
    expect(withBot(() => asked++ % 2)).toMatchObject({
      ...{ kind: "bot", frame: 0, path: "botAction(player 0)" },
      ...{ expected: "0", got: "1" },
    });
    expect(withBot(() => 99)).toMatchObject({
      ...{ kind: "value", path: "botAction(player 0)", got: "99" },
      expected: "an action of the player's discrete space",
    });
    expect(withBot((state) => ((state as Orbit).score % 2) + 1)).toBeNull();
  });

  it("[DE6] finds Math.random at the first frame, with path and both values", () => {
    const finding = run(orbitEnvironment({ isNondeterministic: true }));
    expect(finding).toMatchObject({ kind: "re-simulation", frame: 1 });
    expect(finding?.path).toMatch(/^state\.bodies\.\d\.\w+$/);
    expect(Number(finding?.expected)).not.toBe(Number(finding?.got));
    expect(Number(finding?.expected)).toBeCloseTo(Number(finding?.got), 4);
  });

  it("[DE6] finds what is kept outside the state", () => {
    let calls = 0;
    const leaking = spoiled((state) => {
      state.score = ++calls;
    });
    expect(run(leaking)).toMatchObject({ kind: "re-simulation", path: "state.score" });
  });

  it("[DE6] finds what outlives an episode, though no rollback shows it", () => {
    const base = orbitEnvironment();
    let episodes = 0;
    const learning: Environment = {
      ...base,
      reset(seed, config) {
        return { ...(base.reset(seed, config) as Orbit), score: episodes++ };
      },
    };
    expect(run(learning)).toMatchObject({
      kind: "second-run",
      frame: 0,
      path: "state.score",
      expected: "0",
      got: "1",
    });
  });

  it("[DE4][DE6] finds keys whose order depends on the past", () => {
    let calls = 0;
    const reordering = spoiled((state) => {
      if (++calls % 2 === 0) return;
      const { score } = state;
      Reflect.deleteProperty(state, "score");
      state.score = score;
      Reflect.deleteProperty(state, "sparks");
      state.sparks = [];
    });
    const finding = run(reordering);
    expect(finding).toMatchObject({ kind: "key-order", path: "state" });
    expect(JSON.parse(finding?.expected ?? "").sort()).toEqual(
      JSON.parse(finding?.got ?? "").sort(),
    );
  });

  class Held {}

  it.each([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-0", -0],
    ["undefined", undefined],
    ["a Map object", new Map()],
    ["a Set object", new Set()],
    ["a Date object", new Date(0)],
    ["a function", () => 1],
    ["a Held object", new Held()],
  ])("[DE3] stops at %s, with its frame and path", (name, value) => {
    let steps = 0;
    const broken = spoiled((state) => {
      if (++steps > 20) state.found = value;
    });
    expect(run(broken)).toMatchObject({ kind: "value", path: "state.found", got: name });
  });

  it("[DE8] stops at an object that stands in two places, also in itself", () => {
    const twice = spoiled((state) => {
      state.best = state.bodies[1];
    });
    const got = "the object that also stands at state.bodies.1";
    expect(run(twice)).toMatchObject({ kind: "value", frame: 1, path: "state.best", got });
    const knotted = spoiled((state) => {
      state.self = state;
    });
    expect(run(knotted)).toMatchObject({ kind: "value", frame: 1, path: "state.self" });
  });

  it("[DE8] stops at a flat state that holds NaN or more than its layout", () => {
    const base = flatOrbitEnvironment();
    const flat = (spoil: (state: { velocity: Float64Array } & Record<string, unknown>) => void) =>
      run({
        ...base,
        step(state, actions) {
          const result = base.step(state, actions);
          spoil(state as { velocity: Float64Array } & Record<string, unknown>);
          return result;
        },
      });
    const withNan = flat((state) => {
      state.velocity[3] = Number.NaN;
    });
    expect(withNan).toMatchObject({ kind: "value", path: "state.velocity.3", got: "NaN" });
    const withMore = flat((state) => {
      state.extra = new Float64Array(1);
    });
    expect(withMore).toMatchObject({ kind: "value", path: "state.extra" });
    expect(run({ ...base, reset: () => ({}) })).toMatchObject({ kind: "value", path: "state" });
  });

  it("[DE8] stops at results and observations that are not clean", () => {
    const base = orbitEnvironment();
    const withResult = (fields: object) =>
      run({ ...base, step: (state, actions) => ({ ...base.step(state, actions), ...fields }) });
    const path = (finding: Finding | null) => finding?.path;
    expect(path(withResult({ rewards: [0, Number.NaN] }))).toBe("result.rewards.1");
    expect(path(withResult({ rewards: [0] }))).toBe("result.rewards");
    expect(path(withResult({ terminateds: [0, 1] }))).toBe("result.terminateds.0");
    expect(path(withResult({ infos: [{}, { at: [undefined] }] }))).toBe("result.infos.1.at.0");
    const observing = { ...base, observe: () => ({ seen: new Set() }) };
    expect(path(run(observing))).toBe("observe(player 0).seen");
    const late = { ...base, step: async () => ({}) } as unknown as Environment;
    expect(path(run(late))).toBe("result.rewards");
  });

  it.each(["observe", "draw"] as const)("[DE8] stops at a state that %s changes", (name) => {
    const base = orbitEnvironment();
    const changing: Environment = {
      ...base,
      [name](state: Orbit, player: number) {
        state.score++;
        return base[name](state, player);
      },
    };
    expect(run(changing)).toMatchObject({ kind: "view", frame: 0, path: "state.score", got: "2" });
  });

  it("[DE6] reports what the environment throws, with its frame", () => {
    let steps = 0;
    const throwing = spoiled(() => {
      if (++steps === 1) throw new RangeError("no such tile");
    });
    expect(run(throwing)).toMatchObject({
      kind: "exception",
      frame: 1,
      path: "step",
      got: "RangeError: no such tile",
    });
  });

  it("[DE8] reports the call that the trap caught, before its effects", () => {
    const trap = installCallTrap((stack) => (stack.includes("orbit") ? "the line" : null));
    onTestFinished(() => trap.remove());
    const finding = run(orbitEnvironment({ isNondeterministic: true }), trap);
    expect(finding).toMatchObject({ kind: "banned-call", frame: 1, path: "step" });
    expect(describeFinding(finding as Finding)).toMatch(
      /^At frame 1, step: expected .* got Math\.random in `the line`\. Draw from a generator/,
    );
    expect(run(orbitEnvironment(), trap)).toBeNull();
  });
});
