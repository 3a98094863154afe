/** Games, what their players sent and what the server decided, as stored. */
import type { SessionConfig } from "../../engine/index.ts";
import type { ClientMessage } from "../protocol.ts";
import type { BlockConfig } from "./block-table.ts";
import type { Database } from "./database.ts";

/** Everything that fixes a game but its inputs; recorded when it starts. */
export interface GameSettings {
  readonly environmentId: string;
  readonly environmentDigest: string;
  readonly config: unknown;
  readonly configDigest: string;
  /** What the game's group has of the study's conditions file; absent or null without one. */
  readonly block?: BlockConfig | null;
  readonly session: SessionConfig;
  /** The seed that the episodes' seeds are derived from. */
  readonly sessionSeed: number;
  readonly seeds: readonly number[];
  readonly maxSteps: number;
  readonly fps: number;
  readonly agentIds: readonly string[];
  /** Absent in games of earlier builds, which all were. */
  readonly isStreamed?: boolean;
  /** Absent in games that began before there was one. */
  readonly focusLossTimeoutMs?: number | null;
}

export interface Game {
  readonly gameId: string;
  readonly sceneId: string;
  readonly settings: GameSettings;
  readonly createdAtMs: number;
  /** Whether the files of the whole game are written. */
  readonly isSettled: boolean;
}

/** Why somebody's game is over; `finished` after the last episode. */
export type EndReason =
  | "finished"
  | "partner_disconnected"
  | "partner_exclusion"
  | "self_disconnected"
  | "self_exclusion"
  | "focus_loss"
  | "technical"
  | "researcher_ended";

export interface GamePlayer {
  readonly gameId: string;
  readonly playerIndex: number;
  readonly subjectId: string;
  readonly visitId: string;
  readonly visitNumber: number;
  /** Null while playing. */
  readonly endReason: EndReason | null;
}

type LogMessage = ClientMessage<"episode-log">;
/** Confirmed frames from `fromFrame` on. */
export type LogChunk = Omit<LogMessage, "gameId" | "episode">;
export type EpisodeClose = Omit<ClientMessage<"close-episode">, "gameId">;

export interface Verdict {
  readonly status: "verified" | "disputed" | "unverified";
  /** One sentence; empty when verified. */
  readonly detail: string;
  /** Number of frames that are data. */
  readonly endFrame: number;
  readonly isTerminal: boolean;
  readonly disputedFrame: number | null;
  /** Where pages differed and went back, as any of them reports. */
  readonly recoveries: readonly { readonly frame: number; readonly agreedFrame: number }[];
  /** By player: kept frames whose hash of that page equals the server's. */
  readonly matchingFrames: readonly number[];
}

type Row = Record<string, unknown>;

function gameOf(row: Row): Game {
  return {
    gameId: row.game_id as string,
    sceneId: row.scene_id as string,
    settings: JSON.parse(row.settings as string) as GameSettings,
    createdAtMs: row.created_at_ms as number,
    isSettled: row.is_settled === 1,
  };
}

function playerOf(row: Row): GamePlayer {
  return {
    gameId: row.game_id as string,
    playerIndex: row.player_index as number,
    subjectId: row.subject_id as string,
    visitId: row.visit_id as string,
    visitNumber: row.visit_number as number,
    endReason: row.end_reason as EndReason | null,
  };
}

export class GameTable {
  readonly #database: Database;
  readonly #select;
  readonly #players;
  readonly #length;
  readonly #append;
  readonly #chunks;

