/** The study's rules for pauses in frames, as a world needs them. */
import type { PausePolicy } from "../environment/pause-clock.ts";
import type { SessionConfig } from "./config.ts";

type PauseRules = Pick<
  SessionConfig,
  "onHidden" | "onInterruption" | "resumeCountdownMs" | "pauseLimitMs"
>;

/** Rounded up to whole frames; a limit of 0 frames where the study pauses for nothing. */
export function pausePolicyOf(rules: PauseRules, fps: number): PausePolicy {
  const toFrames = (ms: number) => Math.ceil((ms * fps) / 1000);
  const { onHidden, onInterruption, resumeCountdownMs, pauseLimitMs } = rules;
  if (onHidden !== "pause" && onInterruption !== "pause") {
    return { countdownFrames: 0, limitFrames: 0 };
  }
  return {
    countdownFrames: toFrames(resumeCountdownMs),
    limitFrames: pauseLimitMs === null ? null : toFrames(pauseLimitMs),
  };
}
