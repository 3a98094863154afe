/** What a block's configuration is made of before anything is drawn: variables and `extends`. */
import { configurationError } from "./error.ts";
import { str } from "./python-text.ts";
import { isList, isTable, type Path, type Table, type Value } from "./value.ts";

/** Told of a `$name` without a variable (or one that refers to itself); returns what to put there or throws. */
export type OnUnknownVariable = (reference: string, path: Path) => Value;

/** Puts variables where `$name` is a block or a value of a table, as experiment-server does: not inside lists. */
export function replaceInTables(
  blocks: Value,
  variables: Table,
  onUnknown: OnUnknownVariable,
): Value {
  const replaced = (value: Value): Value => {
    if (isTable(value)) return new Map([...value].map(([key, entry]) => [key, replaced(entry)]));
    if (typeof value !== "string" || !value.startsWith("$")) return value;
    return variables.get(value.slice(1)) ?? onUnknown(value, []);
  };
  return isList(blocks) ? blocks.map(replaced) : replaced(blocks);
}

/** Puts variables wherever `$name` stands, also inside lists and other variables; `$$` is a dollar sign. */
export function replaceEverywhere(
  value: Value,
  path: Path,
  variables: Table,
  onUnknown: OnUnknownVariable,
  open: readonly string[] = [],
): Value {
  const enter = (entry: Value, step: string | number) =>
    replaceEverywhere(entry, [...path, step], variables, onUnknown, open);
  if (isList(value)) return value.map(enter);
  if (isTable(value)) return new Map([...value].map(([key, entry]) => [key, enter(entry, key)]));
  if (typeof value !== "string" || !value.startsWith("$")) return value;
  if (value.startsWith("$$")) return value.slice(1);
  const name = value.slice(1);
  const found = variables.get(name);
  if (found === undefined || open.includes(name)) return onUnknown(value, path);
  return replaceEverywhere(found, path, variables, onUnknown, [...open, name]);
}

/** Everything of both tables, the child's keys first; where both have a value that is no table, the child's. */
export function mergeTables(child: Table, parent: Table): Table {
  const merged = new Map(child);
  for (const [key, value] of parent) {
    const own = child.get(key);
    if (own === undefined) merged.set(key, value);
    else if (isTable(own) && isTable(value)) merged.set(key, mergeTables(own, value));
  }
  return merged;
}

/**
 * Every block with what it inherits. Blocks that extend each other in a circle are merged once round.
 * @throws PythonError when a parent does not exist.
 */
export function resolveExtends(blocks: readonly Table[]): readonly Table[] {
  const resolved = [...blocks];
  const indexOf = (name: Value) => resolved.findIndex((block) => block.get("name") === name);
  const resolve = (index: number, seen: readonly Value[]): Table => {
    const block = resolved[index] as Table;
    const parentName = block.get("extends");
    if (parentName === undefined || seen.includes(parentName)) return block;
    const parentIndex = indexOf(parentName);
    if (parentIndex === -1) {
      throw configurationError(
        `\`${str(parentName)}\` is not a valid name. It must be a \`name\`.`,
      );
    }
    const merged = mergeTables(block, resolve(parentIndex, [...seen, parentName]));
    resolved[index] = merged;
    return merged;
  };
  for (const [index, block] of resolved.entries()) {
    resolve(index, [block.get("name") as Value]);
  }
  return resolved;
}
