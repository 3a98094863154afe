/** Finds what is wrong with a conditions file before anybody takes part. */
import { replaceEverywhere, resolveExtends } from "./block-config.ts";
import type { ConditionsFault } from "./error.ts";
import { FaultFinder } from "./fault-finder.ts";
import { callFault, isCall } from "./function-call.ts";
import { checkConfiguration } from "./order-check.ts";
import { str } from "./python-text.ts";
import type { TomlDocument } from "./toml-document.ts";
import { isList, isTable, type Path, type Table, type Value } from "./value.ts";

const ROOT_KEYS = ["configuration", "blocks"];
const BLOCK_KEYS = ["name", "config", "extends"];

/** JSON has neither infinities nor NaN. */
function checkNumbers(finder: FaultFinder, value: Value, path: Path): void {
  if (typeof value === "number") {
    finder.expect(Number.isFinite(value), path, "a number that JSON can hold", value);
  }
  if (!isList(value) && !isTable(value)) return;
  for (const [step, entry] of value.entries() as Iterable<[string | number, Value]>) {
    checkNumbers(finder, entry, [...path, step]);
  }
}

function checkCalls(finder: FaultFinder, value: Value, path: Path): void {
  if (isTable(value)) {
    const isHalf = value.has("function_name") && value.has("params") && !value.has("args");
    const fault = isCall(value) ? callFault(value) : isHalf ? "Expected `args` in the call" : null;
    if (fault !== null) finder.add(path, fault);
  }
  if (!isList(value) && !isTable(value)) return;
  for (const [step, entry] of value.entries() as Iterable<[string | number, Value]>) {
    checkCalls(finder, entry, [...path, step]);
  }
}

function checkName(finder: FaultFinder, block: Table, path: Path, taken: Set<string>): void {
  const name = block.get("name");
  const isName = (typeof name === "string" && name !== "") || typeof name === "bigint";
  const place = [...path, "name"];
  if (!finder.expect(isName, place, "a text that is not empty", name)) return;
  if (taken.has(str(name as Value))) {
    finder.add(
      place,
      `Expected every block to have a name of its own, got ${str(name as Value)} twice`,
    );
  }
  taken.add(str(name as Value));
}

function checkBlock(
  finder: FaultFinder,
  block: Table,
  path: Path,
  names: ReadonlySet<string>,
): void {
  finder.known(block, path, BLOCK_KEYS);
  const config = block.get("config");
  const parent = block.get("extends");
  if (config === undefined && parent === undefined) {
    finder.add(path, "Expected a block to have a `config`, an `extends` or both");
  }
  if (config !== undefined) {
    finder.expect(isTable(config), [...path, "config"], "a table", config);
    checkNumbers(finder, config, [...path, "config"]);
  }
  if (parent === undefined) return;
  const known = [...names].join(", ");
  const isKnown = typeof parent === "string" && names.has(parent);
  finder.expect(isKnown, [...path, "extends"], `the name of a block (${known})`, parent);
}

/** The blocks with their variables, each block that has no faults of form. */
function replaceVariables(
  finder: FaultFinder,
  blocks: readonly Table[],
  variables: Table,
): Table[] {
  const names = variables.size === 0 ? "there are none" : [...variables.keys()].join(", ");
  const place = (path: Path): Path => ["blocks", ...path];
  return replaceEverywhere(blocks, [], variables, (reference, path) => {
    const isKnown = variables.has(reference.slice(1));
    finder.add(
      place(path),
      isKnown
        ? `Expected the variable \`${reference}\` not to contain itself`
        : `Expected \`${reference}\` to be one of the variables (${names}); write $$ for a dollar sign`,
    );
    return "";
  }) as Table[];
}

function checkBlocks(finder: FaultFinder, blocks: readonly Table[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    checkName(finder, block, ["blocks", index], names);
  }
  for (const [index, block] of blocks.entries()) {
    checkBlock(finder, block, ["blocks", index], names);
  }
  return names;
}

/** All faults that can be known without a participant, those of form before those of content. */
export function documentFaults(document: TomlDocument): readonly ConditionsFault[] {
  const finder = new FaultFinder(document);
  const { root } = document;
  finder.known(root, [], ROOT_KEYS);
  const configuration = root.get("configuration");
  const written = root.get("blocks");
  const isConfiguration = isTable(configuration);
  if (configuration === undefined) finder.add([], "Missing `configuration` section.");
  else finder.expect(isConfiguration, ["configuration"], "a table", configuration);
  const isBlocks = isList(written) && written.length > 0 && written.every(isTable);
  if (!finder.expect(isBlocks, ["blocks"], "a list of tables", written) || !isConfiguration) {
    return finder.faults;
  }
  const variables = (configuration as Table).get("variables");
  const blocks = replaceVariables(
    finder,
    written as Table[],
    isTable(variables) ? variables : new Map(),
  );
  const names = checkBlocks(finder, blocks);
  checkConfiguration(finder, configuration as Table, names);
  if (finder.faults.length > 0) return finder.faults;
  const named = blocks.map((block) => new Map(block).set("name", str(block.get("name") as Value)));
  for (const [index, block] of resolveExtends(named).entries()) {
    const path = ["blocks", index, "config"];
    const config = block.get("config");
    if (config === undefined)
      finder.add(path, "Expected the block or one that it extends to have a `config`");
    else checkCalls(finder, config, path);
  }
  return finder.faults;
}
