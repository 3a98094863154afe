/** The small tables of an export, a row for each participant, visit, answer and episode. */
import type { MetadataFile } from "../store/file-schema.ts";
import { type Column, type ColumnType, derived, type Field, fieldsOf } from "./column.ts";
import type { ReplayRecord } from "./data-reader.ts";
import type { ParticipantRecord } from "./participant-record.ts";

const VISIT_KEYS = {
  experiment_id: "experiment_id",
  scene_id: "scene_id",
  subject_id: "subject_id",
  visit_number: "visit_number",
} as const;

/** What all the values are; JSON where they differ. */
function typeOfAll(values: readonly unknown[]): ColumnType {
  const types = new Set(values.map((value) => typeof value));
  const [only] = types.size === 1 ? types : [];
  if (only === "string") return "text";
  return only === "number" || only === "boolean" ? only : "json";
}

/** One column for each name that any participant has. */
function dynamicFields(
  records: readonly ParticipantRecord[],
  group: "panel" | "globals",
  description: string,
): readonly Field<ParticipantRecord>[] {
  const carried = ({ last }: ParticipantRecord, name: string) => {
    const values = last[group] ?? {};
    return Object.hasOwn(values, name) ? values[name] : null;
  };
  const names = new Set(records.flatMap(({ last }) => Object.keys(last[group] ?? {})));
  return [...names].sort().map((name) => {
    const values = records.map((record) => carried(record, name)).filter((value) => value !== null);
    const source = `metadata: ${group}.${name}`;
    const text = `${description} \`${name}\`.`;
    return derived(`${group}.${name}`, typeOfAll(values), source, text, (record) =>
      carried(record, name),
    );
  });
}

export function participantFields(
  records: readonly ParticipantRecord[],
): readonly Field<ParticipantRecord>[] {
  const last = (record: ParticipantRecord) => record.last;
  return [
    ...fieldsOf("metadata", { experiment_id: "experiment_id", subject_id: "subject_id" }, last),
    ...fieldsOf("metadata", { condition: "condition" }, last),
    ...fieldsOf(
      "metadata",
      { outcome: "outcome", completion_code: "completion_code" },
      (record: ParticipantRecord) => ({
        outcome: record.outcome,
        completion_code: record.completionCode,
      }),
    ),
    derived(
      "started_at_ms",
      "number",
      "metadata: timestamp",
      "When the first scene was shown.",
      ({ first }) => first.timestamp,
    ),
    derived(
      "last_scene_at_ms",
      "number",
      "metadata: timestamp",
      "When the last scene with a file was shown.",
      (record) => record.last.timestamp,
    ),
    derived(
      "last_scene_id",
      "text",
      "metadata: scene_id",
      "The last scene with a file.",
      (record) => record.last.scene_id,
    ),
    derived(
      "visit_count",
      "integer",
      "metadata",
      "Visits with a metadata file.",
      ({ visits }) => visits.length,
    ),
    ...fieldsOf(
      "metadata",
      { plan: "plan", plan_seed: "plan_seed", stager_metadata: "stager_metadata" },
      last,
    ),
    ...dynamicFields(records, "panel", "What the participant's link said of the panel parameter"),
    ...dynamicFields(records, "globals", "The participant's global"),
  ];
}

export const VISIT_FIELDS: readonly Field<MetadataFile>[] = [
  ...fieldsOf<MetadataFile>(
    "metadata",
    {
      ...VISIT_KEYS,
      plan_index: "plan_index",
      scene_type: "scene_type",
      started_at_ms: "timestamp",
      ended_at_ms: "ended_at_ms",
    },
    (file) => file,
  ),
  derived(
    "duration_ms",
    "number",
    "metadata: ended_at_ms - timestamp",
    "How long the scene was shown.",
    (file) => (file.ended_at_ms === null ? null : file.ended_at_ms - file.timestamp),
  ),
  ...fieldsOf<MetadataFile>(
    "metadata",
    {
      outcome: "outcome",
      experiment_config: "experiment_config",
      game_id: "game.game_id",
      player_index: "game.player_index",
      agent: "game.agent",
      is_partial: "game.isPartial",
      termination_reason: "game.terminationReason",
      termination_frame: "game.terminationFrame",
      completed_episodes: "game.completedEpisodes",
    },
    (file) => file,
  ),
];

