/**
 * Everything that crosses the socket between a participant's page and the server:
 * event names, schemas for what a client may send, types for what the server says, one version.
 * Every client event is acknowledged with a `Reply`; data events only after the write is on disk.
 */
import { z } from "zod";

/** Raised whenever a page of an older build could misread this one. */
export const PROTOCOL_VERSION = 1;

/** The longest subject id that is still a portable file name with its suffixes. */
export const SUBJECT_ID_LENGTH_MAX = 100;
/** Safe on every disk and in every URL: no separator, no leading dot, no control character. */
export const SUBJECT_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._~@-]*$/;

/** Three hours at 120 frames per second: no episode is longer, so no frame number is larger. */
const FRAME_MAX = 3 * 60 * 60 * 120;
/** Two seconds of frames at the highest rate, with room for a catch-up after an interruption. */
export const LOG_CHUNK_FRAMES_MAX = 1_200;
const PLAYERS_MAX = 8;
const ACTION_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 20_000;
/** An SDP with many candidates is some 10 kB. */
const SIGNAL_LENGTH_MAX = 100_000;

const frame = z.int().min(0).max(FRAME_MAX);
const playerIndex = z
  .int()
  .min(0)
  .max(PLAYERS_MAX - 1);
const identifier = z.string().min(1).max(200);
const action = z.union([z.number(), z.array(z.number()).max(ACTION_LENGTH_MAX)]);
const hash = z.string().regex(/^[0-9a-f]{16}$/);
const perPlayer = <T extends z.ZodType>(entry: T) => z.array(entry).max(PLAYERS_MAX);
const perFrame = <T extends z.ZodType>(entry: T) => z.array(entry).max(LOG_CHUNK_FRAMES_MAX);

const registerMessage = z.strictObject({
  protocolVersion: z.int(),
  subjectId: z.string().min(1).max(SUBJECT_ID_LENGTH_MAX).regex(SUBJECT_ID_PATTERN),
  /** Given at the first registration and kept by the page; null the first time. */
  secret: z.string().max(200).nullable(),
  /** Random per tab: a second tab of the same participant is refused. */
  tabId: identifier,
});

const advanceSceneMessage = z.strictObject({
  visitId: identifier,
  /** Answers by question name, for scenes that ask; the server checks them. */
  answers: z
    .record(
      z.string().max(200),
      z.union([
        z.string().max(TEXT_LENGTH_MAX),
        z.number(),
        z.boolean(),
        z.null(),
        z.array(z.string().max(TEXT_LENGTH_MAX)).max(200),
      ]),
    )
    .nullable(),
});

const joinWaitroomMessage = z.strictObject({ visitId: identifier });

const signalMessage = z.strictObject({
  gameId: identifier,
  toPlayer: playerIndex,
  /** JSON of one WebRTC description or candidate. */
  data: z.string().max(SIGNAL_LENGTH_MAX),
});

const relayMessage = z.strictObject({
  gameId: identifier,
  toPlayer: playerIndex,
  channel: z.enum(["play", "control"]),
  bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= 65_536),
});

const observerFrames = z.strictObject({
  simulatedAtTick: perFrame(z.int()),
  arrivalTick: perFrame(perPlayer(z.int())),
  wasPredicted: perFrame(perPlayer(z.boolean())),
  rollbackDepthFrames: perFrame(z.int().min(0)),
  simulatedAtMs: perFrame(z.number()),
});

