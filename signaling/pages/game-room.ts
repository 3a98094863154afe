/** One game of this participant, from the server's word to play until everything is handed in. */
import {
  type Channel,
  type Environment,
  type EpisodeEnd,
  loadHasher,
  type Path,
  type SessionEvent,
} from "../../engine/index.ts";
import type { GameStart } from "../protocol.ts";
import { ConnectionLog } from "./connection-log.ts";
import { type GameLine, type LineListener, openGameLine } from "./game-line.ts";
import type { GamePhase, GameView, PartnerLine } from "./game-view.ts";
import type { PageHost } from "./page-host.ts";
import {
  type CloseReason,
  closePlay,
  closeUnplayed,
  type Devices,
  type Play,
  type PlayContext,
  startPlay,
} from "./play.ts";
import { Store } from "./store.ts";
import { type StudySocket, wait } from "./study-socket.ts";

/** After the end a partner may still need our last packets; relayed repeats take a second. */
const LINGER_MS = 3_000;

/** Far beyond the slowest page load and connection; the server tells of a partner who left earlier. */
const MEETING_TIMEOUT_MS = 60_000;

const PARTNER_LEFT = "The server said that a partner left.";

/** A message of another player that came before the paths were made. */
type Early = (line: GameLine) => void;

function stoppedBy(reason: CloseReason): GamePhase {
  if (reason === "partner_disconnected") return { kind: "stopped", why: "partner" };
  return { kind: "stopped", why: reason === "self_disconnected" ? "self" : "technical" };
}

export class GameRoom {
  readonly start: GameStart;
  readonly view: Store<GameView>;
  /** The environment once it is loaded, for whoever draws it. */
  readonly environment = new Store<Environment | null>(null);
  line: GameLine | null;
  private readonly socket: StudySocket;
  private readonly host: PageHost;
  private readonly devices: Devices;
  private readonly connection = new ConnectionLog();
  private current: Play | null = null;
  private early: Early[] = [];
  private silentPeers = new Set<number>();
  private stopReason: CloseReason | null = null;
  private hasPartnerLeft = false;

  /** `line` is that of a probe before the game, if there was one; it is the room's from now on. */
  constructor(start: GameStart, socket: StudySocket, line: GameLine | null, host: PageHost) {
    this.start = start;
    this.line = line;
    this.socket = socket;
    this.host = host;
    this.devices = host.openDevices(start, () => this.current);
    this.view = new Store<GameView>({
      phase: { kind: "loading" },
      episode: 0,
      episodeCount: start.seeds.length,
      partner: start.playerCount > 1 ? "connecting" : null,
    });
  }

  /** What is being played now; null before the first episode. */
  get play(): Play | null {
    return this.current;
  }

  /** Plays all episodes and hands them in; never rejects. */
  async run(): Promise<void> {
    const closings: Promise<void>[] = [];
    try {
      const context = await this.load();
      for (let episode = 0; episode < this.start.seeds.length; episode++) {
        const isPlayedOut = await this.playEpisode(context, episode, closings);
        if (!isPlayedOut) break;
      }
    } catch (error) {
      this.reportFault(error);
      this.patch({ phase: { kind: "stopped", why: "technical" } });
      if (this.current === null) closings.push(this.closeUnplayed(0, "technical", String(error)));
    }
    this.devices.close();
    const lingered = wait(LINGER_MS);
    await Promise.all(closings);
    if (this.view.value.phase.kind === "saving") await this.finish();
    await lingered;
    this.current?.episode.close();
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
    this.stopReason ??= reason;
    this.current?.episode.stop(detail);
  }

  signal(fromPlayer: number, data: string): void {
    this.whenOpen((line) => line.signal(fromPlayer, data));
  }

  relay(fromPlayer: number, channel: Channel, bytes: Uint8Array): void {
    this.whenOpen((line) => line.relay(fromPlayer, channel, bytes));
  }

  /** What the server says of another player's own line to it. */
  partnerStatus(playerIndex: number, status: "connected" | "disconnected" | "left"): void {
    this.whenOpen((line) => line.setReachable(playerIndex, status === "connected"));
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
    this.hasPartnerLeft = true;
    const isPlayedOn = kind === "playing" && this.start.session.onDeparture !== "end";
    if (!isPlayedOn) this.stop("partner_disconnected", PARTNER_LEFT);
  }

  private closeUnplayed(episode: number, reason: CloseReason, detail: string): Promise<void> {
    return closeUnplayed(this.start, this.socket, { episode, reason, detail });
  }

