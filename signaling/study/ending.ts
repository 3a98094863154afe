/** What a study says of each way out: what is read there, which code is given, where it leads. */
import { EVERY_OUTCOME } from "../outcome.ts";
import type { Outcome } from "../protocol.ts";
import type { FaultList } from "./fault.ts";
import { type RedirectOptions, redirectFaults } from "./page-scene.ts";
import { placeholderFaults } from "./placeholder.ts";
import { checkBody } from "./scene.ts";

export interface OutcomeOptions {
  header?: string;
  /** HTML if it closes a tag, else plain text whose blank lines part paragraphs. */
  body?: string;
  /** In place of `body`: a .md, .html or .txt file, relative to the study file. */
  bodyFilepath?: string;
  /** True: a code of the participant's own; a text: that code for everybody; false: none. */
  completionCode?: boolean | string;
  redirect?: RedirectOptions;
}

/** By name of the way out; what is left out is as the server has it. */
export type OutcomesOptions = Partial<Record<Outcome, OutcomeOptions>>;

/** As plain data; null where the study says nothing. */
export interface Ending {
  readonly header: string | null;
  readonly body: string | null;
  readonly bodyFilepath: string | null;
  readonly completionCode: boolean | string | null;
  readonly redirectUrl: string | null;
  readonly appendSubjectId: boolean;
  readonly appendParameters: readonly string[];
}

export type Endings = Readonly<Record<Outcome, Ending>>;

const PARAMETERS = ["header", "body", "bodyFilepath", "completionCode", "redirect"];

function endingFaults(list: FaultList, outcome: Outcome, options: OutcomeOptions): void {
  const name = `outcomes.${outcome}`;
  if (typeof options !== "object" || options === null) {
    list.expect(false, name, `an object of ${PARAMETERS.join(", ")}`, options);
    return;
  }
  list.known(name, options, PARAMETERS);
  const { header = "", body, bodyFilepath, completionCode = false, redirect } = options;
  list.text(`${name}.header`, header);
  placeholderFaults(list, `${name}.header`, header);
  checkBody(list, `${name}.body`, body, bodyFilepath);
  const isCode = typeof completionCode === "string" && completionCode.trim() !== "";
  const what = "true, false or a text that is not empty";
  const isRight = isCode || typeof completionCode === "boolean";
  list.expect(isRight, `${name}.completionCode`, what, completionCode);
  if (redirect !== undefined) redirectFaults(list, redirect, `${name}.`);
}

export function outcomesFaults(list: FaultList, outcomes: OutcomesOptions): void {
  if (typeof outcomes !== "object" || outcomes === null) {
    list.expect(false, "outcomes", "an object of outcomes", outcomes);
    return;
  }
  list.known("outcomes", outcomes, EVERY_OUTCOME);
  for (const outcome of EVERY_OUTCOME) {
    const options = outcomes[outcome];
    if (options !== undefined) endingFaults(list, outcome, options);
  }
}

/** Of options without faults. */
export function endingsData(outcomes: OutcomesOptions): Endings {
  const endings = EVERY_OUTCOME.map((outcome): [Outcome, Ending] => {
    const { header, body, bodyFilepath, completionCode, redirect } = outcomes[outcome] ?? {};
    const ending: Ending = {
      header: header ?? null,
      body: body ?? null,
      bodyFilepath: bodyFilepath ?? null,
      completionCode: completionCode ?? null,
      redirectUrl: redirect?.url ?? null,
      appendSubjectId: redirect?.appendSubjectId ?? false,
      appendParameters: redirect?.appendParameters ?? [],
    };
    return [outcome, ending];
  });
  return Object.fromEntries(endings) as unknown as Endings;
}
