/** What a participant's page is told to show: a pure function of the scene and the participant's state. */
import type { ProgressView, Question, SceneView } from "../protocol.ts";
import type { Participant, Visit } from "../store/participant-table.ts";
import {
  type Endings,
  fillPlaceholders,
  type PanelValues,
  type PlaceholderValue,
  type Scene,
  type Study,
} from "../study/index.ts";
import { earlyBodyHtml, sceneRedirect, USUAL_WORDS } from "./ending.ts";
import { bodyHtml, type Contents, escapeHtml, type SceneHtml } from "./scene-content.ts";

type KeyHelp = readonly { readonly keys: string; readonly does: string }[];

/** What the view of a scene is made of. */
export interface ViewSource {
  readonly scene: Scene;
  readonly html: SceneHtml;
  readonly endings: Endings;
  readonly endingBodies: Contents["endings"];
  readonly participant: Participant;
  readonly panel: PanelValues;
  readonly keyHelp: KeyHelp;
  /** Fills in the placeholders. */
  readonly lookUp: PlaceholderValue;
  /** For somebody who was excluded; null leaves the usual words. */
  readonly exclusionMessage: string | null;
}

type Redirect = Pick<Endings["completed"], "redirectUrl" | "appendSubjectId" | "appendParameters">;

function redirectOf(
  redirect: Redirect,
  { subjectId }: Participant,
  panel: PanelValues,
): string | null {
  const { redirectUrl, appendSubjectId, appendParameters } = redirect;
  if (redirectUrl === null) return null;
  const url = appendSubjectId ? redirectUrl + encodeURIComponent(subjectId) : redirectUrl;
  const given = appendParameters.filter((name) => Object.hasOwn(panel, name));
  if (given.length === 0) return url;
  const extended = new URL(url);
  for (const name of given) extended.searchParams.append(name, panel[name] as string);
  return extended.href;
}

/** The page shows headers and questions as text, so there is nothing to escape. */
const textOf = (text: string, { lookUp }: ViewSource) =>
  fillPlaceholders(text, lookUp, (value) => value);

/** Options stay as they are: they are what an answer is held against. */
function questionsOf(questions: readonly Question[], source: ViewSource): readonly Question[] {
  return questions.map(({ heading, ...question }) => ({
    ...question,
    prompt: textOf(question.prompt, source),
    ...(heading === undefined ? {} : { heading: textOf(heading, source) }),
  }));
}

/** The last scene; what it does not say itself, the study says of the outcome. */
function closingView(
  scene: Extract<Scene, { kind: "completion-code" | "end" }>,
  source: ViewSource,
): SceneView {
  const { html, participant, panel, endings, endingBodies, lookUp } = source;
  const { visitId, completionCode } = participant;
  const outcome = participant.outcome ?? "completed";
  const usual = USUAL_WORDS[outcome];
  const ending = endings[outcome];
  const body = html.bodyHtml || (endingBodies.get(outcome) ?? bodyHtml(usual.body));
  const content = {
    header: textOf(scene.sceneHeader || (ending.header ?? usual.header), source),
    bodyHtml: fillPlaceholders(body, lookUp, escapeHtml),
    redirectUrl: redirectOf(scene.redirectUrl === null ? ending : scene, participant, panel),
  };
  if (scene.kind === "end") {
    const code = completionCode;
    return { kind: "end", visitId, outcome, code, canWaitAgain: false, ...content };
  }
  return { kind: "completion-code", visitId, code: completionCode ?? "", ...content };
}

function sceneView(source: ViewSource): SceneView {
  const { scene, html, participant, keyHelp, lookUp } = source;
  const { visitId } = participant;
  const filled = (text: string) => fillPlaceholders(text, lookUp, escapeHtml);
  const content = {
    header: textOf(scene.sceneHeader, source),
    bodyHtml: filled(html.bodyHtml),
  };
  switch (scene.kind) {
    case "start":
      return { kind: "start", visitId, ...content };
    case "static":
      return { kind: "static", visitId, elementIds: scene.elementIds, ...content };
    case "consent": {
      const { agreeLabel, declineLabel } = scene.consent;
      const statements = scene.consent.statements.map((text) => textOf(text, source));
      return { kind: "consent", visitId, statements, agreeLabel, declineLabel, ...content };
    }
    case "form":
      return { kind: "form", visitId, questions: questionsOf(scene.questions, source), ...content };
    case "gym": {
      const { groupSize } = scene.gym;
      const inGameBodyHtml = filled(html.inGameBodyHtml);
      return { kind: "gym", visitId, groupSize, keyHelp, inGameBodyHtml, ...content };
    }
    case "completion-code":
    case "end":
      return closingView(scene, source);
  }
}

/** Whether somebody's way ended in a waiting room, to which they may come back. */
export function canWaitAgain({ outcome }: Participant, { kind }: Scene): boolean {
  return outcome === "lobby_timeout" && kind === "gym";
}

/** The view of the participant's present visit, or of the ending that came before its time. */
export function viewOf(source: ViewSource): SceneView {
  const { scene, participant, panel, endings, endingBodies, exclusionMessage, lookUp } = source;
  const { outcome, visitId, completionCode } = participant;
  const isLastScene = scene.kind === "end" || scene.kind === "completion-code";
  if (outcome === null || isLastScene) return sceneView(source);
  const studyHtml = endingBodies.get(outcome) ?? null;
  const body = earlyBodyHtml(outcome, scene, { studyHtml, exclusionMessage });
  return {
    kind: "end",
    visitId: `${visitId}-${outcome}`,
    outcome,
    code: completionCode,
    redirectUrl: sceneRedirect(outcome, scene) ?? redirectOf(endings[outcome], participant, panel),
    canWaitAgain: canWaitAgain(participant, scene),
    header: textOf(endings[outcome].header ?? USUAL_WORDS[outcome].header, source),
    bodyHtml: fillPlaceholders(body, lookUp, escapeHtml),
  };
}

export function progressOf(study: Study, participant: Participant, visit: Visit): ProgressView {
  return {
    index: visit.planIndex,
    count: participant.plan.length,
    experimentTitle: study.title,
  };
}
