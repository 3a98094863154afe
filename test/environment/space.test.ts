import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionBitWidths, readAction, writeAction } from "../../engine/environment/space.ts";
import {
  box,
  discrete,
  isAction,
  multiBinary,
  multiDiscrete,
  type Space,
} from "../../engine/index.ts";

const SPACES: readonly (readonly [string, Space])[] = [
  ["discrete of 1", discrete(1)],
  ["discrete of 6", discrete(6)],
  ["discrete of 300", discrete(300)],
  ["multi-discrete", multiDiscrete([3, 5, 1_000])],
  ["multi-binary", multiBinary(7)],
  ["box", box(-2, 2, 3)],
];

function actionOf(space: Space): fc.Arbitrary<number | number[]> {
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

  it("refuses what is no action", () => {
    for (const value of [null, undefined, "1", -1, 0.5, Number.NaN, [], [9_999], {}, 1e9]) {
      expect(isAction(space, value)).toBe(false);
    }
  });
});
