/** The function `choices`: Python's `random.choices`, and draws that never repeat. */
import { configurationError, PythonError } from "./error.ts";
import type { PythonRandom } from "./python-random.ts";
import { sum } from "./python-sum.ts";
import { repr, typeName } from "./python-text.ts";
import { equalityKey, isList, isTable, type Table, type Value } from "./value.ts";

/** experiment-server draws anew so often before it gives up on values that were not drawn before. */
const REDRAWS_MAX = 21;

const KEYWORDS = ["population", "weights", "cum_weights", "k"];

export interface ChoicesArguments {
  /** Python draws indices, which no table has for keys. */
  readonly isKeyed: boolean;
  readonly population: readonly Value[];
  /** Null if all are as likely. */
  readonly cumulative: {
    readonly weights: readonly (number | bigint)[];
    readonly total: number;
  } | null;
  readonly count: number;
}

function typeError(message: string): PythonError {
  return new PythonError("TypeError", message);
}

function valueError(message: string): PythonError {
  return new PythonError("ValueError", message);
}

/** Python's binding of `choices(population, weights=None, *, cum_weights=None, k=1)`. */
function bind(args: Value): Map<string, Value> {
  const bound = new Map<string, Value>();
  if (isTable(args)) {
    const unknown = [...args.keys()].find((key) => !KEYWORDS.includes(key));
    if (unknown !== undefined) {
      throw typeError(`Random.choices() got an unexpected keyword argument '${unknown}'`);
    }
    for (const [key, value] of args) bound.set(key, value);
  } else if (isList(args)) {
    if (args.length > 2) {
      throw typeError(
        `Random.choices() takes from 2 to 3 positional arguments but ${args.length + 1} were given`,
      );
    }
    for (const [index, value] of args.entries()) bound.set(KEYWORDS[index] as string, value);
  }
  if (!bound.has("population")) {
    throw typeError("Random.choices() missing 1 required positional argument: 'population'");
  }
  return bound;
}

function readPopulation(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (typeof value === "string") return [...value];
  if (isTable(value)) return [...value.values()];
  throw typeError(`object of type '${typeName(value)}' has no len()`);
}

/** What iterating over the value gives, or null if Python cannot. */
function itemsOf(value: Value): readonly Value[] | null {
  if (isList(value)) return value;
  if (typeof value === "string") return [...value];
  return isTable(value) ? [...value.keys()] : null;
}

function accumulate(weights: Value): readonly Value[] {
  const items = itemsOf(weights);
  if (items === null) {
    throw typeError(
      typeof weights === "bigint" || typeof weights === "boolean"
        ? `The number of choices must be a keyword argument: k=${repr(weights)}`
        : `'${typeName(weights)}' object is not iterable`,
    );
  }
  const sums: Value[] = [];
  for (const [index, item] of items.entries()) {
    sums.push(index === 0 ? item : sum(sums[index - 1] as Value, item));
  }
  return sums;
}

/** The sums as given; indexing a table is what Python fails at. */
function readSums(given: Value, size: number): readonly Value[] {
  const items = itemsOf(given);
  if (items === null) throw typeError(`object of type '${typeName(given)}' has no len()`);
  if (isTable(given) && items.length === size) throw new PythonError("KeyError", "-1");
  return items;
}

