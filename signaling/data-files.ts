/**
 * The door for those who make a study's data files without its server: pure functions of what pages measured.
 * The sandbox exports its runs by them, so that both write the same.
 */
export { replayFile } from "./games/episode-file.ts";
export { playerMetrics } from "./games/player-metrics.ts";
export { agreeInputs, judge } from "./games/verdict.ts";
export { episodeCsv } from "./store/episode-csv.ts";
export type { ReplayFile } from "./store/file-schema.ts";
export { replaySchema } from "./store/file-schema.ts";
export type { MultiplayerMetricsFile } from "./store/metrics-schema.ts";
