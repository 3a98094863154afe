/** A waiting room of its own with everything that it did. */
import {
  type MatchEvent,
  WaitingRoom,
  type WaitingRoomOptions,
} from "../../../signaling/matchmaking/waiting-room.ts";
import { type MatchmakingOptions, matchmakingData } from "../../../signaling/study/matchmaking.ts";
import { FakeClock } from "../../support/fake-clock.ts";

export interface OpenRoomOptions extends Partial<Omit<WaitingRoomOptions, "matchmaking">> {
  readonly matchmaking?: MatchmakingOptions;
}

export function openRoom({ matchmaking = {}, ...options }: OpenRoomOptions = {}) {
  const clock = new FakeClock();
  const matches: string[][] = [];
  const timedOut: string[] = [];
  const told: [string, number, number, boolean][] = [];
  const events: MatchEvent[] = [];
  /** Groups whose pages measure, by the id of the game to be; those that were closed are null. */
  const lines = new Map<string, readonly string[] | null>();
  const timeoutMs = options.timeoutMs ?? 2_500;
  const room = new WaitingRoom({
    sceneId: "s",
    groupSize: 2,
    clock,
    acquaintance: () => ({ partners: [], arePartnersGone: false }),
    profile: () => ({ answers: {}, condition: null }),
    openLines(subjectIds) {
      const gameId = `g${lines.size + 1}`;
      lines.set(gameId, subjectIds);
      return gameId;
    },
    closeLines: (gameId) => void lines.set(gameId, null),
    onMatch(subjectIds, gameId) {
      matches.push([...subjectIds]);
      return gameId ?? "untried";
    },
    onTimeout: (subjectId) => timedOut.push(subjectId),
    onWait: (...waiting) => told.push(waiting),
    onEvent: (event) => events.push(event),
    onFault(error) {
      throw error;
    },
    ...options,
    timeoutMs,
    matchmaking: matchmakingData(matchmaking, timeoutMs),
  });
  /** The pages of the group report what `rttOf` says of each pair. */
  const report = (gameId: string, rttOf: (one: string, other: string) => number | null) => {
    const group = lines.get(gameId) ?? [];
    for (const subjectId of group) {
      const links = [...group.entries()]
        .filter(([, other]) => other !== subjectId)
        .map(([player, other]) => ({
          player,
          rttMs: rttOf(subjectId, other),
          path: "direct" as const,
        }));
      room.report(subjectId, gameId, links);
    }
  };
  return { clock, matches, timedOut, told, events, lines, room, report };
}
