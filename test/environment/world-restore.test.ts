import { beforeAll, describe, expect, it } from "vitest";
import {
  type Environment,
  flatLayout,
  float64,
  type Hasher,
  loadHasher,
  World,
} from "../../engine/index.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "../support/orbit-environment.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const makeWorld = (environment: Environment) =>
  new World({ environment, config: null, seed: 3, maxSteps: 100, hasher });

function play(world: World, toFrame: number): void {
  for (let frame = world.frame; frame < toFrame; frame++) {
    const space = world.environment.stateLayout === undefined;
    world.step([0, 1].map((i) => (space ? (frame + i) % 5 : [0.5, -i])));
    world.save(frame + 1);
  }
}

/** As it travels from one page to another. */
const copy = (world: World, frame: number): unknown =>
  JSON.parse(JSON.stringify(world.copyState(frame)));

describe("a state from another world", () => {
  it.each([
    ["plain", orbitEnvironment()],
    ["flat", flatOrbitEnvironment()],
  ])("[SE11] that is %s has the same hash there and goes on alike", (_, environment) => {
    const [first, second] = [makeWorld(environment), makeWorld(environment)];
    play(first, 40);
    expect(second.restore(25, copy(first, 25), [])).toBe(true);
    expect(second.hash(25)).toBe(first.hash(25));
    play(second, 40);
    for (let frame = 25; frame <= 40; frame++) expect(second.hash(frame)).toBe(first.hash(frame));
  });

  it("[SE11] keeps every number that a flat state may hold, to the sign of nothing", () => {
    const layout = flatLayout({ numbers: float64(5) });
    const numbers = [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-310];
    const environment = {
      ...flatOrbitEnvironment(),
      stateLayout: layout,
      reset: () => {
        const state = layout.create();
        state.numbers.set(numbers);
        return state;
      },
    } as Environment;
    const [first, second] = [makeWorld(environment), makeWorld(environment)];
    expect(second.restore(7, copy(first, 0), [])).toBe(true);
    expect(second.hash(7)).toBe(first.hash(0));
  });

  it.each([
    ["a number too few", flatOrbitEnvironment(), { random: [1, 2, 3], position: [], velocity: [] }],
    ["nothing", flatOrbitEnvironment(), null],
    ["the sign of nothing in a plain state", orbitEnvironment(), { score: -0 }],
    ["undefined in a plain state", orbitEnvironment(), { score: undefined }],
  ])("[SE11] with %s is refused, and the present one stays", (_, environment, json) => {
    const world = makeWorld(environment);
    play(world, 10);
    const before = world.hash(10);
    expect(world.restore(12, json, [])).toBe(false);
    expect([world.frame, world.hash(10), world.hasSnapshot(12)]).toEqual([10, before, false]);
    play(world, 11);
  });
});
