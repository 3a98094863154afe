/** What each message of a registered page means, in the words of the rooms that act on it. */
import { storeDesync } from "./games/desync-bundle.ts";
import { storeClose } from "./games/episode-close.ts";
import { appendLog } from "./games/episode-log.ts";
import { clientOf } from "./monitoring/client.ts";
import { setGlobals } from "./participants/globals.ts";
import { exitScene } from "./participants/scene-exit.ts";
import type { ClientMessage } from "./protocol.ts";
import type { Rooms } from "./rooms.ts";
import { connectionOf, type Handled, type Handlers, type PageSession } from "./socket-gateway.ts";

const WRONG_GAME = { ok: false, reason: "wrong_game", message: "This is not your game." } as const;

async function register(
  rooms: Rooms,
  session: PageSession,
  message: ClientMessage<"register">,
): Promise<Handled<"register">> {
  const { registration, participants, gameRooms, entryDesk } = rooms;
  const connection = connectionOf(session.socket, message.tabId, rooms.database);
  const { reply, subjectId } = await registration.register(message, connection);
  if (subjectId === null) return { reply };
  session.subjectId = subjectId;
  const { lifecycle, gameId } = participants.get(subjectId);
  if (lifecycle === "IN_WAITROOM") leaveWaitroom(rooms, subjectId);
  if (lifecycle !== "IN_GAME" || gameId === null) {
    const userAgent = session.socket.handshake.headers["user-agent"] ?? "";
    const client = clientOf(userAgent, message.touchPoints ?? 0);
    return { reply, after: () => entryDesk.receive(subjectId, connection, client) };
  }
  if (message.playingGameId === gameId) {
    return { reply, after: () => gameRooms.reconnected(subjectId, gameId) };
  }
  // A page that died after it had handed in everything has played the game.
  if ((await gameRooms.finish(subjectId, gameId)) === "finished") {
    return { reply, after: () => rooms.show(subjectId) };
  }
  return { reply, after: () => gameRooms.returned(subjectId, gameId) };
}

export function leaveWaitroom(
  { waitingRooms, participants, journey }: Rooms,
  subjectId: string,
): void {
  const { visitId } = participants.get(subjectId);
  const { sceneId } = participants.getVisit(subjectId, visitId);
  waitingRooms.get(sceneId)?.leave(subjectId);
  journey.step(subjectId, "IDLE", null);
}

function disconnect(rooms: Rooms, { subjectId, socket }: PageSession): void {
  if (subjectId === null || !rooms.presence.remove(subjectId, socket.id)) return;
  const { lifecycle, gameId } = rooms.participants.get(subjectId);
  if (lifecycle === "IN_WAITROOM") leaveWaitroom(rooms, subjectId);
  if (lifecycle === "IN_GAME" && gameId !== null) rooms.gameRooms.disconnected(subjectId, gameId);
}

function advanceScene(
  rooms: Rooms,
  subjectId: string,
  message: ClientMessage<"advance-scene">,
): Handled<"advance-scene"> {
  if (rooms.entryDesk.isDue(subjectId)) {
    const text = "The study is still checking whether you can take part.";
    return { reply: { ok: false, reason: "wrong_visit", message: text } };
  }
  const reply = exitScene(rooms.journey, rooms.participants, subjectId, message);
  if (!reply.ok) return { reply };
  return { reply, after: () => rooms.show(subjectId) };
}

async function syncGlobals(
  rooms: Rooms,
  subjectId: string,
  { values }: ClientMessage<"sync-globals">,
): Promise<Handled<"sync-globals">> {
  const reply = setGlobals(rooms, subjectId, values);
  if (reply.ok) await rooms.journey.files.writeChanges(subjectId);
  return { reply };
}

function joinWaitroom(
  rooms: Rooms,
  subjectId: string,
  { visitId }: ClientMessage<"join-waitroom">,
): Handled<"join-waitroom"> {
  const participant = rooms.participants.get(subjectId);
  const scene = rooms.journey.scene(subjectId);
  const room = rooms.waitingRooms.get(scene.sceneId);
  const isHere = participant.visitId === visitId && participant.outcome === null;
  if (!isHere || room === undefined || participant.lifecycle === "IN_GAME") {
    const message = "There is no waiting room at this place.";
    return { reply: { ok: false, reason: "wrong_visit", message } };
  }
  if (participant.lifecycle === "IDLE") rooms.journey.step(subjectId, "IN_WAITROOM", null);
  return { reply: { ok: true }, after: () => room.join(subjectId, visitId) };
}

