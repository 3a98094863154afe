/** A participant's page without a browser: a real socket that says what a page would say. */
import { io, type Socket } from "socket.io-client";
import { type Action, loadHasher, pausePolicyOf, replayEpisode } from "../../engine/index.ts";
import {
  type ClientEvent,
  type ClientMessage,
  type GameStart,
  PROTOCOL_VERSION,
  type Reply,
  type ReplyPayloads,
  type SceneView,
  type ServerToClientEvents,
} from "../../signaling/protocol.ts";
import { environment } from "./counter-environment.ts";

type ServerEvent = keyof ServerToClientEvents;
type Message<E extends ServerEvent> = Parameters<ServerToClientEvents[E]>[0];

const hasher = await loadHasher();

/** What both players did, the same on every page. */
function actionsOf(start: GameStart, episode: number, frames: number): Action[][] {
  return Array.from({ length: frames }, (_, frame) => [
    (frame + episode) % 3,
    start.playerCount === 1 ? 0 : (frame * 2) % 3,
  ]);
}

export type EpisodeLog = ClientMessage<"episode-log">;

/** Frames in which player 1 is away and asks for a pause, and how many frames the episode has with it. */
export interface FakePause {
  readonly fromFrame: number;
  readonly toFrame: number;
  readonly frames: number;
}

interface Inputs {
  readonly actions: Action[][];
  readonly flags: number[][];
}

/** The log a page would send after a whole episode, as one message; `change` may alter what was played. */
export function fakeLog(
  start: GameStart,
  episode: number,
  pause?: FakePause,
  change = (inputs: Inputs): Inputs => inputs,
): EpisodeLog {
  const played = actionsOf(start, episode, pause?.frames ?? start.maxSteps);
  const { fromFrame, toFrame } = pause ?? { fromFrame: 0, toFrame: 0 };
  const second = (frame: number) => (frame >= fromFrame && frame < toFrame ? 10 : 1);
  const { actions, flags } = change({
    actions: played,
    flags: played.map((_, frame) => [1, start.playerCount === 1 ? 2 : second(frame)]),
  });
  const { hashes } = replayEpisode({
    environment: environment as Parameters<typeof replayEpisode>[0]["environment"],
    config: start.config,
    seed: start.seeds[episode] as number,
    maxSteps: start.maxSteps,
    episode,
    actions,
    flags,
    pausePolicy: pausePolicyOf(start.session, start.fps),
    hasher,
  });
  const own = start.playerIndex;
  return {
    gameId: start.gameId,
    episode,
    fromFrame: 0,
    actions: actions as EpisodeLog["actions"],
    flags,
    hashes: [...hashes],
    observer: {
      simulatedAtTick: hashes.map((_, i) => i + own),
      arrivalTick: hashes.map((_, i) => [i, i + 3 + own]),
      wasPredicted: hashes.map((_, i) => [false, i % 2 === own]),
      rollbackDepthFrames: hashes.map((_, i) => (i + own) % 4),
      simulatedAtMs: hashes.map((_, i) => i * (1000 / 30) + own),
    },
  };
}

/** The part of a log that lies in `[from, to)`. */
export function cutLog(log: EpisodeLog, from: number, to: number): EpisodeLog {
  const cut = <T>(column: readonly T[]): T[] => column.slice(from, to);
  const { observer } = log;
  return {
    ...log,
    fromFrame: from,
    actions: cut(log.actions),
    flags: cut(log.flags),
    hashes: cut(log.hashes),
    observer: {
      simulatedAtTick: cut(observer.simulatedAtTick),
      arrivalTick: cut(observer.arrivalTick),
      wasPredicted: cut(observer.wasPredicted),
      rollbackDepthFrames: cut(observer.rollbackDepthFrames),
      simulatedAtMs: cut(observer.simulatedAtMs),
    },
  };
}

export type CloseMessage = ClientMessage<"close-episode">;

const NO_PACKETS = { direct: 0, relay: 0 };

export function closing(start: GameStart, episode: number, endFrame: number): CloseMessage {
  const peer = 1 - start.playerIndex;
  return {
    gameId: start.gameId,
    episode,
    reason: "ended",
    detail: "",
    endFrame,
    metrics: {
      currentFrame: endFrame,
      confirmedFrame: endFrame,
      verifiedFrame: endFrame,
      ticks: endFrame + 2,
      framesSimulated: endFrame,
      framesResimulated: 3,
      hashCount: endFrame,
      inputDelay: { delayFrames: 2, proposals: [] },
      rollbacks: [{ frame: 2, currentFrame: 5, depthFrames: 3, playerIndex: peer, atMs: 100.5 }],
      stalls: [{ frame: 9, waitingFor: [peer], startMs: 300, durationMs: 33, ticks: 1 }],
      interruptions: [{ peer, startMs: 400, durationMs: null }],
      returns: [],
      desyncs: [],
      recoveries: [],
      links: [
        {
          peer,
          rttMs: 40 + episode,
          jitterMs: 2,
          rttSamples: [{ atMs: 1_000 * episode, rttMs: 40 + episode }],
          packetsSent: 50,
          packetsReceived: 48,
          bytesSent: 1_000,
          bytesReceived: 960,
          packetsLost: 2,
          packetsLate: 1,
          packetsMalformed: 0,
          advantageFrames: 0.5,
          advantageBoundFrames: 0.6,
        },
      ],
    },
    connection: {
      type: "direct",
      localCandidateType: "host",
      remoteCandidateType: "host",
      protocol: "udp",
      relayProtocol: null,
      detectedAtFrame: 1,
      detectedAtMs: 5,
      wasDirectConnected: true,
      fallbackAtFrame: null,
      pairs: [],
      counts: {
        sentPackets: { direct: 90, relay: 10 },
        receivedPackets: { direct: 75, relay: 25 },
        sentBytes: NO_PACKETS,
        receivedBytes: NO_PACKETS,
        congestedPackets: 0,
      },
    },
    hiddenPeriods: [{ startMs: 1_000, endMs: 1_500 }],
    startedAtMs: 10_000 * (episode + 1),
    endedAtMs: 10_000 * (episode + 1) + 2_000,
    userAgent: "headless",
  };
}

