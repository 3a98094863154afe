/** One table, written to a CSV and a Parquet file at once; memory holds one group of rows. */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type ColumnSource, fileWriter, ParquetWriter } from "hyparquet-writer";
import { csvText, guardText } from "../store/csv-text.ts";
import type { Column, ColumnType } from "./column.ts";

/** Cells in memory before they are written: some 100 MB at the most, and Parquet's row groups. */
const GROUP_CELLS_MAX = 1_000_000;
/** The keys of a frame and its number, by which tables are searched; the least and greatest of all columns cost most of the time. */
const STATISTICS_COLUMNS = 9;

const PARQUET_TYPES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  json: { type: "BYTE_ARRAY", converted_type: "JSON" },
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
} as const satisfies Record<ColumnType, object>;

/** A text without any of these is its own CSV. */
const QUOTED_PATTERN = /[",\r\n]/;

function csvCell(type: ColumnType, value: unknown): string {
  if (value === null) return "";
  const text = type === "json" ? JSON.stringify(value) : String(value);
  return QUOTED_PATTERN.test(text) ? csvText([[text]]).slice(0, -1) : guardText(text);
}

function parquetCell(type: ColumnType, value: unknown): unknown {
  if (value === null) return null;
  switch (type) {
    case "integer":
      return BigInt(value as number);
    case "text":
      return String(value);
    default:
      return value;
  }
}

/** Equal neighbours are converted once: most cells say what the one above them says. */
export function converted<S, T>(cells: readonly S[], convert: (cell: S) => T): T[] {
  let result: T;
  return cells.map((cell, i) => {
    if (i === 0 || cell !== cells[i - 1]) result = convert(cell);
    return result;
  });
}

export class TableFile {
  readonly name: string;
  readonly columns: readonly Column[];
  rowCount = 0;
  readonly #csv: FileHandle;
  readonly #parquet: ParquetWriter;
  readonly #groupRows: number;
  /** By column. */
  #cells: unknown[][];
  #groupLength = 0;

  private constructor(
    dir: string,
    name: string,
    columns: readonly Column[],
    csv: FileHandle,
    groupRows: number,
  ) {
    this.name = name;
    this.columns = columns;
    this.#csv = csv;
    this.#groupRows = groupRows;
    this.#cells = columns.map(() => []);
    const leaves = columns.map(({ name: leaf, type }) => ({
      name: leaf,
      repetition_type: "OPTIONAL" as const,
      ...PARQUET_TYPES[type],
    }));
    this.#parquet = new ParquetWriter({
      writer: fileWriter(join(dir, `${name}.parquet`)),
      schema: [{ name: "root", num_children: columns.length }, ...leaves],
      createdBy: "tandem",
    });
  }

  /** Overwrites earlier files of that name. */
  static async create(
    dir: string,
    name: string,
    columns: readonly Column[],
    groupCellsMax = GROUP_CELLS_MAX,
  ): Promise<TableFile> {
    const csv = await open(join(dir, `${name}.csv`), "w");
    await csv.write(csvText([columns.map((column) => column.name)]));
    const groupRows = Math.ceil(groupCellsMax / Math.max(1, columns.length));
    return new TableFile(dir, name, columns, csv, groupRows);
  }

  /** Cells in the order of the columns. */
  add(cells: readonly unknown[]): Promise<void> {
    return this.addColumns(
      cells.map((cell) => [cell]),
      1,
    );
  }

  /** `count` rows at once, by column: `cells[column][row]`. */
  async addColumns(cells: readonly (readonly unknown[])[], count: number): Promise<void> {
    this.rowCount += count;
    for (let start = 0; start < count; ) {
      const length = Math.min(count - start, this.#groupRows - this.#groupLength);
      for (const [i, column] of this.#cells.entries()) {
        for (let row = start; row < start + length; row++) column.push(cells[i]?.[row]);
      }
      this.#groupLength += length;
      start += length;
      if (this.#groupLength === this.#groupRows) await this.#flush();
    }
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#parquet.finish();
    await this.#csv.close();
  }

  async #flush(): Promise<void> {
    const [cells, length] = [this.#cells, this.#groupLength];
    this.#cells = this.columns.map(() => []);
    this.#groupLength = 0;
    if (length === 0) return;
    const texts = this.columns.map(({ type }, i) =>
      converted(cells[i] ?? [], (value) => csvCell(type, value)),
    );
    const lines = Array.from({ length }, (_, row) => texts.map((column) => column[row]).join(","));
    await this.#csv.write(`${lines.join("\n")}\n`);
    const columnData = this.columns.map(({ name, type }, i): ColumnSource => {
      const data = converted(cells[i] ?? [], (value) => parquetCell(type, value));
      return { name, data: data as ColumnSource["data"], statistics: i < STATISTICS_COLUMNS };
    });
    await this.#parquet.write({ columnData, rowGroupSize: length });
  }
}
