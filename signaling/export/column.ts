/** One column of an exported table with its entry in the codebook, taken from the schemas of the files. */
import { z } from "zod";
import { FILE_SCHEMAS } from "../store/json-schema.ts";

/** `json`: a text that holds JSON. */
export type ColumnType = "text" | "integer" | "number" | "boolean" | "json";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Empty where a value has none. */
  readonly unit: string;
  /** The file and the key that it comes from. */
  readonly source: string;
  readonly description: string;
}

/** A column and how its value is found in a record; null and undefined are empty. */
export interface Field<R> {
  readonly column: Column;
  of(record: R): unknown;
}

/** A JSON Schema, as far as it is read here. */
interface Node {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
}

type FileKind = keyof typeof FILE_SCHEMAS;

const nodes = new Map<FileKind, Node>();

function rootOf(kind: FileKind): Node {
  const known = nodes.get(kind) ?? (z.toJSONSchema(FILE_SCHEMAS[kind]) as Node);
  nodes.set(kind, known);
  return known;
}

/** The forms that a value may have but null. */
function formsOf(node: Node): readonly Node[] {
  return (node.anyOf ?? [node])
    .filter(({ type }) => type !== "null")
    .flatMap((form) => (form === node ? [form] : formsOf(form)));
}

function nodeAt(kind: FileKind, path: readonly string[]): Node {
  let node = rootOf(kind);
  for (const key of path) {
    const next = formsOf(node).find(({ properties }) => properties?.[key] !== undefined);
    if (next === undefined) throw new Error(`Expected ${kind} files to have ${path.join(".")}`);
    node = next.properties?.[key] as Node;
  }
  return node;
}

const TYPES: Readonly<Record<string, ColumnType>> = {
  string: "text",
  integer: "integer",
  number: "number",
  boolean: "boolean",
};

function typeOf(node: Node): ColumnType {
  const types = new Set(
    formsOf(node)
      .flatMap((form) => form.type ?? typeof (form.enum?.[0] ?? form.const))
      .filter((type) => type !== "null"),
  );
  return (types.size === 1 ? TYPES[[...types][0] ?? ""] : undefined) ?? "json";
}

/** Names end with their unit; moments are told from lengths of time by their words. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/(timestamp|_at_ms|AtMs|sessionStartTime)$/i, "ms since 1970-01-01 UTC"],
  [/(_ms|Ms|rtt|latency)$/, "ms"],
  [/(_frames|Frames|endFrame|Frame|_frame)$/, "frames"],
  [/ticks$/i, "ticks"],
  [/^maxSteps$/, "steps"],
  [/^fps$/, "frames per second"],
  [/p2pReceiveRatio$/, "per cent"],
];

export function unitOf(name: string): string {
  return UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? "";
}

/** @throws Error when the schema says nothing of the key: the codebook would have a hole. */
function described(kind: FileKind, path: string): Omit<Column, "name"> {
  const keys = path.split(".");
  const node = nodeAt(kind, keys);
  const description =
    node.description ?? formsOf(node).find((form) => form.description !== undefined)?.description;
  if (description === undefined) {
    throw new Error(`Expected the schema of ${kind} files to describe ${path}`);
  }
  const type = typeOf(node);
  const isQuantity = type === "integer" || type === "number";
  const unit = isQuantity ? unitOf(keys.at(-1) ?? "") : "";
  return { type, unit, source: `${kind}: ${path}`, description };
}

function valueAt(record: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
    record,
  );
}

/** Fields of a file by column name: their type, unit and description are those of the file's schema. */
export function fieldsOf<R>(
  kind: FileKind,
  paths: Readonly<Record<string, string>>,
  fileOf: (record: R) => unknown,
): readonly Field<R>[] {
  return Object.entries(paths).map(([name, path]) => ({
    column: { name, ...described(kind, path) },
    of: (record) => valueAt(fileOf(record), path.split(".")),
  }));
}

/** A field that is computed. */
export function derived<R>(
  name: string,
  type: ColumnType,
  source: string,
  description: string,
  of: (record: R) => unknown,
): Field<R> {
  const unit = type === "integer" || type === "number" ? unitOf(name) : "";
  return { column: { name, type, unit, source, description }, of };
}
