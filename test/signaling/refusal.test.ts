/** What strangers and broken pages may send: refused with a reason, written nowhere, felt by nobody. */

import { readdir } from "node:fs/promises";
import { get } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLIENT_MESSAGES } from "../../signaling/protocol.ts";
import { HeadlessPage } from "../support/headless-page.ts";
import { StudyServer } from "../support/study-server.ts";

interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Sends the path as it is: `fetch` would tidy it first. */
function fetchPath(server: StudyServer, path: string): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port: server.running.port, path }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.on("error", reject);
  });
}

const refused = (reason: string) => expect.objectContaining({ ok: false, reason });

describe("links", () => {
  it("[SG1] redirects / to a fresh id, ignoring the query", async () => {
    const server = await StudyServer.start();
    const locations = await Promise.all(
      ["/", "/?PROLIFIC_PID=abc"].map(async (path) => {
        const { status, headers } = await fetchPath(server, path);
        expect(status).toBe(302);
        return headers.location;
      }),
    );
    for (const location of locations) expect(location).toMatch(/^\/[0-9a-f-]{36}$/);
    expect(locations[0]).not.toBe(locations[1]);
  });

  it.each([
    "/..",
    "/%2e%2e",
    "/..%2f..%2fetc%2fpasswd",
    "/a%2fb",
    "/a/b",
    "/../../etc/passwd",
    "/.hidden",
    "/a%00b",
    "/a%0Ab",
    "/a%20b",
    "/%E0%A4%A",
    "/%C3%A9",
    `/${"a".repeat(101)}`,
    `/${"a".repeat(5_000)}`,
    "/environments/..%2f..%2ftandem.sqlite",
    "/environments/none.js",
    "/assets/../../package.json",
  ])("[SG1] answers %s with a clear page and writes nothing", async (path) => {
    const server = await StudyServer.start();
    const before = await readdir(server.running.dataPath, { recursive: true });
    const { status, headers, body } = await fetchPath(server, path);
    expect(status).toBe(400);
    expect(headers["content-type"]).toContain("text/html");
    expect(body).toContain("This link does not work");
    expect(await readdir(server.running.dataPath, { recursive: true })).toEqual(before);
  });

  it("serves the very environment that the data name, and strict security headers", async () => {
    const server = await StudyServer.start();
    const [name] = await readdir(server.path("environments"));
    const { status, headers, body } = await fetchPath(server, `/environments/${name}`);
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain("text/javascript");
    expect(body).toContain("counter");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toContain("'unsafe-eval'");
    expect((await fetchPath(server, "/healthz")).status).toBe(200);
  });
});

describe("messages", () => {
  it("[SG6] wants a registration first", async () => {
    const server = await StudyServer.start();
    const page = await HeadlessPage.connect(server.url, "anna");
    expect(await page.ask("finish-game", { gameId: "x" })).toEqual(refused("not_registered"));
    page.close();
  });

  it("[SG6] refuses ids that are no safe file names", async () => {
    const server = await StudyServer.start();
    for (const subjectId of ["../x", "", ".x", "a/b", "a".repeat(101), "a\u0000"]) {
      const { page, reply } = await HeadlessPage.open(server.url, subjectId);
      expect(reply).toEqual(refused("malformed"));
      page.close();
    }
  });

  it("[SG6] refuses anything malformed, with and without an answer wanted, and goes on", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    const other = await server.open("ben");
    const events = [...Object.keys(CLIENT_MESSAGES), "no-such-event", "__proto__", "constructor"];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...events),
        fc.jsonValue({ maxDepth: 3 }),
        async (event, message) => {
          page.socket.emit(event, message);
          page.socket.emit(event);
          const reply = (await page.askRaw(event, message)) as { ok: boolean };
          if (event !== "report-ping") expect(reply).toEqual(refused("malformed"));
        },
      ),
      { numRuns: 200 },
    );
    expect(await other.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
    const scene = await other.take("scene");
    expect(await other.goOn(scene)).toMatchObject({ kind: "gym" });
  });
});
