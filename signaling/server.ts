/** Wires the rooms together and opens the port. */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import fastify, { type FastifyReply } from "fastify";
import { type Logger, pino } from "pino";
import { Server as SocketServer } from "socket.io";
import { AdminDoor } from "./admin-door.ts";
import { type Clock, systemClock } from "./clock.ts";
import { StudyBlocks, StudyConditions } from "./conditions/study-blocks.ts";
import { GameReturns } from "./games/game-returns.ts";
import { GameRooms } from "./games/game-rooms.ts";
import { GameWatch } from "./games/game-watch.ts";
import { type PreparedGame, prepareGames } from "./games/prepared-game.ts";
import { Replayer } from "./games/replayer.ts";
import { Settlement } from "./games/settlement.ts";
import { TrialLines } from "./games/trial-lines.ts";
import { addRoutes, refuseLink } from "./http-routes.ts";
import { checkAccess } from "./limits/access-check.ts";
import { AddressLimit } from "./limits/address-limit.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits/limits.ts";
import { MatchLog } from "./matchmaking/match-log.ts";
import type { WaitingRoom } from "./matchmaking/waiting-room.ts";
import { MESSAGE_BYTES_MAX } from "./message-bound.ts";
import { pageHandlers } from "./page-handlers.ts";
import { EntryDesk } from "./participants/entry-desk.ts";
import { Journey } from "./participants/journey.ts";
import { checkPlans } from "./participants/plan-check.ts";
import { Presence } from "./participants/presence.ts";
import { Registration } from "./participants/registration.ts";
import { type Contents, loadContents } from "./participants/scene-content.ts";
import type { Rooms } from "./rooms.ts";
import { admitConnection, openGateway, type StudySocketServer } from "./socket-gateway.ts";
import { BlockTable } from "./store/block-table.ts";
import { DataFolder } from "./store/data-folder.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { GameTable } from "./store/game-table.ts";
import { ParticipantTable } from "./store/participant-table.ts";
import { ValueTable } from "./store/value-table.ts";
import { WatchTable } from "./store/watch-table.ts";
import type { Study } from "./study/index.ts";
import { loadStudy } from "./study-file.ts";
import { createWaitingRooms } from "./waiting-rooms.ts";

export type ServerOptions = (
  | { readonly studyPath: string }
  /** Environment paths of the study are relative to `studyDir`. */
  | { readonly study: Study; readonly studyDir: string }
) & {
  /** 0 takes any free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly host?: string;
  /** Where Vite has built the participant page. */
  readonly distDir?: string;
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly duplicateGraceMs?: number;
  readonly returnGraceMs?: number;
  readonly abandonedAfterMs?: number;
  readonly limits?: Partial<Limits>;
  /** Addresses of proxies in front, with commas between them, whose X-Forwarded-For is believed; null for none. */
  readonly trustProxy?: string | null;
  /** What `tandem end` has to know; made up if not given. */
  readonly adminToken?: string;
};

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** The folder of this experiment's files. */
  readonly dataPath: string;
  /** Resolves when every file that is due has been written. */
  idle(): Promise<void>;
  /** Takes no more messages, finishes the files, lets go of the port and the state. */
  close(): Promise<void>;
}

const DEFAULTS = {
  host: "0.0.0.0",
  distDir: fileURLToPath(new URL("../dist", import.meta.url)),
  /** A reload's old socket is gone within this time. */
  duplicateGraceMs: 1_000,
  /** Long enough for a reconnecting page to hand in the last second of its log. */
  returnGraceMs: 15_000,
  /** A phone call's length. */
  abandonedAfterMs: 300_000,
} as const;

/** A dead line is noticed within 15 s. */
const PING = { pingInterval: 5_000, pingTimeout: 10_000 } as const;
/** So that an overlong id reaches the page that says so. */
const PATH_LENGTH_MAX = 10_000;

