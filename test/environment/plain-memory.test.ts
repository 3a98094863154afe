import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { PlainMemory } from "../../engine/environment/plain-memory.ts";
import { canonicalJson, type Hasher, loadHasher } from "../../engine/index.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const exactNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("constructor", "length", "1", "ключ", "a.b", 'quote"'),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    exactNumber.map((x) => (Object.is(x, -0) ? 0 : x)),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(
      key.filter((name) => name !== "__proto__"),
      tie("value"),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value;

const clone = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe.each([
  ["generated code", true],
  ["loops", false],
])("plain memory by %s", (_name, isCompiled) => {
  it("[DE4] restores what was saved, order of keys included", () => {
    fc.assert(
      fc.property(plain, plain, (first, second) => {
        const memory = new PlainMemory(hasher, isCompiled);
        const [a, b] = [memory.createSnapshot(), memory.createSnapshot()];
        memory.save(first, a);
        memory.save(second, b);
        for (const [tape, state] of [
          [b, second],
          [a, first],
          [b, second],
        ] as const) {
          const restored = memory.load(tape);
          expect(JSON.stringify(restored)).toBe(JSON.stringify(state));
        }
      }),
    );
  });

  it("[DE4] is not misled by an object that stands in two places", () => {
    const memory = new PlainMemory(hasher, isCompiled);
    const [early, late] = [memory.createSnapshot(), memory.createSnapshot()];
    memory.save({ ball: { x: 1 }, last: { x: 0 } }, early);
    const state = memory.load(early) as { ball: object; last: object };
    state.last = state.ball;
    memory.save(state, late);
    expect(memory.load(early)).toEqual({ ball: { x: 1 }, last: { x: 0 } });
    const shared = memory.load(late) as { ball: { x: number }; last: { x: number } };
    shared.ball.x = 5;
    expect(shared.last.x).toBe(1);
  });

  it("[DE4] follows objects that gain and lose keys and lists that grow", () => {
    const memory = new PlainMemory(hasher, isCompiled);
    const states = [
      { a: 1 },
      { a: 1, b: { c: [1, "x", null] } },
      { b: {}, list: Array.from({ length: 500 }, (_, i) => ({ i, half: i / 2 })) },
      { a: "now a text", b: null },
    ];
    const tapes = states.map((state) => {
      const tape = memory.createSnapshot();
      memory.save(state, tape);
      return tape;
    });
    for (const i of [2, 0, 3, 1, 2, 2, 0]) {
      expect(memory.load(tapes[i] as (typeof tapes)[0])).toEqual(states[i]);
    }
  });

  it("[DE5] hashes equal exactly when the canonical JSON is equal", () => {
    fc.assert(
      fc.property(plain, plain, fc.boolean(), (first, other, isSame) => {
        const second = isSame ? clone(first) : other;
        const hashes = [first, second].map((state) => {
          const memory = new PlainMemory(hasher, isCompiled);
          const tape = memory.createSnapshot();
          memory.save(state, tape);
          return memory.hash(tape);
        });
        expect(hashes[0] === hashes[1]).toBe(canonicalJson(first) === canonicalJson(second));
      }),
    );
  });

  it("[DE5] does not see the order in which keys were set", () => {
    const memory = new PlainMemory(hasher, isCompiled);
    const [a, b] = [memory.createSnapshot(), memory.createSnapshot()];
    memory.save({ x: 1, y: { z: 2, w: 3 } }, a);
    memory.save({ y: { w: 3, z: 2 }, x: 1 }, b);
    expect(memory.hash(a)).toBe(memory.hash(b));
    expect(Object.keys(memory.load(b) as object)).toEqual(["y", "x"]);
  });

  it.each([
    ["NaN", { a: [1, { b: Number.NaN }] }, "state.a.1.b", "NaN"],
    ["Infinity", { a: Number.POSITIVE_INFINITY }, "state.a", "Infinity"],
    ["−0", { a: { b: -0 } }, "state.a.b", "-0"],
    ["undefined", { a: undefined }, "state.a", "undefined"],
    ["a Map", { a: new Map() }, "state.a", "a Map object"],
    ["a Date", [new Date(0)], "state.0", "a Date object"],
    ["a function", { f() {} }, "state.f", "a function"],
    ["a class instance", { p: new (class Point {})() }, "state.p", "a Point object"],
    ["a typed array", { p: new Uint8Array(2) }, "state.p", "a Uint8Array object"],
    ["a bigint", { n: 1n }, "state.n", "a bigint"],
  ])("[DE3] refuses %s with its path", (_what, state, path, found) => {
    const memory = new PlainMemory(hasher, isCompiled);
    const tape = memory.createSnapshot();
    const saveAndHash = () => {
      memory.save(state, tape);
      memory.hash(tape);
    };
    expect(saveAndHash).toThrow(`Expected ${path} to be`);
    expect(saveAndHash).toThrow(`got ${found}`);
  });
});

describe("plain memory", () => {
  it("[DE5] gives the same hash by generated code and by loops", () => {
    fc.assert(
      fc.property(plain, (state) => {
        const hashes = [true, false].map((isCompiled) => {
          const memory = new PlainMemory(hasher, isCompiled);
          const tape = memory.createSnapshot();
          memory.save(state, tape);
          return memory.hash(tape);
        });
        expect(hashes[0]).toBe(hashes[1]);
      }),
    );
  });
});
