/**
 * Values of a conditions file. Integers are `bigint` and floats `number`, so that 3 and 3.0 stay
 * apart and no digit is lost; tables are Maps, because a plain object moves keys like `10` to the front.
 */

/** A TOML date or time, as written; JSON has no such value and gets the text. */
export class DateTime {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The name of Python's class for it. */
  get kind(): "date" | "datetime" | "time" {
    if (!this.text.includes(":")) return "date";
    return this.text.includes("-", 1) && !/^\d\d:/.test(this.text) ? "datetime" : "time";
  }
}

export type Table = ReadonlyMap<string, Value>;
export type Value = string | boolean | bigint | number | DateTime | readonly Value[] | Table;

/** Where a value stands in the file: table keys and array indices from the top. */
export type Path = readonly (string | number)[];

export function isTable(value: unknown): value is Table {
  return value instanceof Map;
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

/**
 * A text that is equal exactly when two values are equal: 1, 1.0 and true are, as in Python, and the
 * order of a table's keys does not matter.
 */
export function equalityKey(value: Value): string {
  if (typeof value === "boolean") return value ? "n1" : "n0";
  if (typeof value === "bigint") return `n${value}`;
  if (typeof value === "number") return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof DateTime) return `d${value.text}`;
  if (isList(value)) return `[${value.map(equalityKey).join()}]`;
  const entries = [...(value as Table)].map(
    ([key, entry]) => `${JSON.stringify(key)}:${equalityKey(entry)}`,
  );
  return `{${entries.sort().join()}}`;
}

/** As plain JSON-like data: numbers where they are exact, `bigint` beyond 2⁵³, dates as texts. */
export function plainOf(value: Value): unknown {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if (value instanceof DateTime) return value.text;
  if (isList(value)) return value.map(plainOf);
  if (!isTable(value)) return value;
  return Object.fromEntries([...value].map(([key, entry]) => [key, plainOf(entry)]));
}
