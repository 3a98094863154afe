/** Running games: who is in which, what passes between them, and how each of them ends. */
import type { Clock } from "../clock.ts";
import type { StudyBlocks } from "../conditions/study-blocks.ts";
import type { Journey } from "../participants/journey.ts";
import type { Presence } from "../participants/presence.ts";
import type { GameStart, Outcome, ServerToClientEvents } from "../protocol.ts";
import type { Database } from "../store/database.ts";
import type { EndReason, GamePlayer, GameSettings, GameTable } from "../store/game-table.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import type { Study } from "../study/index.ts";
import type { GameReturns } from "./game-returns.ts";
import type { GameWatch } from "./game-watch.ts";
import { linePlan } from "./ice-servers.ts";
import { newSettings, type PreparedGame } from "./prepared-game.ts";
import type { Settlement } from "./settlement.ts";

export interface GameRoomsOptions {
  readonly study: Study;
  readonly prepared: ReadonlyMap<string, PreparedGame>;
  readonly database: Database;
  readonly table: GameTable;
  readonly participants: ParticipantTable;
  readonly journey: Journey;
  /** Null in a study without a conditions file. */
  readonly blocks: StudyBlocks | null;
  readonly presence: Presence;
  readonly settlement: Settlement;
  readonly watch: GameWatch;
  readonly returns: GameReturns;
  readonly clock: Clock;
  /** How long somebody whose partner reported them gone may take to come back and hand in their log. */
  readonly returnGraceMs: number;
  /** How long a game waits for somebody whom nobody has reported. */
  readonly abandonedAfterMs: number;
  /** Shows the participant where they are now. */
  show(subjectId: string): void;
}

export class GameRooms {
  readonly #options: GameRoomsOptions;
  /** Seats never change, so the hot path of the relay needs no query. */
  readonly #seats = new Map<string, readonly GamePlayer[]>();
  readonly #absences = new Map<string, () => void>();

  constructor(options: GameRoomsOptions) {
    this.#options = options;
  }

  /** The seat of the participant; null when the game does not exist or is somebody else's. */
  seat(gameId: string, subjectId: string): GamePlayer | null {
    return this.seats(gameId).find((player) => player.subjectId === subjectId) ?? null;
  }

  seats(gameId: string): readonly GamePlayer[] {
    const known = this.#seats.get(gameId);
    if (known !== undefined) return known;
    const players = this.#options.table.players(gameId);
    if (players.length > 0) this.#seats.set(gameId, players);
    return players;
  }

  /** Makes a game of the group; player i is the i-th. */
  start(sceneId: string, subjectIds: readonly string[], gameId: string): void {
    const { prepared, table, participants, journey, database, presence, clock, watch, blocks } =
      this.#options;
    const game = prepared.get(sceneId);
    if (game === undefined) throw new Error(`Expected a prepared game ${sceneId}, got none`);
    const players = subjectIds.map((subjectId, playerIndex): GamePlayer => {
      const { visitId } = participants.get(subjectId);
      const { visitNumber } = participants.getVisit(subjectId, visitId);
      return { gameId, playerIndex, subjectId, visitId, visitNumber, endReason: null };
    });
    const settings = database.transaction(() => {
      const createdAtMs = clock.nowMs();
      const places = players.map(({ subjectId, visitId }) => {
        const { planIndex } = participants.getVisit(subjectId, visitId);
        return { subjectId, plan: participants.get(subjectId).plan, planIndex };
      });
      const settings = newSettings(game, blocks?.startGame(places) ?? null);
      table.insert({ gameId, sceneId, settings, createdAtMs, isSettled: false }, players);
      for (const { subjectId, visitId } of players) {
        journey.step(subjectId, "IN_GAME", gameId);
        participants.updateVisit(subjectId, visitId, { gameId });
      }
      return settings;
    });
    for (const player of players) {
      const start = this.#startMessage(game, settings, player, players.length);
      presence.send(player.subjectId, "game-start", start);
      if (!presence.has(player.subjectId)) this.disconnected(player.subjectId, gameId);
    }
    watch.start(game, players);
  }

