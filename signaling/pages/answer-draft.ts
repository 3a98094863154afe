/** Answers of a form that was not sent yet; they survive a reload of the page. */
import type { ClientMessage, Question } from "../protocol.ts";
import { tabStorage } from "./page-storage.ts";

export type Answers = NonNullable<ClientMessage<"advance-scene">["answers"]>;

/** `draftId` names participant and visit: the next one in this tab begins with an empty form. */
const draftKey = (draftId: string) => `tandem.draft.${draftId}`;

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

function readKept(draftId: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(tabStorage.read(draftKey(draftId)) ?? "{}")) as Record<
      string,
      unknown
    >;
  } catch {
    return {};
  }
}

/** Only what fits the questions: the study may have changed since. */
export function readDraft(draftId: string, questions: readonly Question[]): Answers {
  const values = readKept(draftId);
  const usable = questions.filter((question) => isAnswer(question, values[question.name]));
  return Object.fromEntries(usable.map(({ name }) => [name, values[name]])) as Answers;
}

/** The same of fields that hold texts. */
export function readTexts(draftId: string, names: readonly string[]): Answers {
  const values = readKept(draftId);
  const usable = names.filter((name) => typeof values[name] === "string");
  return Object.fromEntries(usable.map((name) => [name, values[name]])) as Answers;
}

export function keepDraft(draftId: string, answers: Answers): void {
  tabStorage.write(draftKey(draftId), JSON.stringify(answers));
}

export function dropDraft(draftId: string): void {
  tabStorage.remove(draftKey(draftId));
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
