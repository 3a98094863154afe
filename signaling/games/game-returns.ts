/** Players whose page is gone and who come back with a new one: whether they may, and what that page has to know. */
import type { Clock } from "../clock.ts";
import type { EpisodePast } from "../protocol.ts";
import type { GamePlayer, GameTable } from "../store/game-table.ts";
import { readLog } from "./episode-log.ts";
import type { PreparedGame } from "./prepared-game.ts";

export interface GameReturnsOptions {
  readonly table: GameTable;
  readonly prepared: ReadonlyMap<string, PreparedGame>;
  readonly clock: Clock;
}

export class GameReturns {
  readonly #options: GameReturnsOptions;
  /** By game: when the newest of its closed episodes was first closed; unknown after a restart of the server. */
  readonly #closings = new Map<string, { readonly episode: number; readonly atMs: number }>();

  constructor(options: GameReturnsOptions) {
    this.#options = options;
  }

  /** Not once the others have gone, or the game is over for them because of somebody. */
  mayReturn({ gameId, playerIndex }: GamePlayer): boolean {
    const others = this.#options.table
      .players(gameId)
      .filter((other) => other.playerIndex !== playerIndex);
    const isHere = ({ endReason }: GamePlayer) => endReason === null || endReason === "finished";
    const { onDeparture } = this.#options.table.get(gameId).settings.session;
    if (onDeparture === "end") return others.length > 0 && others.every(isHere);
    return others.some(isHere);
  }

  /** Counts a new page of the player. */
  add({ gameId, playerIndex }: GamePlayer): void {
    this.#options.table.countReturn(gameId, playerIndex);
  }

  /** By player. */
  incarnations(gameId: string): readonly number[] {
    return this.#options.table.returnCounts(gameId);
  }

  /** Some player's page has closed an episode at its regular end. */
  closed(gameId: string, episode: number): void {
    if ((this.#closings.get(gameId)?.episode ?? -1) >= episode) return;
    this.#closings.set(gameId, { episode, atMs: this.#options.clock.steadyMs() });
  }

  /** The first episode that the player has not closed; the number of episodes when they have closed all. */
  firstOpenEpisode({ gameId, playerIndex }: GamePlayer): number {
    const { seeds } = this.#options.table.get(gameId).settings;
    const isOpen = (_: number, episode: number) =>
      this.#options.table.findClose(gameId, episode, playerIndex) === null;
    const open = seeds.findIndex(isOpen);
    return open < 0 ? seeds.length : open;
  }

  /** What is known of an episode; null when the game has none of that number. */
  past({ gameId, playerIndex }: GamePlayer, episode: number): EpisodePast | null {
    const { table, prepared, clock } = this.#options;
    const { sceneId, settings } = table.get(gameId);
    if (episode >= settings.seeds.length) return null;
    const players = table.players(gameId).map((player) => player.playerIndex);
    const ended = players.find(
      (player) => table.findClose(gameId, episode, player)?.reason === "ended",
    );
    const length = (player: number) => table.logLength(gameId, episode, player);
    const longest = players.reduce((best, player) =>
      length(player) > length(best) ? player : best,
    );
    const { actions, flags } = readLog(table, gameId, episode, ended ?? longest);
    const endFrame = ended === undefined ? null : actions.length;
    const last = this.#closings.get(gameId);
    const isBreak = last?.episode === episode - 1 && actions.length === 0;
    const breakMs = prepared.get(sceneId)?.gym.resetFreezeMs ?? 0;
    const breakLeftMs = isBreak ? Math.max(0, last.atMs + breakMs - clock.steadyMs()) : 0;
    return { fromFrame: length(playerIndex), actions, flags, endFrame, breakLeftMs };
  }
}
