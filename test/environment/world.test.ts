import { expect, it } from "vitest";
import { loadHasher, World } from "../../engine/index.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "../support/orbit-environment.ts";

it.each([
  ["plain", orbitEnvironment(), [1, 2]],
  [
    "flat",
    flatOrbitEnvironment(),
    [
      [0.5, 0],
      [0.5, -1],
    ],
  ],
] as const)(
  "[RB6] a terminal %s state absorbs: stepping it changes nothing",
  async (_, environment, actions) => {
    const hasher = await loadHasher();
    const world = new World({ environment, config: null, seed: 3, maxSteps: 5, hasher });
    const hashes = Array.from({ length: 8 }, () => {
      world.step(actions);
      world.save(world.frame);
      return [world.isTerminal, world.hash(world.frame)] as const;
    });
    expect(hashes.map(([isTerminal]) => isTerminal).indexOf(true)).toBe(4);
    const [before, end, ...after] = hashes.slice(3).map(([, hash]) => hash);
    expect(end).not.toBe(before);
    expect(after).toEqual([end, end, end]);
  },
);
