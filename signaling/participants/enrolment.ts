/** What is drawn once for a newcomer and stored: condition, place, order of scenes. */
import { deriveSeed } from "../../engine/index.ts";
import type { Participant, ParticipantTable } from "../store/participant-table.ts";
import { assign, drawPlan, type Study } from "../study/index.ts";

type Enrolment = Pick<Participant, "plan" | "planSeed" | "condition" | "place" | "stagerMetadata">;

/** Keeps the draws of plans apart from those of assignment. */
const PLAN_STREAM = 0;

/** Only inside the transaction that inserts the participant: so nobody else is given the same place. */
export function enrol(study: Study, participants: ParticipantTable, nowMs: number): Enrolment {
  const { flow, seed, assignment, stager } = study;
  const arrival = participants.count();
  const planSeed = deriveSeed(seed, PLAN_STREAM, arrival);
  const assigned =
    assignment === null
      ? null
      : assign(assignment, seed, participants.takenPlaces(nowMs - assignment.placeHeldMs), arrival);
  const condition = assigned?.condition ?? null;
  return {
    plan: drawPlan(flow, planSeed, condition),
    planSeed,
    condition,
    place: assigned?.place ?? null,
    stagerMetadata: structuredClone(stager?.metadata ?? {}),
  };
}
