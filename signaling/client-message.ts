/** Schemas of everything a participant's page may send, and the limits on it. */
import { z } from "zod";
import { advanceSceneMessage, queryParameters, syncGlobalsMessage } from "./carried-value.ts";
import { jsonAction } from "./json-action.ts";
import { connectionReport, sessionMetrics } from "./measurement-message.ts";
import {
  episodeNumber,
  frame,
  hash,
  located,
  perPlayer,
  playerIndex,
  software,
} from "./message-field.ts";

/** Raised whenever a page of an older build could misread this one. */
export const PROTOCOL_VERSION = 6;

/** The longest subject id that is still a portable file name with its suffixes. */
export const SUBJECT_ID_LENGTH_MAX = 100;
/** Safe on every disk and in every URL: no separator, no leading dot, no control character. */
export const SUBJECT_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._~@-]*$/;

/** Two seconds of frames at the highest rate, with room for a catch-up after an interruption. */
const LOG_CHUNK_FRAMES_MAX = 1_200;
const ACTION_LENGTH_MAX = 64;
/** JSON of one state; three of them, with ten seconds of inputs, make a message that the socket takes. */
const STATE_LENGTH_MAX = 1_000_000;
/** An SDP with many candidates is some 10 kB. */
const SIGNAL_LENGTH_MAX = 100_000;

const identifier = z.string().min(1).max(200);
const action = z.union([z.number(), z.array(z.number()).max(ACTION_LENGTH_MAX), jsonAction]);
const perFrame = <T extends z.ZodType>(entry: T) => z.array(entry).max(LOG_CHUNK_FRAMES_MAX);

const registerMessage = z.strictObject({
  protocolVersion: z.int(),
  subjectId: z.string().min(1).max(SUBJECT_ID_LENGTH_MAX).regex(SUBJECT_ID_PATTERN),
  /** Given at the first registration and kept by the page; null the first time. */
  secret: z.string().max(200).nullable(),
  /** Random per tab: another id while the first is connected is a second tab and refused. */
  tabId: identifier,
  /**
   * The game that this very page still has running, after its socket was lost. A page that was
   * loaded again has none, and comes back into the game it was in as a new one.
   */
  playingGameId: identifier.nullable().optional(),
  /** `navigator.maxTouchPoints`: a tablet may call itself a computer. */
  touchPoints: z.int().min(0).max(1_000).optional(),
  /** The query of the page's address; the server takes what the study names. */
  parameters: queryParameters.optional(),
});

const waitMessage = z.strictObject({ visitId: identifier });

const probeLink = z.strictObject({
  player: playerIndex,
  /** Median of the pings; null when no path opened or too few came back. */
  rttMs: z.number().min(0).max(60_000).nullable(),
  path: z.enum(["direct", "relay"]).nullable(),
});
/** To each other player of a group that is tried out before its game. */
const probeReportMessage = z.strictObject({ gameId: identifier, links: perPlayer(probeLink) });

/** How often the two pages have come back, together: a message from or for a page that is gone has another sum. */
const epoch = z.int().min(0).max(1_000_000);

const signalMessage = z.strictObject({
  gameId: identifier,
  toPlayer: playerIndex,
  epoch,
  /** JSON of one WebRTC description or candidate. */
  data: z.string().max(SIGNAL_LENGTH_MAX),
});

const relayMessage = z.strictObject({
  gameId: identifier,
  toPlayer: playerIndex,
  epoch,
  channel: z.enum(["play", "control"]),
  bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= 65_536),
});

/** Null for what a page that came back has of others, and did not see itself. */
const observerFrames = z.strictObject({
  simulatedAtTick: perFrame(z.int().nullable()),
  arrivalTick: perFrame(perPlayer(z.int().nullable())),
  wasPredicted: perFrame(perPlayer(z.boolean().nullable())),
  rollbackDepthFrames: perFrame(z.int().min(0).nullable()),
  simulatedAtMs: perFrame(z.number().nullable()),
});

