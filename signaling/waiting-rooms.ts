/** The waiting room of each gym scene, wired to the rooms that act on what it decides. */
import { randomUUID } from "node:crypto";
import type { PreparedGame } from "./games/prepared-game.ts";
import { acquaintanceOf } from "./matchmaking/acquaintance.ts";
import { WaitingRoom } from "./matchmaking/waiting-room.ts";
import type { Rooms } from "./rooms.ts";

function createWaitingRoom(rooms: Rooms, sceneId: string, { gym }: PreparedGame): WaitingRoom {
  const { clock, participants, games, journey, presence, log } = rooms;
  const { gameRooms, trialLines, matchLog, show } = rooms;
  const { groupSize, hideLobbyCount, waitroomTimeoutMs: timeoutMs, matchmaking } = gym;
  return new WaitingRoom({
    sceneId,
    groupSize,
    timeoutMs,
    matchmaking,
    clock,
    acquaintance: (subjectId) => acquaintanceOf(subjectId, games, participants),
    profile(subjectId) {
      const visits = participants.visits(subjectId).filter(({ answers }) => answers !== null);
      const answers = Object.fromEntries(
        visits.map((visit) => [visit.sceneId, visit.answers ?? {}]),
      );
      return { answers, condition: participants.get(subjectId).condition };
    },
    openLines: (subjectIds) => trialLines.open(subjectIds),
    closeLines: (gameId) => trialLines.close(gameId),
    onMatch(subjectIds, triedId) {
      const gameId = triedId ?? randomUUID();
      trialLines.handOver(gameId);
      gameRooms.start(sceneId, subjectIds, gameId);
      return gameId;
    },
    onTimeout(subjectId) {
      journey.timeOut(subjectId);
      show(subjectId);
    },
    onWait(subjectId, waitedMs, count, isProbing) {
      const { visitId } = participants.get(subjectId);
      const waitingCount = hideLobbyCount ? null : count;
      const view = { visitId, waitingCount, groupSize, waitedMs, timeoutMs, isProbing };
      presence.send(subjectId, "waitroom", view);
    },
    onEvent(event, candidates) {
      if (groupSize > 1) matchLog.record(sceneId, event, candidates);
    },
    onFault: (err) => log.error({ err, sceneId }, "a waiting room failed"),
  });
}

/** By scene id. */
export function createWaitingRooms(rooms: Rooms): ReadonlyMap<string, WaitingRoom> {
  const games = [...rooms.prepared];
  return new Map(games.map(([id, game]) => [id, createWaitingRoom(rooms, id, game)]));
}