/** Quiet for people: warnings and errors on stderr; LOG_LEVEL asks for more. */
function createLog(): Logger {
  return pino({ level: process.env.LOG_LEVEL ?? "warn" }, pino.destination(2));
}

interface Parts {
  readonly study: Study;
  readonly folder: DataFolder;
  readonly database: Database;
  readonly prepared: ReadonlyMap<string, PreparedGame>;
  readonly contents: Contents;
  /** Null when the study serves no files of its own. */
  readonly staticDir: string | null;
  /** Null when the study has no conditions file. */
  readonly conditions: StudyConditions | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly replayer: Replayer;
  readonly options: ServerOptions;
}

interface JourneyRooms {
  readonly participants: ParticipantTable;
  readonly games: GameTable;
  readonly watches: WatchTable;
  readonly values: ValueTable;
  readonly settlement: Settlement;
  readonly blocks: StudyBlocks | null;
}

function createJourney(parts: Parts, rooms: JourneyRooms): Journey {
  const { study, database, folder, clock, contents, prepared, log } = parts;
  const { participants, values, games, watches, settlement, blocks } = rooms;
  return new Journey({
    study,
    database,
    participants,
    values,
    watches,
    blocks,
    folder,
    clock,
    contents,
    keyHelp: (sceneId) => prepared.get(sceneId)?.environment.keyHelp ?? [],
    standing: ({ gameId, subjectId }) =>
      gameId === null ? null : settlement.standing(gameId, subjectId),
    score: ({ gameId, subjectId }) => (gameId === null ? null : games.findScore(gameId, subjectId)),
    onStagerFault: (subjectId, err) =>
      log.error({ subjectId, err }, "the study's stager failed; the participant goes on in order"),
  });
}

function createRooms(parts: Parts): Rooms {
  const { study, folder, database, prepared, clock, log, replayer, options, conditions } = parts;
  const participants = new ParticipantTable(database);
  const games = new GameTable(database);
  const watches = new WatchTable(database);
  const values = new ValueTable(database);
  const presence = new Presence();
  const settlement = new Settlement({
    experimentId: study.experimentId,
    table: games,
    values,
    folder,
    replayer,
    clock,
    log,
    async onSettled(players) {
      for (const { subjectId, visitId } of players)
        await journey.files.writeVisit(subjectId, visitId);
    },
  });
  const blocks = conditions === null ? null : new StudyBlocks(conditions, new BlockTable(database));
  const tables = { participants, values, games, watches };
  const journey = createJourney(parts, { ...tables, settlement, blocks });
  const show = (subjectId: string) => {
    const { view, progress } = journey.view(subjectId);
    presence.send(subjectId, "scene", view, progress);
    journey.files
      .writeChanges(subjectId)
      .catch((err: unknown) => log.error({ err }, "cannot write"));
  };
  const { duplicateGraceMs, returnGraceMs, abandonedAfterMs } = { ...DEFAULTS, ...options };
  const returns = new GameReturns({ table: games, prepared, clock });
  const stores = { participants, values, database };
  const shared = { ...stores, journey, presence, clock, prepared, settlement, returns, log };
  const watch = new GameWatch({
    ...shared,
    watches,
    exclude: (subjectId, gameId, reason) => gameRooms.leave(subjectId, gameId, reason),
  });
  const gameRooms: GameRooms = new GameRooms({
    ...shared,
    watch,
    study,
    blocks,
    table: games,
    returnGraceMs,
    abandonedAfterMs,
    show,
  });
  const registration = new Registration({ ...shared, panel: study.panel, duplicateGraceMs });
  const entryDesk = new EntryDesk({ ...shared, watches, rules: study.entryScreening, show });
  const waitingRooms = new Map<string, WaitingRoom>();
  const trialLines = new TrialLines({ ...shared, webrtc: study.webrtc });
  const matchLog = new MatchLog({ folder, clock, log });
  const desks = { registration, entryDesk, waitingRooms, gameRooms, trialLines, matchLog };
  const { experimentId } = study;
  const rooms: Rooms = { ...shared, ...desks, experimentId, folder, games, watch, show };
  for (const [sceneId, room] of createWaitingRooms(rooms)) waitingRooms.set(sceneId, room);
  return rooms;
}

