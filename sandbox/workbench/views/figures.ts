/** Names of a summary's figures and how they are written. */
import type { Summary } from "../summary.ts";

export const FIGURES: readonly { readonly key: keyof Summary; readonly title: string }[] = [
  { key: "statuses", title: "state of the peers" },
  { key: "confirmedFrames", title: "confirmed frames" },
  { key: "verifiedFrames", title: "verified frames" },
  { key: "desyncs", title: "desyncs seen" },
  { key: "rollbacks", title: "rollbacks" },
  { key: "rollbacksPer100Frames", title: "rollbacks per 100 frames" },
  { key: "depthP50Frames", title: "rollback depth p50, frames" },
  { key: "depthP99Frames", title: "rollback depth p99, frames" },
  { key: "depthMaxFrames", title: "deepest rollback, frames" },
  { key: "repeatedSteps", title: "steps simulated again" },
  { key: "stalls", title: "stalls" },
  { key: "stalledMs", title: "stalled, ms" },
  { key: "meanLeadFrames", title: "mean lead over the confirmed, frames" },
  { key: "frameSpread", title: "peers apart at the end, frames" },
  { key: "meanRttMs", title: "round trip, ms" },
  { key: "meanJitterMs", title: "jitter, ms" },
  { key: "interruptions", title: "interruptions" },
  { key: "returns", title: "pages that came back" },
  { key: "sentPackets", title: "packets sent" },
  { key: "lostPackets", title: "lost" },
  { key: "duplicatedPackets", title: "duplicated" },
  { key: "reorderedPackets", title: "overtaken" },
  { key: "congestedPackets", title: "not sent for want of bandwidth" },
  { key: "sentBytes", title: "bytes sent" },
  { key: "kibPerSecondPerPlayer", title: "KiB/s per player" },
  { key: "unfocusedFrames", title: "frames without attention" },
  { key: "durationMs", title: "duration, ms" },
  { key: "hashChain", title: "digest of the hashes" },
];

export function figureText(summary: Summary, key: keyof Summary): string {
  const value = summary[key];
  if (value === null) return "–";
  if (typeof value === "string") return value;
  return Number.isInteger(value) ? value.toLocaleString("en-GB") : value.toFixed(2);
}
