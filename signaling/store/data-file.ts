/** Reads one JSON file of a data folder, for commands that compute again what it says. */
import { readFile } from "node:fs/promises";
import type { z } from "zod";

/** Something that a command was given cannot be used at all; the message is one sentence for people. */
export class UnusableInput extends Error {}

/** @throws UnusableInput for a file that is missing, of another format version, or not what its schema says. */
export async function readDataFile<T>(
  path: string,
  schema: z.ZodType<T>,
  kind: string,
): Promise<T> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new UnusableInput(`${path} cannot be read.`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnusableInput(`${path} is not JSON.`);
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== 1) {
    throw new UnusableInput(`${path} has format version ${String(version)}; only 1 is known.`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnusableInput(`${path} is not ${kind}: ${issue?.path.join(".")}: ${issue?.message}`);
}
