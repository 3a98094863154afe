/** Each player's own log of an episode's confirmed frames: appended once, never changed. */
import { type Environment, episodeFramesMax, isAction, pausePolicyOf } from "../../engine/index.ts";
import type { ClientMessage } from "../protocol.ts";
import type { Game, GameSettings, GameTable, LogChunk } from "../store/game-table.ts";

export type AppendResult =
  | { readonly kind: "stored"; readonly ackFrame: number }
  | { readonly kind: "malformed"; readonly message: string }
  | { readonly kind: "conflict"; readonly message: string };

/** All frames of one player's log of one episode. */
export type FullLog = LogChunk;

function lengthFault(chunk: LogChunk, players: number): string | null {
  const { observer } = chunk;
  const frames = chunk.actions.length;
  for (const column of [chunk.flags, chunk.hashes, ...Object.values(observer)]) {
    if (column.length !== frames) return `Expected ${frames} entries per column.`;
  }
  for (const column of [chunk.actions, chunk.flags, observer.arrivalTick, observer.wasPredicted]) {
    if (column.some((row) => row.length !== players)) {
      return `Expected ${players} entries per frame, one per player.`;
    }
  }
  return null;
}

function chunkFault(
  chunk: LogChunk,
  environment: Environment,
  { session, fps, maxSteps }: GameSettings,
): string | null {
  const spaces = environment.actionSpaces;
  const fault = lengthFault(chunk, spaces.length);
  if (fault !== null) return fault;
  const framesMax = episodeFramesMax(pausePolicyOf(session, fps), maxSteps, spaces.length);
  if (chunk.fromFrame + chunk.hashes.length > framesMax) {
    return `Expected no more than ${framesMax} frames.`;
  }
  const wrong = chunk.actions.findIndex(
    (row) => !spaces.every((space, i) => isAction(space, row[i])),
  );
  return wrong < 0 ? null : `Frame ${chunk.fromFrame + wrong} holds no action of the environment.`;
}

/** The frames of a log from `start` on and below `end`, counted within it. */
export function sliceLog(chunk: LogChunk, start: number, end?: number): LogChunk {
  const { observer } = chunk;
  return {
    fromFrame: chunk.fromFrame + start,
    actions: chunk.actions.slice(start, end),
    flags: chunk.flags.slice(start, end),
    hashes: chunk.hashes.slice(start, end),
    observer: {
      simulatedAtTick: observer.simulatedAtTick.slice(start, end),
      arrivalTick: observer.arrivalTick.slice(start, end),
      wasPredicted: observer.wasPredicted.slice(start, end),
      rollbackDepthFrames: observer.rollbackDepthFrames.slice(start, end),
      simulatedAtMs: observer.simulatedAtMs.slice(start, end),
    },
  };
}

function frameText(chunk: LogChunk, index: number): string {
  return JSON.stringify([chunk.actions[index], chunk.flags[index], chunk.hashes[index]]);
}

/** The first frame that both hold and disagree on. */
function conflictFrame(stored: readonly LogChunk[], chunk: LogChunk): number | null {
  for (const old of stored) {
    for (let i = 0; i < old.hashes.length; i++) {
      const index = old.fromFrame + i - chunk.fromFrame;
      if (index < 0 || index >= chunk.hashes.length) continue;
      if (frameText(old, i) !== frameText(chunk, index)) return old.fromFrame + i;
    }
  }
  return null;
}

/**
 * Stores what of the message is new. A repeated message is harmless, one that leaves a gap is
 * answered with where the stored log ends.
 */
export function appendLog(
  table: GameTable,
  game: Game,
  environment: Environment,
  playerIndex: number,
  message: ClientMessage<"episode-log">,
): AppendResult {
  const { gameId, episode, ...chunk } = message;
  if (episode >= game.settings.seeds.length) {
    return { kind: "malformed", message: `The game has no episode ${episode}.` };
  }
  const fault = chunkFault(chunk, environment, game.settings);
  if (fault !== null) return { kind: "malformed", message: fault };
  const length = table.logLength(gameId, episode, playerIndex);
  if (chunk.fromFrame > length) return { kind: "stored", ackFrame: length };
  const stored = table.chunks(gameId, episode, playerIndex, chunk.fromFrame);
  const conflict = conflictFrame(stored, chunk);
  if (conflict !== null) {
    return { kind: "conflict", message: `Frame ${conflict} is stored with other content.` };
  }
  const toFrame = chunk.fromFrame + chunk.hashes.length;
  if (toFrame <= length) return { kind: "stored", ackFrame: length };
  const close = table.findClose(gameId, episode, playerIndex);
  if (close !== null && toFrame > close.endFrame) {
    return { kind: "conflict", message: `The episode is closed at frame ${close.endFrame}.` };
  }
  table.appendChunk(gameId, episode, playerIndex, sliceLog(chunk, length - chunk.fromFrame));
  return { kind: "stored", ackFrame: toFrame };
}

export function readLog(
  table: GameTable,
  gameId: string,
  episode: number,
  playerIndex: number,
): FullLog {
  const chunks = table.chunks(gameId, episode, playerIndex);
  const all = <T>(pick: (chunk: LogChunk) => readonly T[]) => chunks.flatMap(pick);
  return {
    fromFrame: 0,
    actions: all((chunk) => chunk.actions),
    flags: all((chunk) => chunk.flags),
    hashes: all((chunk) => chunk.hashes),
    observer: {
      simulatedAtTick: all((chunk) => chunk.observer.simulatedAtTick),
      arrivalTick: all((chunk) => chunk.observer.arrivalTick),
      wasPredicted: all((chunk) => chunk.observer.wasPredicted),
      rollbackDepthFrames: all((chunk) => chunk.observer.rollbackDepthFrames),
      simulatedAtMs: all((chunk) => chunk.observer.simulatedAtMs),
    },
  };
}
