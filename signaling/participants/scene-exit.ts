/** What a participant's "continue" does: checked against where they really are. */
import type { ClientMessage, Reply } from "../protocol.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import { type Answers, asks, sceneAnswerFaults } from "../study/index.ts";
import type { Journey } from "./journey.ts";

/** Leaves the present scene. The same message again is answered as the first time. */
export function exitScene(
  journey: Journey,
  participants: ParticipantTable,
  subjectId: string,
  message: ClientMessage<"advance-scene">,
): Reply<object> {
  const participant = participants.get(subjectId);
  if (participant.visitId !== message.visitId) {
    const visit = participants.findVisit(subjectId, message.visitId);
    if (visit !== null && visit.endedAtMs !== null) return { ok: true };
    return { ok: false, reason: "wrong_visit", message: "This is not the present scene." };
  }
  if (participant.outcome === "declined") return { ok: true };
  if (participant.outcome !== null) {
    return { ok: false, reason: "already_completed", message: "The study is over for you." };
  }
  const scene = journey.scene(subjectId);
  if (scene.kind === "gym") {
    const text = "This scene goes on when the game has been played.";
    return { ok: false, reason: "wrong_visit", message: text };
  }
  const answers = (message.answers ?? {}) as Answers;
  const faults = sceneAnswerFaults(scene, answers);
  if (Object.keys(faults).length > 0) {
    const text = "Some answers are missing or cannot be kept.";
    return { ok: false, reason: "invalid_answer", message: text, faults };
  }
  if (scene.kind === "consent" && answers.consent === false) {
    journey.leaveEarly(subjectId, "declined", answers);
  } else journey.advance(subjectId, asks(scene) ? answers : null);
  return { ok: true };
}
