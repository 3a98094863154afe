/** `{{subjectId}}` and the like in a study's texts: what they name, and how they are filled in for a participant. */
import type { FaultList } from "./fault.ts";

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const NAME_PATTERN =
  /^(subjectId|condition|metadata\.[^.\s]+|globals\.[^.\s]+|panel\.[^.\s]+|answers\.[^.\s]+\.[^.\s]+)$/;

/** The value of one name, split at its dots; undefined where there is none yet. */
export type PlaceholderValue = (path: readonly string[]) => unknown;

export function placeholderFaults(list: FaultList, name: string, text: unknown): void {
  if (typeof text !== "string") return;
  for (const [found, inside = ""] of text.matchAll(PLACEHOLDER)) {
    if (NAME_PATTERN.test(inside)) continue;
    list.add(
      `Unknown placeholder \`${found}\` in ${name}; known are {{subjectId}}, {{condition}}, {{answers.<scene>.<name>}}, {{metadata.<key>}}, {{globals.<name>}} and {{panel.<name>}}`,
    );
  }
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
