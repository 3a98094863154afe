/** `{{subjectId}}` and the like in a study's texts: what they name, and how they are filled in for a participant. */
import type { FaultList } from "./fault.ts";

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const NAME_PATTERN =
  /^(subjectId|condition|conditions(\.[^.\s]+)+|(metadata|globals|panel)\.[^.\s]+|answers\.[^.\s]+\.[^.\s]+)$/;

/** The value of one name, split at its dots; undefined where there is none yet. */
export type PlaceholderValue = (path: readonly string[]) => unknown;

/** Of a text or of all texts in a list. */
export function placeholderFaults(list: FaultList, name: string, text: unknown): void {
  if (Array.isArray(text)) for (const one of text) placeholderFaults(list, name, one);
  if (typeof text !== "string") return;
  for (const [found, inside = ""] of text.matchAll(PLACEHOLDER)) {
    if (NAME_PATTERN.test(inside)) continue;
    list.add(
      `Unknown placeholder \`${found}\` in ${name}; known are {{subjectId}}, {{condition}}, {{conditions.<key>}}, {{answers.<scene>.<name>}}, {{metadata.<key>}}, {{globals.<name>}} and {{panel.<name>}}`,
    );
  }
}

/** What the placeholders anywhere in plain data name. */
export function namesIn(data: unknown): readonly string[] {
  if (typeof data === "string") return [...data.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  return typeof data === "object" && data !== null ? Object.values(data).flatMap(namesIn) : [];
}

/** Plain data with every placeholder filled in; one that is a text by itself keeps its value's type. */
export function fillData(data: unknown, lookUp: PlaceholderValue): unknown {
  if (Array.isArray(data)) return data.map((entry) => fillData(entry, lookUp));
  if (typeof data === "object" && data !== null) {
    const entries = Object.entries(data).map(([key, value]) => [key, fillData(value, lookUp)]);
    return Object.fromEntries(entries);
  }
  if (typeof data !== "string") return data;
  const [name] = namesIn(data);
  const isAlone = name !== undefined && data.replace(PLACEHOLDER, "") === "";
  if (isAlone && namesIn(data).length === 1) return lookUp(name.split("."));
  return fillPlaceholders(data, lookUp, (text) => text);
}

/** What a path of keys leads to in plain data; undefined where there is nothing. */
export function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What is filled in comes from participants, so `makeSafe` prepares it for the place it goes to. */
export function fillPlaceholders(
  text: string,
  lookUp: PlaceholderValue,
  makeSafe: (text: string) => string,
): string {
  return text.replace(PLACEHOLDER, (_, inside: string) =>
    makeSafe(shown(lookUp(inside.split(".")))),
  );
}
