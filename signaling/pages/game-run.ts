/** The episodes of one game on this page, one after another, each handed in: from the first, or where others are. */
import type { EpisodeEnd } from "../../engine/index.ts";
import type { EpisodePast, GameStart } from "../protocol.ts";
import { askPast, handInPast, resumeOf } from "./episode-return.ts";
import type { GamePhase, GameView } from "./game-view.ts";
import {
  type CloseReason,
  closePlay,
  closeUnplayed,
  type Play,
  type PlayContext,
  startPlay,
} from "./play.ts";
import { type StudySocket, wait } from "./study-socket.ts";

export const PARTNER_LEFT = "The server said that a partner left.";

function stoppedBy(reason: CloseReason): GamePhase {
  if (reason === "partner_disconnected") return { kind: "stopped", why: "partner" };
  return { kind: "stopped", why: reason === "self_disconnected" ? "self" : "technical" };
}

export interface GameRunOptions {
  readonly start: GameStart;
  readonly socket: StudySocket;
  patch(part: Partial<GameView>): void;
}

export class GameRun {
  /** What is being played now; null before the first episode. */
  play: Play | null = null;
  hasPartnerLeft = false;
  /** The others have given up on this player. */
  isRefused = false;
  private readonly options: GameRunOptions;
  /** Whether this page came back into the game and has yet to play with the others. */
  private isReturning: boolean;
  private stopReason: CloseReason | null = null;
  /** Ends a break when play is stopped in it. */
  private endBreak: () => void = () => {};
  private readonly closings: Promise<void>[] = [];

  constructor(options: GameRunOptions) {
    this.options = options;
    this.isReturning = options.start.resumesAtEpisode !== null;
  }

  /** Resolves when play is over; what was played may still be on its way. */
  async playAll(context: PlayContext): Promise<void> {
    const { seeds, resumesAtEpisode } = this.options.start;
    if (resumesAtEpisode === seeds.length) this.options.patch({ phase: { kind: "saving" } });
    for (let episode = resumesAtEpisode ?? 0; episode < seeds.length; episode++) {
      if (!(await this.playEpisode(context, episode))) return;
    }
  }

  /** Play has begun: from now on this page is one of those who are there. */
  joined(): void {
    this.isReturning = false;
  }

  /** Ends play at the confirmed prefix; what is confirmed is still handed in. */
  stop(reason: CloseReason, detail: string): void {
    this.stopReason ??= reason;
    this.endBreak();
    this.play?.episode.stop(detail);
  }

  /** Nothing can be played. */
  fail(error: unknown): void {
    const episode = this.options.start.resumesAtEpisode ?? 0;
    this.options.patch({ phase: { kind: "stopped", why: "technical" } });
    if (this.play === null) this.closeUnplayed(episode, "technical", String(error));
  }

  /** Resolves when the server holds all that was played, or has refused it for good. */
  async handedIn(): Promise<void> {
    await Promise.all(this.closings);
  }

  /** Resolves at the end of the break after it; false when no episode may follow. */
  private async playEpisode(context: PlayContext, episode: number): Promise<boolean> {
    const past = this.isReturning ? await this.past(context, episode) : null;
    if (this.stopReason !== null) {
      // Between two episodes: the server hears of it by the one that will not be played.
      this.closeUnplayed(episode, this.stopReason, "The game ended before this episode.");
      this.options.patch({ phase: stoppedBy(this.stopReason) });
      return false;
    }
    this.play?.episode.close();
    if (past !== null && past.endFrame !== null) return this.handIn(context, episode, past);
    const play = startPlay(context, episode, past === null ? null : resumeOf(context, past));
    this.play = play;
    this.options.patch({ episode, phase: { kind: "meeting" }, waitsUntilMs: null });
    const end = await play.episode.finished;
    if (this.isReturning && end.reason === "peer-disconnected") {
      // The others may have gone on to the next episode: then the server has this one by now.
      const later = await askPast(context, episode);
      if (later.endFrame !== null) return this.handIn(context, episode, later);
    }
    this.closings.push(closePlay(context, play, end, this.closeReason(end)));
    if (end.reason === "ended") return this.goOn(episode);
    const phase = stoppedBy(this.closeReason(end));
    const hasLeft = phase.kind === "stopped" && phase.why === "partner";
    this.options.patch(hasLeft ? { phase, partner: "left" } : { phase });
    return false;
  }

  /** After the end of an episode. */
  private async goOn(episode: number): Promise<boolean> {
    const { start, patch } = this.options;
    const isLast = episode + 1 === start.seeds.length;
    if (isLast) {
      patch({ phase: { kind: "saving" } });
      return false;
    }
    if (this.hasPartnerLeft) {
      this.closeUnplayed(episode + 1, "partner_disconnected", PARTNER_LEFT);
      patch({ phase: { kind: "stopped", why: "partner" } });
      return false;
    }
    await this.rest(start.breakMs);
    return true;
  }

  /** The break between two episodes; nobody who was stopped sits it out. */
  private async rest(breakMs: number): Promise<void> {
    this.options.patch({ phase: { kind: "break", resumesAtMs: performance.now() + breakMs } });
    const stopped = new Promise<void>((resolve) => {
      this.endBreak = resolve;
    });
    if (this.stopReason === null) await Promise.race([wait(breakMs), stopped]);
  }

  /** What the server knows of an episode that others may play already; resolves when the break before it is over. */
  private async past(context: PlayContext, episode: number): Promise<EpisodePast> {
    const past = await askPast(context, episode);
    if (past.breakLeftMs > 0) {
      this.options.patch({ episode: episode - 1 });
      await this.rest(past.breakLeftMs);
    }
    return past;
  }

  /** Of an episode that the others have ended: nothing is left to play of it. */
  private handIn(context: PlayContext, episode: number, past: EpisodePast): boolean {
    this.closings.push(handInPast(context, episode, past));
    const isLast = episode + 1 === this.options.start.seeds.length;
    if (isLast) this.options.patch({ episode, phase: { kind: "saving" } });
    return !isLast;
  }

  private closeUnplayed(episode: number, reason: CloseReason, detail: string): void {
    const { start, socket } = this.options;
    this.closings.push(closeUnplayed(start, socket, { episode, reason, detail }));
  }

  private closeReason(end: EpisodeEnd): CloseReason {
    if (end.reason === "ended" || end.reason === "technical") return end.reason;
    if (end.reason === "stopped") return this.stopReason ?? "technical";
    // Both lines gone at once is this side's own network.
    const isOwn = this.isRefused || !this.options.socket.isConnected;
    return isOwn ? "self_disconnected" : "partner_disconnected";
  }
}
