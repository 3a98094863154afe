/** The CSV of one episode: the server's rows, then who played under which conditions, then what one page observed. */
import { blockCells } from "./block-cell.ts";
import type { BlockConfig } from "./block-table.ts";
import { type Cell, csvText } from "./csv-text.ts";
import type { ObserverLog } from "./file-schema.ts";

export interface EpisodeTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface CsvPlayer {
  readonly agent: string;
  readonly subjectId: string | null;
}

/** What is the same in every row. */
export interface CsvGame {
  readonly players: readonly CsvPlayer[];
  /** What the game had of the conditions file; absent or null for nothing. */
  readonly block?: BlockConfig | null | undefined;
}

function observerColumns(players: readonly CsvPlayer[]): readonly string[] {
  return [
    "observer.simulated_at_tick",
    ...players.map(({ agent }) => `observer.arrival_tick.${agent}`),
    ...players.map(({ agent }) => `observer.was_predicted.${agent}`),
    "observer.rollback_depth_frames",
    "observer.simulated_at_ms",
  ];
}

function observerCells(log: ObserverLog, frame: number, players: readonly CsvPlayer[]): Cell[] {
  return [
    log.simulatedAtTick[frame] ?? null,
    ...players.map((_, player) => log.arrivalTick[frame]?.[player] ?? null),
    ...players.map((_, player) => log.wasPredicted[frame]?.[player] ?? null),
    log.rollbackDepthFrames[frame] ?? null,
    log.simulatedAtMs[frame] ?? null,
  ];
}

export function episodeCsv(
  table: EpisodeTable,
  { players, block }: CsvGame,
  observer: ObserverLog,
): string {
  const conditions = blockCells(block);
  const columns = [
    ...table.columns,
    ...players.map(({ agent }) => `player_subjects.${agent}`),
    ...conditions.keys(),
    ...observerColumns(players),
  ];
  const subjects = players.map(({ subjectId }) => subjectId);
  const rows = table.rows.map((row, frame) => [
    ...row,
    ...subjects,
    ...conditions.values(),
    ...observerCells(observer, frame, players),
  ]);
  return csvText([columns, ...rows]);
}
