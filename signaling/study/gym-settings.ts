/** What a study may set about a game, and the settings that come of it. */
import type { JsonValue } from "../protocol.ts";
import type { Monitoring, MonitoringOptions } from "./continuous-monitoring.ts";
import type { Matchmaking, MatchmakingOptions } from "./matchmaking.ts";

/** The scene's settings as plain data; null means the environment's own value. */
export interface GymSettings {
  /** Relative to the study file. */
  readonly environmentPath: string;
  readonly config: unknown;
  readonly numEpisodes: number;
  readonly maxSteps: number | null;
  readonly actionMapping: Readonly<Record<string, JsonValue>> | null;
  /** Shows the result between two episodes. */
  readonly resetFreezeMs: number;
  readonly shouldStreamEpisodes: boolean;
  readonly groupSize: number;
  readonly emptySeats: "neutral" | "bot";
  /** What the study sets of the session's knobs; the rest are the engine's defaults. */
  readonly session: SessionKnobs & {
    readonly disconnectedAfterMs?: number;
    readonly onDeparture?: "end" | "neutral" | "bot";
  };
  /** This and what the waiting room says: null leaves it to the study's `outcomes`. */
  readonly partnerDisconnectMessage: string | null;
  readonly partnerDisconnectShowCompletionCode: boolean | null;
  readonly waitroomTimeoutMs: number;
  readonly waitroomTimeoutMessage: string | null;
  readonly waitroomTimeoutSceneId: string | null;
  readonly waitroomTimeoutRedirectUrl: string | null;
  readonly waitroomTimeoutShowCompletionCode: boolean | null;
  readonly matchmaking: Matchmaking;
  readonly inGameSceneBody: string;
  readonly inGameSceneBodyFilepath: string | null;
  readonly hideLobbyCount: boolean;
  /** Null where nobody is monitored while playing. */
  readonly monitoring: Monitoring | null;
}

export interface GameplayOptions {
  numEpisodes?: number;
  /** Frames after which an episode is truncated. */
  maxSteps?: number;
  /** KeyboardEvent.code names (`+` joins keys held together) to actions. */
  actionMapping?: Readonly<Record<string, JsonValue>>;
  resetFreezeMs?: number;
  /**
   * False: pages hand an episode in when it is over, not while it is played, and the rows of all
   * episodes lie in one file. Default: true.
   */
  shouldStreamEpisodes?: boolean;
}

/** Knobs of the engine's `SessionConfig`, each optional. */
export interface SessionKnobs {
  /** Frames, or the range in which the group's slowest link decides before each episode. */
  inputDelayFrames?: number | { fromLink: { minFrames: number; maxFrames: number } };
  predictionWindowFrames?: number;
  predictor?: "repeat-last" | "neutral" | "environment";
  interruptedAfterMs?: number;
  isTimeSyncOn?: boolean;
  /**
   * What a page plays that is hidden or has lost the keyboard: what its devices give, the neutral action (the
   * default), or a pause for everybody until its participant is back.
   */
  onHidden?: "continue" | "neutral" | "pause";
  /** Whether everybody waits for the countdown once a partner who was silent is heard again. */
  onInterruption?: "continue" | "pause";
  /** Countdown at the end of a pause, 0 to 10 s. */
  resumeCountdownMs?: number;
  /** How long one participant's absence can hold the others in one episode, in all; null has no limit. */
  pauseLimitMs?: number | null;
  /** When two pages compute differently: dispute the rest, or go back to what they agreed on and go on. */
  onDesync?: "dispute" | "recover";
}

/** What happens when somebody's connection is lost or their page is closed. */
export interface DropoutOptions {
  /** How long the others wait, with a countdown before them; 10 s by default. */
  waitMs?: number;
  /**
   * What comes then: the game `end`s for all (the default), or the episode goes on: with the game's own `bot` in the empty seat,
   * or with nobody in it, whose actions are `neutral`. No further episode begins.
   */
  policy?: "end" | "bot" | "neutral";
}

export interface MultiplayerOptions extends SessionKnobs, MonitoringOptions, MatchmakingOptions {
  /** Participants per game; 1 plays alone, without a waiting room. */
  groupSize?: number;
  /** Who plays the agents that are more than the group: nobody (`neutral` actions), or the game's own `bot`. */
  emptySeats?: "neutral" | "bot";
  onDropout?: DropoutOptions;
  /** What somebody reads whose partner has gone, in place of the study's `outcomes`. */
  partnerDisconnectMessage?: string;
  /** Whether somebody whose partner has gone gets a completion code, in place of the study's `outcomes`. */
  partnerDisconnectShowCompletionCode?: boolean;
  /** Whether the waiting room keeps to itself how many are waiting. */
  hideLobbyCount?: boolean;
}

/** What stands beside the game, in the study or in a .md, .html or .txt file. */
export interface ContentOptions {
  inGameSceneBody?: string;
  inGameSceneBodyFilepath?: string;
}

export interface WaitroomOptions {
  timeoutMs?: number;
  /** What somebody reads for whom no partner came, in place of the study's `outcomes`. */
  timeoutMessage?: string;
  /** A later scene at which they go on instead; their way ends as `lobby_timeout` all the same. */
  timeoutSceneId?: string;
  /** A link to go on to, such as the panel's return page, in place of the study's `outcomes`. */
  timeoutRedirectUrl?: string;
  /** Whether they get a completion code, in place of the study's `outcomes`; by default they do not. */
  timeoutShowCompletionCode?: boolean;
}
