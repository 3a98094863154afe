/** Makes one peer's state wrong on purpose, at a known frame and place. */
import type { Cluster, Environment } from "../../engine/index.ts";
import type { Fault } from "./set-up.ts";

type Branch = Record<string, unknown>;

/** The environment itself when no desync is planted. `clusterOf` is asked while it plays. */
export function plantDesync(
  environment: Environment,
  faults: readonly Fault[],
  clusterOf: () => Cluster,
): Environment {
  const planted = faults.flatMap((fault) => (fault.kind === "desync" ? [fault] : []));
  if (planted.length === 0) return environment;
  return {
    ...environment,
    step(state, actions) {
      const result = environment.step(state, actions);
      for (const { peer, frame, path } of planted) {
        // The peer's world is the only one that holds this very state, and still counts the step's frame.
        const world = clusterOf().peers[peer]?.world;
        if (world !== undefined && world.state === state && world.frame === frame)
          change(state, path);
      }
      return result;
    },
  };
}

/** Adds 1 to a number, turns a truth value; a path that leads nowhere changes nothing. */
function change(state: unknown, path: string): void {
  const keys = path === "" ? firstLeaf(state) : path.split(".");
  const last = keys?.at(-1);
  if (keys === null || last === undefined) return;
  let branch = state;
  for (const key of keys.slice(0, -1)) branch = (branch as Branch | undefined)?.[key];
  const value = (branch as Branch | undefined)?.[last];
  if (typeof value === "number") (branch as Branch)[last] = value + 1;
  if (typeof value === "boolean") (branch as Branch)[last] = !value;
}

/** Keys of the first number or truth value in the order in which differences are looked for. */
function firstLeaf(state: unknown): string[] | null {
  if (typeof state === "number" || typeof state === "boolean") return [];
  if (typeof state !== "object" || state === null) return null;
  const keys = Object.keys(state).filter((key) => key !== "bytes");
  if (!Array.isArray(state)) keys.sort();
  for (const key of keys) {
    const rest = firstLeaf((state as Branch)[key]);
    if (rest !== null) return [key, ...rest];
  }
  return null;
}
