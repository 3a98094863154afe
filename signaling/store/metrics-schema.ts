/** What the two metrics files of a paired game hold; keys and nesting of the first part are MUG's. */
import { z } from "zod";
import { partialKeys, SCHEMA_VERSION, verdictStatus } from "./file-schema.ts";
import { measurementSchemas } from "./measurement-schema.ts";

const count = z.int().min(0);
const timeMs = z.number().describe("Milliseconds since the epoch.");
const hash = z.string();
const action = z.json();
const perPlayer = <T extends z.ZodType>(entry: T) => z.record(z.string(), entry);
const episodeFrame = z.strictObject({ episode: count, frame: count });

const connectionSchema = z.strictObject({
  type: z.enum(["direct", "relay", "unknown"]).describe("Path of the packets at the end."),
  connectionDetails: z.union([
    z.strictObject({
      localCandidateType: z.string().nullable(),
      remoteCandidateType: z.string().nullable(),
      protocol: z.string().nullable(),
      relayProtocol: z.string().nullable(),
      detectedAtFrame: count.nullable(),
      timestamp: timeMs.nullable(),
    }),
    z.strictObject({}),
  ]),
  candidatePairs: z
    .array(
      z.strictObject({
        peer: count,
        episode: count,
        frame: count,
        atMs: timeMs,
        type: z.enum(["direct", "relay"]),
        localCandidateType: z.string(),
        remoteCandidateType: z.string(),
        protocol: z.string().nullable(),
        relayProtocol: z.string().nullable().describe("How the TURN server was reached."),
      }),
    )
    .describe("Every pair that a direct connection chose, in order; the last is the one above."),
  p2pConnected: z.boolean(),
  health: z
    .strictObject({
      rtt: z.number().nullable().describe("Round trip of the slowest path, as last measured."),
      latency: z.number().nullable(),
      packetsReceived: count,
      gapCount: count.describe("Packets that never came or came late."),
      status: z
        .enum(["good", "warning", "critical"])
        .nullable()
        .describe("By the latency: good below 100 ms, critical from 200 ms."),
    })
    .nullable(),
  fallback: z
    .strictObject({
      triggered: z.boolean().describe("Whether play went on over the relay."),
      episode: count.nullable(),
      frame: count.nullable(),
    })
    .describe("The first switch to the relay after which play went on there."),
});

const inputDeliverySchema = z.strictObject({
  sentViaP2P: count,
  sentViaSocketIO: count,
  receivedViaP2P: count,
  receivedViaSocketIO: count,
  p2pReceiveRatio: z
    .number()
    .min(0)
    .max(100)
    .nullable()
    .describe("Received packets that came directly."),
});

const episodeSchema = z.strictObject({
  isReported: z
    .boolean()
    .describe("False if the page vanished: then it told of no desyncs, rollbacks or verifying."),
  episodeNum: count,
  totalFrames: count,
  confirmedFrame: count,
  verifiedFrame: count,
  hashCount: count,
  desyncCount: count,
  rollbackCount: count,
  maxRollbackFrames: count,
  timestamp: timeMs.nullable(),
  status: verdictStatus,
});

const desyncSchema = z.strictObject({
  episode: count,
  frame: count,
  ourHash: hash,
  peerHash: z.string(),
  timestamp: z.number(),
  verifiedFrameAtDesync: count,
  hasStateDump: z.boolean().describe("Whether both states were compared: located is set."),
  peer: count,
  software: z
    .strictObject({ ours: z.string(), theirs: z.string() })
    .optional()
    .describe("What each side said it ran: product version and browser."),
  located: z
    .strictObject({ path: z.string(), ours: z.string(), theirs: z.string() })
    .nullable()
    .describe("Where the states first differ, keys joined with dots, and both values as JSON."),
});

const rollbackSummarySchema = z.strictObject({ episode: count, count, maxFrames: count });

