/** What experiment-server 0.3.8 and CPython gave, as values and as TOML files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  isList,
  isTable,
  type Table,
  type Value,
} from "../../signaling/conditions/expansion/value.ts";

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Reads JSON with integers as `bigint`, so that 3 and 3.0 stay apart. */
function parseJson(text: string): unknown {
  const revive: Reviver = (_, value, { source = "" }) =>
    typeof value === "number" && /^-?\d+$/.test(source) ? BigInt(source) : value;
  return (JSON.parse as (text: string, reviver: Reviver) => unknown)(text, revive);
}

/** Plain JSON as a value of a conditions file. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== "object" || json === null) return json as Value;
  return new Map(Object.entries(json).map(([key, value]) => [key, fromJson(value)]));
}

function inlineToml(value: Value): string {
  if (isList(value)) return `[${value.map(inlineToml).join(", ")}]`;
  if (isTable(value)) {
    const pairs = [...value].map(([key, entry]) => `${JSON.stringify(key)} = ${inlineToml(entry)}`);
    return `{ ${pairs.join(", ")} }`;
  }
  if (typeof value === "number") return Number.isInteger(value) ? `${value}.0` : String(value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** The configuration as a TOML file. */
export function tomlOf(config: Table): string {
  return [...config]
    .map(([key, value]) => `${JSON.stringify(key)} = ${inlineToml(value)}`)
    .join("\n");
}

export interface ReferenceCase {
  readonly id: string;
  readonly config: Table;
  /** By participant: names or blocks, or `error` and `message`. */
  readonly expected: Readonly<Record<string, unknown>>;
}

interface RawCase {
  readonly id: string;
  readonly config: unknown;
  readonly expected?: Readonly<Record<string, unknown>>;
  readonly expected_names?: Readonly<Record<string, unknown>>;
}

export interface RandomCase {
  readonly seed: string;
  readonly random: readonly number[];
  readonly getrandbits: Readonly<Record<string, bigint>>;
  readonly shuffle_n: bigint;
  readonly shuffle: readonly bigint[];
  readonly choices_range7_k5: readonly bigint[];
  readonly "choices_abcd_w1_5_2_.5_k6": readonly string[];
  readonly random_after_700_more: number;
}

interface Fixture {
  readonly balanced_latin_square: Readonly<Record<string, readonly (readonly bigint[])[]>>;
  readonly ordering: readonly RawCase[];
  readonly expansion: readonly RawCase[];
  readonly python_random: readonly RandomCase[];
  readonly toml_gotchas: readonly {
    readonly id: string;
    readonly toml: string;
    readonly expected_python_json_dumps: Readonly<Record<string, string>>;
  }[];
}

export function readFixture(name: string): unknown {
  return parseJson(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
}

export function casesOf(raw: readonly RawCase[]): readonly ReferenceCase[] {
  return raw.map(({ id, config, expected, expected_names }) => ({
    id,
    config: fromJson(config) as Table,
    expected: expected ?? expected_names ?? {},
  }));
}

export const REFERENCE = readFixture("experiment-server-0.3.8.json") as Fixture;
