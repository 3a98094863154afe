/** One game of this participant, from the server's word to play until everything is handed in. */
import {
  type Channel,
  type Environment,
  loadHasher,
  type Path,
  type SessionEvent,
} from "../../engine/index.ts";
import type { GameStart, ServerToClientEvents } from "../protocol.ts";
import { ConnectionLog } from "./connection-log.ts";
import { EarlyLine } from "./early-line.ts";
import { type GameLine, type LineListener, openGameLine } from "./game-line.ts";
import { GameRun, PARTNER_LEFT } from "./game-run.ts";
import type { GameView, PartnerLine } from "./game-view.ts";
import type { PageHost } from "./page-host.ts";
import { PartnerWait } from "./partner-wait.ts";
import type { CloseReason, Devices, Play, PlayContext } from "./play.ts";
import { Store } from "./store.ts";
import { type StudySocket, wait } from "./study-socket.ts";

/** After the end a partner may still need our last packets; relayed repeats take a second. */
const LINGER_MS = 3_000;

type PartnerStatus = Omit<Parameters<ServerToClientEvents["partner-status"]>[0], "gameId">;

export class GameRoom {
  readonly start: GameStart;
  readonly view: Store<GameView>;
  /** The environment once it is loaded, for whoever draws it. */
  readonly environment = new Store<Environment | null>(null);
  private readonly paths: EarlyLine;
  private readonly socket: StudySocket;
  private readonly host: PageHost;
  private readonly devices: Devices;
  private readonly connection = new ConnectionLog();
  private readonly silence: PartnerWait;
  private readonly episodes: GameRun;

  /** `line` is that of a probe before the game, if there was one; it is the room's from now on. */
  constructor(start: GameStart, socket: StudySocket, line: GameLine | null, host: PageHost) {
    this.start = start;
    this.paths = new EarlyLine(line);
    this.socket = socket;
    this.host = host;
    this.silence = new PartnerWait(start.session);
    this.devices = host.openDevices(start, () => this.play);
    this.view = new Store<GameView>({
      phase: { kind: "loading" },
      episode: 0,
      episodeCount: start.seeds.length,
      partner: start.playerCount > 1 ? "connecting" : null,
      waitsUntilMs: null,
    });
    this.episodes = new GameRun({ start, socket, patch: (part) => this.patch(part) });
  }

  /** Null when playing alone, and until it is open. */
  get line(): GameLine | null {
    return this.paths.line;
  }

  /** What is being played now; null before the first episode. */
  get play(): Play | null {
    return this.episodes.play;
  }

  /** Plays all episodes and hands them in; never rejects. */
  async run(): Promise<void> {
    try {
      await this.episodes.playAll(await this.load());
    } catch (error) {
      this.reportFault(error);
      this.episodes.fail(error);
    }
    this.devices.close();
    const lingered = wait(LINGER_MS);
    await this.episodes.handedIn();
    if (this.view.value.phase.kind === "saving") await this.finish();
    await lingered;
    this.play?.episode.close();
    this.line?.transport.close();
  }

  /** Every episode was played to its end: the server may go on. */
  private async finish(): Promise<void> {
    const { gameId } = this.start;
    const answer = await this.socket.requestUntilAnswered("finish-game", { gameId });
    if (answer.ok) {
      this.patch({ phase: { kind: "saved" } });
    } else {
      this.reportFault(new Error(answer.message));
      this.patch({ phase: { kind: "stopped", why: "technical" } });
    }
  }

  /** Ends play at the confirmed prefix; what is confirmed is still handed in. */
  stop(reason: CloseReason, detail: string): void {
    this.episodes.stop(reason, detail);
  }

  signal(fromPlayer: number, epoch: number, data: string): void {
    this.paths.whenOpen((line) => line.signal(fromPlayer, epoch, data));
  }

