/** What each file of a visit holds; the JSON Schemas in `data/schemas` are made from these. */
import { z } from "zod";
import { EVERY_OUTCOME } from "../outcome.ts";

/** Raised when a reader of an older file could misread a newer one. */
export const SCHEMA_VERSION = 1;

const timeMs = z.number().describe("Milliseconds since the epoch.");
const hash = z.string().regex(/^[0-9a-f]{16}$/);
const count = z.int().min(0);
const action = z.json();
const perFrameAndPlayer = <T extends z.ZodType>(entry: T) => z.array(z.array(entry));
const answer = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
export const verdictStatus = z
  .enum(["verified", "disputed", "unverified"])
  .describe(
    "verified: every player's log and hashes equal the server's own replay, frame by frame.",
  );

export const partialKeys = {
  isPartial: z
    .boolean()
    .describe("Whether the participant's game ended before its last episode did."),
  terminationReason: z
    .enum(["normal", ...EVERY_OUTCOME])
    .nullable()
    .describe("normal, or the outcome that ended the game; null while it goes on."),
  terminationFrame: count.nullable().describe("Frames kept of the episode that was cut short."),
  completedEpisodes: count.describe("Episodes that every player closed at their regular end."),
};

export const metadataSchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    experiment_id: z.string().describe("The experiment."),
    scene_id: z.string().describe("The scene, as the study names it."),
    scene_type: z
      .enum(["start", "static", "consent", "form", "gym", "completion-code", "end"])
      .describe("Kind of the scene."),
    subject_id: z.string().describe("The participant."),
    visit_number: z.int().min(1).describe("Which pass through the scene it was, from 1."),
    plan_index: count.describe("Position of the scene in the participant's plan, from 0."),
    plan: z
      .array(z.string())
      .optional()
      .describe("Scene ids in this participant's order; absent in files of earlier builds."),
    plan_seed: z.int().min(0).optional().describe("What the plan was drawn with."),
    condition: z.string().nullable().optional().describe("Assigned on arrival; null for none."),
    panel: z
      .record(z.string(), z.string())
      .optional()
      .describe("What the participant's link said, of the parameters that the study names."),
    globals: z
      .record(z.string(), z.json())
      .optional()
      .describe("The participant's globals when the file was written."),
    conditions: z
      .strictObject({
        index: z.int().min(1).describe("Of the participant or the group, in order of coming."),
        arrangement: count.describe("Which of the file's balanced orders."),
        blocks: z.array(z.string()).describe("Names, in this order."),
        block: z
          .record(z.string(), z.json())
          .nullable()
          .describe("The values that this visit had; of a game, those of its group."),
      })
      .nullable()
      .optional()
      .describe("What was drawn from the study's conditions file; null for nothing."),
    stager_metadata: z
      .record(z.string(), z.json())
      .optional()
      .describe("What the study's stager kept of the participant when the file was written."),
    experiment_config: z.json().optional().describe("As the study gave it; null for nothing."),
    element_ids: z.array(z.string()).optional().describe("Names of what the scene asks."),
    timestamp: timeMs.describe("When the scene was shown, in milliseconds since the epoch."),
    ended_at_ms: timeMs.nullable().describe("When the scene was left; null while it is shown."),
    questions: z.array(z.strictObject({ name: z.string(), prompt: z.string(), kind: z.string() })),
    answers: z.record(z.string(), answer).nullable(),
    outcome: z.enum(EVERY_OUTCOME).nullable().describe("Set in the last scene somebody saw."),
    completion_code: z.string().nullable().describe("The code that was issued; null for none."),
    game: z
      .strictObject({
        game_id: z.string().describe("The game that the group played."),
        player_index: count.describe("Seat of the participant, from 0."),
        agent: z.string().describe("The environment's name of the seat."),
        ...partialKeys,
      })
      .nullable()
      .describe("The game of this visit, where there was one."),
  })
  .describe("What is known of one participant's visit to one scene.");
export type MetadataFile = z.infer<typeof metadataSchema>;

export const globalsSchema = z
  .looseObject({ subjectName: z.string().describe("The subject id.") })
  .describe("Values of one participant that outlive scenes: the latest at the last episode.");

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const episodeRowSchema = z
  .object({ t: count, episode_num: count })
  .catchall(cell)
  .describe(
    "One row of an episode CSV: canonical columns (t to isPaused), player_subjects.*, conditions.*, observer.*; an empty cell is null.",
  );

export const observerSchema = z
  .strictObject({
    simulatedAtTick: z.array(z.int().nullable()),
    arrivalTick: perFrameAndPlayer(z.int().nullable()),
    wasPredicted: perFrameAndPlayer(z.boolean().nullable()),
    rollbackDepthFrames: z.array(count.nullable()),
    simulatedAtMs: z.array(z.number().nullable()),
  })
  .describe(
    "What only this participant's page could know, one entry per frame it confirmed; null for what a page that came back has from another's log.",
  );
export type ObserverLog = z.infer<typeof observerSchema>;

