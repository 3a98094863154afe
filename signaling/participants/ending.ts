/** How somebody's way ends: the words, the code and the redirect of an outcome, as rule, scene and study put it. */
import { randomUUID } from "node:crypto";
import type { Outcome } from "../protocol.ts";
import type { Endings, GymSettings, Scene } from "../study/index.ts";
import { bodyHtml } from "./scene-content.ts";

interface Words {
  readonly header: string;
  readonly body: string;
}

/** Where neither the rule, nor the scene, nor the study says anything. */
export const USUAL_WORDS: Readonly<Record<Outcome, Words>> = {
  completed: {
    header: "Thank you for taking part",
    body: "You have reached the end of the study.",
  },
  screened_out: {
    header: "You cannot take part in this study",
    body: "Thank you for your interest in it.",
  },
  declined: {
    header: "You chose not to take part",
    body: "You have chosen not to take part. Thank you for your interest.",
  },
  lobby_timeout: {
    header: "Nobody to play with",
    body: "Nobody else came to play with you this time. Thank you for waiting.",
  },
  self_exclusion: {
    header: "The study has ended for you",
    body: "The conditions for taking part were no longer met.",
  },
  partner_exclusion: {
    header: "The game has ended early",
    body: "Your partner has left the game, so it cannot go on. Thank you for your time.",
  },
  partner_disconnected: {
    header: "Your partner has left",
    body: "Your partner has left the game, so it cannot go on. Thank you for your time.",
  },
  self_disconnected: {
    header: "You left the game",
    body: "Your connection to the game was lost or the page was closed while you were playing, so the game could not go on. Thank you for your time.",
  },
  focus_loss: {
    header: "The study has ended for you",
    body: "The page of the study was out of view for too long.",
  },
  technical: {
    header: "The game had to stop",
    body: "A technical problem ended the game. This was not your fault. Thank you for your time.",
  },
  researcher_ended: {
    header: "The study has ended",
    body: "The researchers have ended this session. Thank you for your time.",
  },
};

/** Whoever did not cause the end is paid like the others. */
const PAID: readonly Outcome[] = [
  "partner_disconnected",
  "partner_exclusion",
  "technical",
  "researcher_ended",
];

const isPartnerGone = (outcome: Outcome) =>
  outcome === "partner_disconnected" || outcome === "partner_exclusion";

/** What the scene at which it ended says itself. */
function sceneMessage(outcome: Outcome, scene: Scene): string | null {
  if (scene.kind === "consent" && outcome === "declined") return scene.consent.declineMessage;
  if (scene.kind !== "gym") return null;
  if (outcome === "lobby_timeout") return scene.gym.waitroomTimeoutMessage;
  if (outcome === "focus_loss") return scene.gym.monitoring?.focusLossMessage ?? null;
  return isPartnerGone(outcome) ? scene.gym.partnerDisconnectMessage : null;
}

function sceneSaysCode(outcome: Outcome, gym: GymSettings): boolean | null {
  if (outcome === "lobby_timeout") return gym.waitroomTimeoutShowCompletionCode;
  return isPartnerGone(outcome) ? gym.partnerDisconnectShowCompletionCode : null;
}

/** Where the scene at which it ended leads itself; null leaves it to the study. */
export function sceneRedirect(outcome: Outcome, scene: Scene): string | null {
  const isTimeout = scene.kind === "gym" && outcome === "lobby_timeout";
  return isTimeout ? scene.gym.waitroomTimeoutRedirectUrl : null;
}

/**
 * The code somebody has with this outcome, null for none. One of their own that was issued before (`held`) stays
 * theirs; one that is the same for everybody tells the outcome and goes with it.
 */
export function codeFor(
  endings: Endings,
  outcome: Outcome,
  scene: Scene,
  held: string | null,
): string | null {
  const { completionCode } = endings[outcome];
  const isShared = Object.values(endings).some((ending) => ending.completionCode === held);
  const own = isShared ? null : held;
  let isDue = (completionCode ?? PAID.includes(outcome)) !== false;
  if (scene.kind === "completion-code") isDue = true;
  if (scene.kind === "gym") isDue = sceneSaysCode(outcome, scene.gym) ?? isDue;
  if (!isDue) return own;
  return typeof completionCode === "string" ? completionCode : (own ?? randomUUID());
}

/** A rule's reason stands above what the study says; a scene's message stands in place of it. */
export function earlyBodyHtml(
  outcome: Outcome,
  scene: Scene,
  { studyHtml, exclusionMessage }: { studyHtml: string | null; exclusionMessage: string | null },
): string {
  if (outcome === "screened_out" || outcome === "self_exclusion") {
    if (exclusionMessage !== null) return bodyHtml(exclusionMessage) + (studyHtml ?? "");
  }
  const message = sceneMessage(outcome, scene);
  if (message !== null) return bodyHtml(message);
  return studyHtml ?? bodyHtml(USUAL_WORDS[outcome].body);
}
