import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, type Hasher, loadHasher } from "../../engine/index.ts";
import { PlainMemory } from "../../engine/state/plain-memory.ts";
import { tapeBytes } from "../../engine/state/tape.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const exactNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("constructor", "length", "1", "ключ", "a.b", 'quote"', "__proto__"),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    exactNumber.map((x) => (Object.is(x, -0) ? 0 : x)),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }),
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

  it.each<[string, (ball: Record<string, unknown>) => void]>([
    ["gains a key", (ball) => Object.assign(ball, { spin: 3 })],
    ["loses a key", (ball) => Reflect.deleteProperty(ball, "y")],
    [
      "has its keys in another order",
      (ball) => {
        Reflect.deleteProperty(ball, "x");
        ball.x = 1;
      },
    ],
    [
      "has one key for another",
      (ball) => {
        Reflect.deleteProperty(ball, "y");
        ball.z = 2;
      },
    ],
    ["holds a text where a number was", (ball) => Object.assign(ball, { x: "far" })],
  ])("[DE4] sees in the very next save that one of many objects %s", (_what, reshape) => {
    const memory = new PlainMemory(hasher, isCompiled);
    const early = memory.createSnapshot();
    const [before, after] = [memory.createSnapshot(), memory.createSnapshot()];
    const start = { balls: Array.from({ length: 40 }, (_, i) => ({ x: i, y: i / 2 })) };
    memory.save(start, early);
    for (const i of [0, 20, 39]) {
      const state = memory.load(early) as { balls: Record<string, unknown>[] };
      memory.save(state, before);
      reshape(state.balls[i] as Record<string, unknown>);
      const text = JSON.stringify(state);
      memory.save(state, after);
      expect(JSON.stringify(memory.load(after))).toBe(text);
      expect(JSON.stringify(memory.load(before))).toBe(JSON.stringify(start));
      expect(memory.hash(after)).not.toBe(memory.hash(before));
    }
  });

  it("[DE4] restores objects of one shape inside each other and between other values", () => {
    const node = (value: number, children: unknown[]) => ({ children, value, next: null });
    const leaves = [node(0.5, []), 7, node(1, []), null, node(2, []), [node(3, [])], "end"];
    const state = node(4, [
      node(5, leaves),
      node(6, leaves),
      { ...node(8, []), next: node(9, []) },
    ]);
    const memory = new PlainMemory(hasher, isCompiled);
    const tape = memory.createSnapshot();
    memory.save(state, tape);
    for (let i = 0; i < 2; i++) {
      const restored = memory.load(tape) as typeof state;
      expect(JSON.stringify(restored)).toBe(JSON.stringify(state));
      memory.save(restored, tape);
    }
  });

  it.each([
    ["a number", 0.5],
    ["a text", "text"],
    ["an object without keys", {}],
    ["an object of many numbers", { a: 1, b: 2, c: 3, d: 4, e: 5 }],
    ["a number where none was", [{ a: null }, { a: 1 }]],
  ])(
    "[DE4] restores states that just fit a new tape and that just do not, up to %s",
    (_what, end) => {
      for (let numbers = 240; numbers < 257; numbers++) {
        const state = [...Array.from({ length: numbers }, (_, i) => i), end];
        const memory = new PlainMemory(hasher, isCompiled);
        const tape = memory.createSnapshot();
        memory.save(state, tape);
        expect(memory.load(tape)).toEqual(state);
      }
    },
  );

  it("[DE4] keeps numbers whose sum is not finite", () => {
    const state = { a: Number.MAX_VALUE, b: Number.MAX_VALUE, c: -Number.MAX_VALUE, d: 5e-324 };
    const memory = new PlainMemory(hasher, isCompiled);
    const tape = memory.createSnapshot();
    memory.save([state, state], tape);
    expect(memory.load(tape)).toEqual([state, state]);
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
    [
      "infinities that cancel out",
      { a: 1, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY },
      "state.b",
      "Infinity",
    ],
    ["NaN in one of many", [{ x: 1 }, { x: 2 }, { x: Number.NaN }], "state.2.x", "NaN"],
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
  it("[DE5] writes the same bytes by generated code and by loops", () => {
    fc.assert(
      fc.property(plain, plain, (first, second) => {
        const bytes = [true, false].map((isCompiled) => {
          const memory = new PlainMemory(hasher, isCompiled);
          const tape = memory.createSnapshot();
          memory.save([first, second, clone(first)], tape);
          return [...tapeBytes(tape), ...tape.refs.subarray(0, tape.refCount)];
        });
        expect(bytes[0]).toEqual(bytes[1]);
      }),
    );
  });

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
