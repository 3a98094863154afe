/** Serves conditions over REST, as experiment-server does. */
import { basename, extname, join, resolve } from "node:path";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { bearerOf, hashSecret, isSecret, newSecret } from "../participants/secret.ts";
import { type Answer, answerRequest } from "./api.ts";
import { docsPage, openApiDocument } from "./docs.ts";
import { Experiment } from "./experiment.ts";
import { readConditions } from "./file.ts";
import { LiveFile } from "./live-file.ts";
import { addPageRoutes, PageEvents } from "./page-routes.ts";
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

/** A name that leads here, but is not one of these, is another site's trick. */
function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}

const UNAUTHORISED: Answer = {
  status: 401,
  type: "text/plain",
  body: "Changes need the header `Authorization: Bearer` with the admin token that the server printed.",
};

function send(reply: FastifyReply, { status, type, body }: Answer): FastifyReply {
  return reply.code(status).type(`${type}; charset=utf-8`).send(body);
}

interface Door {
  /** Whether only this machine may connect. */
  readonly isLocal: boolean;
  readonly adminToken: string | null;
  readonly allowedOrigins: readonly string[];
}

/** Answers pages of other sites only if they are allowed, and changes only with the token. */
function guardDoor(app: FastifyInstance, { isLocal, adminToken, allowedOrigins }: Door): void {
  const tokenHash = adminToken === null ? null : hashSecret(adminToken);
  app.addHook("onRequest", async (request, reply) => {
    const { origin, authorization, host } = request.headers;
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
      origin === undefined ||
      ([`http://${host}`, `https://${host}`].includes(origin) &&
        (!isLocal || isLoopback(new URL(origin).hostname)));
    if (!isOwn && !isAllowed) {
      const body = `Pages of ${origin} may not change anything here; allow them with --allow-origin.`;
      return send(reply, { status: 403, type: "text/plain", body });
    }
    if (tokenHash === null || isSecret(bearerOf(authorization), tokenHash)) return;
    return send(reply, UNAUTHORISED);
  });
}

function addRoutes(app: FastifyInstance, experiment: Experiment, save: () => Promise<void>): void {
  app.get("/api/openapi.json", () => openApiDocument());
  app.get("/api/docs", (_request, reply) =>
    send(reply, { status: 200, type: "text/html", body: docsPage() }),
  );
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const segments = (request.params as { "*": string })["*"].split("/").filter(Boolean);
    const result = answerRequest(experiment, request.method, segments);
    if (request.method !== "GET") await save();
    return send(reply, result);
  };
  app.route({ method: ["GET", "POST", "PUT", "DELETE", "PATCH"], url: "/api/*", handler: answer });
}

/** What the experiment is made of: the file, and the state of earlier runs. */
async function restore(options: ConditionsServerOptions, path: string, store: ConditionsStore) {
  const state = await store.load();
  const { text, conditions } = await readConditions(path);
  const { defaultParticipantIndex } = options;
  const experiment = new Experiment(conditions, {
    ...(state === null ? {} : { state }),
    ...(defaultParticipantIndex === undefined ? {} : { defaultParticipantIndex }),
  });
  await store.save(experiment.state);
  return { text, experiment };
}

function makeApp(): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, exposeHeadRoutes: false });
  // Clients post without a body, some with an empty one of any type.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume().on("end", () => done(null));
  });
  return app;
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
  const { text, experiment } = await restore(options, path, store);
  const events = new PageEvents();
  const save = async () => {
    events.notify();
    await store.save(experiment.state);
  };
  const isLocal = isLoopback(host);
  const adminToken = isLocal ? null : (options.adminToken ?? newSecret());
  const file = new LiveFile(text, { path, experiment, log, onChange: save });
  const app = makeApp();
  const close = async () => {
    file.close();
    events.close();
    await app.close();
    await save();
  };
  guardDoor(app, { isLocal, adminToken, allowedOrigins });
  addRoutes(app, experiment, save);
  await app.register(addPageRoutes, { experiment, file, events, isGuarded: !isLocal });
  app.post("/api/shutdown", (_request, reply) => {
    reply.raw.once("finish", () => void close().then(options.onShutdown));
    return send(reply, { status: 200, type: "text/plain", body: "" });
  });
  try {
    await app.listen({ host, port });
  } catch (error) {
    file.close();
    events.close();
    throw error;
  }
  const address = app.server.address();
  const boundPort = typeof address === "object" && address !== null ? address.port : port;
  const shownHost = !isLocal ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return { url: `http://${shownHost}:${boundPort}`, port: boundPort, adminToken, close };
}
