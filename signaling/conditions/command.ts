/** `tandem new-config-file`, `verify-config-file` and `generate-config-json`. */
import { constants, copyFile, mkdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import writeFileAtomic from "write-file-atomic";
import { EXIT_UNUSABLE, say } from "../terminal.ts";
import type { Conditions } from "./expansion/conditions.ts";
import { ConditionsError, PythonError } from "./expansion/error.ts";
import { jsonText } from "./expansion/python-text.ts";
import type { Table, Value } from "./expansion/value.ts";
import { ConditionsFileError, loadConditions, SAMPLE_CONDITIONS } from "./file.ts";

const EXIT_FAULTY = 1;

/** How many participants `verify-config-file` shows, as in experiment-server. */
const SHOWN_PARTICIPANTS = 5;

/** Far beyond any study. */
const PARTICIPANTS_MAX = 1_000_000;

/** Spaces of the JSON files, as experiment-server writes them. */
const JSON_INDENT = 2;

export function parseParticipantIndex(text: string): number {
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && value >= 1 && value <= PARTICIPANTS_MAX) return value;
  throw new InvalidArgumentError(`Expected an integer 1–${PARTICIPANTS_MAX}.`);
}

/** Something to say about the files given, and the exit code for it. */
class UsageError extends Error {}

function fail(error: unknown): void {
  if (error instanceof PythonError) {
    process.stderr.write(`${error.kind}: ${error.message}\n`);
    process.exitCode = EXIT_FAULTY;
  } else if (error instanceof ConditionsError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_FAULTY;
  } else if (error instanceof ConditionsFileError || error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_UNUSABLE;
  } else throw error;
}

/** Runs a command; what the person has to put right is a sentence and an exit code. */
function guarded<T extends unknown[]>(command: (...given: T) => Promise<void>) {
  return (...given: T) => command(...given).catch(fail);
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A path that does not end with `.toml` is a folder for `new_config.toml`, as in experiment-server. */
async function makeNewFile(given: string): Promise<void> {
  const isFile = extname(given) === ".toml" && !(await isFolder(given));
  const path = isFile ? given : join(given, "new_config.toml");
  try {
    if (!isFile) await mkdir(given, { recursive: true });
    await copyFile(SAMPLE_CONDITIONS, path, constants.COPYFILE_EXCL);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "EEXIST" ? "it exists already" : message;
    throw new UsageError(`Cannot write ${path}: ${reason}.`);
  }
  say(`New conditions file   ${path}`);
}

/** Columns as wide as their widest cell. */
function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** The table of who passes the blocks in which order. */
function orderLines(conditions: Conditions): readonly string[] {
  const indices = Array.from({ length: SHOWN_PARTICIPANTS }, (_, index) => index + 1);
  const orders = indices.map((participantIndex) =>
    conditions.expand(participantIndex).blocks.map((block) => block.get("name") as string),
  );
  const rowCount = Math.max(...orders.map(({ length }) => length));
  const rows = Array.from({ length: rowCount }, (_, row) => [
    `Block ${row + 1}`,
    ...orders.map((names) => names[row] ?? ""),
  ]);
  return tableLines([["", ...indices.map((p) => `Participant ${p}`)], ...rows]);
}

async function verify(path: string): Promise<void> {
  const conditions = await loadConditions(path);
  try {
    for (const line of orderLines(conditions)) say(line);
  } catch (error) {
    fail(error);
    if (error instanceof PythonError && conditions.faults.length > 0) {
      fail(new ConditionsError(conditions.faults));
    }
    return;
  }
  if (conditions.arrangementCount > 1) {
    say(`Balanced after every ${conditions.arrangementCount} participants.`);
  }
  say(`${path} is valid.`);
}

interface GenerateOptions {
  readonly participantIndex?: number;
  readonly participantRange?: number;
  readonly outDir?: string;
}

function configsOf(conditions: Conditions, participantIndex: number): Value {
  return conditions.expand(participantIndex).blocks.map((block) => block.get("config") as Table);
}

async function writeConfigs(
  configs: ReadonlyMap<number, Value>,
  path: string,
  outDir: string,
): Promise<void> {
  await mkdir(outDir, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`Expected --out-dir to be a folder, got ${outDir} (${error.code}).`);
  });
  for (const [participantIndex, config] of configs) {
    const name = `${basename(path, extname(path))}-participant_${participantIndex}.json`;
    await writeFileAtomic(join(outDir, name), jsonText(config, JSON_INDENT));
    say(join(outDir, name));
  }
}

async function generate(path: string, options: GenerateOptions): Promise<void> {
  const { participantIndex, participantRange, outDir } = options;
  const single = participantIndex === undefined ? [] : [participantIndex];
  const indices =
    participantRange === undefined
      ? single
      : Array.from({ length: participantRange }, (_, index) => index + 1);
  if (indices.length === 0) {
    throw new UsageError("Expected --participant-index or --participant-range.");
  }
  const conditions = await loadConditions(path);
  const configs = new Map(indices.map((index) => [index, configsOf(conditions, index)]));
  if (outDir !== undefined) return writeConfigs(configs, path, outDir);
  const [only] = configs.values();
  const byText = new Map([...configs].map(([index, config]) => [String(index), config]));
  say(jsonText(participantRange === undefined ? (only as Value) : byText, JSON_INDENT));
}

/** Adds the commands to the program. */
export function addConditionsCommands(program: Command): void {
  program
    .command("new-config-file")
    .description("Write a conditions file to start from.")
    .argument("<path>", "file that ends with .toml, or a folder for one")
    .action(guarded(makeNewFile));
  program
    .command("verify-config-file")
    .description("Check a conditions file and show the order of the first five participants.")
    .argument("<file.toml>", "conditions file")
    .action(guarded(verify));
  program
    .command("generate-config-json")
    .description("Expand a conditions file to JSON, on stdout unless a folder is given.")
    .argument("<file.toml>", "conditions file")
    .option("-i, --participant-index <number>", "one participant", parseParticipantIndex)
    .option("-r, --participant-range <number>", "participants 1 to this one", parseParticipantIndex)
    .option("-d, --out-dir <folder>", "write a file for each participant there")
    .action(guarded(generate));
}
