import { describe, expect, it } from "vitest";
import type { Item, KitchenState } from "../../../sandbox/games/cramped-room/kitchen.ts";
import {
  LAYOUT_NAMES,
  type LayoutName,
  parseLayout,
} from "../../../sandbox/games/cramped-room/layout.ts";
import { environment } from "../../../sandbox/games/cramped-room.ts";
import { serveOneSoup } from "./cooks.ts";
import { jsonFaults, randomActions } from "./support.ts";

const [UP, DOWN, LEFT, RIGHT, INTERACT] = [1, 2, 3, 4, 5] as const;

/** Two chefs in `cramped_room`, whose floor is x 1 to 4, y 1 to 2. */
function kitchen(a: readonly [number, number], b: readonly [number, number]): KitchenState {
  const state = environment.reset(1, { layout: "cramped_room", cookFrames: 10 });
  Object.assign(state.chefs[0], { x: a[0], y: a[1], fromX: a[0], fromY: a[1] });
  Object.assign(state.chefs[1], { x: b[0], y: b[1], fromX: b[0], fromY: b[1] });
  return state;
}

function places(state: KitchenState): number[][] {
  return state.chefs.map(({ x, y }) => [x, y]);
}

function holdKeys(state: KitchenState, actions: readonly number[], frames: number): void {
  for (let i = 0; i < frames; i++) environment.step(state, actions);
}

describe("kitchen movement", () => {
  it.each([
    {
      rule: "a free tile is taken",
      a: [1, 1],
      b: [4, 2],
      keys: [RIGHT, 0],
      after: [
        [2, 1],
        [4, 2],
      ],
    },
    {
      rule: "a wall stops",
      a: [1, 1],
      b: [4, 2],
      keys: [UP, 0],
      after: [
        [1, 1],
        [4, 2],
      ],
    },
    {
      rule: "one tile goes to nobody",
      a: [1, 1],
      b: [3, 1],
      keys: [RIGHT, LEFT],
      after: [
        [1, 1],
        [3, 1],
      ],
    },
    {
      rule: "nobody swaps",
      a: [2, 1],
      b: [3, 1],
      keys: [RIGHT, LEFT],
      after: [
        [2, 1],
        [3, 1],
      ],
    },
    {
      rule: "a standing chef blocks",
      a: [2, 1],
      b: [3, 1],
      keys: [RIGHT, 0],
      after: [
        [2, 1],
        [3, 1],
      ],
    },
    {
      rule: "one follows the other",
      a: [2, 1],
      b: [3, 1],
      keys: [RIGHT, RIGHT],
      after: [
        [3, 1],
        [4, 1],
      ],
    },
    {
      rule: "a stopped chef is not followed",
      a: [3, 1],
      b: [4, 1],
      keys: [RIGHT, RIGHT],
      after: [
        [3, 1],
        [4, 1],
      ],
    },
  ] as const)("$rule, whoever sits where", ({ a, b, keys, after }) => {
    const state = kitchen(a, b);
    environment.step(state, keys);
    expect(places(state)).toEqual(after);
    const mirrored = kitchen(b, a);
    environment.step(mirrored, [keys[1], keys[0]]);
    expect(places(mirrored)).toEqual([after[1], after[0]]);
  });

  it("walks five tiles per second with a key held", () => {
    const state = kitchen([1, 1], [4, 2]);
    holdKeys(state, [RIGHT, 0], 8);
    expect(places(state)[0]).toEqual([3, 1]);
    environment.step(state, [RIGHT, 0]);
    expect(places(state)[0]).toEqual([4, 1]);
  });

  it("turns to a wall at once and keeps a step tapped during the cooldown", () => {
    const state = kitchen([1, 1], [4, 2]);
    environment.step(state, [RIGHT, 0]);
    environment.step(state, [UP, 0]);
    expect(state.chefs[0].facing).toBe(UP);
    environment.step(state, [DOWN, 0]);
    expect(places(state)[0]).toEqual([2, 1]);
    holdKeys(state, [0, 0], 2);
    expect(places(state)[0]).toEqual([2, 2]);
    holdKeys(state, [0, 0], 10);
    expect(places(state)[0]).toEqual([2, 2]);
  });

  it("counts moves that the other chef refused", () => {
    const { infos } = environment.step(kitchen([1, 1], [3, 1]), [RIGHT, LEFT]);
    expect(infos.map((info) => info.movesBlocked)).toEqual([1, 1]);
  });
});

