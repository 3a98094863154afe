/** All rows of all episodes as one table: read twice, once to learn the columns, once to write. */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { unguardText } from "../store/csv-text.ts";
import { DataError } from "../store/data-folder.ts";
import type { ReplayFile } from "../store/file-schema.ts";
import type { Column, ColumnType } from "./column.ts";
import type { ReplayRecord } from "./data-reader.ts";
import { FrameColumns } from "./frame-column.ts";
import { cellsOf, columnsOf, EPISODE_KEYS } from "./table.ts";
import { converted, TableFile } from "./table-file.ts";

type Row = readonly string[];

/** One file's cells as they stand in it. */
interface Sheet {
  readonly path: string;
  readonly header: Row;
  readonly rows: readonly Row[];
}

/** An episode's place in the table. */
interface EpisodeRows {
  readonly path: string;
  readonly episode: number;
  readonly keys: readonly unknown[];
}

/** Reads a file once for all episodes that it holds, if they come one after the other. */
class SheetReader {
  #last: Sheet | null = null;

  /** The header, and the rows of that episode: a file may hold the others of its game, too. */
  async read(path: string, episode: number): Promise<Sheet> {
    const sheet = this.#last?.path === path ? this.#last : await readSheet(path);
    this.#last = sheet;
    const place = sheet.header.indexOf("episode_num");
    const wanted = String(episode);
    const isWhole = place < 0 || sheet.rows.every((row) => row[place] === wanted);
    return isWhole ? sheet : { ...sheet, rows: sheet.rows.filter((row) => row[place] === wanted) };
  }
}

/** Without quotes, and with line breaks of one kind, a break ends a row and a comma a cell: no parser is needed. */
function cellsOfText(text: string): readonly Row[] {
  if (/["\r]/.test(text)) return parse(text, { relax_column_count: true });
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.split(","));
}

/** @throws DataError for what is no table. */
async function readSheet(path: string): Promise<Sheet> {
  try {
    const [header = [], ...rows] = cellsOfText(await readFile(path, "utf8"));
    const torn = rows.find((row) => row.length !== header.length);
    if (torn === undefined) return { path, header, rows };
    throw new Error(`a row has ${torn.length} cells, not ${header.length}`);
  } catch (error) {
    throw new DataError(`${path} is not a CSV file: ${(error as Error).message}`);
  }
}

/** Learns what the table will hold, one episode after the other, then writes it. */
export class FrameTable {
  readonly #columns = new FrameColumns();
  readonly #episodes: EpisodeRows[] = [];
  readonly #sheets = new SheetReader();
  readonly #blocks = new Map<string, ReplayFile["block"]>();

  /** Of the conditions file: each that an episode had, once. */
  get blocks(): readonly ReplayFile["block"][] {
    return [...this.#blocks.values()];
  }

  /** Of an episode whose rows the server could not compute there are none. */
  async see(record: ReplayRecord): Promise<void> {
    const { csvPath: path, file } = record;
    if (file.block !== undefined) this.#blocks.set(JSON.stringify(file.block), file.block);
    if (path === null) return;
    const { episode } = file;
    const { header, rows } = await this.#sheets.read(path, episode);
    this.#columns.see(path, header, rows);
    this.#episodes.push({ path, episode, keys: cellsOf(EPISODE_KEYS, record) });
  }

  async write(dir: string): Promise<TableFile> {
    const columns = this.#columns.columns();
    const keyColumns = columnsOf(EPISODE_KEYS);
    const table = await TableFile.create(dir, "frames", [...keyColumns, ...columns]);
    try {
      for (const { path, episode, keys } of this.#episodes) {
        const sheet = await this.#sheets.read(path, episode);
        const count = sheet.rows.length;
        const keyCells = keys.map((key) => Array.from<unknown>({ length: count }).fill(key));
        await table.addColumns([...keyCells, ...cellsByColumn(columns, sheet)], count);
      }
    } finally {
      await table.close();
    }
    return table;
  }
}

function cellsByColumn(columns: readonly Column[], { header, rows }: Sheet): unknown[][] {
  const places = new Map(header.map((name, index) => [name, index]));
  return columns.map(({ name, type }) => {
    const place = places.get(name);
    if (place === undefined) return rows.map(() => null);
    const cells = rows.map((row) => row[place] as string);
    return converted(cells, (cell) => parsedCell(type, cell));
  });
}

function parsedCell(type: ColumnType, cell: string): unknown {
  if (cell === "") return null;
  switch (type) {
    case "integer":
    case "number":
      return Number(cell);
    case "boolean":
      return cell === "true";
    default:
      return unguardText(cell);
  }
}
