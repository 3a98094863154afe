/** The small tables of an export, a row for each participant, visit, answer and episode. */
import { blockCells } from "../store/block-cell.ts";
import type { MetadataFile, ReplayFile } from "../store/file-schema.ts";
import { type Column, derived, type Field, fieldsOf } from "./column.ts";
import type { ReplayRecord } from "./data-reader.ts";
import { namedFields } from "./named-field.ts";
import type { ParticipantRecord } from "./participant-record.ts";

const VISIT_KEYS = {
  experiment_id: "experiment_id",
  scene_id: "scene_id",
  subject_id: "subject_id",
  visit_number: "visit_number",
} as const;

function carriedFields(
  records: readonly ParticipantRecord[],
  group: "panel" | "globals",
  description: string,
): readonly Field<ParticipantRecord>[] {
  const of = ({ last }: ParticipantRecord) =>
    new Map(Object.entries(last[group] ?? {}).map(([name, value]) => [`${group}.${name}`, value]));
  return namedFields({ seen: records.map(of), source: `metadata: ${group}`, description, of });
}

const BLOCK_VALUE = "Value that the block of the conditions file has for";

/** What somebody was given of the conditions file. */
const GIVEN_KEYS = {
  conditions_index: "conditions.index",
  conditions_arrangement: "conditions.arrangement",
  conditions_blocks: "conditions.blocks",
} as const;

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
    ...fieldsOf("metadata", GIVEN_KEYS, last),
    ...carriedFields(records, "panel", "What the participant's link said of the panel parameter"),
    ...carriedFields(records, "globals", "The participant's global"),
  ];
}

const VISIT_FIELDS: readonly Field<MetadataFile>[] = [
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

export function visitFields(visits: readonly MetadataFile[]): readonly Field<MetadataFile>[] {
  const of = ({ conditions }: MetadataFile) => blockCells(conditions?.block);
  const source = "metadata: conditions.block";
  return [
    ...VISIT_FIELDS,
    ...fieldsOf<MetadataFile>("metadata", GIVEN_KEYS, (file) => file),
    ...namedFields({ seen: visits.map(of), source, description: BLOCK_VALUE, of }),
  ];
}

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

const EPISODE_FIELDS: readonly Field<ReplayRecord>[] = [
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

/** `blocks` are those that any episode had. */
export function episodeFields(
  blocks: readonly ReplayFile["block"][],
): readonly Field<ReplayRecord>[] {
  const of = ({ file }: ReplayRecord) => blockCells(file.block);
  const seen = blocks.map(blockCells);
  return [
    ...EPISODE_FIELDS,
    ...namedFields({ seen, source: "replay: block", description: BLOCK_VALUE, of }),
  ];
}

/** The cells of one record, by column. */
export function cellsOf<R>(fields: readonly Field<R>[], record: R): readonly unknown[] {
  return fields.map(({ of }) => of(record) ?? null);
}

export function columnsOf<R>(fields: readonly Field<R>[]): readonly Column[] {
  return fields.map(({ column }) => column);
}