async function listen(parts: Parts, rooms: Rooms): Promise<Omit<RunningServer, "dataPath">> {
  const { host = DEFAULTS.host, distDir = DEFAULTS.distDir, port } = parts.options;
  const { trustProxy = null } = parts.options;
  const limits = { ...DEFAULT_LIMITS, ...parts.options.limits };
  const app = fastify({
    trustProxy: trustProxy ?? false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: PATH_LENGTH_MAX },
    frameworkErrors: (_error, _request, reply) => void refuseLink(reply as FastifyReply),
  });
  const { study, prepared, staticDir, log, clock } = parts;
  const { requestsPerMinute } = limits;
  const { panel } = study;
  await addRoutes(app, { distDir, staticDir, prepared, panel, log, requestsPerMinute });
  const door = new AdminDoor(parts.folder.path, parts.options.adminToken);
  door.addRoutes(app, rooms);
  await app.ready();
  const io: StudySocketServer = new SocketServer(app.server, {
    ...PING,
    maxHttpBufferSize: MESSAGE_BYTES_MAX,
    serveClient: false,
    allowRequest: admitConnection(new AddressLimit(limits, trustProxy), clock, log),
  });
  openGateway(io, pageHandlers(rooms), { store: parts.database, clock, limits, log });
  const finish = async () => {
    await rooms.journey.files.writeChanges(null);
    await rooms.settlement.idle();
    await rooms.journey.files.idle();
    await rooms.matchLog.idle();
  };
  const release = async () => {
    for (const room of rooms.waitingRooms.values()) room.close();
    rooms.gameRooms.close();
    await finish();
    await rooms.matchLog.close();
    await parts.replayer.close();
    parts.database.close();
  };
  await app.listen({ host, port });
  const address = app.server.address();
  const boundPort = typeof address === "object" && address !== null ? address.port : port;
  await door.open(host, boundPort);
  return {
    url: `http://localhost:${boundPort}`,
    port: boundPort,
    idle: finish,
    async close() {
      await door.close();
      await io.close();
      await app.close();
      await release();
    },
  };
}

/**
 * Starts the study's server; resolves when it takes participants.
 * @throws StudyError or DataError with sentences for the person who started it, or the system's error of the port.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const isLoaded = "study" in options;
  const study = isLoaded ? options.study : await loadStudy(options.studyPath);
  const studyDir = isLoaded ? options.studyDir : dirname(resolve(options.studyPath));
  const { clock = systemClock, log = createLog() } = options;
  checkAccess(options);
  const folder = new DataFolder(
    resolve(options.dataDir),
    study.experimentId,
    study.saveExperimentData,
  );
  await folder.open();
  const conditions =
    study.conditions === null ? null : await StudyConditions.load(study.conditions, studyDir);
  const prepared = await prepareGames(study, studyDir, folder, conditions?.samples);
  const contents = await loadContents(study, studyDir);
  const staticDir = study.staticDir === null ? null : resolve(studyDir, study.staticDir);
  const database = openDatabase(folder.databasePath, clock.nowMs());
  const replayer = new Replayer();
  try {
    const shared = { study, folder, database, prepared, contents, staticDir, conditions };
    const parts: Parts = { ...shared, clock, log, replayer, options };
    const rooms = createRooms(parts);
    checkPlans(rooms.participants, study, folder);
    await folder.removeUnfinished();
    await rooms.gameRooms.recover();
    await rooms.journey.files.writeChanges(null);
    return { ...(await listen(parts, rooms)), dataPath: folder.path };
  } catch (error) {
    await replayer.close();
    database.close();
    throw error;
  }
}
