/** Values as CPython writes them: `repr`, `str` and `json.dumps`. */
import { PythonError } from "./error.ts";
import { DateTime, isList, isTable, type Value } from "./value.ts";

/** Python writes an exponent below 10⁻⁴ and from 10¹⁶ on. */
const EXPONENT_MIN = -4;
const EXPONENT_MAX = 16;

/** The shortest digits that read back as the same float, with a point or an exponent. */
function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < EXPONENT_MIN || exponent >= EXPONENT_MAX) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const plain = String(value);
  const text = plain.includes("e") ? value.toFixed(digits.length - 2 - exponent) : plain;
  return text.includes(".") ? text : `${text}.0`;
}

/** Python's words for what is not finite. */
function numberText(value: number, infinity: string, nan: string): string {
  if (Number.isNaN(value)) return nan;
  if (Number.isFinite(value)) return floatText(value);
  return value < 0 ? `-${infinity}` : infinity;
}

/** Python shows what its `isprintable` is false of by its number. */
const HIDDEN_PATTERN = /^(?! )[\p{C}\p{Z}]$/u;

function escaped(character: string): string {
  const digits = (character.codePointAt(0) as number).toString(16);
  if (digits.length > 4) return `\\U${digits.padStart(8, "0")}`;
  return digits.length > 2 ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
}

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const inner = [...text].map((character) => {
    if (character === quote) return `\\${character}`;
    return escapes[character] ?? (HIDDEN_PATTERN.test(character) ? escaped(character) : character);
  });
  return `${quote}${inner.join("")}${quote}`;
}

/** `repr(value)`. A table may have integers for keys, as `order` has once it is read. */
export function repr(value: Value | ReadonlyMap<number, Value>): string {
  if (typeof value === "string") return stringRepr(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberText(value, "inf", "nan");
  if (value instanceof DateTime) return value.text;
  if (isList(value)) return `[${value.map(repr).join(", ")}]`;
  if (!(value instanceof Map)) return String(value);
  const entries = [...value].map(
    ([key, entry]) => `${typeof key === "number" ? key : repr(key)}: ${repr(entry)}`,
  );
  return `{${entries.join(", ")}}`;
}

/** `str(value)`. */
export function str(value: Value): string {
  return typeof value === "string" ? value : repr(value);
}

/** The name of the value's Python type. */
export function typeName(value: Value): string {
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (isList(value)) return "list";
  return isTable(value) ? "dict" : `datetime.${(value as DateTime).kind}`;
}

function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @throws PythonError for a date: `json.dumps` writes none. */
export function checkSerializable(value: Value): void {
  if (value instanceof DateTime) {
    const text = `Object of type ${value.kind} is not JSON serializable`;
    throw new PythonError("TypeError", text);
  }
  if (isList(value)) value.forEach(checkSerializable);
  else if (isTable(value)) for (const entry of value.values()) checkSerializable(entry);
}

interface JsonStyle {
  /** Spaces; 0 for all in one line. */
  readonly indent: number;
  /** How a text is written. */
  quote(text: string): string;
}

function styledJson(value: Value, style: JsonStyle, depth: number): string {
  const { indent, quote } = style;
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return numberText(value, "Infinity", "NaN");
  if (value instanceof DateTime) return quote(value.text);
  if (!isList(value) && !isTable(value)) return String(value);
  const inside = (entry: Value) => styledJson(entry, style, depth + 1);
  const items = isList(value)
    ? value.map(inside)
    : [...value].map(([key, entry]) => `${quote(key)}: ${inside(entry)}`);
  const [open, close] = isList(value) ? "[]" : "{}";
  if (items.length === 0) return `${open}${close}`;
  if (indent === 0) return `${open}${items.join(", ")}${close}`;
  const outer = `\n${" ".repeat(indent * depth)}`;
  const inner = outer + " ".repeat(indent);
  return `${open}${inner}${items.join(`,${inner}`)}${outer}${close}`;
}

/**
 * `json.dumps(value)`: ASCII alone, integers with all digits, floats with a point. With `indent`
 * one value a line, as `json.dumps(value, indent=indent)`. Keys keep their order.
 */
export function jsonText(value: Value, indent = 0): string {
  return styledJson(value, { indent, quote: asciiString }, 0);
}

/** As `jsonText`, with every letter as itself: for people. */
export function shownJson(value: Value, indent = 0): string {
  return styledJson(value, { indent, quote: JSON.stringify }, 0);
}
