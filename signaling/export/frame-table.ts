/** All rows of all episodes as one table: read twice, once to learn the columns, once to write. */
import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { unguardText } from "../store/csv-text.ts";
import { DataError } from "../store/data-folder.ts";
import type { ReplayFile } from "../store/file-schema.ts";
import type { Column, ColumnType } from "./column.ts";
import type { DataReader } from "./data-reader.ts";
import { FrameColumns } from "./frame-column.ts";
import { cellsOf, columnsOf, EPISODE_KEYS } from "./table.ts";
import { TableFile } from "./table-file.ts";

/** The header first, then the rows of that episode: a file may hold the others of its game, too. */
async function* rowsOf(path: string, episode: number): AsyncGenerator<readonly string[]> {
  const source = createReadStream(path);
  const parser = source.pipe(parse());
  source.on("error", (error) => parser.destroy(error));
  let place: number | null = null;
  try {
    for await (const record of parser) {
      const row = record as string[];
      const isHeader = place === null;
      place ??= row.indexOf("episode_num");
      if (isHeader || place < 0 || row[place] === String(episode)) yield row;
    }
  } catch (error) {
    throw new DataError(`${path} is not a CSV file: ${(error as Error).message}`);
  }
}

/** What the tables of episodes and of frames have to hold. */
export interface SeenEpisodes {
  readonly columns: readonly Column[];
  /** Of the conditions file; each once. */
  readonly blocks: readonly ReplayFile["block"][];
}

export async function seeEpisodes(reader: DataReader): Promise<SeenEpisodes> {
  const columns = new FrameColumns();
  const blocks = new Map<string, ReplayFile["block"]>();
  for await (const { csvPath, file } of reader.replays()) {
    if (file.block !== undefined) blocks.set(JSON.stringify(file.block), file.block);
    if (csvPath === null) continue;
    let open: (readonly [index: number, name: string])[] | null = null;
    for await (const row of rowsOf(csvPath, file.episode)) {
      if (open === null) {
        const names = columns.seeHeader(csvPath, row);
        open = [...row.entries()].filter(([, name]) => names.has(name));
      } else for (const [index, name] of open) columns.seeCell(name, row[index] ?? "");
    }
  }
  return { columns: columns.columns(), blocks: [...blocks.values()] };
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

export async function writeFrames(
  reader: DataReader,
  dir: string,
  columns: readonly Column[],
): Promise<TableFile> {
  const table = await TableFile.create(dir, "frames", [...columnsOf(EPISODE_KEYS), ...columns]);
  for await (const record of reader.replays()) {
    if (record.csvPath === null) continue;
    const keys = cellsOf(EPISODE_KEYS, record);
    let places: readonly (number | undefined)[] | null = null;
    for await (const row of rowsOf(record.csvPath, record.file.episode)) {
      if (places === null) {
        const indices = new Map(row.map((name, index) => [name, index]));
        places = columns.map(({ name }) => indices.get(name));
        continue;
      }
      const cells = columns.map(({ type }, i) => {
        const place = places?.[i];
        return place === undefined ? null : parsedCell(type, row[place] ?? "");
      });
      await table.add([...keys, ...cells]);
    }
  }
  await table.close();
  return table;
}
