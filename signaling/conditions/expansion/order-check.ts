/** Finds what is wrong with `[configuration]`. */
import { EDGE_STRATEGIES, ORDER_STRATEGIES } from "./block-order.ts";
import type { FaultFinder } from "./fault-finder.ts";
import { ASSIGNMENTS, CONFIGURATION_KEYS, EXACT_COMPAT } from "./settings.ts";
import { isList, isTable, type Path, type Table, type Value } from "./value.ts";

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  groups: ORDER_STRATEGIES,
  groups_strategy: ORDER_STRATEGIES,
  within_groups: ORDER_STRATEGIES,
  within_groups_strategy: ORDER_STRATEGIES,
  init_blocks_strategy: EDGE_STRATEGIES,
  final_blocks_strategy: EDGE_STRATEGIES,
  assignment: ASSIGNMENTS,
  compat: [EXACT_COMPAT],
};

interface NameCheck {
  readonly finder: FaultFinder;
  readonly names: ReadonlySet<string>;
}

function checkNames({ finder, names }: NameCheck, list: readonly Value[], path: Path): void {
  const known = [...names].join(", ");
  for (const [index, name] of list.entries()) {
    if (typeof name === "string" && names.has(name)) continue;
    finder.expect(false, [...path, index], `the name of a block (${known})`, name);
  }
}

/** A table keyed "1", "2", … of lists of names. */
function checkKeyed(check: NameCheck, table: Table, path: Path): void {
  const isConsecutive =
    table.size > 0 &&
    Array.from(table, (_, index) => `${index + 1}`).every((key) => table.has(key));
  check.finder.expect(isConsecutive, path, "a table with the keys 1, 2, … and none left out", [
    ...table.keys(),
  ]);
  for (const [key, list] of table) {
    const place = [...path, key];
    if (check.finder.expect(isList(list), place, "a list of names of blocks", list)) {
      checkNames(check, list as readonly Value[], place);
    }
  }
}

function checkEdge(check: NameCheck, configuration: Table, key: string): void {
  const { finder } = check;
  const blocks = configuration.get(key);
  const path = ["configuration", key];
  if (blocks === undefined) return;
  if (isTable(blocks)) {
    checkKeyed(check, blocks, path);
    const strategy = configuration.get(`${key}_strategy`) ?? "as_is";
    const place = ["configuration", `${key}_strategy`];
    finder.expect(strategy === "as_is", place, `as_is, because \`${key}\` is a table`, strategy);
  } else if (finder.expect(isList(blocks), path, "a list of names of blocks", blocks)) {
    checkNames(check, blocks as readonly Value[], path);
  }
}

function checkOrder(check: NameCheck, configuration: Table): void {
  const { finder } = check;
  const order = configuration.get("order");
  const path = ["configuration", "order"];
  const groups = configuration.get("groups_strategy") ?? configuration.get("groups") ?? "as_is";
  if (isTable(order)) {
    checkKeyed(check, order, path);
    const key = configuration.has("groups_strategy") ? "groups_strategy" : "groups";
    const what = "as_is, because `order` is a table";
    finder.expect(groups === "as_is", ["configuration", key], what, groups);
    return;
  }
  const what = "a list of names, a list of such lists, or a table of them";
  if (!finder.expect(isList(order), path, what, order)) return;
  const list = order as readonly Value[];
  if (!list.some(isList)) {
    checkNames(check, list, path);
    return;
  }
  if (!finder.expect(list.every(isList), path, "either all names or all lists", list)) return;
  const lists = list as readonly (readonly Value[])[];
  for (const [index, group] of lists.entries()) checkNames(check, group, [...path, index]);
  const withinKey = configuration.has("within_groups_strategy")
    ? "within_groups_strategy"
    : "within_groups";
  const isUneven = new Set(lists.map(({ length }) => length)).size > 1;
  if (configuration.get(withinKey) === "latin_square" && isUneven) {
    finder.add(path, "Expected lists of one length, because `within_groups` is latin_square");
  }
}

/** `names` are those of the blocks. */
export function checkConfiguration(
  finder: FaultFinder,
  configuration: Table,
  names: ReadonlySet<string>,
): void {
  finder.known(configuration, ["configuration"], CONFIGURATION_KEYS);
  for (const [key, choices] of Object.entries(CHOICES)) {
    const value = configuration.get(key);
    const isRight = value === undefined || choices.includes(value as string);
    finder.expect(isRight, ["configuration", key], choices.join(" or "), value);
  }
  const seed = configuration.get("random_seed") ?? 0n;
  const isSeed = typeof seed === "bigint" || (typeof seed === "string" && seed !== "");
  finder.expect(isSeed, ["configuration", "random_seed"], "an integer or a text", seed);
  const variables = configuration.get("variables") ?? new Map();
  finder.expect(isTable(variables), ["configuration", "variables"], "a table", variables);
  const check = { finder, names };
  checkOrder(check, configuration);
  checkEdge(check, configuration, "init_blocks");
  checkEdge(check, configuration, "final_blocks");
}
