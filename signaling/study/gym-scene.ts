/** The scene in which people play: which environment, how many episodes, with whom and how. */
import {
  MONITORING_PARAMETERS,
  monitoringData,
  monitoringFaults,
} from "./continuous-monitoring.ts";
import type { FaultList } from "./fault.ts";
import type {
  ContentOptions,
  GameplayOptions,
  GymSettings,
  MultiplayerOptions,
  WaitroomOptions,
} from "./gym-settings.ts";
import { MATCHMAKING_PARAMETERS, matchmakingData, matchmakingFaults } from "./matchmaking.ts";
import { placeholderFaults } from "./placeholder.ts";
import { checkBody, isJson, type Scene, SceneBuilder } from "./scene.ts";
import { waitroomData, waitroomFaults, waitroomTimeoutMs } from "./waitroom.ts";

const GROUP_SIZE_MAX = 8;
const EPISODES_MAX = 1_000;
/** Three hours at 120 frames per second; the socket accepts frame numbers up to twice that. */
const MAX_STEPS_MAX = 3 * 60 * 60 * 120;
const INPUT_DELAY_MAX = 15;
const FREEZE_MAX_MS = 60_000;
/** The engine's own bound. */
const WAIT_MAX_MS = 600_000;
const HOUR_MS = 3_600_000;
const DEFAULT_FREEZE_MS = 3_000;

const SESSION_KNOBS = [
  "inputDelayFrames",
  "predictionWindowFrames",
  "predictor",
  "interruptedAfterMs",
  "isTimeSyncOn",
  "onHidden",
  "onInterruption",
  "resumeCountdownMs",
  "pauseLimitMs",
  "onDesync",
] as const;

/** What the study sets of the engine's knobs. */
function sessionData(multiplayer: MultiplayerOptions): GymSettings["session"] {
  const session: Record<string, unknown> = {};
  for (const knob of SESSION_KNOBS) {
    if (multiplayer[knob] !== undefined) session[knob] = multiplayer[knob];
  }
  const { waitMs, policy } = multiplayer.onDropout ?? {};
  if (waitMs !== undefined) session.disconnectedAfterMs = waitMs;
  if (policy !== undefined) session.onDeparture = policy;
  return session;
}

/** A text for a participant. */
function messageFault(list: FaultList, name: string, message: unknown): void {
  list.text(name, message ?? "");
  placeholderFaults(list, name, message);
}

export class GymScene extends SceneBuilder {
  readonly kind = "gym";
  #environmentPath = "";
  #config: unknown = {};
  #gameplay: GameplayOptions = {};
  #multiplayer: MultiplayerOptions = {};
  #waitroom: WaitroomOptions = {};
  #content: ContentOptions = {};

  /** `path` is relative to the study file and exports `environment`. */
  environment(path: string, config: unknown = {}): this {
    this.#environmentPath = path;
    this.#config = config;
    return this;
  }

  gameplay(options: GameplayOptions): this {
    this.#gameplay = options;
    return this;
  }

  multiplayer(options: MultiplayerOptions): this {
    this.#multiplayer = options;
    return this;
  }

  waitroom(options: WaitroomOptions): this {
    this.#waitroom = options;
    return this;
  }

  /** What stands beside the game while it is played. */
  content(options: ContentOptions): this {
    this.#content = options;
    return this;
  }

