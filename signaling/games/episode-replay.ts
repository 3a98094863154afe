/** One clean replay of one episode, and the CSV of each player made from it; the same for server and verify. */
import { type Environment, loadHasher, type Recording, replayEpisode } from "../../engine/index.ts";
import type { Cell } from "../store/csv-text.ts";
import { type CsvGame, episodeCsv } from "../store/episode-csv.ts";
import type { ObserverLog } from "../store/file-schema.ts";

/** Plain data, so that it can be posted to a worker. */
export interface ReplayJob extends Omit<Recording, "environment">, CsvGame {
  /** One CSV is made for each. */
  readonly observers: readonly ObserverLog[];
}

export interface ReplayResult {
  /** Frames played; fewer than given when the episode was over before. */
  readonly endFrame: number;
  readonly isTerminal: boolean;
  /** `hashes[i]` is the hash of the state of frame i + 1. */
  readonly hashes: readonly string[];
  /** In the order of `observers`. */
  readonly csvs: readonly string[];
  readonly columns: readonly string[];
  /** By player, the sum over the episode. */
  readonly rewards: readonly number[];
}

function rewardsOf(
  { agentIds }: Environment,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
) {
  return agentIds.map((agent) => {
    const column = columns.indexOf(`rewards.${agent}`);
    return rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
  });
}

export async function replay(environment: Environment, job: ReplayJob): Promise<ReplayResult> {
  const hasher = await loadHasher();
  const { players, block, observers, ...recording } = job;
  const { endFrame, isTerminal, hashes, table } = replayEpisode({
    ...recording,
    environment,
    hasher,
  });
  const rows = table.rows as readonly (readonly Cell[])[];
  const csvs = observers.map((observer) =>
    episodeCsv({ columns: table.columns, rows }, { players, block }, observer),
  );
  const rewards = rewardsOf(environment, table.columns, rows);
  return { endFrame, isTerminal, hashes, csvs, columns: table.columns, rewards };
}
