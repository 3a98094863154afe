/**
 * Everything that crosses the socket between a participant's page and the server:
 * event names, schemas for what a client may send, types for what the server says, one version.
 * Every client event is acknowledged with a `Reply`; data events only after the write is on disk.
 */
import type { ClientEvent, ClientMessage } from "./client-message.ts";

export type { ClientEvent, ClientMessage } from "./client-message.ts";
export {
  CLIENT_MESSAGES,
  PROTOCOL_VERSION,
  SUBJECT_ID_LENGTH_MAX,
  SUBJECT_ID_PATTERN,
} from "./client-message.ts";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

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
  /** Too much at once; the same again later is welcome. */
  | "rate_limited"
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
  register: { readonly secret: string; readonly globals: Readonly<Record<string, unknown>> };
  "advance-scene": object;
  "sync-globals": object;
  "join-waitroom": object;
  "wait-again": object;
  "probe-report": object;
  signal: object;
  relay: object;
  /** The server holds every frame below `ackFrame`; send from there. */
  "episode-log": { readonly ackFrame: number };
  /** `ackFrame` below the closed `endFrame` means: send the rest of the log, then close again. */
  "close-episode": { readonly ackFrame: number; readonly isClosed: boolean };
  "resume-episode": EpisodePast;
  "finish-game": object;
  /** Not stored yet: the log does not reach the report's first frame; send it, then the report again. */
  "desync-report": { readonly isStored: boolean };
  "report-ping": { readonly serverTimeMs: number };
  "report-presence": object;
  "client-error": object;
}

/** What a page that has come back has to know of an episode. */
export interface EpisodePast {
  /** Number of frames the server holds of this player. */
  readonly fromFrame: number;
  /** The longest log that it holds of anybody, from frame 0: `actions[frame][playerIndex]`, and flags. */
  readonly actions: readonly (readonly JsonValue[])[];
  readonly flags: readonly (readonly number[])[];
  /** Where another player's page saw the episode end; null while none has. The log then goes up to it. */
  readonly endFrame: number | null;
  /** What is left of the break before the episode. */
  readonly breakLeftMs: number;
}

/** HTML made on the server from text, HTML or Markdown of the study. */
export interface SceneContent {
  readonly header: string;
  readonly bodyHtml: string;
}

interface QuestionBase {
  readonly name: string;
  /** Stands above the question. */
  readonly heading?: string;
  readonly prompt: string;
  readonly isRequired: boolean;
}

export type Question = QuestionBase &
  (
    | { readonly kind: "text"; readonly lengthMax: number }
    | {
        readonly kind: "options";
        /** URL of a picture under the prompt. */
        readonly image?: string | null;
        readonly options: readonly string[];
        readonly isMultiple: boolean;
      }
    | {
        readonly kind: "scale";
        /** Answers are integers from 1 to `size`. */
        readonly size: number;
        /** Spread evenly under the scale. */
        readonly labels: readonly string[];
      }
  );

/** What a participant sees now. `visitId` names the pass through the scene in every message about it. */
export type SceneView =
  | ({ readonly kind: "start"; readonly visitId: string } & SceneContent)
  | ({
      readonly kind: "static";
      readonly visitId: string;
      /** Ids of fields in the body whose values are the answers. */
      readonly elementIds: readonly string[];
    } & SceneContent)
  | ({
      readonly kind: "consent";
      readonly visitId: string;
      /** Each has to be ticked before one can agree. */
      readonly statements: readonly string[];
      readonly agreeLabel: string;
      readonly declineLabel: string;
    } & SceneContent)
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
      /** Nobody came to play with them: they may go back to the waiting room. */
      readonly canWaitAgain: boolean;
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
  /** Null where the study does not say. */
  readonly waitingCount: number | null;
  readonly groupSize: number;
  readonly waitedMs: number;
  /** The server sends the participant on when this is over. */
  readonly timeoutMs: number;
  /** Whether the paths to others are being measured. */
  readonly isProbing: boolean;
}

/** Whom a page is to be connected to, and how. */
export interface LinePlan {
  readonly gameId: string;
  readonly playerIndex: number;
  readonly playerCount: number;
  readonly iceServers: readonly {
    readonly urls: string | readonly string[];
    readonly username?: string;
    readonly credential?: string;
  }[];
  readonly transportMode: "direct-first" | "turn-only" | "relay-only";
}

/** All a page needs to play the games of one gym scene with its group. */
export interface GameStart extends LinePlan {
  readonly visitId: string;
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
    readonly inputDelayFrames:
      | number
      | { readonly fromLink: { readonly minFrames: number; readonly maxFrames: number } };
    readonly predictionWindowFrames: number;
    readonly predictor: "repeat-last" | "neutral" | "environment";
    readonly interruptedAfterMs: number;
    readonly disconnectedAfterMs: number;
    readonly isTimeSyncOn: boolean;
    readonly onDeparture: "end" | "neutral" | "bot";
    readonly onHidden: "continue" | "neutral" | "pause";
    readonly onInterruption: "continue" | "pause";
    readonly resumeCountdownMs: number;
    readonly pauseLimitMs: number | null;
    readonly onDesync: "dispute" | "recover";
  };
  /** Who plays the agents that have no participant. */
  readonly emptySeats: "neutral" | "bot";
  /** Keys to actions, from the study or the environment. */
  readonly keyBindings: Readonly<Record<string, JsonValue>>;
  /** Pause between the episodes, so that both see the result. */
  readonly breakMs: number;
  /** Whether frames are handed in while an episode is played, or when it is over. */
  readonly isStreamed: boolean;
  /** By player: how often their page has come back into this game. */
  readonly incarnations: readonly number[];
  /** For a page that has come back: the first episode that its player has not closed; null for any other. */
  readonly resumesAtEpisode: number | null;
}

/** What the server says. */
export interface ServerToClientEvents {
  scene: (view: SceneView, progress: ProgressView) => void;
  waitroom: (view: WaitroomView) => void;
  /** Open the paths to the others, measure them and report; a game of that id may follow. */
  "line-probe": (plan: LinePlan) => void;
  /** There will be no game of that id: close what was opened for it. */
  "line-probe-over": (message: { gameId: string }) => void;
  "game-start": (start: GameStart) => void;
  signal: (message: { gameId: string; fromPlayer: number; epoch: number; data: string }) => void;
  relay: (message: {
    gameId: string;
    fromPlayer: number;
    epoch: number;
    channel: "play" | "control";
    bytes: Uint8Array;
  }) => void;
  /**
   * A partner's page lost or regained its socket; play may go on over the direct path. With a higher
   * `incarnation` than before it is a new page, to which there is no path yet.
   */
  "partner-status": (message: {
    gameId: string;
    playerIndex: number;
    status: "connected" | "disconnected" | "left";
    incarnation: number;
  }) => void;
  /** Answered at once: the server times the way there and back, and hears where the page stands. */
  probe: (answer: (report: ClientMessage<"report-presence">) => void) => void;
  /** Something that the participant must change, or the server will end their game. */
  warning: (message: { gameId: string; message: string }) => void;
  /** The session of this tab is over; show `message` and do nothing more. */
  closed: (message: { reason: RefusalReason; message: string }) => void;
}

export type ClientToServerEvents = {
  [E in ClientEvent]: (
    message: ClientMessage<E>,
    reply: (reply: Reply<ReplyPayloads[E]>) => void,
  ) => void;
};
