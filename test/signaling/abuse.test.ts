/** Everything that can be sent, at everything that listens, while two participants play on undisturbed. */
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import fc from "fast-check";
import fastify from "fastify";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { AdminDoor } from "../../signaling/admin-door.ts";
import { addRoutes } from "../../signaling/http-routes.ts";
import {
  CLIENT_MESSAGES,
  type ClientEvent,
  type ClientMessage,
  PROTOCOL_VERSION,
} from "../../signaling/protocol.ts";
import type { Rooms } from "../../signaling/rooms.ts";
import { runCrowd } from "../../signaling/simulation/crowd.ts";
import { countEpisodes } from "../../signaling/simulation/episode-count.ts";
import { drawPersonas } from "../../signaling/simulation/persona.ts";
import { HeadlessPage } from "../support/headless-page.ts";
import { StudyServer } from "../support/study-server.ts";

const TRICKS = [
  "..",
  "../../etc/passwd",
  "a/b",
  "a\\b",
  "\u0000",
  "paired",
  "__proto__",
  "x".repeat(300),
];

/** Two participants from the first scene to the last; `gameId` is known once they play together. */
function playInnocently(server: StudyServer) {
  const plan = { participants: 2, seed: 5, dropoutRatio: 0, reloadRatio: 0 };
  const personas = drawPersonas({ ...plan, arrivalsPerMinute: 6_000, expectedMs: 1 });
  let tellUpload = (_: ClientMessage<"episode-log">) => {};
  const upload = new Promise<ClientMessage<"episode-log">>((resolve) => {
    tellUpload = resolve;
  });
  const over = runCrowd(
    { url: server.url, personas, speed: 200, stuckAfterMs: 60_000 },
    {
      answered(_, event, message) {
        if (event === "episode-log") tellUpload(message as ClientMessage<"episode-log">);
      },
    },
  );
  return { over, upload };
}

/** Messages that are right but for whose they are, by event: a new event needs one here. */
function validMessages(upload: ClientMessage<"episode-log">): Record<ClientEvent, object> {
  const { gameId } = upload;
  const inputs = { fromFrame: 0, actions: [], flags: [] };
  const answers = { "../x": "y" };
  return {
    register: { protocolVersion: PROTOCOL_VERSION, subjectId: "mallory", secret: null, tabId: "t" },
    "advance-scene": { visitId: "welcome", answers },
    "join-waitroom": { visitId: "paired" },
    "wait-again": { visitId: "paired" },
    "sync-globals": { values: { colour: "red" } },
    "probe-report": { gameId, links: [{ player: 1, rttMs: 10, path: "direct" }] },
    signal: { gameId, toPlayer: 0, epoch: 0, data: "{}" },
    relay: { gameId, toPlayer: 1, epoch: 0, channel: "play", bytes: new Uint8Array([1, 2, 3]) },
    "episode-log": upload,
    "close-episode": { gameId, episode: 0, reason: "ended", endFrame: 0 },
    "resume-episode": { gameId, episode: 0 },
    "desync-report": { gameId, episode: 0, index: 0, peer: 1, frame: 1, ...inputs },
    "finish-game": { gameId },
    "report-presence": { isHidden: true, episode: 0, frame: 0 },
    "report-ping": { sentAtMs: 0 },
    "client-error": { message: "x" },
  };
}

/** About nobody but the page that says them. */
const OWN_EVENTS = ["advance-scene", "join-waitroom", "sync-globals", "report-presence"];

const wild = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(...TRICKS),
  fc.constantFrom(-1, 2 ** 53, 1e308, 0.5),
  fc.constant("x".repeat(200_000)),
  fc.constant(new Uint8Array(100_000)),
);

