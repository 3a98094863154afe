/** Everything this page knows: what the server last said, and the game being played. */
import type {
  ClientMessage,
  GameStart,
  LinePlan,
  ProgressView,
  SceneView,
  ServerToClientEvents,
  WaitroomView,
} from "../protocol.ts";
import { handInLeft } from "./episode-upload.ts";
import { GameRoom } from "./game-room.ts";
import { Globals } from "./globals.ts";
import { LineProbe } from "./line-probe.ts";
import type { Outbox } from "./outbox.ts";
import type { PageHost } from "./page-host.ts";
import { Store } from "./store.ts";
import { StudySocket } from "./study-socket.ts";
import type { Warning } from "./warning-notice.tsx";

export interface PageState {
  readonly scene: SceneView | null;
  readonly progress: ProgressView | null;
  readonly waitroom: WaitroomView | null;
  /** The game of the scene that is shown; null outside one. */
  readonly room: GameRoom | null;
  /** What the server warns of in that game, until it was read. */
  readonly warning: Warning | null;
}

/** A fault that comes with every frame need not be told more often. */
const REPORTS_MAX = 20;

export class StudyPage {
  readonly state = new Store<PageState>({
    scene: null,
    progress: null,
    waitroom: null,
    room: null,
    warning: null,
  });
  readonly socket: StudySocket;
  readonly globals: Globals;
  private hasHandedIn = false;
  private readonly host: PageHost;
  private reportCount = 0;
  /** Games whose data are not all handed in, by id; one may outlast its scene. */
  private readonly rooms = new Map<string, GameRoom>();
  /** Of a game that may begin. */
  private probe: LineProbe | null = null;

  constructor(subjectId: string, tabId: string, outbox: Outbox, host: PageHost) {
    this.host = host;
    this.socket = new StudySocket({
      subjectId,
      tabId,
      outbox,
      connect: () => host.connect(),
      touchPoints: host.touchPoints,
      query: host.query,
      handlers: this.handlers(),
      playingGameId: () => this.state.value.room?.start.gameId ?? outbox.finishedGameId,
      onRegistered: ({ globals }) => this.registered({ ...globals }),
    });
    host.onVisibility(() => {
      if (this.state.value.room !== null) this.socket.tell("report-presence", this.presence());
    });
    this.globals = new Globals(this.socket);
  }

  private registered(globals: Parameters<Globals["restore"]>[0]): void {
    this.globals.restore(globals);
    if (this.hasHandedIn) return;
    this.hasHandedIn = true;
    this.socket.outbox.reportFaults((fault) => this.reportFault(fault));
    handInLeft(this.socket);
  }

  /** Tells the server of an error that nothing caught. */
  reportFault(message: string): void {
    if (this.reportCount++ < REPORTS_MAX) {
      this.socket.tell("client-error", { message: message.slice(0, 2_000) });
    }
  }

  readonly dismissWarning = (): void => this.state.patch({ warning: null });

  private presence(): ClientMessage<"report-presence"> {
    const play = this.state.value.room?.play ?? null;
    return {
      isHidden: this.host.isHidden(),
      episode: play === null ? null : (this.state.value.room?.view.value.episode ?? null),
      frame: play?.session.currentFrame ?? null,
    };
  }

  /** Whether a game is being played or handed in. */
  get isPlaying(): boolean {
    return this.rooms.size > 0;
  }

  /** Ends everything it does at once, as when the tab is closed: nothing more is handed in. */
  close(): void {
    this.socket.close();
    this.probe?.close();
    for (const room of this.rooms.values()) room.stop("self_disconnected", "The page was closed.");
  }

  private handlers(): ServerToClientEvents {
    return {
      scene: (scene, progress) => this.show(scene, progress),
      waitroom: (waitroom) => this.state.patch({ waitroom }),
      "line-probe": (plan) => this.tryOut(plan),
      "line-probe-over": ({ gameId }) => this.probeOf(gameId)?.close(),
      "game-start": (start) => this.startGame(start),
      signal: ({ gameId, fromPlayer, epoch, data }) =>
        this.lineOf(gameId)?.signal(fromPlayer, epoch, data),
      relay: ({ gameId, fromPlayer, epoch, channel, bytes }) =>
        this.lineOf(gameId)?.relay(fromPlayer, epoch, channel, new Uint8Array(bytes)),
      "partner-status": ({ gameId, ...partner }) => this.rooms.get(gameId)?.partnerStatus(partner),
      probe: (answer) => answer(this.presence()),
      warning: ({ gameId, message }) => {
        const { room } = this.state.value;
        if (room?.start.gameId === gameId) this.state.patch({ warning: { message } });
      },
      // The socket itself ends the session; the views follow its state.
      closed: () => {},
    };
  }

  /** The same scene again after a reconnect leaves its game and waiting room alone. */
  private show(scene: SceneView, progress: ProgressView): void {
    const { scene: shown, room } = this.state.value;
    if (shown?.visitId === scene.visitId && shown.kind === scene.kind) {
      this.state.patch({ scene, progress });
      return;
    }
    room?.stop("technical", "The server went on to another scene.");
    this.probe?.close();
    this.state.set({ scene, progress, waitroom: null, room: null, warning: null });
  }

  private probeOf(gameId: string): LineProbe | null {
    return this.probe?.plan.gameId === gameId ? this.probe : null;
  }

  private lineOf(gameId: string): GameRoom | LineProbe | null {
    return this.rooms.get(gameId) ?? this.probeOf(gameId);
  }

  /** One at a time: the server tries out another group only when it is done with the first. */
  private tryOut(plan: LinePlan): void {
    this.probe?.close();
    this.probe = new LineProbe(plan, this.socket);
  }

  private startGame(start: GameStart): void {
    if (this.rooms.has(start.gameId)) return;
    const line = this.probeOf(start.gameId)?.takeLine() ?? null;
    this.probe?.close();
    this.probe = null;
    const room = new GameRoom(start, this.socket, line, this.host);
    this.rooms.set(start.gameId, room);
    this.state.patch({ room });
    void room.run().then(() => this.rooms.delete(start.gameId));
  }
}