export const multiplayerMetricsSchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    gameId: z.string().describe("The game that the group played."),
    playerId: count.describe("Seat of the participant, from 0."),
    peerPlayerId: count.nullable().describe("With more than two players, the first other."),
    peerPlayerIds: z.array(count),
    exportTimestamp: timeMs,
    sessionStartTime: timeMs.describe("When the page began its first episode."),
    sessionDurationMs: z.number().describe("From there to the end of its last episode."),
    connection: connectionSchema,
    inputDelivery: inputDeliverySchema,
    validation: z.strictObject({
      episodes: z.array(episodeSchema),
      totalEpisodes: count.describe("Episodes of which anything is stored."),
      totalHashes: count,
      totalActions: count,
      totalDesyncs: count.describe("States that differed from a partner's."),
      totalRollbacks: count.describe("Corrections of a guess, all episodes together."),
      allHashes: z.array(z.strictObject({ episode: count, frame: count, hash })),
      allActions: z.array(
        z.strictObject({
          episode: count,
          frame: count,
          playerId: count,
          action,
          isFocused: z.boolean(),
        }),
      ),
      allDesyncEvents: z.array(desyncSchema),
      allRollbacks: z.array(rollbackSummarySchema),
    }),
    sessionStatus: z.strictObject({ ...partialKeys, disconnectedPlayerId: count.nullable() }),
    latency: z
      .strictObject({
        sampleCount: count,
        minMs: z.number(),
        maxMs: z.number().describe("Longest round trip."),
        meanMs: z.number().describe("Mean round trip."),
        medianMs: z.number().describe("Median round trip."),
        samples: z.array(z.strictObject({ timestamp: z.number(), rttMs: z.number() })),
      })
      .nullable(),
    focusLoss: z.strictObject({
      backgroundPeriods: z.array(
        z.strictObject({ start: timeMs, end: timeMs, durationMs: z.number() }),
      ),
      totalBackgroundMs: z
        .number()
        .describe("While the page was hidden during an episode, in all."),
      periodCount: count.describe("How often it was hidden."),
      timeoutMs: z.number().nullable(),
      wasTimeoutTriggered: z.boolean(),
    }),
    ...measurementSchemas,
  })
  .describe("What one page measured over all episodes of one game with partners.");
export type MultiplayerMetricsFile = z.infer<typeof multiplayerMetricsSchema>;

const comparisonSummarySchema = z.strictObject({
  totalFramesCompared: count,
  matchingFrames: count,
  mismatchingFrames: count,
  playerAOnlyFrames: count,
  playerBOnlyFrames: count,
  matchRate: z.number().min(0).max(1).nullable(),
});
export type ComparisonSummary = z.infer<typeof comparisonSummarySchema>;

export const aggregatedMetricsSchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    gameId: z.string(),
    sceneId: z.string(),
    aggregatedAt: timeMs,
    summary: z.strictObject({
      fullySynced: z
        .boolean()
        .describe("Every frame was recorded by all, with equal hashes and actions."),
      hashesMatch: z.boolean(),
      actionsMatch: z.boolean(),
      totalHashesCompared: count,
      totalActionsCompared: count,
      firstHashMismatchFrame: episodeFrame.nullable(),
      firstActionMismatchFrame: episodeFrame.nullable(),
      hashDivergenceFrames: z.array(episodeFrame),
      actionDivergenceFrames: z.array(episodeFrame),
      hashCoverage: z.number().min(0).max(1).nullable(),
      isPartial: z.boolean(),
      missingPlayers: z.array(count).describe("Players from whom nothing came."),
    }),
    players: perPlayer(
      z.strictObject({
        subjectId: z.string(),
        playerId: count,
        connection: connectionSchema,
        inputDelivery: inputDeliverySchema,
        sessionDurationMs: z.number(),
      }),
    ),
    validation: z.strictObject({
      hashSummary: comparisonSummarySchema,
      actionSummary: comparisonSummarySchema,
      episodes: perPlayer(z.array(episodeSchema)),
      hashComparison: z
        .array(
          z
            .object({ episode: count, frame: count, match: z.boolean().nullable() })
            .catchall(hash.nullable()),
        )
        .describe("The other keys are player indices."),
      actionComparison: z
        .array(
          z
            .object({
              episode: count,
              frame: count,
              actionPlayerId: count,
              match: z.boolean().nullable(),
            })
            .catchall(action.nullable()),
        )
        .describe("The other keys are recordedBy_ and a player index."),
      desyncEvents: perPlayer(z.array(desyncSchema)),
      rollbacks: perPlayer(z.array(rollbackSummarySchema)),
    }),
  })
  .describe("The logs of all players of one game, compared frame by frame.");
export type AggregatedMetricsFile = z.infer<typeof aggregatedMetricsSchema>;
