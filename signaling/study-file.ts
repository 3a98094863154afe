/** Loads what a researcher wrote. */
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Study, StudyError } from "./study/index.ts";

/**
 * Imports the study that the file exports as `study`.
 * @throws StudyError with one sentence per fault.
 */
export async function loadStudy(path: string): Promise<Study> {
  const file = resolve(path);
  await access(file).catch(() => {
    throw new StudyError([`The study file ${path} does not exist.`]);
  });
  const loaded = (await import(/* @vite-ignore */ pathToFileURL(file).href).catch(
    (error: unknown) => {
      if ((error as Error | null)?.name === "StudyError") throw error;
      const reason = String((error as Error | null)?.message ?? error).split("\n")[0];
      throw new StudyError([
        `The study file ${path} cannot be loaded: ${reason}${lineOf(error, file)}`,
      ]);
    },
  )) as { study?: Study };
  if (!Array.isArray(loaded.study?.scenes)) {
    throw new StudyError([`The study file ${path} must export \`study\`, made by defineStudy.`]);
  }
  return loaded.study;
}

/** Where in that file it went wrong, as Node tells it; empty if elsewhere. */
function lineOf(error: unknown, file: string): string {
  const [, behind = ""] = String((error as Error | null)?.stack).split(`${file}:`);
  const line = /^[0-9]+/.exec(behind);
  return line === null ? "" : ` (line ${line[0]})`;
}
