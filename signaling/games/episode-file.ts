/** The replay file of one player and one episode. */
import { pausePolicyOf } from "../../engine/index.ts";
import type { ObserverLog, ReplayFile } from "../store/file-schema.ts";
import type { EpisodeClose, Game, GamePlayer, GameSettings, Verdict } from "../store/game-table.ts";
import { type FullLog, sliceLog } from "./episode-log.ts";
import type { AgreedInputs } from "./verdict.ts";

export function cutObserver(observer: ObserverLog, endFrame: number): ObserverLog {
  return {
    simulatedAtTick: observer.simulatedAtTick.slice(0, endFrame),
    arrivalTick: observer.arrivalTick.slice(0, endFrame),
    wasPredicted: observer.wasPredicted.slice(0, endFrame),
    rollbackDepthFrames: observer.rollbackDepthFrames.slice(0, endFrame),
    simulatedAtMs: observer.simulatedAtMs.slice(0, endFrame),
  };
}

/** One entry per agent; seats that nobody took have a null subject. */
export function seatsOf(game: Game, players: readonly GamePlayer[]): ReplayFile["players"] {
  return game.settings.agentIds.map((agent, index) => {
    const player = players[index];
    return {
      agent,
      subjectId: player?.subjectId ?? null,
      visitNumber: player?.visitNumber ?? null,
    };
  });
}

function disputedLog(sent: FullLog, fromFrame: number): ReplayFile["disputedLog"] {
  if (sent.hashes.length <= fromFrame) return null;
  const { observer, ...rest } = sliceLog(sent, fromFrame);
  return rest;
}

/** What held for all; whoever handed in their metrics tells. Who plays alone has none. */
function inputDelayOf(
  { inputDelayFrames }: GameSettings["session"],
  closes: readonly (EpisodeClose | null)[],
): ReplayFile["inputDelay"] {
  if (closes.length === 1) return { delayFrames: 0, proposals: [] };
  if (typeof inputDelayFrames === "number") {
    return { delayFrames: inputDelayFrames, proposals: [] };
  }
  const told = closes.flatMap((close) => close?.metrics?.inputDelay ?? []);
  return (
    told.find(({ delayFrames }) => delayFrames !== null) ?? { delayFrames: null, proposals: [] }
  );
}

export function replayFile(options: {
  readonly experimentId: string;
  readonly game: Game;
  readonly players: readonly GamePlayer[];
  readonly player: GamePlayer;
  readonly episode: number;
  /** What counts of what the player's page sent. */
  readonly log: FullLog;
  readonly sent: FullLog;
  /** By player; null of a page that vanished. */
  readonly closes: readonly (EpisodeClose | null)[];
  readonly inputs: AgreedInputs;
  readonly verdict: Verdict;
}): ReplayFile {
  const { game, players, player, episode, log, sent, inputs, verdict } = options;
  const { settings } = game;
  const { endFrame } = verdict;
  return {
    formatVersion: 1,
    experimentId: options.experimentId,
    sceneId: game.sceneId,
    subjectId: player.subjectId,
    visitNumber: player.visitNumber,
    gameId: game.gameId,
    playerIndex: player.playerIndex,
    episode,
    environment: { id: settings.environmentId, digest: settings.environmentDigest },
    config: settings.config,
    configDigest: settings.configDigest,
    ...(settings.block ? { block: settings.block as NonNullable<ReplayFile["block"]> } : {}),
    session: settings.session,
    inputDelay: inputDelayOf(settings.session, options.closes),
    seed: settings.seeds[episode] as number,
    pausePolicy: pausePolicyOf(settings.session, settings.fps),
    maxSteps: settings.maxSteps,
    fps: settings.fps,
    players: seatsOf(game, players),
    endFrame,
    ...(settings.isStreamed === false ? { isStreamed: false } : {}),
    isTerminal: verdict.isTerminal,
    actions: inputs.actions.slice(0, endFrame),
    flags: inputs.flags.slice(0, endFrame),
    hashes: log.hashes.slice(0, endFrame),
    observer: cutObserver(log.observer, endFrame),
    status: verdict.status,
    detail: verdict.detail,
    disputedFrame: verdict.disputedFrame,
    recoveries: [...(verdict.recoveries ?? [])],
    disputedLog: disputedLog(sent, Math.min(endFrame, log.hashes.length)),
  };
}
