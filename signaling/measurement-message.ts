/** Schemas of what a participant's page measured of an episode and of its connections. */
import { z } from "zod";
import {
  episodeNumber,
  frame,
  hash,
  located,
  PLAYERS_MAX,
  perPlayer,
  playerIndex,
  software,
} from "./message-field.ts";

const rttSample = z.strictObject({ atMs: z.number(), rttMs: z.number() });
const link = z.strictObject({
  peer: playerIndex,
  rttMs: z.number().nullable(),
  jitterMs: z.number().nullable(),
  rttSamples: z.array(rttSample).max(20_000),
  packetsSent: z.int(),
  packetsReceived: z.int(),
  bytesSent: z.int(),
  bytesReceived: z.int(),
  packetsLost: z.int(),
  packetsLate: z.int(),
  packetsMalformed: z.int(),
  advantageFrames: z.number().nullable(),
  advantageBoundFrames: z.number().nullable(),
});
const desync = z.strictObject({
  frame,
  peer: playerIndex,
  ours: hash,
  theirs: z.string().max(64),
  verifiedFrame: frame,
  atMs: z.number(),
  software,
  located,
});
const recovery = z.strictObject({
  frame,
  agreedFrame: frame,
  currentFrame: frame,
  peer: playerIndex,
  outcome: z.enum(["restored", "out-of-reach", "differing", "ended", "repeated", "limit"]),
  atMs: z.number(),
});
const delayFrames = z.int().min(0).max(15);
/** Mirrors the engine's `SessionMetrics`. */
export const sessionMetrics = z.strictObject({
  currentFrame: frame,
  confirmedFrame: frame,
  verifiedFrame: frame,
  ticks: z.int(),
  framesSimulated: z.int(),
  framesResimulated: z.int(),
  hashCount: z.int(),
  inputDelay: z.strictObject({
    delayFrames: delayFrames.nullable(),
    proposals: perPlayer(
      z.strictObject({
        playerIndex,
        delayFrames,
        rttP95Ms: z.number().min(0).nullable(),
        jitterMs: z.number().min(0).nullable(),
        samples: z.int().min(0),
      }),
    ),
  }),
  rollbacks: z
    .array(
      z.strictObject({
        frame,
        currentFrame: frame,
        depthFrames: z.int(),
        playerIndex,
        atMs: z.number(),
      }),
    )
    .max(200_000),
  stalls: z
    .array(
      z.strictObject({
        frame,
        waitingFor: perPlayer(playerIndex),
        startMs: z.number(),
        durationMs: z.number(),
        ticks: z.int(),
      }),
    )
    .max(200_000),
  interruptions: z
    .array(
      z.strictObject({
        peer: playerIndex,
        startMs: z.number(),
        durationMs: z.number().nullable(),
      }),
    )
    .max(20_000),
  returns: z
    .array(z.strictObject({ peer: playerIndex, playerIndex, frame, atMs: z.number() }))
    .max(20_000),
  desyncs: z.array(desync).max(1_000),
  recoveries: z.array(recovery).max(100),
  links: z.array(link).max(PLAYERS_MAX),
});

const pathCount = z.strictObject({ direct: z.int().min(0), relay: z.int().min(0) });
/** Mirrors the engine's `PathCounts`, for the whole game so far. */
const pathCounts = z.strictObject({
  sentPackets: pathCount,
  receivedPackets: pathCount,
  sentBytes: pathCount,
  receivedBytes: pathCount,
  congestedPackets: z.int().min(0),
});

const protocolName = z.string().max(40);
/** Mirrors the engine's `CandidatePair`, with when it was chosen. */
const candidatePair = z.strictObject({
  peer: playerIndex,
  episode: episodeNumber,
  frame,
  atMs: z.number(),
  type: z.enum(["direct", "relay"]),
  localCandidateType: protocolName,
  remoteCandidateType: protocolName,
  protocol: protocolName.nullable(),
  relayProtocol: protocolName.nullable(),
});

export const connectionReport = z.strictObject({
  type: z.enum(["direct", "relay", "unknown"]),
  localCandidateType: protocolName.nullable(),
  remoteCandidateType: protocolName.nullable(),
  protocol: protocolName.nullable(),
  relayProtocol: protocolName.nullable(),
  /** Every pair that was chosen in the game so far, in order. */
  pairs: z.array(candidatePair).max(500),
  detectedAtFrame: frame.nullable(),
  detectedAtMs: z.number().nullable(),
  wasDirectConnected: z.boolean(),
  /** Frame and time of the first switch to the relay; null if play never left the direct path. */
  fallbackAtFrame: frame.nullable(),
  counts: pathCounts,
});