describe("kitchen items", () => {
  const tile = (x: number, y: number) => y * 6 + x;
  const pot = { at: [2, 1], facing: UP };
  const counter = { at: [1, 1], facing: UP };
  const cases: {
    name: string;
    at: readonly number[];
    facing: number;
    held: Item | null;
    onions?: number;
    cooked?: number;
    lying?: Item;
    after: Item | null;
    info?: string;
  }[] = [
    {
      name: "takes an onion",
      at: [1, 1],
      facing: LEFT,
      held: null,
      after: "onion",
      info: "onionsTaken",
    },
    {
      name: "takes no onion with full hands",
      at: [1, 1],
      facing: LEFT,
      held: "dish",
      after: "dish",
    },
    {
      name: "takes a dish",
      at: [1, 2],
      facing: DOWN,
      held: null,
      after: "dish",
      info: "dishesTaken",
    },
    { name: "fills a pot", ...pot, held: "onion", onions: 2, after: null, info: "onionsPotted" },
    { name: "adds no fourth onion", ...pot, held: "onion", onions: 3, after: "onion" },
    { name: "takes no raw soup", ...pot, held: "dish", onions: 3, cooked: 5, after: "dish" },
    {
      name: "takes a done soup",
      ...pot,
      held: "dish",
      onions: 3,
      cooked: 10,
      after: "soup",
      info: "soupsTaken",
    },
    { name: "takes no soup by hand", ...pot, held: null, onions: 3, cooked: 10, after: null },
    {
      name: "serves a soup",
      at: [4, 2],
      facing: DOWN,
      held: "soup",
      after: null,
      info: "soupsDelivered",
    },
    { name: "serves no onion", at: [4, 2], facing: DOWN, held: "onion", after: "onion" },
    { name: "puts down", ...counter, held: "dish", after: null, info: "itemsPutDown" },
    {
      name: "picks up",
      ...counter,
      held: null,
      lying: "soup",
      after: "soup",
      info: "itemsPickedUp",
    },
    { name: "stacks nothing", ...counter, held: "dish", lying: "onion", after: "dish" },
    { name: "does nothing to the floor", at: [1, 1], facing: RIGHT, held: "dish", after: "dish" },
  ];

  it.each(cases)("$name", ({ at, facing, held, onions, cooked, lying, after, info }) => {
    for (const player of [0, 1] as const) {
      const place: [number, number] = [at[0] as number, at[1] as number];
      const state = player === 0 ? kitchen(place, [3, 2]) : kitchen([3, 2], place);
      Object.assign(state.chefs[player], { facing, held });
      Object.assign(state.pots[0] as object, { onions: onions ?? 0, cookedFrames: cooked ?? 0 });
      state.counters[tile(1, 0)] = lying ?? null;
      const { infos } = environment.step(state, player === 0 ? [INTERACT, 0] : [0, INTERACT]);
      expect(state.chefs[player].held).toBe(after);
      const events = Object.entries(infos[player] ?? {}).filter(([, count]) => count !== 0);
      expect(events).toEqual(info === undefined ? [] : [[info, 1]]);
    }
  });

  it("interacts once per press", () => {
    const state = kitchen([1, 1], [3, 2]);
    Object.assign(state.chefs[0], { facing: UP, held: "dish" });
    holdKeys(state, [INTERACT, 0], 20);
    expect(state.counters[tile(1, 0)]).toBe("dish");
    environment.step(state, [0, 0]);
    environment.step(state, [INTERACT, 0]);
    expect(state.chefs[0].held).toBe("dish");
  });

  it("rewards both players and renews the order", () => {
    const state = kitchen([4, 2], [1, 1]);
    Object.assign(state.chefs[0], { facing: DOWN, held: "soup" });
    const [, second, third] = state.orders;
    const result = environment.step(state, [INTERACT, 0]);
    expect(result.rewards).toEqual([20, 20]);
    expect(state.score).toBe(20);
    expect(state.orders.slice(0, 2)).toEqual([second, third]);
    expect(new Set(state.orders).size).toBe(3);
    expect(environment.step(state, [0, 0]).rewards).toEqual([0, 0]);
  });

  it("lets the chefs win a race for one thing in turns", () => {
    const takers = [0, 1].map((frame) => {
      const state = environment.reset(1, { layout: "coordination_ring" });
      state.frame = frame;
      state.counters[2 * 7 + 3] = "onion";
      Object.assign(state.chefs[0], { x: 3, y: 1, facing: DOWN });
      Object.assign(state.chefs[1], { x: 3, y: 3, facing: UP });
      environment.step(state, [INTERACT, INTERACT]);
      return state.chefs.map(({ held }) => held);
    });
    expect(takers).toEqual([
      ["onion", null],
      [null, "onion"],
    ]);
  });

  it("starts to cook with the third onion and stops when done", () => {
    const state = kitchen([2, 1], [4, 2]);
    Object.assign(state.chefs[0], { facing: UP, held: "onion" });
    Object.assign(state.pots[0] as object, { onions: 2 });
    environment.step(state, [INTERACT, 0]);
    holdKeys(state, [0, 0], 50);
    expect(state.pots[0]).toEqual({ onions: 3, cookedFrames: 10 });
  });
});