const episodeLogMessage = z.strictObject({
  gameId: identifier,
  episode: episodeNumber,
  fromFrame: frame,
  actions: perFrame(perPlayer(action)),
  flags: perFrame(perPlayer(z.int().min(0).max(15))),
  hashes: perFrame(hash),
  observer: observerFrames,
});

const focusPeriod = z.strictObject({
  /** Milliseconds since the epoch. */
  startMs: z.number(),
  endMs: z.number(),
});

const closeEpisodeMessage = z.strictObject({
  gameId: identifier,
  episode: episodeNumber,
  /** `ended`: the last frame is confirmed by every peer; otherwise why it stopped at the confirmed prefix. */
  reason: z.enum(["ended", "partner_disconnected", "self_disconnected", "technical"]),
  detail: z.string().max(2_000),
  /** Number of confirmed frames; the log below it must be complete. */
  endFrame: frame,
  metrics: sessionMetrics.nullable(),
  connection: connectionReport.nullable(),
  hiddenPeriods: z.array(focusPeriod).max(10_000),
  startedAtMs: z.number(),
  endedAtMs: z.number(),
  userAgent: z.string().max(500),
});

const stateJson = z.string().max(STATE_LENGTH_MAX).nullable();
/** All that one page knows of a frame in which it differs from another; the server adds what it knows itself. */
const desyncReportMessage = z.strictObject({
  gameId: identifier,
  episode: z.int().min(0).max(10_000),
  /** Position in the metrics' `desyncs`: with game and episode the report's id. */
  index: z.int().min(0).max(99),
  peer: playerIndex,
  frame: frame.min(1),
  /** The last that was the same on both sides. */
  verifiedFrame: frame,
  agreedHash: hash.nullable(),
  ours: hash,
  theirs: hash,
  /** JSON of the states; null where one is not known or too long. */
  states: z.strictObject({ agreed: stateJson, ours: stateJson, theirs: stateJson }),
  located,
  software,
  atMs: z.number(),
  /** Inputs of the frames from `fromFrame` on and below `frame`; the log holds those before. */
  fromFrame: frame,
  actions: perFrame(perPlayer(action)),
  flags: perFrame(perPlayer(z.int().min(0).max(15))),
});

/** Asked by a page that has come back, for each episode until it plays one. */
const resumeEpisodeMessage = z.strictObject({ gameId: identifier, episode: episodeNumber });
const finishGameMessage = z.strictObject({ gameId: identifier });
/** Said when the page comes into view or goes out of it, and in answer to every `probe`. */
const presenceMessage = z.strictObject({
  isHidden: z.boolean(),
  /** Null before the first episode of a game. */
  episode: z.int().min(0).max(10_000).nullable(),
  frame: frame.nullable(),
});
const pingMessage = z.strictObject({ sentAtMs: z.number() });
const clientErrorMessage = z.strictObject({ message: z.string().max(2_000) });

/** Schemas of everything a client may send, by event name. */
export const CLIENT_MESSAGES = {
  register: registerMessage,
  "advance-scene": advanceSceneMessage,
  "join-waitroom": waitMessage,
  "wait-again": waitMessage,
  "probe-report": probeReportMessage,
  "sync-globals": syncGlobalsMessage,
  signal: signalMessage,
  relay: relayMessage,
  "episode-log": episodeLogMessage,
  "close-episode": closeEpisodeMessage,
  "desync-report": desyncReportMessage,
  "resume-episode": resumeEpisodeMessage,
  "finish-game": finishGameMessage,
  "report-ping": pingMessage,
  "report-presence": presenceMessage,
  "client-error": clientErrorMessage,
} as const;

export type ClientEvent = keyof typeof CLIENT_MESSAGES;
export type ClientMessage<E extends ClientEvent> = z.infer<(typeof CLIENT_MESSAGES)[E]>;
