/** CSV that a spreadsheet runs nothing of and a parser reads back exactly. */
import { stringify } from "csv-stringify/sync";

export type Cell = string | number | boolean | null;

/** What a spreadsheet takes for a formula, behind any number of apostrophes. */
const FORMULA_PATTERN = /^'*[=+\-@\t\r]/;
const GUARDED_PATTERN = /^'+[=+\-@\t\r]/;
/** A plain number runs nothing, and stays one. */
const NUMBER_PATTERN = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;

export function isPlainNumber(text: string): boolean {
  return NUMBER_PATTERN.test(text);
}

/** The text with an apostrophe before it where a spreadsheet would compute it. */
export function guardText(text: string): string {
  return FORMULA_PATTERN.test(text) && !isPlainNumber(text) ? `'${text}` : text;
}

/** What `guardText` was given. */
export function unguardText(cell: string): string {
  return GUARDED_PATTERN.test(cell) ? cell.slice(1) : cell;
}

const OPTIONS = {
  cast: { boolean: String, number: String, string: guardText },
  // Some parsers end a row there.
  quoted_match: /\r/,
};

/** Cells as they were read, guards and all. */
export function csvOfCells(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { quoted_match: OPTIONS.quoted_match });
}

/** Numbers in their shortest form that reads back exactly; `true` and `false`; null is empty. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows as Cell[][], OPTIONS);
}