function waitAgain(
  rooms: Rooms,
  subjectId: string,
  { visitId }: ClientMessage<"wait-again">,
): Handled<"wait-again"> {
  const isHere = rooms.journey.view(subjectId).view.visitId === visitId;
  if (!isHere || !rooms.journey.waitAgain(subjectId)) {
    const message = "There is no waiting room to go back to.";
    return { reply: { ok: false, reason: "wrong_visit", message } };
  }
  return { reply: { ok: true }, after: () => rooms.show(subjectId) };
}

function probeReport(
  rooms: Rooms,
  subjectId: string,
  { gameId, links }: ClientMessage<"probe-report">,
): Handled<"probe-report"> {
  const { sceneId } = rooms.journey.scene(subjectId);
  if (!rooms.trialLines.members(gameId).includes(subjectId)) return { reply: WRONG_GAME };
  const room = rooms.waitingRooms.get(sceneId);
  return { reply: { ok: true }, after: () => room?.report(subjectId, gameId, links) };
}

/** Whom a message is for, in a game or before it; null when sender or receiver is not in the group. */
function otherPlayer(rooms: Rooms, subjectId: string, gameId: string, toPlayer: number) {
  const seats = rooms.gameRooms.seats(gameId).map((seat) => seat.subjectId);
  const members = seats.length > 0 ? seats : rooms.trialLines.members(gameId);
  const fromPlayer = members.indexOf(subjectId);
  const toSubject = members[toPlayer];
  if (fromPlayer === -1 || toSubject === undefined || toPlayer === fromPlayer) return null;
  return { fromPlayer, toSubject };
}

function signal(
  rooms: Rooms,
  subjectId: string,
  { gameId, toPlayer, epoch, data }: ClientMessage<"signal">,
): Handled<"signal"> {
  const other = otherPlayer(rooms, subjectId, gameId, toPlayer);
  if (other === null) return { reply: WRONG_GAME };
  const { fromPlayer, toSubject } = other;
  rooms.presence.send(toSubject, "signal", { gameId, fromPlayer, epoch, data });
  return { reply: { ok: true } };
}

function relay(
  rooms: Rooms,
  subjectId: string,
  { gameId, toPlayer, epoch, channel, bytes }: ClientMessage<"relay">,
): Handled<"relay"> {
  const other = otherPlayer(rooms, subjectId, gameId, toPlayer);
  if (other === null) return { reply: WRONG_GAME };
  const { fromPlayer, toSubject } = other;
  rooms.presence.send(toSubject, "relay", { gameId, fromPlayer, epoch, channel, bytes });
  return { reply: { ok: true } };
}

function episodeLog(
  rooms: Rooms,
  subjectId: string,
  message: ClientMessage<"episode-log">,
): Handled<"episode-log"> {
  const { games, participants, prepared, gameRooms, database, settlement, log } = rooms;
  const seat = gameRooms.seat(message.gameId, subjectId);
  if (seat === null) return { reply: WRONG_GAME };
  const game = games.get(message.gameId);
  const environment = prepared.get(game.sceneId)?.environment;
  if (environment === undefined) return { reply: WRONG_GAME };
  const result = database.transaction(() =>
    appendLog(games, game, environment, seat.playerIndex, message),
  );
  switch (result.kind) {
    case "stored":
      // Handed in after its game was over for this player: what was decided is decided again.
      if (participants.get(subjectId).gameId !== message.gameId) settlement.touch(message.gameId);
      return { reply: { ok: true, ackFrame: result.ackFrame } };
    case "malformed":
      return { reply: { ok: false, reason: "malformed", message: result.message } };
    case "conflict":
      log.warn({ subjectId, gameId: message.gameId, ...result }, "conflicting log refused");
      return { reply: { ok: false, reason: "conflicting_data", message: result.message } };
  }
}

