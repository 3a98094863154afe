/** What each kind of scene asks, and which answers it takes. */
import { type Answers, answerFaults, type FormQuestion } from "./question.ts";
import { freeText } from "./question-options.ts";
import type { ConsentSettings, Scene } from "./scene.ts";

/** Empty for scenes that ask nothing, and for consent, which is no question. */
export function questionsOf(scene: Scene): readonly FormQuestion[] {
  switch (scene.kind) {
    case "form":
      return scene.questions;
    case "static":
      return scene.elementIds.map((id) => freeText(id, ""));
    default:
      return [];
  }
}

/** `consent` and, of somebody who agrees, `statement_0`, `statement_1`, … must all be true. */
function consentFaults({ statements }: ConsentSettings, answers: Answers): Record<string, string> {
  const names = statements.map((_, index) => `statement_${index}`);
  const faults: Record<string, string> = {};
  for (const [name, answer] of Object.entries(answers)) {
    if (name !== "consent" && !names.includes(name)) faults[name] = "This scene does not ask that.";
    else if (typeof answer !== "boolean") faults[name] = "Expected true or false.";
  }
  if (answers.consent === undefined) faults.consent = "Please agree or decline.";
  if (answers.consent !== true) return faults;
  for (const name of names) {
    if (answers[name] !== true) faults[name] ??= "Please tick this before you agree.";
  }
  return faults;
}

/** A sentence by name; empty when the scene may be left with these answers. */
export function sceneAnswerFaults(
  scene: Scene,
  answers: Answers,
): Readonly<Record<string, string>> {
  return scene.kind === "consent"
    ? consentFaults(scene.consent, answers)
    : answerFaults(questionsOf(scene), answers);
}

/** Whether what is said when leaving the scene is kept. */
export function asks(scene: Scene): boolean {
  return scene.kind === "consent" || questionsOf(scene).length > 0;
}
