/** How long a gym scene waits for company, and where somebody goes for whom nobody came. */
import type { FaultList } from "./fault.ts";
import type { GymSettings, WaitroomOptions } from "./gym-settings.ts";
import { placeholderFaults } from "./placeholder.ts";

const TIMEOUT_DEFAULT_MS = 120_000;
const DAY_MS = 86_400_000;

export function waitroomTimeoutMs({ timeoutMs = TIMEOUT_DEFAULT_MS }: WaitroomOptions): number {
  return timeoutMs;
}

export function waitroomFaults(list: FaultList, given: WaitroomOptions): void {
  const endings = ["timeoutMessage", "timeoutRedirectUrl", "timeoutShowCompletionCode"] as const;
  list.known("waitroom", given, ["timeoutMs", "timeoutSceneId", ...endings]);
  const { timeoutMessage, timeoutSceneId, timeoutRedirectUrl, timeoutShowCompletionCode } = given;
  list.integer("timeoutMs", waitroomTimeoutMs(given), 1, DAY_MS);
  list.text("timeoutMessage", timeoutMessage ?? "");
  placeholderFaults(list, "timeoutMessage", timeoutMessage);
  if (timeoutRedirectUrl !== undefined) list.webUrl("timeoutRedirectUrl", timeoutRedirectUrl);
  list.boolean("timeoutShowCompletionCode", timeoutShowCompletionCode ?? false);
  if (timeoutSceneId === undefined) return;
  list.filledText("timeoutSceneId", timeoutSceneId);
  for (const name of endings) {
    if (given[name] === undefined) continue;
    list.add(`Expected either \`timeoutSceneId\` or \`${name}\`, got both: that scene says it`);
  }
}

/** Of options without faults. */
export function waitroomData(given: WaitroomOptions) {
  return {
    waitroomTimeoutMs: waitroomTimeoutMs(given),
    waitroomTimeoutMessage: given.timeoutMessage ?? null,
    waitroomTimeoutSceneId: given.timeoutSceneId ?? null,
    waitroomTimeoutRedirectUrl: given.timeoutRedirectUrl ?? null,
    waitroomTimeoutShowCompletionCode: given.timeoutShowCompletionCode ?? null,
  } satisfies Partial<GymSettings>;
}