describe("kitchen layouts", () => {
  const seats = LAYOUT_NAMES.flatMap((layout) => [1, 2, 3, 4].map((seed) => ({ layout, seed })));

  it.each(seats)("$layout can be solved from seed $seed", ({ layout, seed }) => {
    const state = environment.reset(seed, { layout, cookFrames: 20 });
    for (let soups = 1; soups <= 2; soups++) {
      expect(serveOneSoup(state)).toBe(20);
      expect(state.score).toBe(20 * soups);
    }
    expect(state.frame).toBeLessThan(environment.maxSteps);
  });

  it("swaps who starts where, by the seed", () => {
    const starts = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      starts.add(JSON.stringify(places(environment.reset(seed, { layout: "cramped_room" }))));
    }
    expect(starts.size).toBe(2);
  });

  it.each([
    [["####", "#12#", "#OD#", "#PS"], "Rows differ in length."],
    [["#O##", "#12D", "#PS?"], 'Unknown tile "?".'],
    [["#O#D", "12.#", "#PS#"], "The floor at 0,1 has no wall."],
    [["#O##", "#12D", "##S#"], 'The map has no "P".'],
  ])("refuses the map %j", (rows, message) => {
    expect(() => parseLayout(rows)).toThrow(message);
  });
});

describe("kitchen determinism", () => {
  const actions = randomActions(environment, 5, 900);
  const play = (state: KitchenState, from: number, to: number) => {
    for (const action of actions.slice(from, to)) environment.step(state, action);
    return JSON.stringify(state);
  };

  it.each(LAYOUT_NAMES)("repeats with the same seed in %s", (layout) => {
    const first = play(environment.reset(9, { layout }), 0, 900);
    expect(play(environment.reset(9, { layout }), 0, 900)).toBe(first);
    expect(play(environment.reset(10, { layout }), 0, 900)).not.toBe(first);
  });

  it("continues identically from a JSON clone", () => {
    const original = environment.reset(9, { layout: "coordination_ring" });
    const clone = JSON.parse(play(original, 0, 450)) as KitchenState;
    expect(play(clone, 450, 900)).toBe(play(original, 450, 900));
  });

  it.each(LAYOUT_NAMES)("holds, observes and reports only what JSON keeps in %s", (layout) => {
    const state = environment.reset(2, { layout: layout as LayoutName });
    const keys = Object.keys(state);
    for (const action of actions) {
      const result = environment.step(state, action);
      const seen = [0, 1].map((i) => environment.observe(state, i));
      expect(jsonFaults([state, seen, result.infos, result.rewards])).toEqual([]);
    }
    expect(Object.keys(state)).toEqual(keys);
    expect(JSON.stringify(environment.draw(state, 1))).not.toContain("null");
  });

  it("leaves the limit to the engine", () => {
    const state = environment.reset(2, { layout: "cramped_room", maxSteps: 3 });
    for (let i = 0; i < 6; i++) {
      expect(environment.step(state, [0, 0]).truncateds).toEqual([false, false]);
    }
    expect(environment.observe(state, 0)).toMatchObject({ framesLeft: 0 });
  });
});

describe("kitchen configuration", () => {
  const names = LAYOUT_NAMES.join(", ");
  it.each([
    [{ layout: "cramped_room" }, []],
    [{ layout: "forced_coordination", maxSteps: 600, cookFrames: 40 }, []],
    [{ layout: "foo" }, [`Expected \`layout\` to be one of ${names}, got foo`]],
    [{}, [`Expected \`layout\` to be one of ${names}, got undefined`]],
    [
      { layout: "cramped_room", maxSteps: 1.5, cookFrames: 0 },
      [
        "Expected `maxSteps` to be an integer from 1 to 864000, got 1.5",
        "Expected `cookFrames` to be an integer from 1 to 1200, got 0",
      ],
    ],
    [
      { layout: "cramped_room", cook: 3 },
      ["Expected only the keys layout, maxSteps, cookFrames, got `cook`"],
    ],
    [
      undefined,
      [
        "Expected the configuration to be an object, got undefined",
        `Expected \`layout\` to be one of ${names}, got undefined`,
      ],
    ],
  ])("checks %j", (config, faults) => {
    expect(environment.checkConfig(config)).toEqual(faults);
  });
});
