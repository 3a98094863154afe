/** What a participant's page is told to show: a pure function of the scene and the participant's state. */
import type { Outcome, ProgressView, SceneView } from "../protocol.ts";
import type { Participant, Visit } from "../store/participant-table.ts";
import type { Scene, Study } from "../study/index.ts";

type KeyHelp = readonly { readonly keys: string; readonly does: string }[];

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

const HTML_PATTERN = /<\/[a-z][a-z0-9]*>|<(br|hr|img)\b[^>]*>/i;

/** A body that closes a tag is HTML; any other is text whose blank lines part paragraphs. */
function bodyHtml(body: string): string {
  if (HTML_PATTERN.test(body)) return body;
  return body
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => `<p>${escapeHtml(paragraph.trim())}</p>`)
    .join("\n");
}

interface Closing {
  readonly header: string;
  readonly body: string;
}

/** What somebody reads whose way ended before the last scene; the study may put it differently. */
const EARLY_ENDINGS: Partial<Record<Outcome, Closing>> = {
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

function earlyEnding(outcome: Outcome, scene: Scene): Closing {
  const ending = EARLY_ENDINGS[outcome] ?? { header: "The study has ended", body: "" };
  if (scene.kind !== "gym") return ending;
  const { waitroomTimeoutMessage, partnerDisconnectMessage } = scene.gym;
  if (outcome === "lobby_timeout") return { ...ending, body: waitroomTimeoutMessage };
  if (outcome === "partner_disconnected") return { ...ending, body: partnerDisconnectMessage };
  return ending;
}

function sceneView(scene: Scene, participant: Participant, keyHelp: KeyHelp): SceneView {
  const { visitId } = participant;
  const content = { header: scene.sceneHeader, bodyHtml: bodyHtml(scene.sceneBody) };
  switch (scene.kind) {
    case "start":
    case "static":
      return { kind: scene.kind, visitId, ...content };
    case "form":
      return { kind: "form", visitId, questions: scene.questions, ...content };
    case "gym": {
      const { groupSize, inGameSceneBody } = scene.gym;
      const inGameBodyHtml = bodyHtml(inGameSceneBody);
      return { kind: "gym", visitId, groupSize, keyHelp, inGameBodyHtml, ...content };
    }
    case "completion-code": {
      const { redirectUrl } = scene;
      const code = participant.completionCode ?? "";
      return { kind: "completion-code", visitId, code, redirectUrl, ...content };
    }
    case "end": {
      const { redirectUrl } = scene;
      return { kind: "end", visitId, outcome: "completed", code: null, redirectUrl, ...content };
    }
  }
}

/** The view of the participant's present visit, or of the ending that came before its time. */
export function viewOf(scene: Scene, participant: Participant, keyHelp: KeyHelp): SceneView {
  const { outcome } = participant;
  if (outcome === null || outcome === "completed") return sceneView(scene, participant, keyHelp);
  const { header, body } = earlyEnding(outcome, scene);
  return {
    kind: "end",
    visitId: `${participant.visitId}-${outcome}`,
    outcome,
    code: participant.completionCode,
    redirectUrl: null,
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
