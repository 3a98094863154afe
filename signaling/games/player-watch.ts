/** Watches one player of one game: measures, listens, warns, excludes. */
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { MonitorDecision, PresenceReport } from "../monitoring/player-monitor.ts";
import { PlayerMonitor } from "../monitoring/player-monitor.ts";
import type { Presence } from "../participants/presence.ts";
import { probe } from "../probe.ts";
import { continuousDecisionSchema, runCallback } from "../researcher-callback.ts";
import type { GamePlayer } from "../store/game-table.ts";
import type { WatchDecision, WatchRecord } from "../store/monitoring-schema.ts";
import type { WatchTable } from "../store/watch-table.ts";
import type { Monitoring } from "../study/index.ts";

export interface WatchContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly presence: Presence;
  readonly watches: WatchTable;
  /** Ends the game for the player, and with it for the group. */
  exclude(subjectId: string, gameId: string, reason: "self_exclusion" | "focus_loss"): void;
}

export interface PlayerWatchOptions extends WatchContext {
  readonly rules: Monitoring;
  readonly fps: number;
  readonly sceneId: string;
  readonly player: GamePlayer;
}

/** A measurement a second: distinct ones, of the line as it is now. */
const PING_INTERVAL_MS = 1_000;
/** How late a decision about time may come. */
const TICK_MS = 250;
/** The shortest, for callbacks that are due every few frames. */
const TICK_MIN_MS = 100;
const DEFAULT_WARNING = "Please keep this page open and in view.";

export class PlayerWatch {
  readonly #options: PlayerWatchOptions;
  readonly #monitor: PlayerMonitor;
  readonly #record: WatchRecord;
  /** Time between two calls of the study's own function; null without one. */
  readonly #callbackMs: number | null;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  #cancelProbe: (() => void) | null = null;
  #cancelTick = () => {};
  #isCalling = false;
  #isStopped = false;

  /** Begins at once. */
  constructor(options: PlayerWatchOptions) {
    this.#options = options;
    const { rules, fps, clock, watches, player } = options;
    // A server that is gone may have begun.
    const begun = watches.find(player.subjectId, player.visitId);
    this.#record = begun ?? { client: null, pings: [], decisions: [] };
    this.#monitor = new PlayerMonitor({ rules, fps, nowMs: clock.steadyMs() });
    const { callback, callbackIntervalFrames } = rules;
    const callbackMs = (callbackIntervalFrames / fps) * 1_000;
    this.#callbackMs = callback === null ? null : Math.max(TICK_MIN_MS, callbackMs);
    this.#tick();
  }

  get gameId(): string {
    return this.#options.player.gameId;
  }

  /** What the page says without being asked. */
  reported(report: PresenceReport): void {
    this.#monitor.heard(report, this.#options.clock.steadyMs());
  }

  /** Keeps what was measured; again is harmless. */
  stop(): void {
    if (this.#isStopped) return;
    this.#save();
    this.#isStopped = true;
    this.#cancelTick();
    this.#cancelProbe?.();
  }

  #save(): void {
    const { subjectId, visitId } = this.#options.player;
    this.#options.watches.save(subjectId, visitId, this.#record);
  }

  #tick(): void {
    const delayMs = Math.min(TICK_MS, this.#callbackMs ?? TICK_MS);
    this.#cancelTick = this.#options.clock.after(delayMs, () => this.#tick());
    this.#safely(() => {
      this.#ask();
      this.#judge();
    });
  }

  /** Runs in timers and answers of the socket, where nobody would catch an error. */
  #safely(work: () => void): void {
    const { log, player } = this.#options;
    try {
      if (!this.#isStopped) work();
    } catch (err) {
      log.error({ err, subjectId: player.subjectId, gameId: player.gameId }, "a watch failed");
    }
  }

  /** One question at a time, so that a slow line is not asked for more than it can carry. */
  #ask(): void {
    const { clock, presence, player } = this.#options;
    const nowMs = clock.steadyMs();
    const intervalMs = Math.min(PING_INTERVAL_MS, this.#callbackMs ?? PING_INTERVAL_MS);
    const connection = presence.get(player.subjectId);
    if (this.#cancelProbe !== null || connection === null) return;
    if (nowMs - this.#askedAtMs < intervalMs) return;
    this.#askedAtMs = nowMs;
    const isSample = nowMs - this.#sampledAtMs >= PING_INTERVAL_MS;
    if (isSample) this.#sampledAtMs = nowMs;
    this.#cancelProbe = probe(connection, clock, ({ rttMs, report }) =>
      this.#safely(() => {
        this.#cancelProbe = null;
        // What a line that is gone did not answer says nothing about a line: silence says it.
        if (rttMs === null && !connection.isOpen()) return;
        if (isSample) this.#record.pings.push({ atMs: clock.nowMs(), rttMs });
        if (isSample) this.#monitor.measured(rttMs);
        if (report !== null) this.#monitor.heard(report, clock.steadyMs());
        this.#judge();
      }),
    );
  }

  #judge(): void {
    const nowMs = this.#options.clock.steadyMs();
    const decision = this.#monitor.decide(nowMs);
    if (decision !== null) this.#apply(decision);
    if (!this.#isStopped && !this.#isCalling) this.#askStudy(nowMs);
  }

  #askStudy(nowMs: number): void {
    const { rules, clock, log, player, sceneId } = this.#options;
    const { subjectId } = player;
    const measured = this.#monitor.takeCallbackContext(nowMs);
    if (measured === null) return;
    this.#isCalling = true;
    const call = () => rules.callback?.({ ...measured, subjectId, sceneId });
    void runCallback(call, continuousDecisionSchema, clock).then((result) =>
      this.#safely(() => {
        this.#isCalling = false;
        if (result.kind === "failed") {
          log.error({ subjectId, detail: result.detail }, "continuousCallback failed");
          return this.#note("callback_failed", "callback", result.detail);
        }
        const { exclude, warn = false, message = null } = result.value;
        if (exclude) this.#apply({ kind: "exclude", rule: "callback", message });
        else if (warn) this.#apply({ kind: "warn", rule: "callback", message });
      }),
    );
  }

  #apply({ kind, rule, message }: MonitorDecision): void {
    const { presence, player, exclude } = this.#options;
    const { subjectId, gameId } = player;
    if (kind === "exclude") {
      this.#note("excluded", rule, message);
      exclude(subjectId, gameId, rule === "focus_loss" ? rule : "self_exclusion");
      return;
    }
    const shown = message ?? DEFAULT_WARNING;
    this.#note("warned", rule, shown);
    presence.send(subjectId, "warning", { gameId, message: shown });
  }

  #note(kind: WatchDecision["kind"], rule: WatchDecision["rule"], message: string | null): void {
    const { episode, frame } = this.#monitor;
    const atMs = this.#options.clock.nowMs();
    this.#record.decisions.push({ atMs, kind, rule, message, episode, frame });
    this.#save();
  }
}