const episodeLogMessage = z.strictObject({
  gameId: identifier,
  episode: z.int().min(0).max(10_000),
  fromFrame: frame,
  actions: perFrame(perPlayer(action)),
  /** Bit 0 focused, bit 1 absent. */
  flags: perFrame(perPlayer(z.int().min(0).max(3))),
  hashes: perFrame(hash),
  observer: observerFrames,
});

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
});
/** Mirrors the engine's `SessionMetrics`. */
const sessionMetrics = z.strictObject({
  currentFrame: frame,
  confirmedFrame: frame,
  verifiedFrame: frame,
  ticks: z.int(),
  framesSimulated: z.int(),
  framesResimulated: z.int(),
  hashCount: z.int(),
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
  desyncs: z.array(desync).max(1_000),
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

const connectionReport = z.strictObject({
  type: z.enum(["direct", "relay", "unknown"]),
  localCandidateType: z.string().max(40).nullable(),
  remoteCandidateType: z.string().max(40).nullable(),
  protocol: z.string().max(40).nullable(),
  relayProtocol: z.string().max(40).nullable(),
  detectedAtFrame: frame.nullable(),
  detectedAtMs: z.number().nullable(),
  wasDirectConnected: z.boolean(),
  /** Frame and time of the first switch to the relay; null if play never left the direct path. */
  fallbackAtFrame: frame.nullable(),
  counts: pathCounts,
});

const focusPeriod = z.strictObject({
  /** Milliseconds since the epoch. */
  startMs: z.number(),
  endMs: z.number(),
});

const closeEpisodeMessage = z.strictObject({
  gameId: identifier,
  episode: z.int().min(0).max(10_000),
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

const finishGameMessage = z.strictObject({ gameId: identifier });
const pingMessage = z.strictObject({ sentAtMs: z.number() });
const clientErrorMessage = z.strictObject({ message: z.string().max(2_000) });

/** Schemas of everything a client may send, by event name. */
export const CLIENT_MESSAGES = {
  register: registerMessage,
  "advance-scene": advanceSceneMessage,
  "join-waitroom": joinWaitroomMessage,
  signal: signalMessage,
  relay: relayMessage,
  "episode-log": episodeLogMessage,
  "close-episode": closeEpisodeMessage,
  "finish-game": finishGameMessage,
  "report-ping": pingMessage,
  "client-error": clientErrorMessage,
} as const;

export type ClientEvent = keyof typeof CLIENT_MESSAGES;
export type ClientMessage<E extends ClientEvent> = z.infer<(typeof CLIENT_MESSAGES)[E]>;

export type RefusalReason =
  | "malformed"
  | "wrong_version"
  | "not_registered"
  | "wrong_secret"
  | "duplicate_session"
  | "already_completed"
  | "wrong_visit"
  | "wrong_game"
  | "invalid_answer"
  | "conflicting_data"
  | "storage_failed";

export type Reply<T> =
  | ({ readonly ok: true } & T)
  | {
      readonly ok: false;
      readonly reason: RefusalReason;
      /** One sentence for the participant or the log. */
      readonly message: string;
      /** For `invalid_answer`: a sentence by question name. */
      readonly faults?: Readonly<Record<string, string>>;
    };

/** What each event's acknowledgement carries when it is ok. */
export interface ReplyPayloads {
  register: { readonly secret: string };
  "advance-scene": object;
  "join-waitroom": object;
  signal: object;
  relay: object;
  /** The server holds every frame below `ackFrame`; send from there. */
  "episode-log": { readonly ackFrame: number };
  /** `ackFrame` below the closed `endFrame` means: send the rest of the log, then close again. */
  "close-episode": { readonly ackFrame: number; readonly isClosed: boolean };
  "finish-game": object;
  "report-ping": { readonly serverTimeMs: number };
  "client-error": object;
}

/** HTML made on the server from text, HTML or Markdown of the study. */
export interface SceneContent {
  readonly header: string;
  readonly bodyHtml: string;
}

export type Question =
  | {
      readonly kind: "text";
      readonly name: string;
      readonly prompt: string;
      readonly isRequired: boolean;
      readonly lengthMax: number;
    }
  | {
      readonly kind: "options";
      readonly name: string;
      readonly prompt: string;
      readonly isRequired: boolean;
      readonly options: readonly string[];
      readonly isMultiple: boolean;
    }
  | {
      readonly kind: "scale";
      readonly name: string;
      readonly prompt: string;
      readonly isRequired: boolean;
      /** Answers are integers from 1 to `size`. */
      readonly size: number;
      /** Spread evenly under the scale. */
      readonly labels: readonly string[];
    };

/** What a participant sees now. `visitId` names the pass through the scene in every message about it. */
export type SceneView =
  | ({ readonly kind: "start" | "static"; readonly visitId: string } & SceneContent)
  | ({
      readonly kind: "form";
      readonly visitId: string;
      readonly questions: readonly Question[];
    } & SceneContent)
  | ({
      readonly kind: "gym";
      readonly visitId: string;
      /** 1 means alone: no waiting room. */
      readonly groupSize: number;
      readonly keyHelp: readonly { readonly keys: string; readonly does: string }[];
      /** Shown beside the game while playing. */
      readonly inGameBodyHtml: string;
    } & SceneContent)
  | ({
      readonly kind: "completion-code";
      readonly visitId: string;
      readonly code: string;
      readonly redirectUrl: string | null;
    } & SceneContent)
  | ({
      readonly kind: "end";
      readonly visitId: string;
      readonly outcome: Outcome;
      /** Null when this way out has none. */
      readonly code: string | null;
      readonly redirectUrl: string | null;
    } & SceneContent);

/** The one name of each way out of a study. */
export type Outcome =
  | "completed"
  | "screened_out"
  | "declined"
  | "lobby_timeout"
  | "self_exclusion"
  | "partner_exclusion"
  | "partner_disconnected"
  | "self_disconnected"
  | "focus_loss"
  | "technical"
  | "researcher_ended";

export interface ProgressView {
  /** Position of the visit in the participant's plan, from 0, and the plan's length. */
  readonly index: number;
  readonly count: number;
  readonly experimentTitle: string;
}

export interface WaitroomView {
  readonly visitId: string;
  readonly waitingCount: number;
  readonly groupSize: number;
  readonly waitedMs: number;
  /** The server sends the participant on when this is over. */
  readonly timeoutMs: number;
}

/** All a page needs to play the games of one gym scene with its group. */
export interface GameStart {
  readonly gameId: string;
  readonly visitId: string;
  readonly playerIndex: number;
  readonly playerCount: number;
  /** ES module that exports `environment`. */
  readonly environmentUrl: string;
  /** Hash of that module's bytes, part of the peers' handshake. */
  readonly environmentDigest: string;
  readonly configDigest: string;
  readonly config: unknown;
  /** `seeds[episode]`, unsigned 32-bit. */
  readonly seeds: readonly number[];
  readonly maxSteps: number;
  readonly fps: number;
  /** The engine's session configuration. */
  readonly session: {
    readonly inputDelayFrames: number;
    readonly predictionWindowFrames: number;
    readonly predictor: "repeat-last" | "neutral";
    readonly interruptedAfterMs: number;
    readonly disconnectedAfterMs: number;
    readonly isTimeSyncOn: boolean;
  };
  /** Keys to actions, from the study or the environment. */
  readonly keyBindings: Readonly<Record<string, number | readonly number[]>>;
  readonly iceServers: readonly {
    readonly urls: string | readonly string[];
    readonly username?: string;
    readonly credential?: string;
  }[];
  readonly transportMode: "direct-first" | "relay-only";
  /** Pause between the episodes, so that both see the result. */
  readonly breakMs: number;
}

/** What the server says. */
export interface ServerToClientEvents {
  scene: (view: SceneView, progress: ProgressView) => void;
  waitroom: (view: WaitroomView) => void;
  "game-start": (start: GameStart) => void;
  signal: (message: { gameId: string; fromPlayer: number; data: string }) => void;
  relay: (message: {
    gameId: string;
    fromPlayer: number;
    channel: "play" | "control";
    bytes: Uint8Array;
  }) => void;
  /** A partner's page lost or regained its socket; play may go on over the direct path. */
  "partner-status": (message: {
    gameId: string;
    playerIndex: number;
    status: "connected" | "disconnected" | "left";
  }) => void;
  /** The session of this tab is over; show `message` and do nothing more. */
  closed: (message: { reason: RefusalReason; message: string }) => void;
}

export type ClientToServerEvents = {
  [E in ClientEvent]: (
    message: ClientMessage<E>,
    reply: (reply: Reply<ReplyPayloads[E]>) => void,
  ) => void;
};
