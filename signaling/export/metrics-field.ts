/** The table of what pages measured: a row for each participant and game with partners. */
import { derived, type Field, fieldsOf } from "./column.ts";
import type { MetricsRecord } from "./data-reader.ts";

const sumOf = <T>(entries: readonly T[], amount: (entry: T) => number | null) =>
  entries.reduce((sum, entry) => sum + (amount(entry) ?? 0), 0);

const keyOf = (name: string, description: string, of: Field<MetricsRecord>["of"]) =>
  derived<MetricsRecord>(
    name,
    name === "visit_number" ? "integer" : "text",
    "multiplayer_metrics: path of the file",
    description,
    of,
  );

export const METRICS_FIELDS: readonly Field<MetricsRecord>[] = [
  keyOf("experiment_id", "The experiment.", ({ experimentId }) => experimentId),
  keyOf("scene_id", "The scene.", ({ sceneId }) => sceneId),
  keyOf("subject_id", "The participant whose page measured.", ({ subjectId }) => subjectId),
  keyOf(
    "visit_number",
    "Which pass through the scene it was, from 1.",
    ({ visitNumber }) => visitNumber,
  ),
  ...fieldsOf<MetricsRecord>(
    "multiplayer_metrics",
    {
      game_id: "gameId",
      player_index: "playerId",
      started_at_ms: "sessionStartTime",
      duration_ms: "sessionDurationMs",
      connection_type: "connection.type",
      rtt_ms: "connection.health.rtt",
      gap_count: "connection.health.gapCount",
      connection_status: "connection.health.status",
      fallback_triggered: "connection.fallback.triggered",
      p2p_receive_ratio: "inputDelivery.p2pReceiveRatio",
      rtt_mean_ms: "latency.meanMs",
      rtt_median_ms: "latency.medianMs",
      rtt_max_ms: "latency.maxMs",
      episode_count: "validation.totalEpisodes",
      rollback_count: "validation.totalRollbacks",
      desync_count: "validation.totalDesyncs",
      hidden_ms: "focusLoss.totalBackgroundMs",
      hidden_count: "focusLoss.periodCount",
      hash_coverage_ratio: "hashCoverage.ratio",
      is_partial: "sessionStatus.isPartial",
      termination_reason: "sessionStatus.terminationReason",
      completed_episodes: "sessionStatus.completedEpisodes",
    },
    ({ file }) => file,
  ),
  derived(
    "rollback_depth_max_frames",
    "integer",
    "multiplayer_metrics: rollbackEvents",
    "The deepest rollback; 0 for none.",
    ({ file }) =>
      file.rollbackEvents.reduce((deepest, { depthFrames }) => Math.max(deepest, depthFrames), 0),
  ),
  derived(
    "stall_count",
    "integer",
    "multiplayer_metrics: stalls",
    "Waits at the end of the prediction window.",
    ({ file }) => file.stalls.length,
  ),
  derived(
    "stalled_ms",
    "number",
    "multiplayer_metrics: stalls",
    "All those waits together.",
    ({ file }) => sumOf(file.stalls, ({ durationMs }) => durationMs),
  ),
  derived(
    "interruption_count",
    "integer",
    "multiplayer_metrics: interruptions",
    "Silences of a partner.",
    ({ file }) => file.interruptions.length,
  ),
];
