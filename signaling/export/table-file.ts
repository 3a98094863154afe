/** One table, written row by row to a CSV and a Parquet file at once; memory holds one group of rows. */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type ColumnSource, fileWriter, ParquetWriter } from "hyparquet-writer";
import { type Cell, csvText } from "../store/csv-text.ts";
import type { Column, ColumnType } from "./column.ts";

/** Cells in memory before they are written: some 100 MB at the most, and Parquet's row groups. */
const GROUP_CELLS_MAX = 1_000_000;

const PARQUET_TYPES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  json: { type: "BYTE_ARRAY", converted_type: "JSON" },
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
} as const satisfies Record<ColumnType, object>;

function csvCell(type: ColumnType, value: unknown): Cell {
  return type === "json" && value !== null ? JSON.stringify(value) : (value as Cell);
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

export class TableFile {
  readonly name: string;
  readonly columns: readonly Column[];
  rowCount = 0;
  readonly #csv: FileHandle;
  readonly #parquet: ParquetWriter;
  readonly #groupRows: number;
  #rows: (readonly unknown[])[] = [];

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
  async add(cells: readonly unknown[]): Promise<void> {
    this.#rows.push(cells);
    this.rowCount++;
    if (this.#rows.length >= this.#groupRows) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#parquet.finish();
    await this.#csv.close();
  }

  async #flush(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    const types = this.columns.map(({ type }) => type);
    await this.#csv.write(
      csvText(rows.map((row) => row.map((value, i) => csvCell(types[i] as ColumnType, value)))),
    );
    const columnData = this.columns.map(({ name, type }, i): ColumnSource => {
      return { name, data: rows.map((row) => parquetCell(type, row[i])) as ColumnSource["data"] };
    });
    await this.#parquet.write({ columnData, rowGroupSize: rows.length });
  }
}
