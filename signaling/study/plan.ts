/** Draws one participant's order of scenes; the same seed and condition always give the same one. */
import { nextInt, type RandomState, seedRandom } from "../../engine/index.ts";
import type { Flow } from "./wrapper.ts";

/** Fisher and Yates's: every order is equally likely. */
export function shuffled<T>(entries: readonly T[], random: RandomState): readonly T[] {
  const order = [...entries];
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = nextInt(random, last + 1);
    const moved = order[last] as T;
    order[last] = order[chosen] as T;
    order[chosen] = moved;
  }
  return order;
}

function expand(flow: Flow, random: RandomState, condition: string | null): readonly string[] {
  const all = (parts: readonly Flow[]) => parts.flatMap((part) => expand(part, random, condition));
  switch (flow.kind) {
    case "scene":
      return [flow.sceneId];
    case "sequence":
      return all(flow.parts);
    case "shuffle":
      return all(shuffled(flow.parts, random).slice(0, flow.keepN));
    case "repeat":
      return all(Array.from({ length: flow.times }, () => flow.part));
    case "condition": {
      const part = flow.parts[condition ?? ""];
      if (part === undefined) throw new Error(`Expected scenes of condition ${condition}`);
      return expand(part, random, condition);
    }
  }
}

/** Scene ids in the order of this participant; a repeated scene stands there repeatedly. */
export function drawPlan(flow: Flow, seed: number, condition: string | null): readonly string[] {
  return expand(flow, seedRandom([0, 0, 0, 0], seed), condition);
}
