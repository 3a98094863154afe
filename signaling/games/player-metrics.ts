/** `{subject_id}_multiplayer_metrics.json`: what one page measured over all episodes of its game. */

import { type GameStanding, partialKeys } from "../participants/visit-metadata.ts";
import { SCHEMA_VERSION } from "../store/file-schema.ts";
import type { EpisodeClose } from "../store/game-table.ts";
import type { MultiplayerMetricsFile } from "../store/metrics-schema.ts";
import { episodeMeasurements, type PlayerEpisode } from "./episode-measurements.ts";

type File = MultiplayerMetricsFile;
type Connection = File["connection"];

/** One-way latency from which play suffers, and from which it is hard; MUG's thresholds. */
const WARNING_LATENCY_MS = 100;
const CRITICAL_LATENCY_MS = 200;

function lastConnection(episodes: readonly PlayerEpisode[]): EpisodeClose["connection"] {
  return episodes.reduce<EpisodeClose["connection"]>(
    (last, { close }) => close?.connection ?? last,
    null,
  );
}

/** The slowest path in the last episode in which any was measured. */
function lastRttMs(episodes: readonly PlayerEpisode[]): number | null {
  return episodes.reduce<number | null>((last, { close }) => {
    const all = (close?.metrics?.links ?? []).flatMap(({ rttMs }) => rttMs ?? []);
    return all.length === 0 ? last : Math.max(...all);
  }, null);
}

function healthOf(episodes: readonly PlayerEpisode[]): Connection["health"] {
  const links = episodes.flatMap(({ close }) => close?.metrics?.links ?? []);
  if (links.length === 0) return null;
  const rtt = lastRttMs(episodes);
  const latency = rtt === null ? null : rtt / 2;
  const sum = (pick: (link: (typeof links)[number]) => number) =>
    links.reduce((total, link) => total + pick(link), 0);
  const packetsReceived = sum((link) => link.packetsReceived);
  const gapCount = sum((link) => link.packetsLost);
  if (latency === null) return { rtt, latency, packetsReceived, gapCount, status: null };
  const isBad = latency >= CRITICAL_LATENCY_MS;
  const status = isBad ? "critical" : latency >= WARNING_LATENCY_MS ? "warning" : "good";
  return { rtt, latency, packetsReceived, gapCount, status };
}

/**
 * The switch to the relay, if play went on there. When a partner leaves, the direct path closes
 * too: that is no fallback, as nothing is played after it.
 */
function fallbackOf(episodes: readonly PlayerEpisode[]): Connection["fallback"] {
  const hasHeard = (lastConnection(episodes)?.counts.receivedPackets.relay ?? 0) > 0;
  for (const [i, { episode, close }] of episodes.entries()) {
    const frame = close?.connection?.fallbackAtFrame ?? null;
    if (close === null || frame === null) continue;
    const isPlayedOn =
      frame < close.endFrame || episodes.slice(i + 1).some(({ log }) => log.hashes.length > 0);
    if (isPlayedOn && hasHeard) return { triggered: true, episode, frame };
    break;
  }
  return { triggered: false, episode: null, frame: null };
}

export function connectionOf(episodes: readonly PlayerEpisode[]): Connection {
  const report = lastConnection(episodes);
  return {
    type: report?.type ?? "unknown",
    connectionDetails:
      report === null || report.localCandidateType === null
        ? {}
        : {
            localCandidateType: report.localCandidateType,
            remoteCandidateType: report.remoteCandidateType,
            protocol: report.protocol,
            relayProtocol: report.relayProtocol,
            detectedAtFrame: report.detectedAtFrame,
            timestamp: report.detectedAtMs,
          },
    candidatePairs: report?.pairs ?? [],
    p2pConnected: report?.wasDirectConnected ?? false,
    health: healthOf(episodes),
    fallback: fallbackOf(episodes),
  };
}

