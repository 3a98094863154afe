/** Reads the conditions that a researcher wrote. */
import { readFile } from "node:fs/promises";
import { Conditions } from "./expansion/conditions.ts";
import { ConditionsError } from "./expansion/error.ts";

/** Where conditions are made from, when `tandem` makes a new file. */
export const SAMPLE_CONDITIONS = new URL("./sample.toml", import.meta.url);

/** There is no file to read. */
export class ConditionsFileError extends Error {
  override readonly name = "ConditionsFileError";
}

/** A text and what it says. */
export interface ConditionsText {
  readonly text: string;
  readonly conditions: Conditions;
}

/**
 * Reads the file as it is now.
 * @throws ConditionsFileError if it cannot be read, ConditionsError if it has faults.
 */
export async function readConditions(path: string): Promise<ConditionsText> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "does not exist" : `cannot be read: ${error.message}`;
    throw new ConditionsFileError(`The conditions file ${path} ${reason}.`);
  });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ConditionsError([{ line: null, key: null, text: "Expected the file to be UTF-8" }]);
  }
  return { text, conditions: new Conditions(text) };
}

/** As `readConditions`, without the text. */
export async function loadConditions(path: string): Promise<Conditions> {
  return (await readConditions(path)).conditions;
}
