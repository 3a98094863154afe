/** Plans as properties: whatever is nested in whatever, nobody misses a scene or sees one too many. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ByCondition,
  defineStudy,
  drawPlan,
  EndScene,
  type Flow,
  RandomizeOrder,
  RepeatScene,
  StartScene,
  StaticScene,
  type StudyPart,
} from "../../../signaling/study/index.ts";

const CONDITIONS = ["control", "treatment"];
const start = new StartScene().scene({ sceneId: "start" });
const end = new EndScene().scene({ sceneId: "end" });
const scene = (sceneId: string) => new StaticScene().scene({ sceneId });

function flowOf(...parts: readonly StudyPart[]): Flow {
  const scenes = [start, ...parts, end];
  const assignment = { conditions: CONDITIONS };
  return defineStudy({ experimentId: "exp", title: "Exp", scenes, assignment }).flow;
}

/** Without the first and the last scene. */
const inner = (flow: Flow, seed: number, condition = "control") =>
  drawPlan(flow, seed, condition).slice(1, -1);

/** A small tree of wrappers as data, from which both the study and the oracle are made. */
type Tree =
  | { kind: "scene" }
  | { kind: "list"; parts: Tree[] }
  | { kind: "shuffle"; parts: Tree[]; keep: number }
  | { kind: "repeat"; part: Tree; times: number };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.record({ kind: fc.constant("scene" as const) }),
    fc.record({
      kind: fc.constant("list" as const),
      parts: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("shuffle" as const),
      parts: fc.array(tie("tree"), { minLength: 1, maxLength: 4 }),
      keep: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant("repeat" as const),
      part: tie("tree"),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  ),
}));

function build(node: Tree, next: { id: number }): StudyPart {
  switch (node.kind) {
    case "scene":
      return scene(`s${next.id++}`);
    case "list":
      return node.parts.map((part) => build(part, next));
    case "shuffle":
      return new RandomizeOrder(
        node.parts.map((part) => build(part, next)),
        { keepN: Math.min(node.keep, node.parts.length) },
      );
    case "repeat":
      return new RepeatScene(build(node.part, next), node.times);
  }
}

type Rest = readonly string[] | null;

/** Every way in which the beginning of `plan` can be an outcome of the tree; the rest of the plan each. */
function rests(node: Tree, next: { id: number }, plan: readonly string[]): readonly Rest[] {
  const first = next.id;
  const measure = (part: Tree, id: number) => {
    const probe = { id };
    build(part, probe);
    return probe.id;
  };
  next.id = measure(node, first);
  switch (node.kind) {
    case "scene":
      return plan[0] === `s${first}` ? [plan.slice(1)] : [];
    case "list": {
      let open: readonly Rest[] = [plan];
      let id = first;
      for (const part of node.parts) {
        open = open.flatMap((rest) => rests(part, { id }, rest ?? []));
        id = measure(part, id);
      }
      return open;
    }
    case "repeat": {
      let open: readonly Rest[] = [plan];
      for (let i = 0; i < node.times; i++) {
        open = open.flatMap((rest) => rests(node.part, { id: first }, rest ?? []));
      }
      return open;
    }
    case "shuffle": {
      const ids = node.parts.map(() => 0);
      let id = first;
      for (const [i, part] of node.parts.entries()) {
        ids[i] = id;
        id = measure(part, id);
      }
      const keep = Math.min(node.keep, node.parts.length);
      const take = (
        left: readonly number[],
        rest: readonly string[],
        count: number,
      ): readonly Rest[] =>
        count === 0
          ? [rest]
          : left.flatMap((chosen) =>
              rests(node.parts[chosen] as Tree, { id: ids[chosen] as number }, rest).flatMap(
                (after) =>
                  take(
                    left.filter((other) => other !== chosen),
                    after ?? [],
                    count - 1,
                  ),
              ),
            );
      return take([...node.parts.keys()], plan, keep);
    }
  }
}

const isOutcome = (node: Tree, plan: readonly string[]) =>
  rests(node, { id: 0 }, plan).some((rest) => rest?.length === 0);