export function inputDeliveryOf(episodes: readonly PlayerEpisode[]): File["inputDelivery"] {
  const counts = lastConnection(episodes)?.counts;
  const direct = counts?.receivedPackets.direct ?? 0;
  const relay = counts?.receivedPackets.relay ?? 0;
  return {
    sentViaP2P: counts?.sentPackets.direct ?? 0,
    sentViaSocketIO: counts?.sentPackets.relay ?? 0,
    receivedViaP2P: direct,
    receivedViaSocketIO: relay,
    p2pReceiveRatio: direct + relay === 0 ? null : (100 * direct) / (direct + relay),
  };
}

export function episodeSummary(entry: PlayerEpisode): File["validation"]["episodes"][number] {
  const { episode, log, close, verdict } = entry;
  const rollbacks = close?.metrics?.rollbacks ?? [];
  return {
    isReported: (close?.metrics ?? null) !== null,
    episodeNum: episode,
    totalFrames: verdict.endFrame,
    confirmedFrame: close?.metrics?.confirmedFrame ?? log.hashes.length,
    verifiedFrame: close?.metrics?.verifiedFrame ?? 0,
    hashCount: log.hashes.length,
    desyncCount: close?.metrics?.desyncs.length ?? 0,
    rollbackCount: rollbacks.length,
    maxRollbackFrames: rollbacks.reduce((max, { depthFrames }) => Math.max(max, depthFrames), 0),
    timestamp: spanOf(entry)?.endMs ?? null,
    status: verdict.status,
  };
}

export function desyncEvents(
  episodes: readonly PlayerEpisode[],
): File["validation"]["allDesyncEvents"] {
  return episodes.flatMap(({ episode, close }) =>
    (close?.metrics?.desyncs ?? []).map((desync) => ({
      episode,
      frame: desync.frame,
      ourHash: desync.ours,
      peerHash: desync.theirs,
      timestamp: desync.atMs,
      verifiedFrameAtDesync: desync.verifiedFrame,
      hasStateDump: desync.located !== null,
      peer: desync.peer,
      software: desync.software,
      located: desync.located,
    })),
  );
}

export function rollbackSummaries(
  episodes: readonly PlayerEpisode[],
): File["validation"]["allRollbacks"] {
  return episodes.map((entry) => {
    const { episodeNum, rollbackCount, maxRollbackFrames } = episodeSummary(entry);
    return { episode: episodeNum, count: rollbackCount, maxFrames: maxRollbackFrames };
  });
}

function validationOf(episodes: readonly PlayerEpisode[]): File["validation"] {
  const summaries = episodes.map(episodeSummary);
  const allHashes = episodes.flatMap(({ episode, log }) =>
    log.hashes.map((hash, i) => ({ episode, frame: i + 1, hash })),
  );
  const allActions = episodes.flatMap(({ episode, log }) =>
    log.actions.flatMap((row, frame) =>
      row.map((action, playerId) => {
        const isFocused = ((log.flags[frame]?.[playerId] ?? 0) & 1) === 1;
        return { episode, frame, playerId, action, isFocused };
      }),
    ),
  );
  const total = (pick: (summary: (typeof summaries)[number]) => number) =>
    summaries.reduce((sum, summary) => sum + pick(summary), 0);
  return {
    episodes: summaries,
    totalEpisodes: episodes.length,
    totalHashes: allHashes.length,
    totalActions: allActions.length,
    totalDesyncs: total(({ desyncCount }) => desyncCount),
    totalRollbacks: total(({ rollbackCount }) => rollbackCount),
    allHashes,
    allActions,
    allDesyncEvents: desyncEvents(episodes),
    allRollbacks: rollbackSummaries(episodes),
  };
}

