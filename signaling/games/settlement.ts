/**
 * Turns what players sent into verdicts and files. A pure function of the state on disk, so it
 * may be repeated: after a crash, or when somebody hands in the rest of a log later.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { pausePolicyOf } from "../../engine/index.ts";
import type { Clock } from "../clock.ts";
import type { GameStanding } from "../participants/visit-metadata.ts";
import { type DataFolder, ENVIRONMENTS_FOLDER, fileName } from "../store/data-folder.ts";
import { withEpisode } from "../store/game-csv.ts";
import type {
  EndReason,
  EpisodeClose,
  Game,
  GamePlayer,
  GameTable,
  Verdict,
} from "../store/game-table.ts";
import type { ValueTable } from "../store/value-table.ts";
import { aggregatedMetrics, type PlayerRecord } from "./aggregated-metrics.ts";
import { cutDeparted, cutToCommon } from "./departed-log.ts";
import { cutObserver, replayFile, seatsOf } from "./episode-file.ts";
import { type FullLog, readLog } from "./episode-log.ts";
import type { ReplayResult } from "./episode-replay.ts";
import { playerMetrics } from "./player-metrics.ts";
import type { Replayer } from "./replayer.ts";
import { type AgreedInputs, agreeInputs, judge, recoveriesOf } from "./verdict.ts";

export interface SettlementOptions {
  readonly experimentId: string;
  readonly table: GameTable;
  readonly values: ValueTable;
  readonly folder: DataFolder;
  readonly replayer: Replayer;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the files of the whole game are written. */
  onSettled(players: readonly GamePlayer[]): Promise<void>;
}

export class Settlement {
  readonly #options: SettlementOptions;
  /** The last run of each game; the next waits for it. */
  readonly #runs = new Map<string, Promise<void>>();

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** Looks, soon, whether an episode or the game can be settled. */
  touch(gameId: string): void {
    const previous = this.#runs.get(gameId) ?? Promise.resolve();
    const run = previous
      .then(() => this.#settle(gameId))
      .catch((error: unknown) => this.#options.log.error({ gameId, error }, "settlement failed"))
      .finally(() => {
        if (this.#runs.get(gameId) === run) this.#runs.delete(gameId);
      });
    this.#runs.set(gameId, run);
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs.values());
  }

  /** How a game stands for one of its players. */
  standing(gameId: string, subjectId: string): GameStanding | null {
    const { table } = this.#options;
    const game = table.find(gameId);
    const players = table.players(gameId);
    const player = players.find((entry) => entry.subjectId === subjectId);
    if (game === null || player === undefined) return null;
    const episodeCount = game.settings.seeds.length;
    const episodes = game.settings.seeds.map((_, episode) => episode);
    const isComplete = (episode: number) =>
      players.every(
        ({ playerIndex }) => table.findClose(gameId, episode, playerIndex)?.reason === "ended",
      );
    const firstOpen = episodes.findIndex((episode) => !isComplete(episode));
    return {
      game,
      player,
      episodeCount,
      verdicts: episodes.map((episode) => table.findVerdict(gameId, episode)),
      completedEpisodes: firstOpen < 0 ? episodeCount : firstOpen,
    };
  }

  /** Adds up one player's rewards by a replay of what their own page handed in, and stores the sum. */
  async computeScore({ gameId, playerIndex }: GamePlayer): Promise<void> {
    const { table } = this.#options;
    const game = table.get(gameId);
    const players = table.players(gameId);
    let score = 0;
    for (const episode of table.episodes(gameId)) {
      const inputs = agreeInputs([readLog(table, gameId, episode, playerIndex)]);
      const replayed = await this.#replay(game, players, episode, [], inputs);
      if (!("fault" in replayed)) score += replayed.rewards[playerIndex] ?? 0;
    }
    table.saveScore(gameId, playerIndex, score);
  }

  async #settle(gameId: string): Promise<void> {
    const { table, onSettled } = this.#options;
    const game = table.get(gameId);
    const players = table.players(gameId);
    const episodes = table.episodes(gameId);
    for (const episode of episodes) {
      if (table.findVerdict(gameId, episode) === null && this.#isReady(players, episode)) {
        await this.#settleEpisode(game, players, episode);
      }
    }
    const isJudged = episodes.every((episode) => table.findVerdict(gameId, episode) !== null);
    if (game.isSettled || !isJudged) return;
    if (players.some(({ endReason }) => endReason === null)) return;
    await this.#writeMetrics(game, players, episodes);
    await onSettled(players);
    // Frames that came meanwhile have made a verdict void; their own run settles the game.
    if (episodes.every((episode) => table.findVerdict(gameId, episode) !== null)) {
      table.markSettled(gameId);
    }
  }

  #isReady(players: readonly GamePlayer[], episode: number): boolean {
    const { table } = this.#options;
    return players.every(
      ({ gameId, playerIndex, endReason }) =>
        endReason !== null || table.findClose(gameId, episode, playerIndex) !== null,
    );
  }

