/** `{game_id}_aggregated_metrics.json`: the logs of all players of one game, compared frame by frame. */
import { SCHEMA_VERSION } from "../store/file-schema.ts";
import type { Game, GamePlayer } from "../store/game-table.ts";
import type { AggregatedMetricsFile, ComparisonSummary } from "../store/metrics-schema.ts";
import type { PlayerEpisode } from "./episode-measurements.ts";
import {
  connectionOf,
  desyncEvents,
  durationMs,
  episodeSummary,
  inputDeliveryOf,
  rollbackSummaries,
} from "./player-metrics.ts";

type File = AggregatedMetricsFile;

/** All that one player sent about a game, in the order of its episodes. */
export interface PlayerRecord {
  readonly player: GamePlayer;
  readonly episodes: readonly PlayerEpisode[];
}

/** Null while fewer than two recorded the frame; false when any two differ. */
function matchOf(values: readonly unknown[]): boolean | null {
  const texts = values.filter((value) => value !== null).map((value) => JSON.stringify(value));
  if (texts.length < 2) return null;
  return texts.every((text) => text === texts[0]);
}

interface Compared {
  readonly episode: number;
  readonly frame: number;
  readonly match: boolean | null;
  /** By player; null where the player did not record it. */
  readonly values: readonly unknown[];
}

function summaryOf(compared: readonly Compared[]): ComparisonSummary {
  const count = (isCounted: (entry: Compared) => boolean) => compared.filter(isCounted).length;
  const matchingFrames = count(({ match }) => match === true);
  const mismatchingFrames = count(({ match }) => match === false);
  const totalFramesCompared = matchingFrames + mismatchingFrames;
  return {
    totalFramesCompared,
    matchingFrames,
    mismatchingFrames,
    playerAOnlyFrames: count(({ match, values }) => match === null && values[0] !== null),
    playerBOnlyFrames: count(({ match, values }) => match === null && values[0] === null),
    matchRate: totalFramesCompared === 0 ? null : matchingFrames / totalFramesCompared,
  };
}

/** Calls `visit` for every frame that anybody recorded, with each player's share of the episode. */
function forEachFrame(
  records: readonly PlayerRecord[],
  visit: (entries: readonly (PlayerEpisode | undefined)[], episode: number, frame: number) => void,
): void {
  const numbers = new Set(records.flatMap(({ episodes }) => episodes.map((e) => e.episode)));
  for (const episode of [...numbers].sort((a, b) => a - b)) {
    const entries = records.map((record) => record.episodes.find((e) => e.episode === episode));
    const frames = Math.max(...entries.map((entry) => entry?.log.hashes.length ?? 0));
    for (let frame = 0; frame < frames; frame++) visit(entries, episode, frame);
  }
}

type HashRow = File["validation"]["hashComparison"][number];
type ActionRow = File["validation"]["actionComparison"][number];

function compareHashes(records: readonly PlayerRecord[]): { rows: HashRow[]; all: Compared[] } {
  const rows: HashRow[] = [];
  const all: Compared[] = [];
  forEachFrame(records, (entries, episode, index) => {
    const values = entries.map((entry) => entry?.log.hashes[index] ?? null);
    const match = matchOf(values);
    const frame = index + 1;
    const row: Record<string, unknown> = { episode, frame, match };
    for (const [i, { player }] of records.entries()) row[player.playerIndex] = values[i];
    rows.push(row as HashRow);
    all.push({ episode, frame, match, values });
  });
  return { rows, all };
}

function compareActions(records: readonly PlayerRecord[]): { rows: ActionRow[]; all: Compared[] } {
  const rows: ActionRow[] = [];
  const all: Compared[] = [];
  forEachFrame(records, (entries, episode, frame) => {
    for (const { player } of records) {
      const actionPlayerId = player.playerIndex;
      const values = entries.map((entry) => entry?.log.actions[frame]?.[actionPlayerId] ?? null);
      const match = matchOf(values);
      const row: Record<string, unknown> = { episode, frame, actionPlayerId, match };
      for (const [i, recorder] of records.entries()) {
        row[`recordedBy_${recorder.player.playerIndex}`] = values[i];
      }
      rows.push(row as ActionRow);
      all.push({ episode, frame, match, values });
    }
  });
  return { rows, all };
}

function divergences(compared: readonly Compared[]): File["summary"]["hashDivergenceFrames"] {
  const found = compared.filter(({ match }) => match === false);
  const unique = new Map(
    found.map(({ episode, frame }) => [`${episode} ${frame}`, { episode, frame }]),
  );
  return [...unique.values()];
}

/** Every frame by every player, and all the same. */
function isWhole(compared: readonly Compared[]): boolean {
  return (
    compared.length > 0 &&
    compared.every(({ match, values }) => match === true && !values.includes(null))
  );
}

function summarize(
  records: readonly PlayerRecord[],
  hashes: readonly Compared[],
  actions: readonly Compared[],
): File["summary"] {
  const hashDivergenceFrames = divergences(hashes);
  const actionDivergenceFrames = divergences(actions);
  const hashSummary = summaryOf(hashes);
  const isPartial = records.some(({ player }) => player.endReason !== "finished");
  return {
    fullySynced: !isPartial && isWhole(hashes) && isWhole(actions),
    hashesMatch: isWhole(hashes),
    actionsMatch: isWhole(actions),
    totalHashesCompared: hashSummary.totalFramesCompared,
    totalActionsCompared: summaryOf(actions).totalFramesCompared,
    firstHashMismatchFrame: hashDivergenceFrames[0] ?? null,
    firstActionMismatchFrame: actionDivergenceFrames[0] ?? null,
    hashDivergenceFrames,
    actionDivergenceFrames,
    hashCoverage: hashes.length === 0 ? null : hashSummary.matchingFrames / hashes.length,
    isPartial,
    missingPlayers: records
      .filter(({ episodes }) => episodes.every(({ log }) => log.hashes.length === 0))
      .map(({ player }) => player.playerIndex),
  };
}

/** Written for every game, also when one side is missing; `matchRate` counts only what two recorded. */
export function aggregatedMetrics(
  game: Game,
  records: readonly PlayerRecord[],
  nowMs: number,
): AggregatedMetricsFile {
  const hashes = compareHashes(records);
  const actions = compareActions(records);
  const byPlayer = <T>(make: (record: PlayerRecord) => T) =>
    Object.fromEntries(records.map((record) => [String(record.player.playerIndex), make(record)]));
  return {
    schemaVersion: SCHEMA_VERSION,
    gameId: game.gameId,
    sceneId: game.sceneId,
    aggregatedAt: nowMs,
    summary: summarize(records, hashes.all, actions.all),
    players: byPlayer(({ player, episodes }) => ({
      subjectId: player.subjectId,
      playerId: player.playerIndex,
      connection: connectionOf(episodes),
      inputDelivery: inputDeliveryOf(episodes),
      sessionDurationMs: durationMs(episodes),
    })),
    validation: {
      hashSummary: summaryOf(hashes.all),
      actionSummary: summaryOf(actions.all),
      episodes: byPlayer(({ episodes }) => episodes.map(episodeSummary)),
      hashComparison: hashes.rows,
      actionComparison: actions.rows,
      desyncEvents: byPlayer(({ episodes }) => desyncEvents(episodes)),
      rollbacks: byPlayer(({ episodes }) => rollbackSummaries(episodes)),
    },
  };
}
