/** What a page measured episode by episode: the keys of its metrics that are not MUG's. */
import { z } from "zod";
import { inputDelaySchema } from "./file-schema.ts";

const count = z.int().min(0);

const rollbackEvent = z.strictObject({
  episode: count,
  frame: count.describe("The first frame simulated again."),
  currentFrame: count.describe("The frame that was next when the rollback ran."),
  depthFrames: count,
  playerIndex: count.describe("Whose input had been guessed wrong."),
  atMs: z.number(),
});

const stall = z.strictObject({
  episode: count,
  frame: count,
  waitingFor: z.array(count),
  startMs: z.number(),
  durationMs: z.number(),
  ticks: count,
});

const interruption = z.strictObject({
  episode: count,
  peer: count,
  startMs: z.number(),
  durationMs: z.number().nullable().describe("Until the peer was heard again; null for never."),
});

const pause = z.strictObject({
  episode: count,
  fromFrame: count.describe("The first frame that waited."),
  toFrame: count.nullable().describe("The first that did not; null: the data end in the pause."),
  askers: z
    .array(z.strictObject({ playerIndex: count, reason: z.enum(["hidden", "interruption"]) }))
    .describe("Players for whom the game waited, and why."),
});

const playerReturn = z.strictObject({
  episode: count,
  peer: count,
  playerIndex: count,
  frame: count.describe(
    "The first input of the player that this page had not from the page before.",
  ),
  atMs: z.number(),
});

const recovery = z
  .strictObject({
    episode: count,
    frame: count.describe("The first frame in which the states differed."),
    agreedFrame: count,
    currentFrame: count.describe("The frame that was next to simulate."),
    peer: count.describe("With whom this page differed, or who told it to go back."),
    outcome: z
      .enum(["restored", "out-of-reach", "differing", "ended", "repeated", "limit"])
      .describe("restored: this page went back; otherwise why it did not."),
    atMs: z.number(),
  })
  .describe("One attempt to go back to an agreed state.");

const timeSync = z.strictObject({
  episode: count,
  peer: count,
  advantageFrames: z
    .number()
    .nullable()
    .describe("How far ahead of the peer this page ran when the episode ended; negative: behind."),
  boundFrames: z
    .number()
    .nullable()
    .describe("Half a round trip: an asymmetric path hides an offset of up to this."),
});

const inputLatency = z
  .strictObject({
    episode: count,
    playerIndex: count,
    isOwn: z.boolean().describe("Whether this page's own player."),
    frames: count.describe(
      "Frames counted: without those of the input delay and of a player who has left.",
    ),
    meanTicks: z.number(),
    p95Ticks: z.int().describe("95 of 100 frames took no longer (nearest rank)."),
    maxTicks: z.int(),
    meanMs: z.number(),
    p95Ms: z.number(),
    maxMs: z.number(),
  })
  .describe(
    "Own player: ticks from the sampling of an input to the first simulation of its frame. Others: ticks from the first simulation of a frame to the first tick that knew their input of it; 0 or less is in time, more was guessed. A tick is 1000 / fps ms.",
  );

const inputDelay = inputDelaySchema.safeExtend({ episode: count });

const link = z.strictObject({
  episode: count,
  peer: count,
  rttMs: z.number().nullable(),
  jitterMs: z.number().nullable(),
  rttSamples: z.array(z.strictObject({ atMs: z.number(), rttMs: z.number() })),
  packetsSent: count,
  packetsReceived: count,
  bytesSent: count,
  bytesReceived: count,
  packetsLost: count,
  packetsLate: count,
  packetsMalformed: count,
});

export const measurementSchemas = {
  rollbackEvents: z.array(rollbackEvent),
  stalls: z.array(stall),
  interruptions: z.array(interruption),
  pauses: z
    .array(pause)
    .optional()
    .describe("Stretches of frames that waited, countdown included. Absent in older files."),
  returns: z
    .array(playerReturn)
    .optional()
    .describe(
      "Players whose page was gone and who came back into the episode with a new one. Absent in older files.",
    ),
  recoveries: z.array(recovery).optional().describe("Absent means none."),
  timeSync: z.array(timeSync),
  inputLatency: z.array(inputLatency),
  inputDelay: z.array(inputDelay),
  links: z.array(link),
  simulation: z.array(
    z.strictObject({
      episode: count,
      ticks: count,
      framesSimulated: count,
      framesResimulated: count,
    }),
  ),
  hashCoverage: z
    .strictObject({
      totalFrames: count,
      hashedFrames: count,
      matchingFrames: count,
      ratio: z
        .number()
        .min(0)
        .max(1)
        .nullable()
        .describe("Share of the kept frames whose hash by this page equals the server's."),
    })
    .describe("Share of the kept frames whose hash by this page equals the server's."),
};