const seeds = fc.integer({ min: 0, max: 0xffffffff });

describe("plans", () => {
  it("[SG10] are a possible outcome of the wrappers, however nested, and the same for the same seed", () => {
    fc.assert(
      fc.property(tree, seeds, (node, seed) => {
        const flow = flowOf(build(node, { id: 0 }));
        const plan = inner(flow, seed);
        expect(isOutcome(node, plan)).toBe(true);
        expect(inner(flow, seed)).toEqual(plan);
        expect(JSON.parse(JSON.stringify(flow))).toEqual(flow);
      }),
      { numRuns: 300 },
    );
  });

  it("the oracle finds a scene too many, one too few and a broken block", () => {
    const node: Tree = {
      kind: "shuffle",
      keep: 2,
      parts: [{ kind: "list", parts: [{ kind: "scene" }, { kind: "scene" }] }, { kind: "scene" }],
    };
    expect(isOutcome(node, ["s2", "s0", "s1"])).toBe(true);
    for (const wrong of [
      ["s0", "s1"],
      ["s0", "s2", "s1"],
      ["s0", "s1", "s2", "s2"],
    ]) {
      expect(isOutcome(node, wrong)).toBe(false);
    }
  });

  it("RandomizeOrder shows each scene once, in every order equally often", () => {
    const flow = flowOf(new RandomizeOrder(["a", "b", "c"].map(scene)));
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6_000; seed++) {
      const order = inner(flow, seed).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
    // 1,000 each; four standard deviations are 115.
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(115);
  });

  it("RandomizeOrder with keepN 1 gives each scene to its share of participants", () => {
    const flow = flowOf(new RandomizeOrder(["a", "b"].map(scene), { keepN: 1 }));
    const plans = Array.from({ length: 2_000 }, (_, seed) => inner(flow, seed));
    expect(plans.every((plan) => plan.length === 1)).toBe(true);
    expect(Math.abs(plans.filter(([id]) => id === "a").length - 1_000)).toBeLessThan(90);
  });

  it("RepeatScene draws inside it anew each time", () => {
    const flow = flowOf(new RepeatScene(new RandomizeOrder(["a", "b"].map(scene)), 2));
    const plans = Array.from({ length: 50 }, (_, seed) => inner(flow, seed).join(""));
    expect(new Set(plans)).toEqual(new Set(["abab", "abba", "baab", "baba"]));
  });

  it("ByCondition shows the scenes of the condition; one scene may serve several", () => {
    const [a, b] = [scene("a"), scene("b")];
    const flow = flowOf(new ByCondition({ control: [a, b], treatment: [b, a] }));
    expect(inner(flow, 1, "control")).toEqual(["a", "b"]);
    expect(inner(flow, 1, "treatment")).toEqual(["b", "a"]);
  });

  it.each([
    [
      new RandomizeOrder([scene("a")], { keepN: 2 }),
      "Expected `keepN` to be an integer 1–1, got 2 (RandomizeOrder of `a`)",
    ],
    [
      new RandomizeOrder([scene("a")], { keep: 1 } as never),
      "Unknown parameter `keep` in RandomizeOrder",
    ],
    [
      new RandomizeOrder([]),
      "Expected at least one scene inside, got none (RandomizeOrder of nothing)",
    ],
    [
      new RepeatScene(scene("a"), 0),
      "Expected `n` to be an integer 1–1000, got 0 (RepeatScene of `a`)",
    ],
    [new RandomizeOrder([{} as never]), "Expected only scenes and wrappers inside"],
    [
      new ByCondition({ control: scene("a") }),
      "Expected one entry for each of the study's conditions (control, treatment), got control (ByCondition of `a`)",
    ],
    [
      new RandomizeOrder([new EndScene().scene({ sceneId: "other" }), scene("a")]),
      "not to be a closing scene",
    ],
    [[scene("a"), scene("a")], "Expected each scene id once"],
    [new RepeatScene(start, 2), "got `start` again"],
  ] satisfies [StudyPart, string][])("[SG9] refuses what cannot be drawn (%#)", (part, message) => {
    expect(() => flowOf(part)).toThrow(message);
  });
});
