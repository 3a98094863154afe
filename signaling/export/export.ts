/** Merges all data below a folder into tidy tables, as CSV and Parquet, and a codebook of every column. */
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { DataError } from "../store/data-folder.ts";
import { writeCodebook } from "./codebook.ts";
import type { Field } from "./column.ts";
import { DataReader } from "./data-reader.ts";
import { FrameTable } from "./frame-table.ts";
import { METRICS_FIELDS } from "./metrics-field.ts";
import { participantsOf } from "./participant-record.ts";
import {
  ANSWER_FIELDS,
  answersOf,
  cellsOf,
  columnsOf,
  episodeFields,
  participantFields,
  visitFields,
} from "./table.ts";
import { TableFile } from "./table-file.ts";
import {
  DECISION_FIELDS,
  decisionsOf,
  MATCH_FIELDS,
  MONITORING_FIELDS,
  PING_FIELDS,
  pingsOf,
} from "./watch-field.ts";

export interface ExportReport {
  readonly out: string;
  readonly tables: readonly {
    readonly name: string;
    readonly rows: number;
    readonly columns: number;
  }[];
  /** Episodes by the server's verdict, and those that were cut short. */
  readonly episodes: Readonly<Record<string, number>>;
}

async function writeTable<R>(
  dir: string,
  name: string,
  fields: readonly Field<R>[],
  records: Iterable<R> | AsyncIterable<R>,
): Promise<TableFile> {
  const table = await TableFile.create(dir, name, columnsOf(fields));
  try {
    for await (const record of records) await table.add(cellsOf(fields, record));
  } finally {
    await table.close();
  }
  return table;
}

async function* each<T, R>(records: AsyncIterable<T>, of: (record: T) => readonly R[]) {
  for await (const record of records) yield* of(record);
}

/**
 * Writes the tables; the same data give the same bytes.
 * @throws DataError when the folder holds no data of a study, or a file that is not as documented.
 */
export async function exportFolder(dataDir: string, outDir: string): Promise<ExportReport> {
  const out = resolve(outDir);
  const reader = await DataReader.open(resolve(dataDir));
  const visits = [...(await reader.metadata())];
  const participants = participantsOf(visits);
  const ordered = participants.flatMap((participant) => participant.visits);
  await mkdir(out, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`Cannot write to ${out} (${error.code}).`);
  });
  const counts: Record<string, number> = { verified: 0, unverified: 0, disputed: 0, partial: 0 };
  const frames = new FrameTable();
  async function* replays() {
    for await (const record of reader.replays()) {
      const { status, isTerminal } = record.file;
      counts[status] = (counts[status] ?? 0) + 1;
      if (!isTerminal) counts.partial = (counts.partial ?? 0) + 1;
      yield record;
    }
  }
  for await (const record of reader.replays()) await frames.see(record);
  const tables = [
    await writeTable(out, "participants", participantFields(participants), participants),
    await writeTable(out, "visits", visitFields(ordered), ordered),
    await writeTable(out, "answers", ANSWER_FIELDS, ordered.flatMap(answersOf)),
    await writeTable(out, "episodes", episodeFields(frames.blocks), replays()),
    await frames.write(out),
    await writeTable(out, "metrics", METRICS_FIELDS, reader.metrics()),
    await writeTable(out, "monitoring", MONITORING_FIELDS, reader.monitoring()),
    await writeTable(out, "pings", PING_FIELDS, each(reader.monitoring(), pingsOf)),
    await writeTable(out, "decisions", DECISION_FIELDS, each(reader.monitoring(), decisionsOf)),
    await writeTable(out, "matches", MATCH_FIELDS, reader.matches()),
  ];
  await writeCodebook(out, tables);
  return {
    out,
    tables: tables.map(({ name, rowCount, columns }) => ({
      name,
      rows: rowCount,
      columns: columns.length,
    })),
    episodes: counts,
  };
}
