/** Ends participants' ways because whoever runs the study says so. */
import type { GameRooms } from "../games/game-rooms.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import type { Journey } from "./journey.ts";

/** Subject ids. */
export interface EndReport {
  readonly ended: readonly string[];
  /** Their way had ended before. */
  readonly over: readonly string[];
  readonly unknown: readonly string[];
}

export interface ResearcherEndOptions {
  readonly participants: ParticipantTable;
  readonly journey: Journey;
  readonly gameRooms: GameRooms;
  /** Takes the participant out of the waiting room. */
  leaveWaitroom(subjectId: string): void;
  show(subjectId: string): void;
}

/** Each sees the ending of `researcher_ended`; null means everybody who is on their way. */
export function endByResearcher(
  { participants, journey, gameRooms, leaveWaitroom, show }: ResearcherEndOptions,
  subjectIds: readonly string[] | null,
): EndReport {
  const wanted = subjectIds ?? participants.unfinished().map(({ subjectId }) => subjectId);
  const report = { ended: [] as string[], over: [] as string[], unknown: [] as string[] };
  // Whoever is named twice is ended once.
  for (const wantedId of new Set(wanted)) {
    const participant = participants.find(wantedId);
    if (participant === null) {
      report.unknown.push(wantedId);
      continue;
    }
    const { subjectId, outcome, lifecycle, gameId } = participant;
    if (outcome !== null) {
      report.over.push(subjectId);
      continue;
    }
    report.ended.push(subjectId);
    if (gameId !== null) {
      gameRooms.leave(subjectId, gameId, "researcher_ended");
      continue;
    }
    if (lifecycle === "IN_WAITROOM") leaveWaitroom(subjectId);
    journey.leaveEarly(subjectId, "researcher_ended");
    show(subjectId);
  }
  return report;
}
