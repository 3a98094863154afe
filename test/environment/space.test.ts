import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionBitWidths, readAction, writeAction } from "../../engine/environment/space.ts";
import {
  type Action,
  box,
  discrete,
  isAction,
  json,
  multiBinary,
  multiDiscrete,
  type Space,
  seedRandom,
} from "../../engine/index.ts";
import { randomAction } from "../../engine/inspection/random-inputs.ts";

const NUMERIC: readonly (readonly [string, Space])[] = [
  ["discrete of 1", discrete(1)],
  ["discrete of 6", discrete(6)],
  ["discrete of 300", discrete(300)],
  ["multi-discrete", multiDiscrete([3, 5, 1_000])],
  ["multi-binary", multiBinary(7)],
  ["box", box(-2, 2, 3)],
];
const SPACES: typeof NUMERIC = [
  ...NUMERIC,
  ["json of 1 byte", json({ maxBytes: 1 })],
  ["json of 23 bytes", json({ maxBytes: 23 })],
  ["json of 64 bytes", json({ maxBytes: 64 })],
];

function actionOf(space: Space): fc.Arbitrary<Action> {
  switch (space.kind) {
    case "discrete":
      return fc.nat(space.n - 1);
    case "multi-discrete":
      return fc.tuple(...space.nvec.map((n) => fc.nat(n - 1)));
    case "multi-binary":
      return fc.array(fc.nat(1), { minLength: space.n, maxLength: space.n });
    case "box":
      return fc.array(fc.float({ min: space.low, max: space.high, noNaN: true }), {
        minLength: space.size,
        maxLength: space.size,
      });
    case "json":
      return fc
        .oneof(fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: "binary" }))
        .filter((value) => isAction(space, value)) as fc.Arbitrary<Action>;
  }
}

describe.each(SPACES)("%s", (_name, space) => {
  const widths = actionBitWidths(space);

  it("reads back what it wrote, in words that fit their bits", () => {
    fc.assert(
      fc.property(actionOf(space), (action) => {
        expect(isAction(space, action)).toBe(true);
        const words = new Uint32Array(widths.length + 2);
        writeAction(space, action, words, 1);
        widths.forEach((bits, i) => {
          if (bits < 32) expect(words[1 + i] as number).toBeLessThan(2 ** bits);
        });
        expect(readAction(space, words, 1)).toEqual(action);
      }),
    );
  });

  it("[PR1] makes a legal action of any words", () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: widths.length, maxLength: widths.length }),
        (words) => {
          expect(isAction(space, readAction(space, Uint32Array.from(words), 0))).toBe(true);
        },
      ),
    );
  });
});

describe.each(NUMERIC)("%s", (_name, space) => {
  it("refuses what is no action", () => {
    for (const value of [null, undefined, "1", -1, 0.5, Number.NaN, [], [9_999], {}, 1e9]) {
      expect(isAction(space, value)).toBe(false);
    }
  });
});

describe("json", () => {
  const space = json({ maxBytes: 24 });
  const widths = actionBitWidths(space);
  const words = (text: string, length = text.length) => {
    const row = new Uint32Array(widths.length);
    row[0] = length;
    for (const [i, character] of [...text].entries()) {
      const at = 1 + (i >> 2);
      row[at] = ((row[at] as number) | (character.charCodeAt(0) << (8 * (i & 3)))) >>> 0;
    }
    return row;
  };

  it("travels as its length and its canonical text, four characters a word", () => {
    const row = new Uint32Array(widths.length);
    writeAction(space, { b: ["é"], a: 1 }, row, 0);
    expect(row).toEqual(words('{"a":1,"b":["\\u00e9"]}'));
    expect(widths).toEqual([5, 32, 32, 32, 32, 32, 32]);
  });

  it("refuses what JSON would lose or change, what is too long, and a value that holds itself", () => {
    const own: unknown[] = [];
    own.push(own);
    for (const value of [
      ...[undefined, Number.NaN, Number.POSITIVE_INFINITY, -0, [undefined], new Map(), () => 0],
      ...[new Date(0), "x".repeat(23), "é".repeat(4), JSON.parse('{"__proto__":1}'), own],
    ]) {
      expect(isAction(space, value), String(value)).toBe(false);
    }
    for (const value of [null, "x".repeat(22), "ééé", "__proto__", [[[]]], {}, 1e300, ""]) {
      expect(isAction(space, value), String(value)).toBe(true);
    }
  });

  it.each([
    ["no JSON", '{"a":'],
    ["other spacing", "[1, 2]"],
    ["other order of keys", '{"b":1,"a":2}'],
    ["a key twice", '{"a":1,"a":2}'],
    ["a number written otherwise", "1.0"],
    ["a negative zero", "-0"],
    ["a number beyond all bounds", "1e999"],
    ["bytes beyond ASCII", '"\u00e9"'],
    ["a prototype", '{"__proto__":{"x":1}}'],
  ])("[PR1][PR7] takes %s for the null action", (_name, text) => {
    expect(readAction(space, words(text), 0)).toBeNull();
  });

  it("[PR1] reads no further than its words whatever the length says", () => {
    const text = `"${"x".repeat(22)}"`;
    expect(readAction(space, words(text, 31), 0)).toBe("x".repeat(22));
    expect(readAction(space, words("7", 1), 0)).toBe(7);
  });

  it.each([0, 65, 1.5, Number.NaN])("refuses a size of %d bytes", (maxBytes) => {
    expect(() => json({ maxBytes })).toThrow("Expected `maxBytes` to be an integer 1–64");
  });

  it("draws small values of every kind", () => {
    const random = seedRandom([0, 0, 0, 0], 3);
    const drawn = Array.from({ length: 300 }, () => randomAction(space, random));
    expect(drawn.every((action) => isAction(space, action))).toBe(true);
    const kinds = drawn.map((one) =>
      Array.isArray(one) ? "array" : one === null ? "null" : typeof one,
    );
    expect(new Set(kinds)).toEqual(
      new Set(["null", "boolean", "number", "string", "array", "object"]),
    );
  });
});
