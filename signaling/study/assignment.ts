/** Which condition a newcomer gets: counted over those who have completed or are still taking part. */
import { deriveSeed, nextInt, seedRandom } from "../../engine/index.ts";
import type { FaultList } from "./fault.ts";
import { shuffled } from "./plan.ts";

export interface AssignmentOptions {
  /** Names of the conditions. */
  conditions: readonly string[];
  /**
   * `balanced` (default) gives the condition with the fewest participants, by chance among equals;
   * `blocked` fills one shuffled block after another, so that each block holds all conditions equally often.
   */
  method?: "balanced" | "blocked";
  /** Of `blocked`: a multiple of the number of conditions, which is the default. */
  blockSize?: number;
  /** How long a participant who begins no further scene still holds their place. */
  placeHeldMs?: number;
}

/** As plain data, with nothing left out. */
export type Assignment = Readonly<Required<AssignmentOptions>>;

/** What a newcomer gets. */
export interface Assigned {
  readonly condition: string;
  /** Position in the sequence of blocks; with `balanced`, the number of the arrival. */
  readonly place: number;
}

const CONDITIONS_MAX = 100;
const BLOCK_SIZE_MAX = 1_000;
/** An hour: longer than any scene, shorter than a day of collecting. */
const PLACE_HELD_DEFAULT_MS = 3_600_000;
const WEEK_MS = 604_800_000;
/** Keeps the draws of assignment apart from those of plans. */
const ASSIGNMENT_STREAM = 1;

export function assignmentFaults(list: FaultList, options: AssignmentOptions): void {
  if (typeof options !== "object" || options === null) {
    list.expect(false, "assignment", "{ conditions, method, blockSize }", options);
    return;
  }
  const { conditions, method = "balanced", blockSize, placeHeldMs } = options;
  list.known("assignment", options, ["conditions", "method", "blockSize", "placeHeldMs"]);
  list.texts("conditions", conditions, 2);
  list.oneOf("method", method, ["balanced", "blocked"]);
  if (placeHeldMs !== undefined) list.integer("placeHeldMs", placeHeldMs, 1, WEEK_MS);
  if (!Array.isArray(conditions)) return;
  const areOnce = new Set(conditions).size === conditions.length;
  list.expect(areOnce, "conditions", "names that differ", conditions);
  const isCount = conditions.length <= CONDITIONS_MAX;
  list.expect(isCount, "conditions", `at most ${CONDITIONS_MAX} names`, conditions.length);
  if (blockSize === undefined) return;
  const isMultiple =
    Number.isInteger(blockSize) &&
    blockSize >= conditions.length &&
    blockSize <= BLOCK_SIZE_MAX &&
    blockSize % conditions.length === 0;
  const what = `a multiple of ${conditions.length}, the number of conditions, up to ${BLOCK_SIZE_MAX}`;
  list.expect(isMultiple, "blockSize", what, blockSize);
  if (method !== "blocked") list.add('Expected `blockSize` only with `method: "blocked"`');
}

/** Of options without faults. */
export function assignmentData(options: AssignmentOptions): Assignment {
  const { conditions } = options;
  return {
    method: "balanced",
    blockSize: conditions.length,
    placeHeldMs: PLACE_HELD_DEFAULT_MS,
    ...options,
  };
}

function balanced(
  { conditions }: Assignment,
  seed: number,
  taken: readonly Assigned[],
  arrival: number,
): Assigned {
  const countOf = (name: string) => taken.filter(({ condition }) => condition === name).length;
  const counts = conditions.map(countOf);
  const fewest = Math.min(...counts);
  const equals = conditions.filter((_, i) => counts[i] === fewest);
  const random = seedRandom([0, 0, 0, 0], deriveSeed(seed, ASSIGNMENT_STREAM, arrival));
  return { condition: equals[nextInt(random, equals.length)] as string, place: arrival };
}

function blocked(
  { conditions, blockSize }: Assignment,
  seed: number,
  taken: readonly Assigned[],
): Assigned {
  const places = new Set(taken.map(({ place }) => place));
  let place = 0;
  while (places.has(place)) place++;
  const block = Math.floor(place / blockSize);
  const random = seedRandom([0, 0, 0, 0], deriveSeed(seed, ASSIGNMENT_STREAM, block));
  const slots = Array.from({ length: blockSize }, (_, i) => conditions[i % conditions.length]);
  return { condition: shuffled(slots, random)[place % blockSize] as string, place };
}

/**
 * The condition and the place of the newcomer number `arrival`, from 0. `taken` are the places of all who
 * have completed or still take part; those of everybody else are free again.
 */
export function assign(
  assignment: Assignment,
  seed: number,
  taken: readonly Assigned[],
  arrival: number,
): Assigned {
  return assignment.method === "blocked"
    ? blocked(assignment, seed, taken)
    : balanced(assignment, seed, taken, arrival);
}