  #logs(players: readonly GamePlayer[], episode: number): readonly FullLog[] {
    const { table } = this.#options;
    return players.map(({ gameId, playerIndex }) => readLog(table, gameId, episode, playerIndex));
  }

  async #settleEpisode(game: Game, players: readonly GamePlayer[], episode: number): Promise<void> {
    const { table, log } = this.#options;
    const { gameId } = game;
    const sent = this.#logs(players, episode);
    const closes = players.map(({ playerIndex }) => table.findClose(gameId, episode, playerIndex));
    const logs = cutToCommon(cutDeparted(sent, players.map(hasLeft)), closes);
    const inputs = agreeInputs(logs);
    const replayed = await this.#replay(game, players, episode, logs, inputs);
    const isCurrent = players.every(
      ({ playerIndex }, i) =>
        table.logLength(gameId, episode, playerIndex) === sent[i]?.hashes.length &&
        (table.findClose(gameId, episode, playerIndex) === null) === (closes[i] === null),
    );
    if (!isCurrent) return this.touch(gameId);
    const verdict =
      "fault" in replayed
        ? withoutReplay(inputs, closes, replayed.fault)
        : judge(logs, closes, inputs, replayed);
    if (verdict.status === "disputed") log.warn({ gameId, episode, verdict }, "disputed episode");
    if (inputs.actions.length > 0) {
      for (const [i, player] of players.entries()) {
        const csv = "fault" in replayed ? null : (replayed.csvs[i] ?? null);
        const log = logs[i] as FullLog;
        const own = { sent: sent[i] as FullLog, log, closes };
        await this.#writeEpisode(game, players, player, episode, own, inputs, verdict, csv);
      }
    }
    table.saveVerdict(gameId, episode, verdict);
  }

  async #replay(
    game: Game,
    players: readonly GamePlayer[],
    episode: number,
    logs: readonly FullLog[],
    inputs: AgreedInputs,
  ): Promise<ReplayResult | { readonly fault: string }> {
    const { folder, replayer, log } = this.#options;
    const { config, block, seeds, maxSteps, environmentDigest, session, fps } = game.settings;
    try {
      const path = join(folder.path, ENVIRONMENTS_FOLDER, `${environmentDigest}.js`);
      return await replayer.replay(environmentDigest, await readFile(path, "utf8"), {
        config,
        block,
        seed: seeds[episode] as number,
        maxSteps,
        episode,
        actions: inputs.actions,
        flags: inputs.flags,
        pausePolicy: pausePolicyOf(session, fps),
        players: seatsOf(game, players),
        observers: logs.map(({ observer }) => cutObserver(observer, inputs.actions.length)),
      });
    } catch (error) {
      const fault = String((error as Error).message ?? error);
      log.error({ gameId: game.gameId, episode, fault }, "the server could not replay an episode");
      return { fault };
    }
  }

  async #writeEpisode(
    game: Game,
    players: readonly GamePlayer[],
    player: GamePlayer,
    episode: number,
    own: Pick<Parameters<typeof replayFile>[0], "log" | "sent" | "closes">,
    inputs: AgreedInputs,
    verdict: Verdict,
    csv: string | null,
  ): Promise<void> {
    const { folder, experimentId, values } = this.#options;
    const { subjectId, visitNumber } = player;
    const { sceneId } = game;
    if (csv !== null && game.settings.isStreamed !== false) {
      await folder.write(sceneId, fileName.episode(subjectId, visitNumber, episode), csv);
    } else if (csv !== null) {
      const name = fileName.game(subjectId, visitNumber);
      const text = withEpisode(await folder.read(sceneId, name), csv, episode);
      await folder.write(sceneId, name, text);
    }
    const globals = { subjectName: subjectId, ...values.globals(subjectId) };
    await folder.writeJson(sceneId, fileName.globals(subjectId, visitNumber), globals, "indented");
    const options = { experimentId, game, players, player, episode, ...own, inputs, verdict };
    const name = fileName.replay(subjectId, visitNumber, episode);
    await folder.writeJson(sceneId, name, replayFile(options), "compact");
  }

  async #writeMetrics(
    game: Game,
    players: readonly GamePlayer[],
    episodes: readonly number[],
  ): Promise<void> {
    const { table, folder, clock } = this.#options;
    const { gameId, sceneId } = game;
    if (players.length < 2) return;
    const records: readonly PlayerRecord[] = players.map((player) => ({
      player,
      episodes: episodes.map((episode) => ({
        episode,
        log: readLog(table, gameId, episode, player.playerIndex),
        close: table.findClose(gameId, episode, player.playerIndex),
        verdict: table.findVerdict(gameId, episode) as Verdict,
      })),
    }));
    const gone = players.find((player) => hasLeft(player) && !BLAMELESS.includes(player.endReason));
    for (const record of records) {
      const { subjectId, visitNumber, playerIndex } = record.player;
      const standing = this.standing(gameId, subjectId);
      if (standing === null) continue;
      const peers = players.map((player) => player.playerIndex).filter((i) => i !== playerIndex);
      const goneIndex = gone?.playerIndex ?? null;
      const nowMs = clock.nowMs();
      const metrics = playerMetrics(standing, record.episodes, peers, goneIndex, nowMs);
      const name = fileName.multiplayerMetrics(subjectId, visitNumber);
      await folder.writeJson(sceneId, name, metrics, "compact");
    }
    const aggregated = aggregatedMetrics(game, records, clock.nowMs());
    await folder.writeJson(sceneId, fileName.aggregatedMetrics(gameId), aggregated, "compact");
  }
}

/** Nobody left: the study ended it. */
const BLAMELESS: readonly (EndReason | null)[] = ["technical", "researcher_ended"];

/** Whether the player went while the others could play on. */
function hasLeft({ endReason }: GamePlayer): boolean {
  return endReason !== null && LEAVING.includes(endReason);
}

const LEAVING: readonly EndReason[] = [
  "self_disconnected",
  "self_exclusion",
  "focus_loss",
  "technical",
  "researcher_ended",
];

function withoutReplay(
  inputs: AgreedInputs,
  closes: readonly (EpisodeClose | null)[],
  fault: string,
): Verdict {
  return {
    status: "unverified",
    detail: `The server could not replay the episode: ${fault}`,
    endFrame: inputs.actions.length,
    isTerminal: false,
    disputedFrame: null,
    recoveries: recoveriesOf(closes),
    matchingFrames: closes.map(() => 0),
  };
}
