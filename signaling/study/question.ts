/** Questions of a form and the one check of answers to them, run on the server. */
import type { Question } from "../protocol.ts";

export type FormQuestion = Question;

export type Answer = string | number | boolean | null | readonly string[];
export type Answers = Readonly<Record<string, Answer>>;

function isMissing(answer: Answer | undefined): boolean {
  return (
    answer === undefined ||
    answer === null ||
    (typeof answer === "string" && answer.trim() === "") ||
    (Array.isArray(answer) && answer.length === 0)
  );
}

function optionsFault(
  question: Extract<FormQuestion, { kind: "options" }>,
  answer: Answer,
): string | null {
  if (!question.isMultiple) {
    return question.options.includes(answer as string) ? null : "Choose one of the options.";
  }
  const chosen = Array.isArray(answer) ? (answer as readonly string[]) : [];
  const isKnown = chosen.length > 0 && chosen.every((option) => question.options.includes(option));
  return isKnown && new Set(chosen).size === chosen.length ? null : "Choose among the options.";
}

function questionFault(question: FormQuestion, answer: Answer | undefined): string | null {
  if (isMissing(answer)) return question.isRequired ? "Please answer this question." : null;
  switch (question.kind) {
    case "text":
      if (typeof answer !== "string") return "Please answer with a text.";
      return answer.length <= question.lengthMax
        ? null
        : `Please use no more than ${question.lengthMax} characters.`;
    case "options":
      return optionsFault(question, answer as Answer);
    case "scale": {
      const isOnScale =
        Number.isInteger(answer) && Number(answer) >= 1 && Number(answer) <= question.size;
      return isOnScale ? null : `Choose a point from 1 to ${question.size}.`;
    }
  }
}

/** A sentence by question name; empty when every answer may be kept. */
export function answerFaults(
  questions: readonly FormQuestion[],
  answers: Answers,
): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  for (const question of questions) {
    const fault = questionFault(question, answers[question.name]);
    if (fault !== null) faults[question.name] = fault;
  }
  const names = new Set(questions.map((question) => question.name));
  for (const name of Object.keys(answers)) {
    if (!names.has(name)) faults[name] = "This scene does not ask that.";
  }
  return faults;
}
