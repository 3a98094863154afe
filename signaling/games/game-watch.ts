/** The watches over the players of all running games whose scene wants them. */
import type { PresenceReport } from "../monitoring/player-monitor.ts";
import type { GamePlayer } from "../store/game-table.ts";
import { PlayerWatch, type WatchContext } from "./player-watch.ts";
import type { PreparedGame } from "./prepared-game.ts";

export class GameWatch {
  readonly #context: WatchContext;
  readonly #watches = new Map<string, PlayerWatch>();

  constructor(context: WatchContext) {
    this.#context = context;
  }

  /** Again for somebody who is watched already is harmless. */
  start({ gym, environment, sceneId }: PreparedGame, players: readonly GamePlayer[]): void {
    const { monitoring: rules } = gym;
    if (rules === null) return;
    const { fps } = environment;
    for (const player of players) {
      if (this.#watches.get(player.subjectId)?.gameId === player.gameId) continue;
      const watch = new PlayerWatch({ ...this.#context, rules, fps, sceneId, player });
      this.#watches.set(player.subjectId, watch);
    }
  }

  reported(subjectId: string, report: PresenceReport): void {
    this.#watches.get(subjectId)?.reported(report);
  }

  /** Over for this player; what was measured is stored. */
  stop(subjectId: string): void {
    this.#watches.get(subjectId)?.stop();
    this.#watches.delete(subjectId);
  }

  /** Over for everybody who is in the game. */
  stopGame(gameId: string): void {
    for (const [subjectId, watch] of this.#watches) {
      if (watch.gameId === gameId) this.stop(subjectId);
    }
  }

  close(): void {
    for (const subjectId of [...this.#watches.keys()]) this.stop(subjectId);
  }
}