const measuredMs = z.number().min(0).nullable();
export const inputDelaySchema = z
  .strictObject({
    delayFrames: count
      .nullable()
      .describe("Frames between a key press and its effect; null where no page told."),
    proposals: z
      .array(
        z.strictObject({
          playerIndex: count,
          delayFrames: count.describe("What this player's page asked for; the most held for all."),
          rttP95Ms: measuredMs.describe(
            "95 of 100 round trips on its slowest link took no longer.",
          ),
          jitterMs: measuredMs.describe("Mean change from one of those round trips to the next."),
          samples: count,
        }),
      )
      .describe("What was measured before frame 0; empty where the study fixed the delay."),
  })
  .describe("The same for all players of an episode.");

/** What decides a simulation besides its inputs. */
export const sessionSchema = z
  .strictObject({
    inputDelayFrames: z.union([
      count,
      z.strictObject({ fromLink: z.strictObject({ minFrames: count, maxFrames: count }) }),
    ]),
    predictionWindowFrames: count,
    predictor: z.enum(["repeat-last", "neutral", "environment"]),
    interruptedAfterMs: count,
    disconnectedAfterMs: count,
    isTimeSyncOn: z.boolean(),
    onDeparture: z.enum(["end", "neutral", "bot"]),
    onHidden: z.enum(["continue", "neutral", "pause"]).optional(),
    onInterruption: z.enum(["continue", "pause"]).optional(),
    resumeCountdownMs: count.optional(),
    pauseLimitMs: count.nullable().optional(),
    onDesync: z.enum(["dispute", "recover"]).optional().describe("Absent means dispute."),
  })
  .describe("Settings of the session, as the study gave them.");

export const playersSchema = z
  .array(
    z.strictObject({
      agent: z.string(),
      subjectId: z.string().nullable(),
      visitNumber: z.int().nullable(),
    }),
  )
  .describe("By player index; a null subject is a seat that nobody took.");

export const pausePolicySchema = z
  .strictObject({
    countdownFrames: count.describe("Frames that still wait after the last one asked for."),
    limitFrames: count
      .nullable()
      .describe("Frames per player in which asking counts; 0: never, null: always."),
  })
  .optional()
  .describe("Which frames wait, from the paused bits of `flags`. Absent in older files: none.");

export const replaySchema = z
  .strictObject({
    formatVersion: z.literal(1),
    experimentId: z.string().describe("The experiment."),
    sceneId: z.string().describe("The scene, as the study names it."),
    subjectId: z.string().describe("The participant whose page made the log."),
    visitNumber: z.int().min(1).describe("Which pass through the scene it was, from 1."),
    gameId: z.string().describe("The game that the group played."),
    playerIndex: count.describe("Seat of the participant, from 0."),
    episode: count.describe("Which episode of the game, from 0."),
    environment: z.strictObject({
      id: z.string().describe("Name of the environment."),
      digest: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .describe("Of its code: the file in environments/."),
    }),
    config: z.unknown().describe("Configuration of the environment."),
    configDigest: hash,
    block: z
      .record(z.string(), z.json())
      .optional()
      .describe("The values of the conditions file that the game had. Absent: none."),
    session: sessionSchema,
    pausePolicy: pausePolicySchema,
    inputDelay: inputDelaySchema,
    seed: z.int().min(0).max(0xffffffff).describe("What the episode was reset with."),
    maxSteps: count.describe("Steps after which the episode is cut; frames that wait are none."),
    fps: z.int().min(1).describe("Frames of the environment in a second."),
    players: playersSchema,
    endFrame: count.describe("Number of frames that are data: the agreed confirmed prefix."),
    isStreamed: z
      .boolean()
      .optional()
      .describe(
        "False: the rows lie with those of the other episodes in {subject_id}.csv. Absent: true.",
      ),
    isTerminal: z.boolean().describe("Whether the episode reached its regular end."),
    actions: perFrameAndPlayer(action),
    flags: perFrameAndPlayer(z.int().min(0).max(15)).describe(
      "Bit 0 focused, bit 1 absent, bit 2 bot, bit 3 paused.",
    ),
    hashes: z.array(hash).describe("hashes[i]: this page's hash of the state of frame i + 1."),
    observer: observerSchema,
    status: verdictStatus,
    detail: z.string().describe("Why it is not verified, in one sentence; empty when it is."),
    disputedFrame: count
      .nullable()
      .describe("From where on logs, hashes or replay differ; null for nowhere."),
    recoveries: z
      .array(z.strictObject({ frame: count, agreedFrame: count }))
      .optional()
      .describe(
        "Where pages differed first and went back to the agreed frame to simulate again; absent means none.",
      ),
    disputedLog: z
      .strictObject({
        fromFrame: count,
        actions: perFrameAndPlayer(action),
        flags: perFrameAndPlayer(z.int()),
        hashes: z.array(hash),
      })
      .nullable()
      .describe("What this page claimed beyond the agreed prefix."),
  })
  .describe("Enough to compute one episode again, and to show it as this participant saw it.");
export type ReplayFile = z.infer<typeof replaySchema>;