  /** Tells the other members of the game. */
  tellStatus(gameId: string, subjectId: string, status: "connected" | "disconnected" | "left") {
    const { presence } = this.#options;
    const seat = this.seat(gameId, subjectId);
    if (seat === null) return;
    for (const player of this.seats(gameId)) {
      if (player.subjectId === subjectId) continue;
      presence.send(player.subjectId, "partner-status", this.#status(seat, status));
    }
  }

  /** The page's socket is gone; play may go on over the direct path. */
  disconnected(subjectId: string, gameId: string): void {
    this.tellStatus(gameId, subjectId, "disconnected");
    this.#expectBack(subjectId, gameId);
  }

  /** The very page that plays has its socket again; it may have missed that a partner's page is another. */
  reconnected(subjectId: string, gameId: string): void {
    const { presence } = this.#options;
    this.#cancelAbsence(subjectId);
    this.tellStatus(gameId, subjectId, "connected");
    for (const seat of this.seats(gameId)) {
      if (seat.subjectId === subjectId) this.#watchOn(seat);
      else if (presence.has(seat.subjectId)) {
        presence.send(subjectId, "partner-status", this.#status(seat, "connected"));
      }
    }
  }

  /** A new page of a player is there: it plays on, or their game is over. */
  returned(subjectId: string, gameId: string): void {
    const { table, prepared, presence, returns, show } = this.#options;
    const seat = this.seat(gameId, subjectId);
    const { sceneId, settings } = table.get(gameId);
    const game = prepared.get(sceneId);
    if (seat === null || game === undefined || !returns.mayReturn(seat)) {
      this.leave(subjectId, gameId, "self_disconnected");
      return;
    }
    this.#cancelAbsence(subjectId);
    returns.add(seat);
    this.#watchOn(seat);
    show(subjectId);
    // The others search a path to the new page before it can say anything.
    this.tellStatus(gameId, subjectId, "connected");
    const start = this.#startMessage(game, settings, seat, this.seats(gameId).length);
    const resumesAtEpisode = returns.firstOpenEpisode(seat);
    presence.send(subjectId, "game-start", { ...start, resumesAtEpisode });
  }

  /** Ends the game for one player; a lone player begins the scene again, the others' way is over. */
  leave(subjectId: string, gameId: string, given: Exclude<EndReason, "finished">): void {
    const { journey, database, table, participants, settlement, watch, show } = this.#options;
    const seat = this.seat(gameId, subjectId);
    if (seat === null || participants.get(subjectId).gameId !== gameId) return;
    const reason = this.#namedReason(gameId, given);
    this.#cancelAbsence(subjectId);
    // Where the others play on they are watched on; else nobody shall be blamed for what follows.
    if (table.get(gameId).settings.session.onDeparture === "end") watch.stopGame(gameId);
    else watch.stop(subjectId);
    const isAlone = this.seats(gameId).length === 1;
    database.transaction(() => {
      table.endPlayer(gameId, seat.playerIndex, reason);
      if (isAlone && reason === "self_disconnected") journey.restartVisit(subjectId);
      else journey.leaveEarly(subjectId, reason satisfies Outcome);
    });
    this.tellStatus(gameId, subjectId, "left");
    for (const other of this.seats(gameId)) this.#expectBack(other.subjectId, gameId);
    settlement.touch(gameId);
    show(subjectId);
  }

  /** Ends the game for a player who has closed every episode. Again is harmless. */
  async finish(subjectId: string, gameId: string): Promise<"finished" | "unclosed"> {
    const { study, table, database, journey, participants, settlement, watch } = this.#options;
    const seat = this.seat(gameId, subjectId);
    const isOver = () => participants.get(subjectId).gameId !== gameId;
    if (isOver() || seat === null) return "finished";
    const { seeds } = table.get(gameId).settings;
    const isClosed = (_: number, episode: number) =>
      table.findClose(gameId, episode, seat.playerIndex)?.reason === "ended";
    if (!seeds.every(isClosed)) return "unclosed";
    if (study.stager !== null && table.findScore(gameId, subjectId) === null) {
      await settlement.computeScore(seat);
      if (isOver()) return "finished";
    }
    this.#cancelAbsence(subjectId);
    watch.stop(subjectId);
    database.transaction(() => {
      table.endPlayer(gameId, seat.playerIndex, "finished");
      journey.advance(subjectId, null);
    });
    settlement.touch(gameId);
    return "finished";
  }

  /**
   * After a restart of the server: whoever has handed in everything goes on, and all others are waited for,
   * whose pages may have played on meanwhile.
   */
  async recover(): Promise<void> {
    const { participants, prepared, settlement, table } = this.#options;
    for (const { subjectId, lifecycle, gameId } of participants.unfinished()) {
      if (lifecycle === "IN_WAITROOM") participants.update(subjectId, { lifecycle: "IDLE" });
      if (lifecycle !== "IN_GAME" || gameId === null) continue;
      if ((await this.finish(subjectId, gameId)) === "finished") continue;
      const { sceneId, settings } = table.get(gameId);
      // Nobody can come back into a game that the study has no more.
      const isKept = prepared.get(sceneId)?.bundle.digest === settings.environmentDigest;
      const isAlone = this.seats(gameId).length === 1;
      if (isKept) this.#expectBack(subjectId, gameId);
      else this.leave(subjectId, gameId, isAlone ? "self_disconnected" : "technical");
    }
    for (const { gameId } of table.unsettled()) settlement.touch(gameId);
  }

  close(): void {
    this.#options.watch.close();
    for (const cancel of this.#absences.values()) cancel();
    this.#absences.clear();
  }

  /** A page only sees that its partner has gone; the server knows why. */
  #namedReason(gameId: string, given: Exclude<EndReason, "finished">) {
    const players = this.#options.table.players(gameId);
    const isExclusion = players.some(
      ({ endReason }) => endReason === "self_exclusion" || endReason === "focus_loss",
    );
    return given === "partner_disconnected" && isExclusion ? "partner_exclusion" : given;
  }

  #status(
    { gameId, playerIndex }: GamePlayer,
    status: "connected" | "disconnected" | "left",
  ): Parameters<ServerToClientEvents["partner-status"]>[0] {
    const incarnation = this.#options.returns.incarnations(gameId)[playerIndex] ?? 0;
    return { gameId, playerIndex, status, incarnation };
  }

  /** Whether somebody has gone before the end. */
  #isEnding(gameId: string): boolean {
    const players = this.#options.table.players(gameId);
    return players.some(({ endReason }) => endReason !== null && endReason !== "finished");
  }

