/** Who may play on: what a gym scene asks of a connection and of a participant's attention. */
import { messageFaults, PING_LIMIT_MS } from "./entry-screening.ts";
import type { FaultList } from "./fault.ts";
import { placeholderFaults } from "./placeholder.ts";

/** What the server knows of somebody who plays. */
export interface ContinuousContext {
  /** The newest round trip to the server in milliseconds; Infinity where no answer came. */
  readonly ping: number;
  /** As the page says; a page that says nothing is hidden, too. */
  readonly isTabHidden: boolean;
  /** 0 while it is not. */
  readonly tabHiddenDurationMs: number;
  readonly frameNumber: number;
  /** From 0. */
  readonly episodeNumber: number;
  readonly subjectId: string;
  readonly sceneId: string;
}

export interface ContinuousDecision {
  exclude: boolean;
  /** Shows `message` and lets play go on. */
  warn?: boolean;
  message?: string | null;
}

const MONITORING_MESSAGES = {
  ping: "Your connection became unstable during the experiment.",
  tabWarning: "Please return to the experiment window.",
  tabExclude: "You were away from the experiment for too long.",
};
type MonitoringMessages = typeof MONITORING_MESSAGES;

export interface MonitoringOptions {
  /** Turns the rules for ping and tab on; `continuousCallback` needs no such word. */
  continuousMonitoringEnabled?: boolean;
  /** Milliseconds from the server to the page and back, measured once a second. */
  continuousMaxPing?: number | null;
  /** How many of the newest measurements are looked at. */
  continuousPingViolationWindow?: number;
  /** How many of them must exceed `continuousMaxPing`. */
  continuousPingRequiredViolations?: number;
  continuousTabWarningMs?: number;
  continuousTabExcludeMs?: number;
  continuousExclusionMessages?: Partial<MonitoringMessages>;
  /** Play goes on when it fails or takes 5 s. */
  continuousCallback?: Monitoring["callback"];
  /** At most ten calls a second, however short. */
  continuousCallbackIntervalFrames?: number;
  /** Ends the game of somebody whose page was hidden for so long at a stretch; null, the default, never. */
  focusLossTimeoutMs?: number | null;
  /** What they read, in place of the study's `outcomes`. */
  focusLossMessage?: string;
}

/** The rules as plain data, but for the study's own function. */
export interface Monitoring {
  /** Whether ping and tab are looked at. */
  readonly isEnabled: boolean;
  readonly maxPing: number | null;
  readonly pingViolationWindow: number;
  readonly pingRequiredViolations: number;
  readonly tabWarningMs: number;
  readonly tabExcludeMs: number;
  readonly messages: Readonly<MonitoringMessages>;
  readonly callback:
    | ((context: ContinuousContext) => ContinuousDecision | Promise<ContinuousDecision>)
    | null;
  readonly callbackIntervalFrames: number;
  readonly focusLossTimeoutMs: number | null;
  readonly focusLossMessage: string | null;
}

/** Parameters that say nothing without `continuousMonitoringEnabled`. */
const RULE_PARAMETERS = [
  "continuousMaxPing",
  "continuousPingViolationWindow",
  "continuousPingRequiredViolations",
  "continuousTabWarningMs",
  "continuousTabExcludeMs",
  "continuousExclusionMessages",
] as const;

export const MONITORING_PARAMETERS = [
  "continuousMonitoringEnabled",
  ...RULE_PARAMETERS,
  "continuousCallback",
  "continuousCallbackIntervalFrames",
  "focusLossTimeoutMs",
  "focusLossMessage",
] as const;

/** Measured once a second: ten minutes of them. */
const WINDOW_MAX = 600;
const ABSENCE_MAX_MS = 3_600_000;
/** An hour at 60 frames a second. */
const INTERVAL_MAX_FRAMES = 216_000;

/** Of options without faults; null where nothing is monitored. */
export function monitoringData(options: MonitoringOptions): Monitoring | null {
  const isEnabled = options.continuousMonitoringEnabled ?? false;
  const callback = options.continuousCallback ?? null;
  const focusLossTimeoutMs = options.focusLossTimeoutMs ?? null;
  if (!isEnabled && callback === null && focusLossTimeoutMs === null) return null;
  const tabExcludeMs = options.continuousTabExcludeMs ?? 10_000;
  return {
    isEnabled,
    maxPing: options.continuousMaxPing ?? null,
    pingViolationWindow: options.continuousPingViolationWindow ?? 5,
    pingRequiredViolations: options.continuousPingRequiredViolations ?? 3,
    tabWarningMs: options.continuousTabWarningMs ?? Math.min(3_000, tabExcludeMs),
    tabExcludeMs,
    messages: { ...MONITORING_MESSAGES, ...options.continuousExclusionMessages },
    callback,
    callbackIntervalFrames: options.continuousCallbackIntervalFrames ?? 30,
    focusLossTimeoutMs,
    focusLossMessage: options.focusLossMessage ?? null,
  };
}

export function monitoringFaults(list: FaultList, options: MonitoringOptions): void {
  const { continuousMonitoringEnabled, continuousMaxPing, continuousCallback } = options;
  list.boolean("continuousMonitoringEnabled", continuousMonitoringEnabled ?? false);
  const unused = RULE_PARAMETERS.find((name) => options[name] !== undefined);
  if (continuousMonitoringEnabled === undefined && unused !== undefined) {
    list.add(`Expected \`continuousMonitoringEnabled\` beside \`${unused}\`, got none`);
  }
  if (continuousMaxPing != null) {
    list.integer("continuousMaxPing", continuousMaxPing, 1, PING_LIMIT_MS);
  }
  const filled = monitoringData({ ...options, continuousMonitoringEnabled: true }) as Monitoring;
  const { pingViolationWindow, tabExcludeMs } = filled;
  list.integer("continuousPingViolationWindow", pingViolationWindow, 1, WINDOW_MAX);
  const violations = filled.pingRequiredViolations;
  list.integer("continuousPingRequiredViolations", violations, 1, pingViolationWindow);
  list.integer("continuousTabExcludeMs", tabExcludeMs, 1, ABSENCE_MAX_MS);
  list.integer("continuousTabWarningMs", filled.tabWarningMs, 1, tabExcludeMs);
  const messages = options.continuousExclusionMessages;
  messageFaults(list, "continuousExclusionMessages", messages, MONITORING_MESSAGES);
  const { focusLossTimeoutMs, focusLossMessage } = options;
  if (focusLossTimeoutMs != null) {
    list.integer("focusLossTimeoutMs", focusLossTimeoutMs, 1, ABSENCE_MAX_MS);
  } else if (focusLossMessage !== undefined) {
    list.add("Expected `focusLossTimeoutMs` beside `focusLossMessage`, got none");
  }
  list.text("focusLossMessage", focusLossMessage ?? "");
  placeholderFaults(list, "focusLossMessage", focusLossMessage);
  const isCallable = continuousCallback == null || typeof continuousCallback === "function";
  list.expect(isCallable, "continuousCallback", "a function", continuousCallback);
  const interval = filled.callbackIntervalFrames;
  list.integer("continuousCallbackIntervalFrames", interval, 1, INTERVAL_MAX_FRAMES);
}
