/** Serves conditions over REST, as experiment-server does. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { watch } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { type Answer, answerRequest, type Method } from "./api.ts";
import { docsPage, openApiDocument } from "./docs.ts";
import { Experiment } from "./experiment.ts";
import { loadConditions } from "./file.ts";
import { ConditionsStore } from "./store.ts";

export interface ConditionsServerOptions {
  /** The conditions file. */
  readonly path: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where the state is kept. */
  readonly dataDir: string;
  readonly log: Logger;
  /** Who may connect: this machine alone unless given. */
  readonly host?: string;
  readonly defaultParticipantIndex?: number;
  /** Needed for changes unless only this machine may connect; made up if not given. */
  readonly adminToken?: string;
  /** Other sites whose pages may ask, such as `https://lab.example`. */
  readonly allowedOrigins?: readonly string[];
  /** Called after a shutdown that somebody asked for. */
  readonly onShutdown?: () => void;
}

export interface RunningConditionsServer {
  readonly url: string;
  readonly port: number;
  /** Null if changes need none. */
  readonly adminToken: string | null;
  close(): Promise<void>;
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** An editor's write, rename and touch of one save come within this time. */
const SETTLE_MS = 100;

const UNAUTHORISED: Answer = {
  status: 401,
  type: "text/plain",
  body: "Changes need the header `Authorization: Bearer` with the admin token that the server printed.",
};

function send(reply: FastifyReply, { status, type, body }: Answer): FastifyReply {
  return reply.code(status).type(`${type}; charset=utf-8`).send(body);
}

function isEqualSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Keeps the last good conditions when the file is saved with faults, and says what they are. */
function watchFile(path: string, experiment: Experiment, log: Logger, save: () => Promise<void>) {
  let timer: NodeJS.Timeout | null = null;
  const reload = async () => {
    try {
      experiment.reload(await loadConditions(path));
      await save();
    } catch (error) {
      const reason = (error as Error).message;
      log.warn({ path, reason }, "the conditions file has faults; the last good one stays in use");
    }
  };
  // The folder, because a file that is replaced by another is watched no more.
  const watcher = watch(dirname(path), (_event, name) => {
    if (name !== null && name !== basename(path)) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void reload(), SETTLE_MS);
  });
  return () => {
    if (timer !== null) clearTimeout(timer);
    watcher.close();
  };
}

interface Door {
  readonly adminToken: string | null;
  readonly allowedOrigins: readonly string[];
}

/** Answers pages of other sites only if they are allowed, and changes only with the token. */
function guardDoor(app: FastifyInstance, { adminToken, allowedOrigins }: Door): void {
  app.addHook("onRequest", async (request, reply) => {
    const { origin, authorization = "", host } = request.headers;
    const isAllowed = origin !== undefined && allowedOrigins.includes(origin);
    if (isAllowed) {
      reply.header("access-control-allow-origin", origin).header("vary", "origin");
      if (request.method === "OPTIONS") {
        reply
          .header("access-control-allow-methods", "GET, POST, PUT")
          .header("access-control-allow-headers", "authorization, content-type");
        return reply.code(204).send();
      }
    }
    if (request.method === "GET") return;
    const isOwn =
      origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
    if (!isOwn && !isAllowed) {
      const body = `Pages of ${origin} may not change anything here; allow them with --allow-origin.`;
      return send(reply, { status: 403, type: "text/plain", body });
    }
    if (adminToken === null) return;
    const token = authorization.replace(/^Bearer /, "");
    if (!isEqualSecret(token, adminToken)) return send(reply, UNAUTHORISED);
  });
}

function addRoutes(app: FastifyInstance, experiment: Experiment, save: () => Promise<void>): void {
  app.get("/api/openapi.json", () => openApiDocument());
  app.get("/api/docs", (_request, reply) =>
    send(reply, { status: 200, type: "text/html", body: docsPage() }),
  );
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const segments = (request.params as { "*": string })["*"].split("/").filter(Boolean);
    const result = answerRequest(experiment, request.method as Method, segments);
    if (request.method !== "GET") await save();
    return send(reply, result);
  };
  app.route({ method: ["GET", "POST", "PUT"], url: "/api/*", handler: answer });
}

/**
 * Resolves when the server answers.
 * @throws ConditionsError, PythonError, ConditionsFileError or DataError with sentences for the person who
 * started it, or the system's error of the port.
 */
export async function startConditionsServer(
  options: ConditionsServerOptions,
): Promise<RunningConditionsServer> {
  const { port, dataDir, log, host = "127.0.0.1", allowedOrigins = [] } = options;
  const path = resolve(options.path);
  const stem = basename(path, extname(path));
  const store = new ConditionsStore(join(resolve(dataDir), `${stem}_state.json`));
  const state = await store.load();
  const experiment = new Experiment(await loadConditions(path), {
    ...(state === null ? {} : { state }),
    ...(options.defaultParticipantIndex === undefined
      ? {}
      : { defaultParticipantIndex: options.defaultParticipantIndex }),
  });
  const save = () => store.save(experiment.state);
  await save();
  const isOpen = !LOOPBACK.has(host);
  const adminToken = isOpen ? (options.adminToken ?? randomBytes(16).toString("base64url")) : null;
  const app = fastify({ forceCloseConnections: true, exposeHeadRoutes: false });
  // Clients post without a body, some with an empty one of any type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume().on("end", () => done(null));
  });
  guardDoor(app, { adminToken, allowedOrigins });
  addRoutes(app, experiment, save);
  const unwatch = watchFile(path, experiment, log, save);
  const close = async () => {
    unwatch();
    await app.close();
    await save();
  };
  app.post("/api/shutdown", (_request, reply) => {
    reply.raw.once("finish", () => void close().then(options.onShutdown));
    return send(reply, { status: 200, type: "text/plain", body: "" });
  });
  try {
    await app.listen({ host, port });
  } catch (error) {
    unwatch();
    throw error;
  }
  const address = app.server.address();
  const boundPort = typeof address === "object" && address !== null ? address.port : port;
  const shownHost = isOpen ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return { url: `http://${shownHost}:${boundPort}`, port: boundPort, adminToken, close };
}
