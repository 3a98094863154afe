/** One episode of a game on this page: its session and world made, played and handed in. */
import {
  type Environment,
  Episode,
  type EpisodeEnd,
  type Hasher,
  handshakeDigest,
  type InputSource,
  P2PSession,
  pausePolicyOf,
  type Resume,
  type Seat,
  type Session,
  type SessionEvent,
  World,
} from "../../engine/index.ts";
import manifest from "../../package.json" with { type: "json" };
import type { GameStart } from "../protocol.ts";
import type { ConnectionLog } from "./connection-log.ts";
import { EpisodeUpload } from "./episode-upload.ts";
import type { GameLine } from "./game-line.ts";
import { steadyNowMs } from "./steady-clock.ts";
import type { StudySocket } from "./study-socket.ts";

/** Where a participant's actions come from, and whether they attend. */
export interface Devices extends InputSource {
  /** Since the last call: none is told twice, none is left out. */
  takeHiddenPeriods(toMs: number): readonly { readonly startMs: number; readonly endMs: number }[];
  close(): void;
}

/** What stays the same for all episodes of a game. */
export interface PlayContext {
  readonly start: GameStart;
  readonly environment: Environment;
  readonly hasher: Hasher;
  readonly socket: StudySocket;
  readonly devices: Devices;
  readonly connection: ConnectionLog;
  /** Null when playing alone. */
  readonly line: GameLine | null;
  onEvent(event: SessionEvent): void;
}

/** An episode being played, or played and being handed in. */
export interface Play {
  readonly episode: Episode;
  readonly session: Session;
  readonly world: World;
  readonly upload: EpisodeUpload;
  readonly startedAtMs: number;
}

function makeSession(context: PlayContext, episode: number, resume: Resume | null): Session {
  const { start, environment } = context;
  const seats = environment.agentIds.map((_, player): Seat => {
    if (player === start.playerIndex) return { kind: "local" };
    if (player < start.playerCount) return { kind: "remote", peer: player };
    return { kind: start.emptySeats === "bot" ? "bot" : "empty" };
  });
  const digest = handshakeDigest({
    environment,
    environmentDigest: start.environmentDigest,
    configDigest: start.configDigest,
    seed: start.seeds[episode] ?? 0,
    episode,
    maxSteps: start.maxSteps,
    config: start.session,
  });
  const config = start.session;
  const software = `Tandem ${manifest.version}; ${navigator.userAgent}`;
  const options = { environment, players: seats, episode, config, digest, software };
  return new P2PSession(resume === null ? options : { ...options, resume });
}

export function uploadOf(
  start: GameStart,
  socket: StudySocket,
  episode: number,
  startFrame = 0,
): EpisodeUpload {
  const isLast = episode + 1 === start.seeds.length;
  const { gameId, isStreamed } = start;
  return new EpisodeUpload({ socket, gameId, episode, isLast, isStreamed, startFrame });
}

/** Starts ticking at once; with `resume` in the middle of what the others play. */
export function startPlay(
  context: PlayContext,
  episode: number,
  resume: Resume | null = null,
): Play {
  const { start, environment, hasher, devices } = context;
  const session = makeSession(context, episode, resume);
  const world = new World({
    environment,
    config: start.config,
    seed: start.seeds[episode] ?? 0,
    maxSteps: start.maxSteps,
    pausePolicy: pausePolicyOf(start.session, environment.fps),
    hasher,
    // The page's content policy forbids generated code.
    isCompiled: false,
  });
  const upload = uploadOf(start, context.socket, episode, resume?.fromFrame);
  const running = new Episode({
    session,
    world,
    transport: context.line?.transport ?? null,
    playerIndex: start.playerIndex,
    input: devices,
    recorder: upload.recorder,
    now: steadyNowMs,
    onEvent(event) {
      if (event.kind === "desync-report") upload.report(event.report);
      else context.onEvent(event);
    },
  });
  return { episode: running, session, world, upload, startedAtMs: steadyNowMs() };
}

export type CloseReason = "ended" | "partner_disconnected" | "self_disconnected" | "technical";

/** Hands the episode in; resolves when the server holds it or has refused it for good. */
export function closePlay(
  context: PlayContext,
  play: Play,
  end: EpisodeEnd,
  reason: CloseReason,
): Promise<void> {
  const { line, connection, devices } = context;
  const endedAtMs = steadyNowMs();
  return play.upload.close({
    reason,
    detail: end.detail.slice(0, 2_000),
    endFrame: end.endFrame,
    metrics: JSON.parse(JSON.stringify(play.session.metrics())),
    connection: line === null ? null : connection.report(line),
    // With the break before the episode: time away between two episodes is time away, too.
    hiddenPeriods: [...devices.takeHiddenPeriods(endedAtMs)],
    startedAtMs: play.startedAtMs,
    endedAtMs,
    userAgent: navigator.userAgent.slice(0, 500),
  });
}

/** Hands in an episode that never began: its code or its paths could not be had, or a partner is gone. */
export function closeUnplayed(
  start: GameStart,
  socket: StudySocket,
  { episode, reason, detail }: { episode: number; reason: CloseReason; detail: string },
): Promise<void> {
  const nowMs = steadyNowMs();
  return uploadOf(start, socket, episode).close({
    reason,
    detail: detail.slice(0, 2_000),
    endFrame: 0,
    metrics: null,
    connection: null,
    hiddenPeriods: [],
    startedAtMs: nowMs,
    endedAtMs: nowMs,
    userAgent: navigator.userAgent.slice(0, 500),
  });
}
