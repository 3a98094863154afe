/** Checks that hold for every game. */
import type { Environment } from "../../../engine/index.ts";
import { nextInt, seedRandom } from "../../../engine/index.ts";

/** Paths of values that JSON would lose or change. */
export function jsonFaults(value: unknown, path = "$"): string[] {
  if (value === null || typeof value === "string" || typeof value === "boolean") return [];
  if (typeof value === "number") {
    return Number.isFinite(value) && !Object.is(value, -0) ? [] : [`${path}: ${String(value)}`];
  }
  if (typeof value !== "object") return [`${path}: ${typeof value}`];
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== Array.prototype) return [`${path}: class`];
  return Object.entries(value).flatMap(([key, entry]) => jsonFaults(entry, `${path}.${key}`));
}

/** Reproducible actions that hold each key for a few frames, as people do. */
export function randomActions<S, C>(environment: Environment<S, C>, seed: number, frames: number) {
  const random = seedRandom([0, 0, 0, 0], seed);
  const current = environment.actionSpaces.map(() => 0);
  return Array.from({ length: frames }, () => {
    environment.actionSpaces.forEach((space, i) => {
      if (space.kind === "discrete" && nextInt(random, 5) === 0) {
        current[i] = nextInt(random, space.n);
      }
    });
    return [...current];
  });
}