  relay(fromPlayer: number, epoch: number, channel: Channel, bytes: Uint8Array): void {
    this.paths.whenOpen((line) => line.relay(fromPlayer, epoch, channel, bytes));
  }

  /** What the server says of another player's own line to it. */
  partnerStatus({ playerIndex, status, incarnation }: PartnerStatus): void {
    this.paths.whenOpen((line) => {
      line.meet(playerIndex, incarnation);
      line.setReachable(playerIndex, status === "connected");
    });
    if (status === "left") this.partnerLeft();
  }

  /** Nobody can play what they cannot see. */
  pictureFailed(error: unknown): void {
    this.reportFault(error);
    this.stop("technical", `The game cannot be drawn: ${String(error)}`);
  }

  private partnerLeft(): void {
    const { kind } = this.view.value.phase;
    if (kind === "saving" || kind === "saved") return;
    this.patch({ partner: "left" });
    this.episodes.hasPartnerLeft = true;
    const isPlayedOn = kind === "playing" && this.start.session.onDeparture !== "end";
    if (!isPlayedOn) this.stop("partner_disconnected", PARTNER_LEFT);
  }

  private async load(): Promise<PlayContext> {
    const { start, socket, devices, connection } = this;
    const loaded = this.host.loadEnvironment(start.environmentUrl);
    if (this.line !== null) {
      this.line.handOver(this.listener);
    } else if (start.playerCount > 1) {
      const { incarnations } = start;
      const options = { plan: start, incarnations, socket, listener: this.listener };
      this.paths.open(await openGameLine(options));
    }
    const [environment, hasher] = await Promise.all([loaded, loadHasher()]);
    this.environment.set(environment);
    const onEvent = (event: SessionEvent) => this.onEvent(event);
    const { line } = this;
    return { start, environment, hasher, socket, devices, connection, line, onEvent };
  }

  private onEvent(event: SessionEvent): void {
    switch (event.kind) {
      case "started":
        this.episodes.joined();
        this.patch({ phase: { kind: "playing" } });
        break;
      case "ended":
        this.silence.clear();
        break;
      case "interrupted":
        this.silence.begin(event.peer, performance.now());
        break;
      case "resumed":
      case "returned":
        this.silence.end(event.peer);
        break;
      case "departed":
        this.patch({ partner: "left" });
        this.episodes.hasPartnerLeft = true;
        break;
      case "return-refused":
        this.episodes.isRefused = true;
        this.reportFault(new Error(event.message));
        break;
      case "desync":
      case "handshake-refused":
        this.reportFault(new Error(JSON.stringify(event)));
        break;
    }
    this.patch({ partner: this.partnerLine(), waitsUntilMs: this.silence.untilMs });
  }

  private readonly listener: LineListener = {
    onArrival: () => this.play?.episode.pump(),
    onSwitch: (_, path) => this.switched(path),
    onPair: (peer) => this.paths.whenOpen((line) => this.paired(line, peer)),
  };

  private switched(path: Path): void {
    this.paths.whenOpen((line) => this.connection.switched(line, path, this.frame));
    this.patch({ partner: this.partnerLine() });
  }

  private paired(line: GameLine, peer: number): void {
    const { episode } = this.view.value;
    void this.connection.paired(line, peer, { episode, frame: this.frame });
  }

  private get frame(): number {
    return this.play?.session.currentFrame ?? 0;
  }

  private partnerLine(): PartnerLine | null {
    const { line } = this;
    if (line === null || this.view.value.partner === "left") return this.view.value.partner;
    if (this.silence.untilMs !== null) return "silent";
    const paths = line.peers.map((peer) => line.transport.pathTo(peer));
    if (paths.includes(null)) return "connecting";
    return paths.includes("relay") ? "relayed" : "direct";
  }

  private patch(part: Partial<GameView>): void {
    this.view.patch(part);
  }

  private reportFault(error: unknown): void {
    const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
    this.socket.tell("client-error", { message: text.slice(0, 2_000) });
  }
}
