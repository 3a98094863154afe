/** The tables of what the server watched over: screenings and games, its measurements, its decisions, its matches. */
import type { MonitoringFile } from "../store/monitoring-schema.ts";
import { type ColumnType, derived, type Field, fieldsOf } from "./column.ts";
import type { MatchLogRecord } from "./data-reader.ts";

const KEYS = {
  experiment_id: "experimentId",
  scene_id: "sceneId",
  subject_id: "subjectId",
  visit_number: "visitNumber",
  game_id: "gameId",
} as const;

/** The middle one, or between the two in the middle; null of none. */
function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}

const answeredOf = ({ pings }: MonitoringFile) => pings.flatMap(({ rttMs }) => rttMs ?? []);

const lastOf = ({ decisions }: MonitoringFile, kind: "excluded" | "admitted") =>
  decisions.findLast((decision) => decision.kind === kind);

export const MONITORING_FIELDS: readonly Field<MonitoringFile>[] = [
  ...fieldsOf<MonitoringFile>(
    "monitoring",
    {
      ...KEYS,
      browser_name: "client.browserName",
      browser_version: "client.browserVersion",
      os_name: "client.osName",
      device_type: "client.deviceType",
    },
    (file) => file,
  ),
  derived(
    "ping_count",
    "integer",
    "monitoring: pings",
    "Round trips that were measured.",
    ({ pings }) => pings.length,
  ),
  derived(
    "unanswered_count",
    "integer",
    "monitoring: pings",
    "Those of them without an answer within 5 s.",
    (file) => file.pings.length - answeredOf(file).length,
  ),
  derived(
    "ping_median_ms",
    "number",
    "monitoring: pings",
    "Median of those that were answered.",
    (file) => medianOf(answeredOf(file)),
  ),
  derived("ping_max_ms", "number", "monitoring: pings", "The longest that was answered.", (file) =>
    answeredOf(file).reduce<number | null>((a, b) => Math.max(a ?? b, b), null),
  ),
  derived(
    "warning_count",
    "integer",
    "monitoring: decisions",
    "How often the participant was warned.",
    ({ decisions }) => decisions.filter(({ kind }) => kind === "warned").length,
  ),
  derived(
    "excluded_by",
    "text",
    "monitoring: decisions",
    "The rule that ended it; empty for none.",
    (file) => lastOf(file, "excluded")?.rule,
  ),
];

/** One entry of a list of a monitoring file. */
interface Listed<T> {
  readonly file: MonitoringFile;
  readonly item: T;
}
type Ping = MonitoringFile["pings"][number];
type Decision = MonitoringFile["decisions"][number];

const keysOf = <T>() => fieldsOf<Listed<T>>("monitoring", KEYS, ({ file }) => file);

const listed =
  <T>(list: "pings" | "decisions") =>
  (name: string, type: ColumnType, description: string, of: (item: T) => unknown) =>
    derived<Listed<T>>(name, type, `monitoring: ${list}`, description, ({ item }) => of(item));

const ofPing = listed<Ping>("pings");
const ofDecision = listed<Decision>("decisions");

export const PING_FIELDS: readonly Field<Listed<Ping>>[] = [
  ...keysOf<Ping>(),
  ofPing("measured_at_ms", "number", "When, by the server's clock.", ({ atMs }) => atMs),
  ofPing(
    "rtt_ms",
    "number",
    "To the page and back, as the server measured it; empty: no answer within 5 s.",
    ({ rttMs }) => rttMs,
  ),
];

export const DECISION_FIELDS: readonly Field<Listed<Decision>>[] = [
  ...keysOf<Decision>(),
  ofDecision("decided_at_ms", "number", "When, by the server's clock.", ({ atMs }) => atMs),
  ofDecision("kind", "text", "admitted, warned, excluded, or callback_failed.", ({ kind }) => kind),
  ofDecision(
    "rule",
    "text",
    "device, browser, ping, tab, focus_loss or callback; empty for none.",
    ({ rule }) => rule,
  ),
  ofDecision(
    "message",
    "text",
    "What the participant read; of a callback that failed, how.",
    ({ message }) => message,
  ),
  ofDecision("episode", "integer", "The page's newest, from 0.", ({ episode }) => episode),
  ofDecision("frame", "integer", "The newest that the page had reported.", ({ frame }) => frame),
];

export function pingsOf(file: MonitoringFile): readonly Listed<Ping>[] {
  return file.pings.map((item) => ({ file, item }));
}

export function decisionsOf(file: MonitoringFile): readonly Listed<Decision>[] {
  return file.decisions.map((item) => ({ file, item }));
}

/** A key of the lines of some events; empty in the others'. */
const ofLine = (name: string, key: string, type: ColumnType, description: string) =>
  derived<MatchLogRecord>(
    name,
    type,
    `matches: ${key}`,
    description,
    ({ line }) => (line as Readonly<Record<string, unknown>>)[key],
  );

export const MATCH_FIELDS: readonly Field<MatchLogRecord>[] = [
  derived(
    "experiment_id",
    "text",
    "matches: path of the file",
    "The experiment.",
    ({ experimentId }) => experimentId,
  ),
  ofLine("scene_id", "sceneId", "text", "The scene whose waiting room it was."),
  ofLine("decided_at_ms", "atMs", "number", "When, by the server's clock."),
  ofLine("event", "event", "text", "match, probe, timeout, or matcher_failure."),
  ofLine("game_id", "gameId", "text", "The game; of a probe, the one that may follow."),
  ofLine("group", "group", "json", "Subject ids by player index."),
  ofLine("reason", "reason", "text", "Why this group, or why the wait was over."),
  ofLine("outcome", "outcome", "text", "Of a probe: accepted, rejected or abandoned."),
  ofLine("limit_ms", "limitMs", "number", "The round trip that was allowed; empty: any."),
  ofLine("rtts", "rtts", "json", "Round trips between every two, as measured."),
  ofLine("duration_ms", "durationMs", "number", "How long a probe took."),
  ofLine("subject_id", "subjectId", "text", "Of a time-out: whose wait was over."),
  ofLine("waited_ms", "waitedMs", "number", "Of a time-out: how long they had waited."),
  ofLine("detail", "detail", "text", "Of a failure: why the study's matchmaker was not followed."),
  ofLine("candidates", "candidates", "json", "Everybody in the waiting room, in order of coming."),
];
