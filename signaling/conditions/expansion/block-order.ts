/** In which order a participant passes the blocks. */
import { configurationError, PythonError } from "./error.ts";
import { balancedLatinSquare, williamsRows } from "./latin-square.ts";
import type { PythonRandom } from "./python-random.ts";
import { repr, str } from "./python-text.ts";
import { isList, isTable, type Table, type Value } from "./value.ts";

/** How `order` and the lists inside it may be arranged. */
export const ORDER_STRATEGIES = ["randomize", "latin_square", "as_is"];
/** How `init_blocks` and `final_blocks` may be arranged. */
export const EDGE_STRATEGIES = ["randomize", "as_is"];

/** The part of `[configuration]` that decides the order, as written or with its defaults. */
export interface OrderSettings {
  /** Whether to do as experiment-server does, also where it is wrong. */
  readonly isExact: boolean;
  readonly order: Value;
  readonly groups: Value;
  readonly withinGroups: Value;
  readonly initBlocks: Value;
  readonly finalBlocks: Value;
  readonly initBlocksStrategy: Value;
  readonly finalBlocksStrategy: Value;
}

export interface Turn {
  /** From 0: which of the balanced arrangements the participant gets, as often as they go round. */
  readonly arrangement: number;
  readonly random: PythonRandom;
  /** Told of every list that was shuffled. */
  log(stream: string, result: Value): void;
}

type Edge = "init_blocks" | "final_blocks";

function checkStrategy(name: string, value: Value, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  const values = `dict_values(${repr(allowed)})`;
  throw configurationError(`Allowed values for \`${name}\` are ${values}, for ${str(value)}`);
}

export function checkStrategies(settings: OrderSettings): void {
  checkStrategy("within_groups", settings.withinGroups, ORDER_STRATEGIES);
  checkStrategy("groups", settings.groups, ORDER_STRATEGIES);
  checkStrategy("init_blocks_strategy", settings.initBlocksStrategy, EDGE_STRATEGIES);
  checkStrategy("final_blocks_strategy", settings.finalBlocksStrategy, EDGE_STRATEGIES);
}

/** Python's `int(text)`. */
function integerOf(text: string): number {
  if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) return Number(text.replaceAll("_", ""));
  throw new PythonError("ValueError", `invalid literal for int() with base 10: ${repr(text)}`);
}

function isTexts(value: Value): value is readonly string[] {
  return isList(value) && value.every((entry) => typeof entry === "string");
}

function modulo(index: number, count: number): number {
  if (count === 0) throw new PythonError("ZeroDivisionError", "integer modulo by zero");
  return index % count;
}

/** The list that a table keyed "1", "2", … has for this arrangement. */
function keyedList(table: Table, name: string, strategy: Value, arrangement: number): string[] {
  const lists = new Map([...table].map(([key, list]) => [integerOf(key), list]));
  const values = [...lists.values()];
  if (!values.every(isList)) {
    throw configurationError(
      `Each group in ${name} for all participants needs to be list, got ${repr(lists)}`,
    );
  }
  if (!values.every(isTexts)) {
    throw configurationError(
      `All conditions in ${name} for all participants needs to be a strings, got ${repr(lists)}`,
    );
  }
  const expected = Array.from(lists, (_, index) => index + 1);
  if (!expected.every((key) => lists.has(key))) {
    throw configurationError(
      `Keys order in ${name} should match the consecutive indices starting from 1. Got keys [${[...lists.keys()].join(", ")}], expected keys [${expected.join(", ")}]`,
    );
  }
  if (strategy !== "as_is") {
    throw configurationError(
      `Ordering strategy for ${name} should be as_is when ${name} is a dictionary. Got ${strategy}`,
    );
  }
  return [...(lists.get(modulo(arrangement, lists.size) + 1) as string[])];
}

interface Groups {
  readonly lists: string[][];
  readonly withinGroups: Value;
}

function readGroups(
  settings: OrderSettings,
  order: Table | readonly Value[],
  arrangement: number,
): Groups {
  const { groups, withinGroups } = settings;
  if (isTable(order)) {
    return { lists: [keyedList(order, "order", groups, arrangement)], withinGroups };
  }
  const isNested = order.every(isList);
  const lists = isNested ? order : [order];
  if (!lists.every(isTexts)) {
    throw configurationError(
      `All conditions in order were expected to be strings, got ${repr(lists)}`,
    );
  }
  return {
    lists: lists.map((list) => [...(list as readonly string[])]),
    withinGroups: isNested ? withinGroups : groups,
  };
}

function permuted<T>(list: readonly T[], row: readonly number[]): T[] {
  return row.map((index) => list[index] as T);
}

function rowAt(size: number, index: number): readonly number[] {
  const rows = williamsRows(size);
  return rows[index % rows.length] ?? [];
}

