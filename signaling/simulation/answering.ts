/** Valid answers to whatever a scene asks, drawn at random, from what the page was told of it alone. */
import { parse } from "node-html-parser";
import { nextInt } from "../../engine/index.ts";
import type { ClientMessage, Question, SceneView } from "../protocol.ts";

type Answers = NonNullable<ClientMessage<"advance-scene">["answers"]>;

const WORDS = ["soup", "onion", "partner", "quick", "fun", "ärgerlich", "😀", "«ok»", "2 < 3"];
const TEXT_WORDS_MAX = 12;
/** One in so many leaves out what may be left out. */
const SKIP_EVERY = 4;

function pick<T>(random: number[], choices: readonly T[]): T {
  return choices[nextInt(random, choices.length)] as T;
}

function text(random: number[], lengthMax: number): string {
  const words = Array.from({ length: 1 + nextInt(random, TEXT_WORDS_MAX) }, () =>
    pick(random, WORDS),
  );
  const whole = words.join(" ");
  // Half a surrogate pair is no text that a form would send.
  return whole.length <= lengthMax ? whole : "x".repeat(Math.min(lengthMax, whole.length));
}

function answerTo(question: Question, random: number[]): Answers[string] {
  if (!question.isRequired && nextInt(random, SKIP_EVERY) === 0) return null;
  switch (question.kind) {
    case "text":
      return text(random, question.lengthMax);
    case "scale":
      return 1 + nextInt(random, question.size);
    case "options": {
      if (!question.isMultiple) return pick(random, question.options);
      const ticked = question.options.filter(() => nextInt(random, 2) === 0);
      return ticked.length > 0 ? ticked : [pick(random, question.options)];
    }
  }
}

/** What the fields of a body would hold after somebody filled them in. */
function fieldAnswers(bodyHtml: string, elementIds: readonly string[], random: number[]): Answers {
  const body = parse(bodyHtml);
  const answers: Record<string, string> = {};
  for (const id of elementIds) {
    const field = body.getElementById(id);
    if (field === null) continue;
    const options = field
      .querySelectorAll("option")
      .map((option) => option.getAttribute("value") ?? option.text);
    const isSwitch = ["checkbox", "radio"].includes(field.getAttribute("type") ?? "");
    if (options.length > 0) answers[id] = pick(random, options);
    else if (isSwitch) answers[id] = pick(random, ["", field.getAttribute("value") ?? "on"]);
    else answers[id] = text(random, 200);
  }
  return answers;
}

/** What leaves the scene; null where nothing is asked. */
export function answerScene(view: SceneView, random: number[]): Answers | null {
  switch (view.kind) {
    case "form":
      return Object.fromEntries(
        view.questions.map((question) => [question.name, answerTo(question, random)]),
      );
    case "static":
      return view.elementIds.length === 0
        ? null
        : fieldAnswers(view.bodyHtml, view.elementIds, random);
    case "consent": {
      const ticked = view.statements.map((_, index) => [`statement_${index}`, true]);
      return { ...Object.fromEntries(ticked), consent: true };
    }
    default:
      return null;
  }
}
