/** How many frames lie between a key press and its effect: fixed, or chosen from the measured links. */
import { DELAY_FRAMES_MAX } from "../protocol/control-message.ts";
import type { DelayProposal } from "../record/metrics.ts";

export interface LinkBounds {
  readonly minFrames: number;
  readonly maxFrames: number;
}

/** Frames, 0 to 15, or where to find them: the group's slowest link decides, within bounds. */
export type InputDelay = number | { readonly fromLink: LinkBounds };

/** Three frames at 60 a second: what a rollback takes back of so short a guess is hardly seen. */
const HIDDEN_MS = 50;

/** One sentence per fault. */
export function checkInputDelay(delay: InputDelay): readonly string[] {
  const isFrames = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= DELAY_FRAMES_MAX;
  if (typeof delay !== "object" || delay === null) {
    if (isFrames(delay)) return [];
    return [
      `Expected \`inputDelayFrames\` to be an integer 0–${DELAY_FRAMES_MAX}, got ${String(delay)}`,
    ];
  }
  const { minFrames, maxFrames } = delay.fromLink ?? {};
  if (isFrames(minFrames) && isFrames(maxFrames) && minFrames <= maxFrames) return [];
  return [
    `Expected \`inputDelayFrames.fromLink\` to be minFrames ≤ maxFrames, integers 0–${DELAY_FRAMES_MAX}, got ${String(minFrames)} and ${String(maxFrames)}`,
  ];
}

/** The same text for the same setting. */
export function describeInputDelay(delay: InputDelay): string {
  if (typeof delay === "number") return String(delay);
  return `${delay.fromLink.minFrames}–${delay.fromLink.maxFrames} from the link`;
}

export function clampDelay(frames: number, { minFrames, maxFrames }: LinkBounds): number {
  return Math.min(maxFrames, Math.max(minFrames, frames));
}

/**
 * The delay with which inputs over this link come in time, but for what rollback hides. Half a round trip is the
 * way there; all of the jitter is added, as it may lie on one of the two ways alone. Without a sample the most.
 */
export function proposeDelay(
  roundTripsMs: readonly number[],
  bounds: LinkBounds,
  { frameMs, windowFrames }: { readonly frameMs: number; readonly windowFrames: number },
): Omit<DelayProposal, "playerIndex"> {
  const samples = roundTripsMs.length;
  if (samples === 0) {
    return { delayFrames: bounds.maxFrames, rttP95Ms: null, jitterMs: null, samples };
  }
  const sorted = roundTripsMs.toSorted((a, b) => a - b);
  const rttP95Ms = sorted[Math.ceil(samples * 0.95) - 1] as number;
  let changesMs = 0;
  for (let i = 1; i < samples; i++) {
    changesMs += Math.abs((roundTripsMs[i] as number) - (roundTripsMs[i - 1] as number));
  }
  const jitterMs = changesMs / Math.max(1, samples - 1);
  const hiddenMs = Math.min(HIDDEN_MS, windowFrames * frameMs);
  const frames = Math.ceil((rttP95Ms / 2 + jitterMs - hiddenMs) / frameMs);
  return { delayFrames: clampDelay(frames, bounds), rttP95Ms, jitterMs, samples };
}