/** One option, text or number that somebody gave to one question. */
interface AnswerRecord {
  readonly file: MetadataFile;
  readonly question: MetadataFile["questions"][number] | null;
  readonly name: string;
  readonly item: number;
  readonly value: unknown;
}

/** A question without an answer has one row, one with several options a row for each. */
export function answersOf(file: MetadataFile): readonly AnswerRecord[] {
  return Object.entries(file.answers ?? {}).flatMap(([name, answer]) => {
    const values =
      Array.isArray(answer) && answer.length > 0 ? answer : [Array.isArray(answer) ? null : answer];
    const question = file.questions.find((asked) => asked.name === name) ?? null;
    return values.map((value, item) => ({ file, question, name, item, value }));
  });
}

const ANSWERS = "metadata: answers";

export const ANSWER_FIELDS: readonly Field<AnswerRecord>[] = [
  ...fieldsOf<AnswerRecord>("metadata", VISIT_KEYS, ({ file }) => file),
  derived("question", "text", ANSWERS, "Name of the question or field.", ({ name }) => name),
  derived(
    "kind",
    "text",
    "metadata: questions",
    "Kind of the question.",
    ({ question }) => question?.kind,
  ),
  derived(
    "prompt",
    "text",
    "metadata: questions",
    "What was asked.",
    ({ question }) => question?.prompt,
  ),
  derived("item", "integer", ANSWERS, "Which of several options, from 0.", ({ item }) => item),
  derived(
    "value",
    "text",
    ANSWERS,
    "The answer as a text; empty where nothing was said.",
    ({ value }) => (value === null ? null : String(value)),
  ),
  derived(
    "value_number",
    "number",
    ANSWERS,
    "The answer where it is a number, such as a point of a scale.",
    ({ value }) => (typeof value === "number" ? value : null),
  ),
];

/** Whose episode it is: the first columns of episodes and of frames. */
export const EPISODE_KEYS: readonly Field<ReplayRecord>[] = fieldsOf<ReplayRecord>(
  "replay",
  {
    experiment_id: "experimentId",
    scene_id: "sceneId",
    subject_id: "subjectId",
    visit_number: "visitNumber",
    game_id: "gameId",
    player_index: "playerIndex",
    episode: "episode",
    status: "status",
  },
  ({ file }) => file,
);

export const EPISODE_FIELDS: readonly Field<ReplayRecord>[] = [
  ...EPISODE_KEYS,
  ...fieldsOf<ReplayRecord>(
    "replay",
    {
      detail: "detail",
      disputed_frame: "disputedFrame",
      frames: "endFrame",
      is_terminal: "isTerminal",
    },
    ({ file }) => file,
  ),
  derived(
    "is_partial",
    "boolean",
    "replay: isTerminal",
    "Whether the episode was cut short before its regular end.",
    ({ file }) => !file.isTerminal,
  ),
  derived(
    "has_rows",
    "boolean",
    "episode",
    "Whether the server could compute the rows.",
    ({ csvPath }) => csvPath !== null,
  ),
  derived(
    "hashed_frames",
    "integer",
    "replay: hashes",
    "Frames of which this page handed in a hash.",
    ({ file }) => file.hashes.length,
  ),
  ...fieldsOf<ReplayRecord>(
    "replay",
    {
      environment_id: "environment.id",
      environment_digest: "environment.digest",
      config: "config",
      seed: "seed",
      fps: "fps",
      max_steps: "maxSteps",
      session: "session",
      players: "players",
    },
    ({ file }) => file,
  ),
];

/** The cells of one record, by column. */
export function cellsOf<R>(fields: readonly Field<R>[], record: R): readonly unknown[] {
  return fields.map(({ of }) => of(record) ?? null);
}

export function columnsOf<R>(fields: readonly Field<R>[]): readonly Column[] {
  return fields.map(({ column }) => column);
}