  /** Of a page that is back: the server that watched it may have been another. */
  #watchOn(seat: GamePlayer): void {
    const { table, prepared, watch } = this.#options;
    const { sceneId, settings } = table.get(seat.gameId);
    const game = prepared.get(sceneId);
    const isOver = this.#isEnding(seat.gameId) && settings.session.onDeparture === "end";
    if (game !== undefined && !isOver) watch.start(game, [seat]);
  }

  #cancelAbsence(subjectId: string): void {
    this.#absences.get(subjectId)?.();
    this.#absences.delete(subjectId);
  }

  /** Gives an absent player time to come back: little once the game cannot go on. */
  #expectBack(subjectId: string, gameId: string): void {
    const { presence, clock, participants, returnGraceMs, abandonedAfterMs } = this.#options;
    if (presence.has(subjectId) || participants.get(subjectId).gameId !== gameId) return;
    this.#cancelAbsence(subjectId);
    const cancel = clock.after(this.#isEnding(gameId) ? returnGraceMs : abandonedAfterMs, () => {
      if (!presence.has(subjectId)) this.leave(subjectId, gameId, "self_disconnected");
    });
    this.#absences.set(subjectId, cancel);
  }

  #startMessage(
    game: PreparedGame,
    settings: GameSettings,
    player: GamePlayer,
    playerCount: number,
  ): GameStart {
    const { clock, study } = this.#options;
    const { gameId, playerIndex } = player;
    return {
      ...linePlan(study.webrtc, { gameId, playerIndex, playerCount }, clock.nowMs()),
      visitId: player.visitId,
      environmentUrl: `/environments/${settings.environmentDigest}.js`,
      environmentDigest: settings.environmentDigest,
      configDigest: settings.configDigest,
      config: settings.config,
      seeds: settings.seeds,
      maxSteps: settings.maxSteps,
      fps: settings.fps,
      session: settings.session,
      emptySeats: game.gym.emptySeats,
      keyBindings: game.keyBindings,
      breakMs: game.gym.resetFreezeMs,
      isStreamed: game.gym.shouldStreamEpisodes,
      incarnations: this.#options.returns.incarnations(player.gameId),
      resumesAtEpisode: null,
    };
  }
}