/** experiment-server finds its rows modulo `size`, so that of an odd square it knows only one half. */
function exactRowAt(size: number, index: number): readonly number[] {
  return balancedLatinSquare(size)[index] as readonly number[];
}

/** How many participants pass before the lists inside `order` take their next row. */
function outerCount({ order, groups }: OrderSettings): number {
  if (isTable(order)) return order.size;
  if (groups !== "latin_square" || !isList(order) || !order.every(isList)) return 1;
  return williamsRows(order.length).length || 1;
}

function arrangeGroups(settings: OrderSettings, lists: string[][], turn: Turn): string[][] {
  const { groups, isExact } = settings;
  if (groups === "randomize" && lists.length > 1) {
    turn.random.shuffle(lists);
    turn.log("order", lists);
  }
  if (groups !== "latin_square") return lists;
  const size = lists.length;
  const row = isExact
    ? exactRowAt(size, modulo(turn.arrangement, size))
    : rowAt(size, turn.arrangement);
  return permuted(lists, row);
}

function arrangeWithin(
  settings: OrderSettings,
  { lists, withinGroups }: Groups,
  turn: Turn,
): string[][] {
  if (withinGroups === "randomize") {
    for (const [index, list] of lists.entries()) {
      turn.random.shuffle(list);
      turn.log(`order[${index}]`, [...list]);
    }
  }
  if (withinGroups !== "latin_square") return lists;
  const sizes = new Set(lists.map(({ length }) => length));
  if (sizes.size !== 1) {
    if (!settings.isExact && lists.length === 0) return lists;
    throw configurationError(
      "Currently latin_square not supported for `within_groups` when the number of elements in all groups are not the same",
    );
  }
  const [size] = sizes as unknown as [number];
  const row = settings.isExact
    ? exactRowAt(size, Math.floor(modulo(turn.arrangement, size * lists.length) / lists.length))
    : rowAt(size, Math.floor(turn.arrangement / outerCount(settings)));
  return lists.map((list) => permuted(list, row));
}

function edgeNames(name: Edge, blocks: Value, strategy: Value, turn: Turn): string[] {
  if (isTable(blocks)) return keyedList(blocks, name, strategy, turn.arrangement);
  if (!isList(blocks)) throw new PythonError("AssertionError", "");
  if (!isTexts(blocks)) {
    throw configurationError(
      `All conditions in order were expected to be strings, got ${repr(blocks)}`,
    );
  }
  const names = [...blocks];
  if (strategy !== "randomize") return names;
  turn.random.shuffle(names);
  turn.log(name, [...names]);
  return names;
}

/** The names before and after those in `order`. */
function allEdgeNames(settings: OrderSettings, turn: Turn): readonly [string[], string[]] {
  const { initBlocks, finalBlocks, initBlocksStrategy, finalBlocksStrategy } = settings;
  return [
    edgeNames("init_blocks", initBlocks, initBlocksStrategy, turn),
    edgeNames("final_blocks", finalBlocks, finalBlocksStrategy, turn),
  ];
}

/** The names of the blocks of one participant, first to last. */
export function orderNames(settings: OrderSettings, turn: Turn): readonly string[] {
  const { order, groups, withinGroups: within } = settings;
  if (!isTable(order) && !isList(order)) {
    if (groups === "as_is" && within === "as_is") allEdgeNames(settings, turn);
    const reason = "where it is not associated with a value";
    const text = `cannot access local variable '_filtered_order' ${reason}`;
    throw new PythonError("UnboundLocalError", text);
  }
  const { lists, withinGroups } = readGroups(settings, order, turn.arrangement);
  const arranged = arrangeGroups(settings, lists, turn);
  const main = arrangeWithin(settings, { lists: arranged, withinGroups }, turn);
  const [init, final] = allEdgeNames(settings, turn);
  return [...init, ...main.flat(), ...final];
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

/** After how many participants every arrangement that is not random has come equally often. */
export function countArrangements(settings: OrderSettings): number {
  const { order, groups, withinGroups, initBlocks, finalBlocks } = settings;
  const isNested = isTable(order) || (isList(order) && order.every(isList));
  const within = isNested ? withinGroups : groups;
  const lists = isTable(order) ? [...order.values()] : isNested ? (order as Value[]) : [order];
  const rowCounts = lists.map((list) => williamsRows((list as Value[]).length).length || 1);
  const inner = within === "latin_square" ? rowCounts.reduce(leastCommonMultiple, 1) : 1;
  const edges = [initBlocks, finalBlocks].map((blocks) => (isTable(blocks) ? blocks.size : 1));
  return edges.reduce(leastCommonMultiple, outerCount(settings) * inner);
}
