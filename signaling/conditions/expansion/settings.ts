/** `[configuration]` as read: what is written, or its default. */

import type { OrderSettings } from "./block-order.ts";
import { configurationError } from "./error.ts";
import { floatSeed } from "./python-random.ts";
import { sum } from "./python-sum.ts";
import { isTable, type Table, type Value } from "./value.ts";

/** The value of `compat` that asks for experiment-server's results, also where they are wrong. */
export const EXACT_COMPAT = "experiment-server";

/** How participants come to their arrangement; see `assignment.ts`. */
export const ASSIGNMENTS = ["in_turn", "blocked", "least_completed"] as const;
export type AssignmentRule = (typeof ASSIGNMENTS)[number];

export const CONFIGURATION_KEYS = [
  "order",
  "groups_strategy",
  "groups",
  "within_groups_strategy",
  "within_groups",
  "init_blocks",
  "init_blocks_strategy",
  "final_blocks",
  "final_blocks_strategy",
  "random_seed",
  "variables",
  "assignment",
  "compat",
];

export interface Settings extends OrderSettings {
  readonly randomSeed: Value;
  readonly variables: Table;
  readonly assignment: AssignmentRule;
}

/** Whether the file asks to be read as experiment-server reads it. */
export function asksForExactness(root: Table): boolean {
  const configuration = root.get("configuration");
  return isTable(configuration) && configuration.get("compat") === EXACT_COMPAT;
}

/** @throws PythonError when `[configuration]` or `order` is missing. */
export function readSettings(root: Table, isExact: boolean): Settings {
  const configuration = root.get("configuration");
  if (configuration === undefined) throw configurationError("Missing `configuration` section.");
  if (!isTable(configuration)) {
    throw configurationError("`configuration` section should be a table.");
  }
  const read = (name: string, otherwise: Value) => configuration.get(name) ?? otherwise;
  const order = configuration.get("order");
  if (order === undefined) throw configurationError("Missing `order` in `configuration` section.");
  const variables = read("variables", new Map());
  return {
    isExact,
    order,
    groups: read("groups_strategy", read("groups", "as_is")),
    withinGroups: read("within_groups_strategy", read("within_groups", "as_is")),
    initBlocks: read("init_blocks", []),
    finalBlocks: read("final_blocks", []),
    initBlocksStrategy: read("init_blocks_strategy", "as_is"),
    finalBlocksStrategy: read("final_blocks_strategy", "as_is"),
    randomSeed: read("random_seed", 0n),
    variables: isTable(variables) ? variables : new Map(),
    assignment: read("assignment", "in_turn") as AssignmentRule,
  };
}

/**
 * The integer from which a participant's draws are made: `random_seed + participant_index`. With a text,
 * the number that the bytes of `text/index` spell, so that no two studies share a seed.
 */
export function participantSeed(
  randomSeed: Value,
  participantIndex: number,
  isExact: boolean,
): bigint {
  if (typeof randomSeed === "string" && !isExact) {
    return textSeed(`${randomSeed}/${participantIndex}`);
  }
  const seed = sum(randomSeed, BigInt(participantIndex));
  return typeof seed === "number" ? floatSeed(seed) : (seed as bigint);
}

/** The big-endian integer of the text's UTF-8 bytes. */
export function textSeed(text: string): bigint {
  return new TextEncoder().encode(text).reduce((seed, byte) => (seed << 8n) | BigInt(byte), 0n);
}
