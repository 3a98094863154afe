/** Answers of a form that was not sent yet; they survive a reload of the page. */
import type { ClientMessage, Question } from "../protocol.ts";
import { tabStorage } from "./page-storage.ts";

export type Answers = NonNullable<ClientMessage<"advance-scene">["answers"]>;

const draftKey = (visitId: string) => `tandem.draft.${visitId}`;

function isAnswer(question: Question, value: unknown): boolean {
  switch (question.kind) {
    case "text":
      return typeof value === "string";
    case "scale":
      return typeof value === "number";
    case "options":
      return question.isMultiple
        ? Array.isArray(value) && value.every((entry) => typeof entry === "string")
        : typeof value === "string";
  }
}

/** Only what fits the questions: the study may have changed since. */
export function readDraft(visitId: string, questions: readonly Question[]): Answers {
  try {
    const kept: unknown = JSON.parse(tabStorage.read(draftKey(visitId)) ?? "{}");
    const values = Object(kept) as Record<string, unknown>;
    const usable = questions.filter((question) => isAnswer(question, values[question.name]));
    return Object.fromEntries(usable.map(({ name }) => [name, values[name]])) as Answers;
  } catch {
    return {};
  }
}

export function keepDraft(visitId: string, answers: Answers): void {
  tabStorage.write(draftKey(visitId), JSON.stringify(answers));
}

export function dropDraft(visitId: string): void {
  tabStorage.remove(draftKey(visitId));
}

function isMissing(answer: Answers[string] | undefined): boolean {
  if (typeof answer === "string") return answer.trim() === "";
  return answer === undefined || answer === null || (Array.isArray(answer) && answer.length === 0);
}

/** A sentence for each required question without an answer. */
export function missingAnswers(
  questions: readonly Question[],
  answers: Answers,
): Record<string, string> {
  const missing = questions.filter(
    ({ isRequired, name }) => isRequired && isMissing(answers[name]),
  );
  return Object.fromEntries(missing.map(({ name }) => [name, "Please answer this question."]));
}

/** One entry per question, null where nothing was said. */
export function completeAnswers(questions: readonly Question[], answers: Answers): Answers {
  return Object.fromEntries(
    questions.map(({ name }) => [name, isMissing(answers[name]) ? null : (answers[name] ?? null)]),
  );
}