export interface OpenOptions {
  readonly secret?: string | null;
  readonly tabId?: string;
  readonly playingGameId?: string | null;
  readonly userAgent?: string;
  readonly touchPoints?: number;
  /** The query of the page's address. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export class HeadlessPage {
  readonly subjectId: string;
  readonly socket: Socket;
  secret: string | null = null;
  /** Messages nobody has taken yet, by event. */
  readonly #inbox = new Map<string, unknown[]>();
  readonly #takers = new Map<string, ((message: never) => void)[]>();

  private constructor(url: string, subjectId: string, userAgent: string) {
    this.subjectId = subjectId;
    this.socket = io(url, {
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
      extraHeaders: { "user-agent": userAgent },
    });
    this.socket.onAny((event: string, message: unknown) => {
      const taker = this.#takers.get(event)?.shift();
      if (taker !== undefined) return taker(message as never);
      const box = this.#inbox.get(event) ?? [];
      box.push(message);
      this.#inbox.set(event, box);
    });
  }

  /** Connects without registering. */
  static async connect(url: string, subjectId: string, userAgent = ""): Promise<HeadlessPage> {
    const page = new HeadlessPage(url, subjectId, userAgent);
    await new Promise((resolve, reject) => {
      page.socket.once("connect", () => resolve(null));
      page.socket.once("connect_error", reject);
    });
    return page;
  }

  /** Connects and registers; the answer says whether it was let in. */
  static async open(url: string, subjectId: string, options: OpenOptions = {}) {
    const page = await HeadlessPage.connect(url, subjectId, options.userAgent);
    const reply = await page.register(options);
    return { page, reply };
  }

  async register(options: OpenOptions = {}): Promise<Reply<ReplyPayloads["register"]>> {
    const { secret = null, tabId = `tab of ${this.subjectId}`, playingGameId = null } = options;
    const { touchPoints = 0 } = options;
    const { subjectId } = this;
    const protocolVersion = PROTOCOL_VERSION;
    const parameters = { ...options.parameters };
    const identity = { protocolVersion, subjectId, secret, tabId, playingGameId };
    const message = { ...identity, touchPoints, parameters };
    const reply = await this.ask("register", message);
    if (reply.ok) this.secret = reply.secret;
    return reply;
  }

  ask<E extends ClientEvent>(
    event: E,
    message: ClientMessage<E>,
  ): Promise<Reply<ReplyPayloads[E]>> {
    return this.socket.timeout(10_000).emitWithAck(event, message) as Promise<
      Reply<ReplyPayloads[E]>
    >;
  }

  /** Anything at all, as a hostile page would send it. */
  askRaw(event: string, ...parts: unknown[]): Promise<unknown> {
    return this.socket.timeout(10_000).emitWithAck(event, ...parts);
  }

  /** The next message of that kind which nobody has taken. */
  take<E extends ServerEvent>(event: E): Promise<Message<E>> {
    const box = this.#inbox.get(event);
    if (box !== undefined && box.length > 0) return Promise.resolve(box.shift() as Message<E>);
    return new Promise((resolve) => {
      const takers = this.#takers.get(event) ?? [];
      takers.push(resolve as (message: never) => void);
      this.#takers.set(event, takers);
    });
  }

  /** Continues from the scene and returns the next one. */
  async goOn(
    scene: SceneView,
    answers: ClientMessage<"advance-scene">["answers"] = null,
  ): Promise<SceneView> {
    const reply = await this.ask("advance-scene", { visitId: scene.visitId, answers });
    if (!reply.ok) throw new Error(`${reply.reason}: ${reply.message}`);
    return this.take("scene");
  }

  async join(scene: SceneView): Promise<GameStart> {
    const reply = await this.ask("join-waitroom", { visitId: scene.visitId });
    if (!reply.ok) throw new Error(`${reply.reason}: ${reply.message}`);
    return this.take("game-start");
  }

  /** Hands in one whole episode. */
  async playEpisode(start: GameStart, episode: number, log = fakeLog(start, episode)) {
    const frames = log.hashes.length;
    const middle = Math.floor(frames / 2);
    await this.ask("episode-log", cutLog(log, 0, middle));
    await this.ask("episode-log", cutLog(log, middle, frames));
    return this.ask("close-episode", closing(start, episode, frames));
  }

  /** Hands in the whole game and returns the scene after it. */
  async playGame(start: GameStart): Promise<SceneView> {
    for (const episode of start.seeds.keys()) {
      const reply = await this.playEpisode(start, episode);
      if (!reply.ok || !reply.isClosed) throw new Error(`Not closed: ${JSON.stringify(reply)}`);
    }
    await this.ask("finish-game", { gameId: start.gameId });
    return this.take("scene");
  }

  /** From the first scene to the paired one. */
  async walkToPairedScene(): Promise<SceneView> {
    const alone = await this.goOn(await this.take("scene"));
    return this.playGame(await this.join(alone));
  }

  /** Resolves when the server has noticed that the socket is gone from here. */
  close(): void {
    this.socket.disconnect();
  }
}
