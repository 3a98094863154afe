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

/**
 * Reads the file as it is now.
 * @throws ConditionsFileError if it cannot be read, ConditionsError if it has faults.
 */
export async function loadConditions(path: string): Promise<Conditions> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "does not exist" : `cannot be read: ${error.message}`;
    throw new ConditionsFileError(`The conditions file ${path} ${reason}.`);
  });
  try {
    return new Conditions(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const text = "Expected the file to be UTF-8";
    throw new ConditionsError([{ line: null, key: null, text }]);
  }
}
