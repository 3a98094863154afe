/** What a participant's page is told to show: a pure function of the scene and the participant's state. */
import type { Outcome, ProgressView, SceneView } from "../protocol.ts";
import type { Participant, Visit } from "../store/participant-table.ts";
import {
  fillPlaceholders,
  type PanelValues,
  type PlaceholderValue,
  type Scene,
  type Study,
} from "../study/index.ts";
import { bodyHtml, escapeHtml, type SceneHtml } from "./scene-content.ts";

type KeyHelp = readonly { readonly keys: string; readonly does: string }[];

interface Closing {
  readonly header: string;
  readonly body: string;
}

/** What somebody reads whose way ended before the last scene; the study may put it differently. */
const EARLY_ENDINGS: Partial<Record<Outcome, Closing>> = {
  screened_out: {
    header: "You cannot take part in this study",
    body: "Thank you for your interest in it.",
  },
  self_exclusion: {
    header: "The study has ended for you",
    body: "The conditions for taking part were no longer met.",
  },
  partner_exclusion: { header: "The game has ended early", body: "Thank you for your time." },
  lobby_timeout: { header: "Nobody to play with", body: "Thank you for waiting." },
  partner_disconnected: { header: "Your partner has left", body: "Thank you for your time." },
  self_disconnected: {
    header: "You left the game",
    body: "Your connection to the game was lost or the page was closed while you were playing, so the game could not go on. Thank you for your time.",
  },
  technical: {
    header: "The game had to stop",
    body: "A technical problem ended the game. This was not your fault. Thank you for your time.",
  },
};

function earlyEnding(outcome: Outcome, scene: Scene, exclusionMessage: string | null): Closing {
  const ending = EARLY_ENDINGS[outcome] ?? { header: "The study has ended", body: "" };
  if (scene.kind === "consent" && outcome === "declined") {
    return { header: "You chose not to take part", body: scene.consent.declineMessage };
  }
  const isExclusion = outcome === "screened_out" || outcome === "self_exclusion";
  if (isExclusion) return { ...ending, body: exclusionMessage ?? ending.body };
  if (scene.kind !== "gym") return ending;
  const { waitroomTimeoutMessage, partnerDisconnectMessage } = scene.gym;
  if (outcome === "lobby_timeout") return { ...ending, body: waitroomTimeoutMessage };
  const isPartnerGone = outcome === "partner_disconnected" || outcome === "partner_exclusion";
  if (isPartnerGone) return { ...ending, body: partnerDisconnectMessage };
  return ending;
}

/** What the view of a scene is made of. */
export interface ViewSource {
  readonly scene: Scene;
  readonly html: SceneHtml;
  readonly participant: Participant;
  readonly panel: PanelValues;
  readonly keyHelp: KeyHelp;
  /** Fills in the placeholders. */
  readonly lookUp: PlaceholderValue;
  /** For somebody who was excluded; null leaves the usual words. */
  readonly exclusionMessage: string | null;
}

function redirectOf(
  scene: Extract<Scene, { kind: "completion-code" | "end" }>,
  { subjectId }: Participant,
  panel: PanelValues,
): string | null {
  const { redirectUrl, appendSubjectId, appendParameters } = scene;
  if (redirectUrl === null) return null;
  const url = appendSubjectId ? redirectUrl + encodeURIComponent(subjectId) : redirectUrl;
  const given = appendParameters.filter((name) => Object.hasOwn(panel, name));
  if (given.length === 0) return url;
  const extended = new URL(url);
  for (const name of given) extended.searchParams.append(name, panel[name] as string);
  return extended.href;
}

function sceneView({ scene, html, participant, panel, keyHelp, lookUp }: ViewSource): SceneView {
  const { visitId } = participant;
  const filled = (text: string) => fillPlaceholders(text, lookUp, escapeHtml);
  const content = {
    // The page shows it as text, so there is nothing to escape.
    header: fillPlaceholders(scene.sceneHeader, lookUp, (text) => text),
    bodyHtml: filled(html.bodyHtml),
  };
  switch (scene.kind) {
    case "start":
      return { kind: "start", visitId, ...content };
    case "static":
      return { kind: "static", visitId, elementIds: scene.elementIds, ...content };
    case "consent": {
      const { statements, agreeLabel, declineLabel } = scene.consent;
      return { kind: "consent", visitId, statements, agreeLabel, declineLabel, ...content };
    }
    case "form":
      return { kind: "form", visitId, questions: scene.questions, ...content };
    case "gym": {
      const { groupSize } = scene.gym;
      const inGameBodyHtml = filled(html.inGameBodyHtml);
      return { kind: "gym", visitId, groupSize, keyHelp, inGameBodyHtml, ...content };
    }
    case "completion-code": {
      const redirectUrl = redirectOf(scene, participant, panel);
      const code = participant.completionCode ?? "";
      return { kind: "completion-code", visitId, code, redirectUrl, ...content };
    }
    case "end": {
      const redirectUrl = redirectOf(scene, participant, panel);
      const outcome = participant.outcome ?? "completed";
      const ending = { outcome, code: participant.completionCode, redirectUrl };
      return { kind: "end", visitId, ...ending, canWaitAgain: false, ...content };
    }
  }
}

/** Whether somebody's way ended in a waiting room, to which they may come back. */
export function canWaitAgain({ outcome }: Participant, { kind }: Scene): boolean {
  return outcome === "lobby_timeout" && kind === "gym";
}

/** The view of the participant's present visit, or of the ending that came before its time. */
export function viewOf(source: ViewSource): SceneView {
  const { scene, participant } = source;
  const { outcome } = participant;
  const isLastScene = scene.kind === "end" || scene.kind === "completion-code";
  if (outcome === null || isLastScene) return sceneView(source);
  const { header, body } = earlyEnding(outcome, scene, source.exclusionMessage);
  return {
    kind: "end",
    visitId: `${participant.visitId}-${outcome}`,
    outcome,
    code: participant.completionCode,
    redirectUrl:
      outcome === "lobby_timeout" && scene.kind === "gym"
        ? scene.gym.waitroomTimeoutRedirectUrl
        : null,
    canWaitAgain: canWaitAgain(participant, scene),
    header,
    bodyHtml: bodyHtml(body),
  };
}

export function progressOf(study: Study, participant: Participant, visit: Visit): ProgressView {
  return {
    index: visit.planIndex,
    count: participant.plan.length,
    experimentTitle: study.title,
  };
}
