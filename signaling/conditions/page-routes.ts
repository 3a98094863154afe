/** The researcher's page of a conditions server: the page, what it shows, and its edits. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { SECURITY_HEADERS } from "../http-routes.ts";
import { buildPage } from "../page-build.ts";
import { shownJson } from "./expansion/python-text.ts";
import { type Experiment, UnknownParticipantError } from "./experiment.ts";
import { isEditFault, type LiveFile } from "./live-file.ts";
import type { ConditionsView, EditResult, ParticipantView } from "./page-protocol.ts";

const DIST_DIR = fileURLToPath(new URL("../../dist", import.meta.url));

/** Several changes within this time are one for the page. */
const GATHER_MS = 50;

/** Proxies close connections that are silent for longer, mostly after a minute. */
const HEARTBEAT_MS = 20_000;

const JSON_INDENT = 2;

const EDIT = z.object({
  blockName: z.string(),
  before: z.string(),
  after: z.string(),
  isWritten: z.boolean(),
});

/** Tells open pages that there is something new; they ask what. */
export class PageEvents {
  readonly #replies = new Set<FastifyReply>();
  #isGathering = false;
  readonly #heartbeat = setInterval(() => this.#write(": still here\n\n"), HEARTBEAT_MS).unref();

  notify(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    void pause(GATHER_MS, undefined, { ref: false }).then(() => {
      this.#isGathering = false;
      this.#write("data: changed\n\n");
    });
  }

  add(reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    reply.raw.write("data: changed\n\n");
    this.#replies.add(reply);
    reply.raw.once("close", () => this.#replies.delete(reply));
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const { raw } of this.#replies) raw.end();
  }

  #write(text: string): void {
    for (const { raw } of this.#replies) raw.write(text);
  }
}

export interface PageOptions {
  readonly experiment: Experiment;
  readonly file: LiveFile;
  readonly events: PageEvents;
  readonly isGuarded: boolean;
}

function viewOf({ experiment, file, isGuarded }: PageOptions): ConditionsView {
  const rows = experiment.getParticipants().map(({ participantIndex, blockId }) => ({
    participantIndex,
    blockId,
    blocksCount: experiment.getBlocksCount(participantIndex),
    blockName: experiment.getBlockName(participantIndex),
  }));
  return {
    file: file.name,
    defaultParticipantIndex: experiment.defaultParticipantIndex,
    isGuarded,
    fault: file.fault,
    lastChange: file.lastChange,
    participants: rows.sort((a, b) => a.participantIndex - b.participantIndex),
  };
}

function participantView(
  { experiment, file }: PageOptions,
  participantIndex: number,
): ParticipantView {
  const blocks = experiment.getConfigTables(participantIndex).map((config) => ({
    name: config.get("name") as string,
    config: shownJson(config, JSON_INDENT),
  }));
  const blockName = experiment.getBlockName(participantIndex);
  const source = blockName === null ? null : file.sourceOf(blockName);
  return { participantIndex, blocks, source };
}

function refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("text/plain; charset=utf-8").send(text);
}

/** The page is built when somebody asks for it: a server that is only asked over REST needs none. */
let building: Promise<void> | null = null;

async function sendPage(reply: FastifyReply): Promise<FastifyReply> {
  try {
    building ??= buildPage(() => {}).finally(() => {
      building = null;
    });
    await building;
    const page = await readFile(join(DIST_DIR, "conditions.html"), "utf8");
    return reply.header("cache-control", "no-cache").type("text/html; charset=utf-8").send(page);
  } catch (error) {
    return refuse(reply, 503, (error as Error).message);
  }
}

/** To be registered as a plugin: here, unlike in the rest of the server, bodies are JSON. */
export async function addPageRoutes(app: FastifyInstance, options: PageOptions): Promise<void> {
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, JSON.parse(body as string));
    } catch {
      done(null, null);
    }
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  for (const path of ["/", "/index"]) app.get(path, (_request, reply) => sendPage(reply));
  app.get("/page/view", (_request, reply) =>
    reply.header("cache-control", "no-store").send(viewOf(options)),
  );
  app.get("/page/events", (_request, reply) => options.events.add(reply));
  app.get<{ Params: { index: string } }>("/page/participants/:index", (request, reply) => {
    try {
      const view = participantView(options, Number(request.params.index));
      return reply.header("cache-control", "no-store").send(view);
    } catch (error) {
      if (!(error instanceof UnknownParticipantError)) throw error;
      return refuse(reply, 404, error.message);
    }
  });
  app.post("/page/edits", async (request, reply) => {
    const edit = EDIT.safeParse(request.body);
    if (!edit.success) return refuse(reply, 400, z.prettifyError(edit.error));
    try {
      const changes = await options.file.edit(edit.data);
      return { changes } satisfies EditResult;
    } catch (error) {
      if (!isEditFault(error)) throw error;
      return refuse(reply, 422, error.message);
    }
  });
  await app.register(fastifyStatic, {
    root: join(DIST_DIR, "assets"),
    prefix: "/assets/",
    decorateReply: false,
    maxAge: "365d",
    immutable: true,
  });
}
