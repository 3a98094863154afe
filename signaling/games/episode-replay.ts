/** One clean replay of one episode, and the CSV of each player made from it; the same for server and verify. */
import {
  type Action,
  type Environment,
  loadHasher,
  type PausePolicy,
  replayEpisode,
} from "../../engine/index.ts";
import type { Cell } from "../store/csv-text.ts";
import { type CsvPlayer, episodeCsv } from "../store/episode-csv.ts";
import type { ObserverLog } from "../store/file-schema.ts";

/** Plain data, so that it can be posted to a worker. */
export interface ReplayJob {
  readonly config: unknown;
  readonly seed: number;
  readonly maxSteps: number;
  readonly episode: number;
  /** `actions[frame][playerIndex]`. */
  readonly actions: readonly (readonly Action[])[];
  /** `flags[frame][playerIndex]`. */
  readonly flags: readonly (readonly number[])[];
  /** Absent in a file that knows nothing of pauses. */
  readonly pausePolicy?: PausePolicy | undefined;
  readonly players: readonly CsvPlayer[];
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
  const { config, seed, maxSteps, episode, actions, flags, pausePolicy } = job;
  const { endFrame, isTerminal, hashes, table } = replayEpisode({
    environment,
    config,
    seed,
    maxSteps,
    episode,
    actions,
    flags,
    pausePolicy,
    hasher,
  });
  const rows = table.rows as readonly (readonly Cell[])[];
  const csvs = job.observers.map((observer) =>
    episodeCsv({ columns: table.columns, rows }, job.players, observer),
  );
  const rewards = rewardsOf(environment, table.columns, rows);
  return { endFrame, isTerminal, hashes, csvs, columns: table.columns, rewards };
}
