/** Whom somebody played with last, from the games that are stored: it outlives scenes and restarts. */
import type { GameTable } from "../store/game-table.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import type { Acquaintance } from "./waiting-room.ts";

export function acquaintanceOf(
  subjectId: string,
  games: GameTable,
  participants: ParticipantTable,
): Acquaintance {
  const gameId = games.lastSharedGame(subjectId);
  if (gameId === null) return { partners: [], arePartnersGone: false };
  const partners = games
    .players(gameId)
    .map((player) => player.subjectId)
    .filter((id) => id !== subjectId);
  const isGone = (id: string) =>
    participants.get(id).outcome !== null || games.lastSharedGame(id) !== gameId;
  return { partners, arePartnersGone: partners.some(isGone) };
}
