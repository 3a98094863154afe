/** The replay file of one player and one episode. */
import { pausePolicyOf } from "../../engine/index.ts";
import type { ObserverLog, ReplayFile } from "../store/file-schema.ts";
import type { Game, GamePlayer, Verdict } from "../store/game-table.ts";
import type { FullLog } from "./episode-log.ts";
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

function disputedLog(log: FullLog, endFrame: number): ReplayFile["disputedLog"] {
  if (log.hashes.length <= endFrame) return null;
  return {
    fromFrame: endFrame,
    actions: log.actions.slice(endFrame),
    flags: log.flags.slice(endFrame),
    hashes: log.hashes.slice(endFrame),
  };
}

export function replayFile(options: {
  readonly experimentId: string;
  readonly game: Game;
  readonly players: readonly GamePlayer[];
  readonly player: GamePlayer;
  readonly episode: number;
  readonly log: FullLog;
  readonly inputs: AgreedInputs;
  readonly verdict: Verdict;
}): ReplayFile {
  const { game, players, player, episode, log, inputs, verdict } = options;
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
    session: settings.session,
    seed: settings.seeds[episode] as number,
    pausePolicy: pausePolicyOf(settings.session, settings.fps),
    maxSteps: settings.maxSteps,
    fps: settings.fps,
    players: seatsOf(game, players),
    endFrame,
    isTerminal: verdict.isTerminal,
    actions: inputs.actions.slice(0, endFrame),
    flags: inputs.flags.slice(0, endFrame),
    hashes: log.hashes.slice(0, endFrame),
    observer: cutObserver(log.observer, endFrame),
    status: verdict.status,
    detail: verdict.detail,
    disputedFrame: verdict.disputedFrame,
    disputedLog: disputedLog(log, endFrame),
  };
}
