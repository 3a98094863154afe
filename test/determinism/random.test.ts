import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveSeed, nextFloat, nextInt, nextUint32, seedRandom } from "../../engine/index.ts";

describe("random", () => {
  it("[DE1] gives the golden stream of seed 1 in plain and in typed state", () => {
    const plain = seedRandom([0, 0, 0, 0], 1);
    const typed = seedRandom(new Uint32Array(4), 1);
    const draws = Array.from({ length: 4 }, () => nextUint32(plain));
    expect(Array.from({ length: 4 }, () => nextUint32(typed))).toEqual(draws);
    expect(draws).toMatchInlineSnapshot(`
      [
        392872739,
        2287692305,
        2370550642,
        1555728240,
      ]
    `);
  });

  it("[DE1] goes on from a copied state as from the original", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(100), (seed, skipped) => {
        const state = seedRandom([0, 0, 0, 0], seed);
        for (let i = 0; i < skipped; i++) nextUint32(state);
        const copy = JSON.parse(JSON.stringify(state)) as number[];
        expect(nextUint32(copy)).toBe(nextUint32(state));
      }),
    );
  });

  it("draws floats in [0, 1) and integers below their bound, evenly", () => {
    const state = seedRandom([0, 0, 0, 0], 7);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) {
      const x = nextFloat(state);
      expect(x >= 0 && x < 1).toBe(true);
      const side = nextInt(state, 6);
      counts[side] = (counts[side] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it("[DE2] derives different seeds for different paths", () => {
    const seeds = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      for (let step = 0; step < 50; step++) seeds.add(deriveSeed(seed, step));
      seeds.add(deriveSeed(seed, 0, 1)).add(deriveSeed(seed, 1, 0));
    }
    expect(seeds.size).toBe(50 * 52);
  });
});
