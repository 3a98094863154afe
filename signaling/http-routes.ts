/** What the server gives a browser: the page, its assets, the environments; and clear pages for wrong links. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import rateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import type { Logger } from "pino";
import type { PreparedGame } from "./games/prepared-game.ts";
import { SUBJECT_ID_LENGTH_MAX, SUBJECT_ID_PATTERN } from "./protocol.ts";
import { type Panel, takePanelValues } from "./study/index.ts";

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "connect-src 'self' ws: wss:",
    "img-src 'self' data:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/** Browsers ask for these by themselves; they are nobody's id. */
const BROWSER_FILES = ["/favicon.ico", "/robots.txt"];

const MINUTE_MS = 60_000;
const TOO_MANY = 429;
const TOO_MANY_TEXT =
  "Too many pages were asked for from your network within a minute. Please load this page again in a minute.";

function plainPage(title: string, text: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>body{font:18px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em}</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
}

function sendPage(reply: FastifyReply, status: number, title: string, text: string) {
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(plainPage(title, text));
}

export function refuseLink(reply: FastifyReply): FastifyReply {
  return sendPage(
    reply,
    400,
    "This link does not work",
    "The address is not a participant link of this study. Please check that you copied all of it, or ask the people who sent it to you.",
  );
}

function isSubjectId(segment: string): boolean {
  return segment.length <= SUBJECT_ID_LENGTH_MAX && SUBJECT_ID_PATTERN.test(segment);
}

export interface RouteOptions {
  /** Where Vite has built the page. */
  readonly distDir: string;
  /** The study's own pictures and the like; null when it has none. */
  readonly staticDir: string | null;
  readonly prepared: ReadonlyMap<string, PreparedGame>;
  readonly panel: Panel;
  readonly log: Logger;
  /** For one address. */
  readonly requestsPerMinute: number;
}

/** A query names a parameter more than once only by mistake; the first counts. */
function parametersOf(url: string): Readonly<Record<string, string>> {
  const query = new URL(url, "http://localhost").searchParams;
  return Object.fromEntries([...query].reverse());
}

/** Where a link without a subject id leads; null when what it names as the id is none. */
function linkFor(panel: Panel, url: string): string | null {
  const given = parametersOf(url);
  const query = new URLSearchParams(takePanelValues(panel, given).values).toString();
  const named = panel.subjectId === null ? undefined : given[panel.subjectId];
  if (named !== undefined && !isSubjectId(named)) return null;
  return `/${named ?? randomUUID()}${query === "" ? "" : `?${query}`}`;
}

function addPageRoutes(app: FastifyInstance, { distDir, panel }: RouteOptions): void {
  app.get("/", (request, reply) => {
    const link = linkFor(panel, request.url);
    return link === null ? refuseLink(reply) : reply.redirect(link, 302);
  });
  app.get("/healthz", { config: { rateLimit: false } }, () => ({ status: "ok" }));
  for (const path of BROWSER_FILES) {
    app.get(path, (_request, reply) => reply.code(204).send());
  }
  app.get<{ Params: { subjectId: string } }>("/:subjectId", async (request, reply) => {
    if (!isSubjectId(request.params.subjectId)) return refuseLink(reply);
    const page = await readFile(join(distDir, "index.html"), "utf8").catch(() => null);
    if (page === null) {
      const text = "The participant page has not been built. Run npm run build, then try again.";
      return sendPage(reply, 503, "Not ready yet", text);
    }
    return reply.header("cache-control", "no-cache").type("text/html; charset=utf-8").send(page);
  });
}

export async function addRoutes(app: FastifyInstance, options: RouteOptions): Promise<void> {
  const { distDir, staticDir, prepared } = options;
  app.addHook("onSend", async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  await app.register(rateLimit, {
    max: options.requestsPerMinute,
    timeWindow: MINUTE_MS,
    onExceeded: (request) =>
      options.log.warn({ address: request.ip }, "too many requests: refused"),
  });
  addPageRoutes(app, options);
  const environments = new Map(
    [...prepared.values()].map(({ bundle }) => [`${bundle.digest}.js`, bundle.code]),
  );
  app.get<{ Params: { name: string } }>("/environments/:name", (request, reply) => {
    const code = environments.get(request.params.name);
    if (code === undefined) return refuseLink(reply);
    return reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .type("text/javascript; charset=utf-8")
      .send(code);
  });
  await app.register(fastifyStatic, {
    root: join(distDir, "assets"),
    prefix: "/assets/",
    decorateReply: false,
    maxAge: "365d",
    immutable: true,
  });
  if (staticDir !== null) {
    await app.register(fastifyStatic, {
      root: staticDir,
      prefix: "/static/",
      decorateReply: false,
      index: false,
    });
  }
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (_request, reply) => refuseLink(reply));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.statusCode === TOO_MANY) {
      return sendPage(reply, TOO_MANY, "Please wait a moment", TOO_MANY_TEXT);
    }
    if ((error.statusCode ?? 500) < 500) return refuseLink(reply);
    options.log.error({ err: error }, "a request failed");
    return sendPage(reply, 500, "Something went wrong", "Please try again in a moment.");
  });
}