async function desyncReport(
  { games, gameRooms, prepared, experimentId, folder }: Rooms,
  subjectId: string,
  message: ClientMessage<"desync-report">,
): Promise<Handled<"desync-report">> {
  const { gameId } = message;
  const seat = gameRooms.seat(gameId, subjectId);
  if (seat === null) return { reply: WRONG_GAME };
  const environment = prepared.get(games.get(gameId).sceneId)?.environment;
  if (environment === undefined) return { reply: WRONG_GAME };
  const players = gameRooms.seats(gameId);
  const options = { experimentId, table: games, folder, environment, players, seat };
  const result = await storeDesync(message, options);
  if (result.kind === "malformed") {
    return { reply: { ok: false, reason: "malformed", message: result.message } };
  }
  return { reply: { ok: true, isStored: result.kind === "stored" } };
}

function closeEpisode(
  rooms: Rooms,
  subjectId: string,
  message: ClientMessage<"close-episode">,
): Handled<"close-episode"> {
  const { gameId, reason } = message;
  const seat = rooms.gameRooms.seat(gameId, subjectId);
  if (seat === null) return { reply: WRONG_GAME };
  const reply = storeClose(rooms.games, rooms.database, seat, message);
  if (!reply.ok || !reply.isClosed) return { reply };
  rooms.settlement.touch(gameId);
  if (reason === "ended") {
    rooms.returns.closed(gameId, message.episode);
    return { reply };
  }
  return { reply, after: () => rooms.gameRooms.leave(subjectId, gameId, reason) };
}

function resumeEpisode(
  { gameRooms, returns }: Rooms,
  subjectId: string,
  { gameId, episode }: ClientMessage<"resume-episode">,
): Handled<"resume-episode"> {
  const seat = gameRooms.seat(gameId, subjectId);
  const past = seat === null ? null : returns.past(seat, episode);
  return { reply: past === null ? WRONG_GAME : { ok: true, ...past } };
}

async function finishGame(
  rooms: Rooms,
  subjectId: string,
  { gameId }: ClientMessage<"finish-game">,
): Promise<Handled<"finish-game">> {
  const { gameRooms, show } = rooms;
  if (gameRooms.seat(gameId, subjectId) === null) return { reply: WRONG_GAME };
  if ((await gameRooms.finish(subjectId, gameId)) === "unclosed") {
    const message = "Some episodes of this game are not closed yet.";
    return { reply: { ok: false, reason: "conflicting_data", message } };
  }
  return { reply: { ok: true }, after: () => show(subjectId) };
}

export function pageHandlers(rooms: Rooms): Handlers {
  return {
    register: (session, message) => register(rooms, session, message),
    spoken: (subjectId) => rooms.registration.confirmSecret(subjectId),
    disconnect: (session) => disconnect(rooms, session),
    "advance-scene": (subjectId, message) => advanceScene(rooms, subjectId, message),
    "sync-globals": (subjectId, message) => syncGlobals(rooms, subjectId, message),
    "join-waitroom": (subjectId, message) => joinWaitroom(rooms, subjectId, message),
    "wait-again": (subjectId, message) => waitAgain(rooms, subjectId, message),
    "probe-report": (subjectId, message) => probeReport(rooms, subjectId, message),
    signal: (subjectId, message) => signal(rooms, subjectId, message),
    relay: (subjectId, message) => relay(rooms, subjectId, message),
    "episode-log": (subjectId, message) => episodeLog(rooms, subjectId, message),
    "close-episode": (subjectId, message) => closeEpisode(rooms, subjectId, message),
    "desync-report": (subjectId, message) => desyncReport(rooms, subjectId, message),
    "resume-episode": (subjectId, message) => resumeEpisode(rooms, subjectId, message),
    "finish-game": (subjectId, message) => finishGame(rooms, subjectId, message),
    "report-ping": () => ({ reply: { ok: true, serverTimeMs: rooms.clock.nowMs() } }),
    "report-presence": (subjectId, message) => {
      rooms.watch.reported(subjectId, message);
      return { reply: { ok: true } };
    },
    "client-error": (subjectId, { message }) => {
      rooms.log.warn({ subjectId, message }, "a page reports an error");
      return { reply: { ok: true } };
    },
  };
}
