/** `{subject_id}_multiplayer_metrics.json`: what one page measured over all episodes of its game. */

import { type GameStanding, partialKeys } from "../participants/visit-metadata.ts";
import { SCHEMA_VERSION } from "../store/file-schema.ts";
import type { EpisodeClose, Verdict } from "../store/game-table.ts";
import type { MultiplayerMetricsFile } from "../store/metrics-schema.ts";
import type { FullLog } from "./episode-log.ts";

/** One player's share of one episode. */
export interface PlayerEpisode {
  readonly episode: number;
  readonly log: FullLog;
  readonly close: EpisodeClose | null;
  readonly verdict: Verdict;
}

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

function healthOf(episodes: readonly PlayerEpisode[]): Connection["health"] {
  const links = episodes.flatMap(({ close }) => close?.metrics?.links ?? []);
  if (links.length === 0) return null;
  const rtt = links.reduce<number | null>((last, link) => link.rttMs ?? last, null);
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
    p2pConnected: report?.wasDirectConnected ?? false,
    health: healthOf(episodes),
    fallback: {
      triggered: (report?.fallbackAtFrame ?? null) !== null,
      frame: report?.fallbackAtFrame ?? null,
    },
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
    episodeNum: episode,
    totalFrames: verdict.endFrame,
    confirmedFrame: close?.metrics?.confirmedFrame ?? log.hashes.length,
    verifiedFrame: close?.metrics?.verifiedFrame ?? 0,
    hashCount: log.hashes.length,
    desyncCount: close?.metrics?.desyncs.length ?? 0,
    rollbackCount: rollbacks.length,
    maxRollbackFrames: rollbacks.reduce((max, { depthFrames }) => Math.max(max, depthFrames), 0),
    timestamp: close?.endedAtMs ?? null,
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
      hasStateDump: false,
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

/** A page may report a period in each episode that it touches; it counts once. */
function focusLossOf(episodes: readonly PlayerEpisode[]): File["focusLoss"] {
  const endByStart = new Map<number, number>();
  for (const { close } of episodes) {
    for (const { startMs, endMs } of close?.hiddenPeriods ?? []) {
      endByStart.set(startMs, Math.max(endMs, endByStart.get(startMs) ?? endMs));
    }
  }
  const backgroundPeriods = [...endByStart]
    .sort(([a], [b]) => a - b)
    .map(([start, end]) => ({ start, end, durationMs: end - start }));
  return {
    backgroundPeriods,
    totalBackgroundMs: backgroundPeriods.reduce((sum, { durationMs }) => sum + durationMs, 0),
    periodCount: backgroundPeriods.length,
    timeoutMs: null,
    wasTimeoutTriggered: false,
  };
}

function hashCoverageOf(episodes: readonly PlayerEpisode[], player: number): File["hashCoverage"] {
  const sum = (pick: (entry: PlayerEpisode) => number) =>
    episodes.reduce((total, entry) => total + pick(entry), 0);
  const totalFrames = sum(({ verdict }) => verdict.endFrame);
  const matchingFrames = sum(({ verdict }) => verdict.matchingFrames[player] ?? 0);
  return {
    totalFrames,
    hashedFrames: sum(({ log, verdict }) => Math.min(log.hashes.length, verdict.endFrame)),
    matchingFrames,
    ratio: totalFrames === 0 ? null : matchingFrames / totalFrames,
  };
}

export function durationMs(episodes: readonly PlayerEpisode[]): number {
  const closes = episodes.flatMap(({ close }) => close ?? []);
  if (closes.length === 0) return 0;
  const endMs = Math.max(...closes.map(({ endedAtMs }) => endedAtMs));
  return endMs - Math.min(...closes.map(({ startedAtMs }) => startedAtMs));
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
  const starts = episodes.flatMap(({ close }) => close?.startedAtMs ?? []);
  const tag = <T extends object>(pick: (metrics: NonNullable<EpisodeClose["metrics"]>) => T[]) =>
    episodes.flatMap(({ episode, close }) =>
      (close?.metrics ? pick(close.metrics) : []).map((entry) => ({ episode, ...entry })),
    );
  return {
    schemaVersion: SCHEMA_VERSION,
    gameId: game.gameId,
    playerId: player.playerIndex,
    peerPlayerId: peers[0] ?? null,
    exportTimestamp: nowMs,
    sessionStartTime: starts.length === 0 ? game.createdAtMs : Math.min(...starts),
    sessionDurationMs: durationMs(episodes),
    connection: connectionOf(episodes),
    inputDelivery: inputDeliveryOf(episodes),
    validation: validationOf(episodes),
    sessionStatus: { ...partialKeys(standing), disconnectedPlayerId },
    latency: latencyOf(episodes),
    focusLoss: focusLossOf(episodes),
    rollbackEvents: tag(({ rollbacks }) => rollbacks),
    stalls: tag(({ stalls }) => stalls),
    interruptions: tag(({ interruptions }) => interruptions),
    links: tag(({ links }) => links),
    hashCoverage: hashCoverageOf(episodes, player.playerIndex),
  };
}
