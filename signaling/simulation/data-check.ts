/** Holds every file below a data folder against the schema of its kind. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import { FILE_SCHEMAS } from "../store/json-schema.ts";

type Kind = keyof typeof FILE_SCHEMAS;

const JSON_KINDS = Object.keys(FILE_SCHEMAS).filter((kind) => kind !== "episode") as Kind[];

/** How many files were checked, and a sentence for each that is wrong or of no known kind. */
export async function checkDataFiles(
  folder: string,
): Promise<{ readonly checked: number; readonly faults: readonly string[] }> {
  const faults: string[] = [];
  let checked = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || basename(entry.parentPath) === "environments") continue;
    if (/^[.]?tandem/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    const fault = faultOf(entry.name, text);
    if (fault !== null) faults.push(`${path}: ${fault}`);
    checked++;
  }
  return { checked, faults };
}

function faultOf(name: string, text: string): string | null {
  if (/_ep\d+(_v\d+)?\.csv$/.test(name)) return csvFault(text);
  if (!name.endsWith(".jsonl")) return jsonFault(name, text);
  const lines = text.split("\n");
  if (lines.pop() !== "") return "Expected a newline at the end";
  const faults = lines.map((line) => jsonFault(name.replace(/l$/, ""), line));
  return faults.find((fault) => fault !== null) ?? null;
}

function jsonFault(name: string, text: string): string | null {
  const kind = JSON_KINDS.find((one) => new RegExp(`_${one}\\d*(_v\\d+)?\\.json$`).test(name));
  if (kind === undefined) return "Expected a file of a documented kind";
  const parsed = FILE_SCHEMAS[kind].safeParse(JSON.parse(text));
  return parsed.success ? null : parsed.error.message;
}

/** The parser itself refuses rows of another length than the header. */
function csvFault(text: string): string | null {
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  const wrong = rows.findIndex((row, frame) => row.t !== String(frame));
  return wrong === -1 ? null : `Expected row ${wrong} to be of frame ${wrong}`;
}