  constructor(database: Database) {
    this.#database = database;
    this.#select = database.prepare("SELECT * FROM games WHERE game_id = ?");
    this.#players = database.prepare(
      "SELECT * FROM game_players WHERE game_id = ? ORDER BY player_index",
    );
    this.#length = database.prepare(
      `SELECT max(to_frame) AS length FROM log_chunks
       WHERE game_id = ? AND episode = ? AND player_index = ?`,
    );
    this.#append = database.prepare("INSERT INTO log_chunks VALUES (?, ?, ?, ?, ?, ?)");
    this.#chunks = database.prepare(
      `SELECT body FROM log_chunks WHERE game_id = ? AND episode = ? AND player_index = ?
       AND to_frame > ? ORDER BY from_frame`,
    );
  }

  find(gameId: string): Game | null {
    const row = this.#select.get(gameId);
    return row === undefined ? null : gameOf(row);
  }

  get(gameId: string): Game {
    const game = this.find(gameId);
    if (game === null) throw new Error(`Expected a game ${gameId}, got none`);
    return game;
  }

  players(gameId: string): readonly GamePlayer[] {
    return this.#players.all(gameId).map(playerOf);
  }

  /** The newest game that the subject played with others; null before one. */
  lastSharedGame(subjectId: string): string | null {
    const row = this.#database
      .prepare(
        `SELECT games.game_id FROM games JOIN game_players USING (game_id) WHERE subject_id = ?
         AND (SELECT count(*) FROM game_players AS all_players
           WHERE all_players.game_id = games.game_id) > 1
         ORDER BY games.rowid DESC LIMIT 1`,
      )
      .get(subjectId);
    return (row?.game_id as string | undefined) ?? null;
  }

  insert(game: Game, players: readonly GamePlayer[]): void {
    const { gameId, sceneId, settings, createdAtMs } = game;
    this.#database
      .prepare("INSERT INTO games VALUES (?, ?, ?, ?, 0)")
      .run(gameId, sceneId, JSON.stringify(settings), createdAtMs);
    const insert = this.#database.prepare(
      `INSERT INTO game_players (game_id, player_index, subject_id, visit_id, visit_number)
       VALUES (?, ?, ?, ?, ?)`,
    );
    for (const { playerIndex, subjectId, visitId, visitNumber } of players) {
      insert.run(gameId, playerIndex, subjectId, visitId, visitNumber);
    }
  }

  /** By player: how often their page has come back. */
  returnCounts(gameId: string): readonly number[] {
    return this.#players.all(gameId).map((row) => Number(row.return_count));
  }

  countReturn(gameId: string, playerIndex: number): void {
    this.#database
      .prepare(
        "UPDATE game_players SET return_count = return_count + 1 WHERE game_id = ? AND player_index = ?",
      )
      .run(gameId, playerIndex);
  }

  endPlayer(gameId: string, playerIndex: number, reason: EndReason): void {
    this.#database
      .prepare("UPDATE game_players SET end_reason = ? WHERE game_id = ? AND player_index = ?")
      .run(reason, gameId, playerIndex);
  }

  /** The player's own rewards, added up; null while nobody has computed it. */
  findScore(gameId: string, subjectId: string): number | null {
    const row = this.#database
      .prepare("SELECT score FROM game_players WHERE game_id = ? AND subject_id = ?")
      .get(gameId, subjectId);
    return (row?.score ?? null) as number | null;
  }

  saveScore(gameId: string, playerIndex: number, score: number): void {
    this.#database
      .prepare("UPDATE game_players SET score = ? WHERE game_id = ? AND player_index = ?")
      .run(score, gameId, playerIndex);
  }

  markSettled(gameId: string): void {
    this.#database.prepare("UPDATE games SET is_settled = 1 WHERE game_id = ?").run(gameId);
  }

  /** Ids of all games, in the order in which they began. */
  all(): readonly string[] {
    const rows = this.#database.prepare("SELECT game_id FROM games ORDER BY rowid").all();
    return rows.map((row) => row.game_id as string);
  }

  unsettled(): readonly Game[] {
    return this.#database.prepare("SELECT * FROM games WHERE is_settled = 0").all().map(gameOf);
  }

  logLength(gameId: string, episode: number, playerIndex: number): number {
    return Number(this.#length.get(gameId, episode, playerIndex)?.length ?? 0);
  }

  /** The chunk must begin where the stored log ends. New frames make an earlier verdict void. */
  appendChunk(gameId: string, episode: number, playerIndex: number, chunk: LogChunk): void {
    const toFrame = chunk.fromFrame + chunk.hashes.length;
    const body = JSON.stringify(chunk);
    this.#append.run(gameId, episode, playerIndex, chunk.fromFrame, toFrame, body);
    this.#voidVerdict(gameId, episode);
  }

  /** The stored chunks that hold frame `fromFrame` or a later one. */
  chunks(gameId: string, episode: number, playerIndex: number, fromFrame = 0): LogChunk[] {
    const rows = this.#chunks.all(gameId, episode, playerIndex, fromFrame);
    return rows.map((row) => JSON.parse(row.body as string) as LogChunk);
  }

  findClose(gameId: string, episode: number, playerIndex: number): EpisodeClose | null {
    const row = this.#database
      .prepare(
        "SELECT body FROM episode_closes WHERE game_id = ? AND episode = ? AND player_index = ?",
      )
      .get(gameId, episode, playerIndex);
    return row === undefined ? null : (JSON.parse(row.body as string) as EpisodeClose);
  }

  insertClose(gameId: string, playerIndex: number, close: EpisodeClose): void {
    this.#database
      .prepare("INSERT INTO episode_closes VALUES (?, ?, ?, ?)")
      .run(gameId, close.episode, playerIndex, JSON.stringify(close));
    this.#voidVerdict(gameId, close.episode);
  }

  /** Episodes of which anything is stored, in order. */
  episodes(gameId: string): readonly number[] {
    const rows = this.#database
      .prepare(
        `SELECT episode FROM log_chunks WHERE game_id = ?1
         UNION SELECT episode FROM episode_closes WHERE game_id = ?1 ORDER BY episode`,
      )
      .all(gameId);
    return rows.map((row) => row.episode as number);
  }

  findVerdict(gameId: string, episode: number): Verdict | null {
    const row = this.#database
      .prepare("SELECT body FROM verdicts WHERE game_id = ? AND episode = ?")
      .get(gameId, episode);
    return row === undefined ? null : (JSON.parse(row.body as string) as Verdict);
  }

  saveVerdict(gameId: string, episode: number, verdict: Verdict): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)")
      .run(gameId, episode, JSON.stringify(verdict));
  }

  #voidVerdict(gameId: string, episode: number): void {
    this.#database
      .prepare("DELETE FROM verdicts WHERE game_id = ? AND episode = ?")
      .run(gameId, episode);
    this.#database.prepare("UPDATE games SET is_settled = 0 WHERE game_id = ?").run(gameId);
  }
}