  private async load(): Promise<PlayContext> {
    const { start, socket, devices, connection } = this;
    const loaded = this.host.loadEnvironment(start.environmentUrl);
    if (this.line !== null) {
      this.line.handOver(this.listener);
    } else if (start.playerCount > 1) {
      this.line = await openGameLine({ plan: start, socket, listener: this.listener });
      for (const deliver of this.early.splice(0)) deliver(this.line);
    }
    const [environment, hasher] = await Promise.all([loaded, loadHasher()]);
    this.environment.set(environment);
    const onEvent = (event: SessionEvent) => this.onEvent(event);
    const { line } = this;
    return { start, environment, hasher, socket, devices, connection, line, onEvent };
  }

  /** Resolves at the end of the break after it; false when no episode may follow. */
  private async playEpisode(
    context: PlayContext,
    episode: number,
    closings: Promise<void>[],
  ): Promise<boolean> {
    const reason = this.stopReason;
    if (reason !== null) {
      // Between two episodes: the server hears of it by the one that will not be played.
      const detail = "The game ended before this episode.";
      closings.push(this.closeUnplayed(episode, reason, detail));
      this.patch({ phase: stoppedBy(reason) });
      return false;
    }
    this.current?.episode.close();
    this.silentPeers.clear();
    const play = startPlay(context, episode);
    this.current = play;
    this.patch({ episode, phase: { kind: "meeting" } });
    const meeting = setTimeout(() => this.giveUpMeeting(play), MEETING_TIMEOUT_MS);
    const end = await play.episode.finished;
    clearTimeout(meeting);
    closings.push(closePlay(context, play, end, this.closeReason(end)));
    if (end.reason !== "ended") {
      const phase = stoppedBy(this.closeReason(end));
      const hasLeft = phase.kind === "stopped" && phase.why === "partner";
      this.patch(hasLeft ? { phase, partner: "left" } : { phase });
      return false;
    }
    const isLast = episode + 1 === this.start.seeds.length;
    if (this.hasPartnerLeft && !isLast) {
      closings.push(this.closeUnplayed(episode + 1, "partner_disconnected", PARTNER_LEFT));
      this.patch({ phase: { kind: "stopped", why: "partner" } });
      return false;
    }
    const { breakMs } = this.start;
    const resumesAtMs = performance.now() + breakMs;
    this.patch({ phase: isLast ? { kind: "saving" } : { kind: "break", resumesAtMs } });
    if (!isLast) await wait(breakMs);
    return !isLast;
  }

  private giveUpMeeting({ session }: Play): void {
    if (session.status.kind !== "handshaking") return;
    const reason = this.socket.isConnected ? "partner_disconnected" : "self_disconnected";
    this.stop(reason, `No answer from the partner's page for ${MEETING_TIMEOUT_MS} ms`);
  }

  private closeReason(end: EpisodeEnd): CloseReason {
    if (end.reason === "ended" || end.reason === "technical") return end.reason;
    if (end.reason === "stopped") return this.stopReason ?? "technical";
    // Both lines gone at once is this side's own network.
    return this.socket.isConnected ? "partner_disconnected" : "self_disconnected";
  }

  private onEvent(event: SessionEvent): void {
    switch (event.kind) {
      case "started":
        this.patch({ phase: { kind: "playing" } });
        break;
      case "interrupted":
        this.silentPeers.add(event.peer);
        break;
      case "resumed":
      case "returned":
        this.silentPeers.delete(event.peer);
        break;
      case "departed":
        this.patch({ partner: "left" });
        this.hasPartnerLeft = true;
        break;
      case "desync":
      case "handshake-refused":
      case "return-refused":
        this.reportFault(new Error(JSON.stringify(event)));
        break;
    }
    this.patch({ partner: this.partnerLine() });
  }

  private readonly listener: LineListener = {
    onArrival: () => this.current?.episode.pump(),
    onSwitch: (_, path) => this.switched(path),
    onPair: (peer) => this.whenOpen((line) => this.paired(line, peer)),
  };

  private switched(path: Path): void {
    this.whenOpen((line) => this.connection.switched(line, path, this.frame));
    this.patch({ partner: this.partnerLine() });
  }

  private paired(line: GameLine, peer: number): void {
    const { episode } = this.view.value;
    void this.connection.paired(line, peer, { episode, frame: this.frame });
  }

  private get frame(): number {
    return this.current?.session.currentFrame ?? 0;
  }

  private partnerLine(): PartnerLine | null {
    const { line } = this;
    if (line === null || this.view.value.partner === "left") return this.view.value.partner;
    if (this.silentPeers.size > 0) return "silent";
    const paths = line.peers.map((peer) => line.transport.pathTo(peer));
    if (paths.includes(null)) return "connecting";
    return paths.includes("relay") ? "relayed" : "direct";
  }

  private whenOpen(deliver: Early): void {
    if (this.line === null) this.early.push(deliver);
    else deliver(this.line);
  }

  private patch(part: Partial<GameView>): void {
    this.view.patch(part);
  }

  private reportFault(error: unknown): void {
    const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
    this.socket.tell("client-error", { message: text.slice(0, 2_000) });
  }
}