function numberOf(value: Value): number | bigint {
  if (typeof value === "bigint" || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  throw typeError(`'<' not supported between instances of 'float' and '${typeName(value)}'`);
}

function readCumulative(
  bound: ReadonlyMap<string, Value>,
  size: number,
): ChoicesArguments["cumulative"] {
  const weights = bound.get("weights");
  const given = bound.get("cum_weights");
  if (weights === undefined && given === undefined) return null;
  if (weights !== undefined && given !== undefined) {
    throw typeError("Cannot specify both weights and cumulative weights");
  }
  const sums = given === undefined ? accumulate(weights as Value) : readSums(given, size);
  if (sums.length !== size) {
    throw valueError("The number of weights does not match the population");
  }
  if (size === 0) {
    const kind = typeof given === "string" ? "string" : "list";
    throw new PythonError("IndexError", `${kind} index out of range`);
  }
  const total = sum(sums[size - 1] as Value, 0) as number;
  if (total <= 0) throw valueError("Total of weights must be greater than zero");
  if (!Number.isFinite(total)) throw valueError("Total of weights must be finite");
  return { weights: sums.map(numberOf), total };
}

/** @throws PythonError what Python's function throws for such arguments. */
export function readChoices(args: Value): ChoicesArguments {
  const bound = bind(args);
  const population = readPopulation(bound.get("population") as Value);
  const cumulative = readCumulative(bound, population.length);
  const k = bound.get("k") ?? 1n;
  if (typeof k !== "bigint" && typeof k !== "boolean") {
    throw typeError(`'${typeName(k)}' object cannot be interpreted as an integer`);
  }
  const count = Math.max(0, Number(k));
  if (population.length === 0 && count > 0) {
    if (isTable(bound.get("population"))) throw new PythonError("KeyError", "0");
    const kind = typeof bound.get("population") === "string" ? "string" : "list";
    throw new PythonError("IndexError", `${kind} index out of range`);
  }
  return { isKeyed: isTable(bound.get("population")), population, cumulative, count };
}

function drawIndices(
  { population, cumulative, count }: ChoicesArguments,
  random: PythonRandom,
): number[] {
  return cumulative === null
    ? random.indices(population.length, count)
    : random.weightedIndices(cumulative.weights, cumulative.total, count);
}

/** `random.choices(*args)`. */
export function drawChoices(choices: ChoicesArguments, random: PythonRandom): readonly Value[] {
  return drawIndices(choices, random).map((index) => {
    if (choices.isKeyed) throw new PythonError("KeyError", String(index));
    return choices.population[index] as Value;
  });
}

function isTaken(values: readonly Value[], seen: ReadonlySet<string>, isHashed: boolean): boolean {
  const keys = values.map(equalityKey);
  if (keys.some((key) => seen.has(key))) return true;
  if (isHashed) checkHashable(values);
  return new Set(keys).size !== keys.length;
}

/**
 * Draws until no value repeats one that was seen; null after as many attempts as experiment-server makes.
 * @throws PythonError if `isHashed` and a value is one that Python's sets do not hold.
 */
export function redrawUnseen(
  choices: ChoicesArguments,
  seen: ReadonlySet<string>,
  random: PythonRandom,
  isHashed: boolean,
): readonly Value[] | null {
  for (let attempt = 0; attempt <= REDRAWS_MAX; attempt++) {
    const drawn = drawChoices(choices, random);
    if (!isTaken(drawn, seen, isHashed)) return drawn;
  }
  return null;
}

/** One after the other from what was not seen, by weight; null if there is not enough of it. */
export function drawFromUnseen(
  { population, cumulative, count }: ChoicesArguments,
  seen: ReadonlySet<string>,
  random: PythonRandom,
): readonly Value[] | null {
  const weightOf = (index: number) =>
    cumulative === null
      ? 1
      : Number(cumulative.weights[index]) - Number(cumulative.weights[index - 1] ?? 0);
  let rest = population
    .map((value, index) => ({ value, key: equalityKey(value), weight: weightOf(index) }))
    .filter(({ key, weight }) => weight > 0 && !seen.has(key));
  const drawn: Value[] = [];
  while (drawn.length < count) {
    if (rest.length === 0) return null;
    const sums = accumulate(rest.map(({ weight }) => weight)) as readonly number[];
    const [index = 0] = random.weightedIndices(sums, sums.at(-1) as number, 1);
    const { value, key: drawnKey } = rest[index] as (typeof rest)[number];
    drawn.push(value);
    rest = rest.filter(({ key }) => key !== drawnKey);
  }
  return drawn;
}

/** Python's sets hold neither lists nor tables. */
export function checkHashable(values: readonly Value[]): void {
  const bad = values.find((value) => isList(value) || isTable(value));
  if (bad !== undefined) throw typeError(`unhashable type: '${typeName(bad)}'`);
}

/** The keys of `params`, checked as experiment-server does. */
export function readParams(params: Value | undefined): Table {
  if (params === undefined) return new Map();
  if (!isTable(params)) throw configurationError("`params` for `choices` should be a dict.");
  if (params.size > 1) {
    throw configurationError(
      `Function \`choices\` expected 0 or 1 keys in params, got ${params.size}`,
    );
  }
  if (params.size === 1 && !params.has("unique")) {
    throw configurationError("Unexpected key in `params` of `choices`. Allowed keys: [`unique`]");
  }
  return params;
}