/** A whole message at random, or a right one with one of its members replaced. */
function attack(messages: Readonly<Record<string, object>>) {
  const events = [...Object.keys(CLIENT_MESSAGES), "no-such-event", "__proto__", "disconnect "];
  return fc.constantFrom(...events).chain((event) => {
    const right = messages[event] ?? {};
    const names = [...Object.keys(right), "extra"];
    const changed = fc
      .tuple(fc.constantFrom(...names), wild)
      .map(([name, value]) => ({ ...right, [name]: value }) as unknown);
    const message = fc.oneof(wild as fc.Arbitrary<unknown>, changed, fc.constant(right as unknown));
    return fc.tuple(fc.constant(event), message);
  });
}

function statusOf(server: StudyServer, method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port: server.running.port, method, path, agent: false },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

/** Everything that answers requests; a new route needs a place here. */
const ROUTES = [
  ...["/", "/:subjectId", "/healthz", "/favicon.ico", "/robots.txt", "/admin/end"],
  ...["/environments/:name", "/assets/*", "/static/*", "/socket.io/"],
];

describe("abuse", () => {
  it("knows every route there is", async () => {
    const app = fastify();
    const routes = new Set(["/socket.io/"]);
    app.addHook("onRoute", ({ url }) => void routes.add(url));
    const folder = import.meta.dirname;
    await addRoutes(app, {
      distDir: folder,
      staticDir: folder,
      prepared: new Map(),
      panel: { parameters: [], subjectId: null },
      log: pino({ level: "silent" }),
      requestsPerMinute: 1,
    });
    new AdminDoor(folder).addRoutes(app, {} as Rooms);
    await app.ready();
    expect([...routes].sort()).toEqual([...ROUTES].sort());
    await app.close();
  });

  it("[SG6] refuses every event's wrong, oversized and borrowed messages while a pair plays on", async () => {
    const server = await StudyServer.start();
    const { over, upload } = playInnocently(server);
    const messages = validMessages(await upload);
    const registered = await server.open("mallory");
    const stranger = await HeadlessPage.connect(server.url, "nobody");
    let isOver = false;
    void over.finally(() => {
      isOver = true;
    });
    let rounds = 0;
    while (!isOver || rounds === 0) {
      await fc.assert(
        fc.asyncProperty(attack(messages), fc.boolean(), async ([event, message], isKnown) => {
          const reply = await (isKnown ? registered : stranger).askRaw(event, message);
          expect(reply).toMatchObject({ ok: expect.any(Boolean) });
          const isHarmless = ["register", "report-ping", "client-error"].includes(event);
          const isOwn = OWN_EVENTS.includes(event);
          if (!isHarmless && !isOwn) {
            expect(reply).toMatchObject({ ok: false, message: expect.any(String) });
          }
        }),
        { numRuns: 60, seed: rounds++ },
      );
    }
    const { endings } = await over;
    expect(endings).toMatchObject([{ outcome: "completed" }, { outcome: "completed" }]);
    stranger.close();
    await server.stop();
    const dataPath = `${server.dataDir}/counting`;
    expect(countEpisodes(dataPath)).toMatchObject({ verified: 4, disputed: 0, findings: [] });
  });

  it("[SG1] answers every route with a page, whatever the path and method, and writes nothing", async () => {
    const server = await StudyServer.start();
    const before = await readdir(server.running.dataPath, { recursive: true });
    const rooms = fc.constantFrom(...ROUTES.map((route) => route.replace(/^[/]|[:*].*$/g, "")));
    const part = fc.oneof(
      fc.webSegment(),
      fc.constantFrom("..", "%2e%2e", "%2e%2e%2f", "..%5c", "%00", "tandem.sqlite", "%ff", "a b"),
    );
    const paths = fc
      .tuple(rooms, fc.array(part, { maxLength: 4 }), fc.webQueryParameters())
      .map(([room, parts, query]) => `/${room}${parts.join("/")}?${query}`.replaceAll(" ", "%20"));
    const methods = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");
    await fc.assert(
      fc.asyncProperty(methods, paths, async (method, path) => {
        const status = await statusOf(server, method, path);
        // The page has not been built for this server: 503 is how it says so.
        expect(status < 500 || status === 503, `${method} ${path}: ${status}`).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(await readdir(server.running.dataPath, { recursive: true })).toEqual(before);
  });
});