  data(): Scene {
    const multiplayer = this.#multiplayer;
    const gym: GymSettings = {
      environmentPath: this.#environmentPath,
      config: this.#config,
      numEpisodes: this.#gameplay.numEpisodes ?? 1,
      maxSteps: this.#gameplay.maxSteps ?? null,
      actionMapping: this.#gameplay.actionMapping ?? null,
      resetFreezeMs: this.#gameplay.resetFreezeMs ?? DEFAULT_FREEZE_MS,
      shouldStreamEpisodes: this.#gameplay.shouldStreamEpisodes ?? true,
      groupSize: multiplayer.groupSize ?? 2,
      emptySeats: multiplayer.emptySeats ?? "neutral",
      session: sessionData(multiplayer),
      partnerDisconnectMessage: multiplayer.partnerDisconnectMessage ?? null,
      partnerDisconnectShowCompletionCode: multiplayer.partnerDisconnectShowCompletionCode ?? null,
      ...waitroomData(this.#waitroom),
      matchmaking: matchmakingData(multiplayer, waitroomTimeoutMs(this.#waitroom)),
      inGameSceneBody: this.#content.inGameSceneBody ?? "",
      inGameSceneBodyFilepath: this.#content.inGameSceneBodyFilepath ?? null,
      hideLobbyCount: multiplayer.hideLobbyCount ?? false,
      monitoring: monitoringData(multiplayer),
    };
    return { kind: this.kind, gym, ...this.base() };
  }

  protected override checkOwn(list: FaultList): void {
    list.filledText("environment", this.#environmentPath);
    list.expect(isJson(this.#config), "config", "plain data that JSON can hold", this.#config);
    this.#checkGameplay(list);
    this.#checkMultiplayer(list);
    waitroomFaults(list, this.#waitroom);
    const { inGameSceneBody, inGameSceneBodyFilepath } = this.#content;
    list.known("content", this.#content, ["inGameSceneBody", "inGameSceneBodyFilepath"]);
    checkBody(list, "inGameSceneBody", inGameSceneBody, inGameSceneBodyFilepath);
  }

  #checkGameplay(list: FaultList): void {
    const { numEpisodes = 1, maxSteps, actionMapping, resetFreezeMs = 0 } = this.#gameplay;
    const known = [
      "numEpisodes",
      "maxSteps",
      "actionMapping",
      "resetFreezeMs",
      "shouldStreamEpisodes",
    ];
    list.known("gameplay", this.#gameplay, known);
    list.integer("numEpisodes", numEpisodes, 1, EPISODES_MAX);
    if (maxSteps !== undefined) list.integer("maxSteps", maxSteps, 1, MAX_STEPS_MAX);
    list.integer("resetFreezeMs", resetFreezeMs, 0, FREEZE_MAX_MS);
    list.boolean("shouldStreamEpisodes", this.#gameplay.shouldStreamEpisodes ?? true);
    if (actionMapping !== undefined) {
      const isRight = typeof actionMapping === "object" && actionMapping !== null;
      list.expect(isRight, "actionMapping", "an object of keys and actions", actionMapping);
    }
  }

  #checkInputDelay(list: FaultList): void {
    const { inputDelayFrames = 0 } = this.#multiplayer;
    if (typeof inputDelayFrames !== "object" || inputDelayFrames === null) {
      list.integer("inputDelayFrames", inputDelayFrames, 0, INPUT_DELAY_MAX);
      return;
    }
    list.known("inputDelayFrames", inputDelayFrames, ["fromLink"]);
    const bounds = inputDelayFrames.fromLink ?? {};
    list.known("inputDelayFrames.fromLink", bounds, ["minFrames", "maxFrames"]);
    list.integer("maxFrames", bounds.maxFrames, 0, INPUT_DELAY_MAX);
    list.integer("minFrames", bounds.minFrames, 0, bounds.maxFrames);
  }

  #checkMultiplayer(list: FaultList): void {
    const given = this.#multiplayer;
    list.known("multiplayer", given, [
      "groupSize",
      "emptySeats",
      ...SESSION_KNOBS,
      "onDropout",
      "partnerDisconnectMessage",
      "partnerDisconnectShowCompletionCode",
      "hideLobbyCount",
      ...MONITORING_PARAMETERS,
      ...MATCHMAKING_PARAMETERS,
    ]);
    list.integer("groupSize", given.groupSize ?? 2, 1, GROUP_SIZE_MAX);
    matchmakingFaults(list, given, given.groupSize ?? 2, waitroomTimeoutMs(this.#waitroom));
    this.#checkInputDelay(list);
    list.integer("predictionWindowFrames", given.predictionWindowFrames ?? 1, 1, 60);
    list.oneOf("predictor", given.predictor ?? "neutral", [
      "repeat-last",
      "neutral",
      "environment",
    ]);
    list.integer("interruptedAfterMs", given.interruptedAfterMs ?? 1, 1, 60_000);
    list.boolean("isTimeSyncOn", given.isTimeSyncOn ?? true);
    this.#checkDropout(list);
    list.oneOf("emptySeats", given.emptySeats ?? "neutral", ["neutral", "bot"]);
    this.#checkPauses(list);
    list.oneOf("onDesync", given.onDesync ?? "dispute", ["dispute", "recover"]);
    messageFault(list, "partnerDisconnectMessage", given.partnerDisconnectMessage);
    const showCode = given.partnerDisconnectShowCompletionCode ?? true;
    list.boolean("partnerDisconnectShowCompletionCode", showCode);
    list.boolean("hideLobbyCount", given.hideLobbyCount ?? false);
    monitoringFaults(list, given);
  }

  #checkDropout(list: FaultList): void {
    const { onDropout = {} } = this.#multiplayer;
    if (typeof onDropout !== "object" || onDropout === null) {
      list.expect(false, "onDropout", "{ waitMs, policy }", onDropout);
      return;
    }
    list.known("onDropout", onDropout, ["waitMs", "policy"]);
    list.integer("onDropout.waitMs", onDropout.waitMs ?? 1, 1, WAIT_MAX_MS);
    list.oneOf("onDropout.policy", onDropout.policy ?? "end", ["end", "bot", "neutral"]);
  }

  #checkPauses(list: FaultList): void {
    const given = this.#multiplayer;
    list.oneOf("onHidden", given.onHidden ?? "neutral", ["continue", "neutral", "pause"]);
    list.oneOf("onInterruption", given.onInterruption ?? "continue", ["continue", "pause"]);
    list.integer("resumeCountdownMs", given.resumeCountdownMs ?? 0, 0, 10_000);
    if (given.pauseLimitMs !== null) {
      list.integer("pauseLimitMs", given.pauseLimitMs ?? 1, 1, HOUR_MS);
    }
  }
}
