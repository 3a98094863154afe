/** How the episodes of a finished run were judged, read from the state of a server that has stopped. */
import { join } from "node:path";
import { Database } from "../store/database.ts";
import { GameTable } from "../store/game-table.ts";

export interface EpisodeCounts {
  /** Played to the end by everybody, and equal for all of them and the server's replay. */
  readonly verified: number;
  /** Cut short because somebody left; what is kept of them is marked as such. */
  readonly partial: number;
  readonly disputed: number;
  readonly findings: readonly string[];
}

/** `dataPath` is the folder of one experiment. */
export function countEpisodes(dataPath: string): EpisodeCounts {
  const database = new Database(join(dataPath, "tandem.sqlite"), Date.now());
  try {
    const table = new GameTable(database);
    const counts = { verified: 0, partial: 0, disputed: 0 };
    const findings: string[] = [];
    for (const gameId of table.all()) {
      const players = table.players(gameId);
      // Somebody who vanished from a game alone may still come back to it.
      const isOver = players.every(({ endReason }) => endReason !== null);
      if (isOver && !table.get(gameId).isSettled) {
        findings.push(`The files of game ${gameId} are missing.`);
      }
      for (const episode of table.episodes(gameId)) {
        const status = table.findVerdict(gameId, episode)?.status ?? "unverified";
        const isComplete = players.every(
          ({ playerIndex }) => table.findClose(gameId, episode, playerIndex)?.reason === "ended",
        );
        if (status === "disputed") counts.disputed++;
        else if (!isComplete) counts.partial++;
        else if (status === "verified") counts.verified++;
        if (status === "disputed" || (isComplete && status !== "verified")) {
          const detail = table.findVerdict(gameId, episode)?.detail ?? "no verdict";
          findings.push(`Episode ${episode} of game ${gameId} is ${status}: ${detail}`);
        }
      }
    }
    return { ...counts, findings };
  } finally {
    database.close();
  }
}