function latencyOf(episodes: readonly PlayerEpisode[]): File["latency"] {
  const samples = episodes.flatMap(({ close }) =>
    (close?.metrics?.links ?? []).flatMap(({ rttSamples }) =>
      rttSamples.map(({ atMs, rttMs }) => ({ timestamp: atMs, rttMs })),
    ),
  );
  if (samples.length === 0) return null;
  samples.sort((a, b) => a.timestamp - b.timestamp);
  const sorted = samples.map(({ rttMs }) => rttMs).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  const medianMs = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  return {
    sampleCount: samples.length,
    minMs: sorted[0] as number,
    maxMs: sorted.at(-1) as number,
    meanMs: sorted.reduce((sum, rttMs) => sum + rttMs, 0) / sorted.length,
    medianMs,
    samples,
  };
}

/** A period that several episodes tell of, each its part, counts once. */
function mergePeriods(episodes: readonly PlayerEpisode[]): { start: number; end: number }[] {
  const parts = episodes.flatMap(({ close }) => close?.hiddenPeriods ?? []);
  const merged: { start: number; end: number }[] = [];
  for (const { startMs, endMs } of parts.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1);
    if (last !== undefined && startMs <= last.end) last.end = Math.max(last.end, endMs);
    else merged.push({ start: startMs, end: endMs });
  }
  return merged;
}

function focusLossOf(
  episodes: readonly PlayerEpisode[],
  { terminationReason }: ReturnType<typeof partialKeys>,
  { focusLossTimeoutMs }: GameStanding["game"]["settings"],
): File["focusLoss"] {
  const backgroundPeriods = mergePeriods(episodes).map(({ start, end }) => ({
    start,
    end,
    durationMs: end - start,
  }));
  return {
    backgroundPeriods,
    totalBackgroundMs: backgroundPeriods.reduce((sum, { durationMs }) => sum + durationMs, 0),
    periodCount: backgroundPeriods.length,
    timeoutMs: focusLossTimeoutMs ?? null,
    wasTimeoutTriggered: terminationReason === "focus_loss",
  };
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** When the page played the episode; of a page that vanished, as far as its log goes. */
function spanOf({ close, log }: PlayerEpisode): Span | null {
  if (close !== null) return { startMs: close.startedAtMs, endMs: close.endedAtMs };
  const simulatedAtMs = log.observer.simulatedAtMs.filter((atMs) => atMs !== null);
  const [startMs] = simulatedAtMs;
  return startMs === undefined ? null : { startMs, endMs: simulatedAtMs.at(-1) as number };
}

function sessionSpan(episodes: readonly PlayerEpisode[]): Span | null {
  const spans = episodes.flatMap((entry) => spanOf(entry) ?? []);
  if (spans.length === 0) return null;
  return {
    startMs: Math.min(...spans.map(({ startMs }) => startMs)),
    endMs: Math.max(...spans.map(({ endMs }) => endMs)),
  };
}

export function durationMs(episodes: readonly PlayerEpisode[]): number {
  const span = sessionSpan(episodes);
  return span === null ? 0 : span.endMs - span.startMs;
}

/** `disconnectedPlayerId` is the first player who left the game before its end. */
export function playerMetrics(
  standing: GameStanding,
  episodes: readonly PlayerEpisode[],
  peers: readonly number[],
  disconnectedPlayerId: number | null,
  nowMs: number,
): MultiplayerMetricsFile {
  const { game, player } = standing;
  const sessionStatus = { ...partialKeys(standing), disconnectedPlayerId };
  return {
    schemaVersion: SCHEMA_VERSION,
    gameId: game.gameId,
    playerId: player.playerIndex,
    peerPlayerId: peers[0] ?? null,
    peerPlayerIds: [...peers],
    exportTimestamp: nowMs,
    sessionStartTime: sessionSpan(episodes)?.startMs ?? game.createdAtMs,
    sessionDurationMs: durationMs(episodes),
    connection: connectionOf(episodes),
    inputDelivery: inputDeliveryOf(episodes),
    validation: validationOf(episodes),
    sessionStatus,
    latency: latencyOf(episodes),
    focusLoss: focusLossOf(episodes, sessionStatus, game.settings),
    ...episodeMeasurements(episodes, player.playerIndex, game.settings),
  };
}
