/** A run in figures: what the page shows, what A/B compares, what tests measure. */
import { digestJson, type Hasher, type SessionMetrics } from "../../engine/index.ts";
import type { PeerLog } from "./peer-log.ts";
import { Run } from "./run.ts";
import type { SetUp } from "./set-up.ts";

/** By name; the unit is in the name. Null where nothing was measured. */
export interface Summary {
  /** Of the peer that is furthest behind. */
  readonly confirmedFrames: number;
  readonly verifiedFrames: number;
  readonly durationMs: number;
  /** Over all peers, as are stalls, steps, packets and bytes. */
  readonly rollbacks: number;
  readonly rollbacksPer100Frames: number | null;
  readonly depthP50Frames: number | null;
  readonly depthP99Frames: number | null;
  readonly depthMaxFrames: number | null;
  readonly repeatedSteps: number;
  readonly stalls: number;
  readonly stalledMs: number;
  /** How far peers ran ahead of what they knew, on average. */
  readonly meanLeadFrames: number | null;
  /** Largest difference between two peers' newest frames at the end. */
  readonly frameSpread: number;
  readonly meanRttMs: number | null;
  readonly meanJitterMs: number | null;
  readonly interruptions: number;
  readonly sentPackets: number;
  readonly lostPackets: number;
  readonly duplicatedPackets: number;
  readonly reorderedPackets: number;
  readonly congestedPackets: number;
  readonly sentBytes: number;
  readonly kibPerSecondPerPlayer: number | null;
  readonly desyncs: number;
  /** Pages that were gone and came back into the episode. */
  readonly returns: number;
  /** Frames in which somebody's page did not have their attention. */
  readonly unfocusedFrames: number;
  readonly statuses: string;
  /** Digest of the confirmed hashes of the first peer; equal for equal games. */
  readonly hashChain: string;
}

/** The value below which `share` of `sorted` lies (nearest rank); null for none. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function congested(run: Run): number {
  const { peers } = run.cluster;
  return peers.reduce(
    (sum, { transport }) =>
      peers.reduce((inner, _, peer) => inner + transport.counts(peer).congestedPackets, sum),
    0,
  );
}

export function summarize(run: Run, hasher: Hasher): Summary {
  run.refresh();
  const { logs, packets } = run;
  const all = logs.map(({ metrics }) => metrics as SessionMetrics);
  const total = (pick: (log: PeerLog) => number) => logs.reduce((sum, log) => sum + pick(log), 0);
  const pages = logs.flatMap((log) => log.pages);
  const totalOf = (pick: (metrics: SessionMetrics) => number) =>
    pages.reduce((sum, metrics) => sum + pick(metrics), 0);
  const depths = pages
    .flatMap(({ rollbacks }) => rollbacks.map(({ depthFrames }) => depthFrames))
    .sort((a, b) => a - b);
  const links = all.flatMap((metrics) => metrics.links);
  const frames = logs.map(({ currentFrame }) => currentFrame);
  const framesSum = total((log) => log.currentFrame);
  const seconds = run.nowMs / 1_000;
  return {
    confirmedFrames: Math.min(...logs.map(({ hashes }) => hashes.length)),
    verifiedFrames: Math.min(...all.map(({ verifiedFrame }) => verifiedFrame)),
    durationMs: run.nowMs,
    rollbacks: depths.length,
    rollbacksPer100Frames: framesSum === 0 ? null : (100 * depths.length) / framesSum,
    depthP50Frames: quantile(depths, 0.5),
    depthP99Frames: quantile(depths, 0.99),
    depthMaxFrames: depths.at(-1) ?? null,
    repeatedSteps: total((log) => log.repeatedSteps),
    stalls: totalOf(({ stalls }) => stalls.length),
    stalledMs: totalOf(({ stalls }) => stalls.reduce((sum, stall) => sum + stall.durationMs, 0)),
    meanLeadFrames: mean(logs.map((log) => log.leadFramesSum / Math.max(1, log.ticks))),
    frameSpread: Math.max(...frames) - Math.min(...frames),
    meanRttMs: mean(links.flatMap(({ rttMs }) => rttMs ?? [])),
    meanJitterMs: mean(links.flatMap(({ jitterMs }) => jitterMs ?? [])),
    interruptions: totalOf(({ interruptions }) => interruptions.length),
    sentPackets: packets.count,
    lostPackets: packets.lostPackets,
    duplicatedPackets: packets.duplicatedPackets,
    reorderedPackets: packets.reorderedPackets,
    congestedPackets: congested(run),
    sentBytes: packets.sentBytes,
    kibPerSecondPerPlayer: seconds === 0 ? null : packets.sentBytes / 1_024 / seconds / logs.length,
    returns: run.cluster.peers.filter(
      ({ incarnation, session }) => incarnation > 0 && session.status.kind !== "handshaking",
    ).length,
    desyncs: totalOf(({ desyncs }) => desyncs.length),
    unfocusedFrames: (logs[0] as PeerLog).flags.filter((row) => row.some((bits) => !(bits & 1)))
      .length,
    statuses: run.cluster.peers.map(({ session }) => session.status.kind).join(", "),
    hashChain: digestJson((logs[0] as PeerLog).hashes, hasher),
  };
}

/** Runs a set-up as fast as it goes. */
export function runToEnd(setUp: SetUp, hasher: Hasher, untilMs: number): Run {
  const run = new Run({ setUp, hasher });
  run.advanceTo(untilMs);
  return run;
}
