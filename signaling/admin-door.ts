/** How the command line reaches a running server: its address and a token, in a file beside the data while it runs. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { leaveWaitroom } from "./page-handlers.ts";
import { type EndReport, endByResearcher } from "./participants/researcher-end.ts";
import { bearerOf, hashSecret, isSecret, newSecret } from "./participants/secret.ts";
import { SUBJECT_ID_LENGTH_MAX } from "./protocol.ts";
import type { Rooms } from "./rooms.ts";
import { DataError } from "./store/data-folder.ts";

/** Hidden: it is no data. */
const NOTE_NAME = ".tandem-server.json";
/** For whoever started the server alone. */
const NOTE_MODE = 0o600;
const IDS_MAX = 10_000;

const noteSchema = z.strictObject({ url: z.url(), adminToken: z.string() });
type Note = z.infer<typeof noteSchema>;
const ids = z.array(z.string());
const reportSchema = z.strictObject({ ended: ids, over: ids, unknown: ids });
/** Null: everybody who is on their way. */
const endSchema = z.strictObject({
  subjectIds: z.array(z.string().max(SUBJECT_ID_LENGTH_MAX)).max(IDS_MAX).nullable(),
});

/** By which this machine itself reaches whoever listens there. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

export class AdminDoor {
  readonly #token: string;
  readonly #notePath: string;

  /** `dataPath` is the experiment's folder. */
  constructor(dataPath: string, token = newSecret()) {
    this.#token = token;
    this.#notePath = join(dataPath, NOTE_NAME);
  }

  addRoutes(app: FastifyInstance, rooms: Rooms): void {
    const tokenHash = hashSecret(this.#token);
    app.post("/admin/end", async (request, reply) => {
      if (!isSecret(bearerOf(request.headers.authorization), tokenHash)) {
        return reply.code(401).send({ message: "This needs the server's admin token." });
      }
      const parsed = endSchema.safeParse(request.body);
      if (parsed.success) return endWays(rooms, parsed.data.subjectIds);
      return reply
        .code(400)
        .send({ message: "Expected { subjectIds } with a list of ids or null." });
    });
  }

  /** Says where the server listens; takes the place of what a killed server left. */
  async open(host: string, port: number): Promise<void> {
    const note = { url: `http://${reachableHost(host)}:${port}`, adminToken: this.#token };
    await writeFileAtomic(this.#notePath, `${JSON.stringify(note)}\n`, { mode: NOTE_MODE });
  }

  close(): Promise<void> {
    return rm(this.#notePath, { force: true });
  }
}

/** Resolves once it is on disk. */
async function endWays(rooms: Rooms, subjectIds: readonly string[] | null): Promise<EndReport> {
  const desks = { ...rooms, leaveWaitroom: (id: string) => leaveWaitroom(rooms, id) };
  const report = endByResearcher(desks, subjectIds);
  rooms.log.warn({ report }, "ended by the researcher");
  await rooms.database.durable();
  return report;
}

/** Every note of a server at or below the folder; a server that was killed leaves one, too. */
async function notesBelow(dataDir: string) {
  const entries = await readdir(dataDir, { withFileTypes: true }).catch(() => {
    throw new DataError(`There is no folder ${dataDir}.`);
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const paths = ["", ...folders].map((folder) => join(dataDir, folder, NOTE_NAME));
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => null)));
  return texts.filter((text) => text !== null).map(parseNote);
}

function parseNote(text: string): Note {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    throw new DataError(`A ${NOTE_NAME} is not one that a server wrote; start the server again.`);
  }
}

/**
 * Asks the server of that data folder to end participants; null for everybody who is on their way.
 * @throws DataError when there is no such server, or more than one.
 */
export async function askToEnd(
  dataDir: string,
  subjectIds: readonly string[] | null,
): Promise<EndReport> {
  const [note, other] = await notesBelow(dataDir);
  if (note === undefined) throw new DataError(`No server is running on the data in ${dataDir}.`);
  if (other !== undefined) {
    throw new DataError(
      `More than one server runs below ${dataDir}, or was killed there; name one's own folder.`,
    );
  }
  const { url, adminToken } = note;
  const answer = await fetch(`${url}/admin/end`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ subjectIds }),
  }).catch(() => {
    throw new DataError(`The server at ${url} does not answer; start it again if it was killed.`);
  });
  if (answer.ok) return reportSchema.parse(await answer.json());
  throw new DataError(
    `The server at ${url} refused (${answer.status}); it may be another than that of ${dataDir}.`,
  );
}
