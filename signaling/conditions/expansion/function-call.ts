/** Tables that stand for a call, such as `{ function_name = "choices", args = [[1, 2, 3]] }`. */
import {
  checkHashable,
  drawChoices,
  drawFromUnseen,
  readChoices,
  readParams,
  redrawUnseen,
} from "./choices.ts";
import { configurationError, PythonError } from "./error.ts";
import type { PythonRandom } from "./python-random.ts";
import { checkSerializable, jsonText, repr, str } from "./python-text.ts";
import { equalityKey, isList, isTable, type Path, type Table, type Value } from "./value.ts";

const CALL_KEYS = ["function_name", "args", "params", "id"];

const EXHAUSTED = "There are more calls to `choices` than number of elements in `args`";

export interface CallContext {
  /** Whether to do as experiment-server does, also where it is wrong. */
  readonly isExact: boolean;
  readonly random: PythonRandom;
  log(path: Path, result: Value): void;
  /** Told when a group has fewer values left than a call asks for; throws. */
  onExhausted(path: Path): never;
}

/** Whether the table is a call. Where experiment-server would end with a TypeError, it is data. */
export function isCall(table: Table): boolean {
  const isKnown = [...table.keys()].every((key) => CALL_KEYS.includes(key));
  return isKnown && table.has("function_name") && table.has("args");
}

function isExactCall(table: Table): boolean {
  if (table.size < 2 || ![...table.keys()].every((key) => CALL_KEYS.includes(key))) return false;
  const missing = ["function_name", "args"].filter((key) => !table.has(key));
  if (missing.length === 0) return true;
  const count = `${missing.length} required positional argument${missing.length > 1 ? "s" : ""}`;
  const names = missing.map((name) => `'${name}'`).join(" and ");
  throw new PythonError("TypeError", `_resolve_function() missing ${count}: ${names}`);
}

/** Python's truth of a value. */
function isTruthy(value: Value | undefined): boolean {
  if (isList(value)) return value.length > 0;
  return isTable(value) ? value.size > 0 : Boolean(value);
}

/** The value with the keys of its tables in order. */
function sorted(value: Value): Value {
  if (isList(value)) return value.map(sorted);
  if (!isTable(value)) return value;
  return new Map([...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}

interface CallGroup {
  readonly signature: string;
  readonly isUnique: boolean;
  readonly seen: Set<string>;
}

/** Calls the functions of one participant's blocks, in the order of the blocks and of their keys. */
export class FunctionCalls {
  readonly #context: CallContext;
  readonly #groups = new Map<string, CallGroup>();

  constructor(context: CallContext) {
    this.#context = context;
  }

  /** The table with every call in it replaced by its result. */
  resolveTable(table: Table, path: Path): Map<string, Value> {
    return new Map([...table].map(([key, value]) => [key, this.#resolve(value, [...path, key])]));
  }

  #resolve(value: Value, path: Path): Value {
    const { isExact } = this.#context;
    if (isTable(value)) {
      const isCalled = isExact ? isExactCall(value) : isCall(value);
      return isCalled ? this.#call(value, path) : this.resolveTable(value, path);
    }
    if (isExact || !isList(value)) return value;
    return value.map((entry, index) => this.#resolve(entry, [...path, index]));
  }

  #call(call: Table, path: Path): Value {
    const name = call.get("function_name") as Value;
    // experiment-server knows calls without an `id` by their JSON.
    if (this.#context.isExact && !call.has("id")) checkSerializable(sorted(call));
    if (name !== "choices") throw configurationError(`Unknown function ${str(name)}`);
    const group = this.#groupOf(call);
    const { isExact, log } = this.#context;
    const written = call.get("args") as Value;
    const args = isExact ? written : this.#resolve(written, [...path, "args"]);
    const result = this.#choose(args, group, path);
    log(path, result);
    return result;
  }

  #groupOf(call: Table): CallGroup {
    const id = call.get("id");
    const args = call.get("args") as Value;
    const signature = equalityKey([args, call.get("params") ?? ""]);
    if (id !== undefined) checkHashable([id]);
    const key = id === undefined ? `call ${jsonText(sorted(call))}` : `id ${equalityKey(id)}`;
    const known = this.#groups.get(key);
    if (known !== undefined) {
      if (!this.#context.isExact || known.signature === signature) return known;
      throw new PythonError("AssertionError", "");
    }
    if (!isList(args) && !isTable(args)) {
      throw configurationError(`\`args\` should be a list or a dict. Got ${str(args)}`);
    }
    const isUnique = isTruthy(readParams(call.get("params")).get("unique"));
    const group = { signature, isUnique, seen: new Set<string>() };
    this.#groups.set(key, group);
    return group;
  }

  #choose(args: Value, { isUnique, seen }: CallGroup, path: Path): Value {
    const { isExact, random, onExhausted } = this.#context;
    const choices = readChoices(args);
    if (!isUnique) return drawChoices(choices, random);
    const drawn = redrawUnseen(choices, seen, random, isExact);
    if (drawn === null && isExact) throw configurationError(EXHAUSTED);
    const result = drawn ?? drawFromUnseen(choices, seen, random) ?? onExhausted(path);
    for (const value of result) seen.add(equalityKey(value));
    return result;
  }
}

/** What is wrong with a call's arguments, or null. */
export function callFault(call: Table): string | null {
  const name = call.get("function_name") as Value;
  if (name !== "choices") {
    return `Expected \`function_name\` to be "choices", got ${repr(name)}`;
  }
  const args = call.get("args") as Value;
  if (!isList(args) && !isTable(args)) {
    return `Expected \`args\` to be a list or a table, got ${repr(args)}`;
  }
  const params = call.get("params");
  if (params !== undefined) {
    const isRight =
      isTable(params) &&
      [...params].every(([key, value]) => key === "unique" && typeof value === "boolean");
    if (!isRight) {
      return `Expected \`params\` to be a table with no key but \`unique\`, true or false, got ${repr(params)}`;
    }
  }
  const id = call.get("id");
  if (id !== undefined && typeof id !== "string" && typeof id !== "bigint") {
    return `Expected \`id\` to be a text or an integer, got ${repr(id)}`;
  }
  try {
    const { isKeyed } = readChoices(args);
    return isKeyed ? "Expected `population` to be a list or a text, got a table" : null;
  } catch (error) {
    return `Expected \`args\` to fit choices(population, weights, cum_weights, k): ${(error as Error).message}`;
  }
}
