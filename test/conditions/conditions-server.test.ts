/** The REST server: the reference's answers, without its faults, over restarts and saves. */
import {
  appendFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConditionsClient } from "../../signaling/conditions/client.ts";
import {
  type ConditionsServerOptions,
  type RunningConditionsServer,
  startConditionsServer,
} from "../../signaling/conditions/server.ts";
import { readFixture } from "./reference-cases.ts";

const WAIT = { timeout: 20_000, interval: 20 };

const README = join(import.meta.dirname, "fixtures/readme.toml");

interface Step {
  readonly request: string;
  readonly status: bigint;
  readonly body: string;
}

const { rest_transcript: TRANSCRIPT } = readFixture("experiment-server-0.3.8.json") as {
  readonly rest_transcript: { readonly steps: readonly Step[] };
};

interface Served {
  readonly server: RunningConditionsServer;
  readonly path: string;
  readonly warnings: string[];
  restart(): Promise<RunningConditionsServer>;
}

async function serve(
  text: string,
  options: Partial<ConditionsServerOptions> = {},
): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "tandem-conditions-"));
  const path = join(folder, "study.toml");
  await writeFile(path, text);
  const warnings: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) });
  const start = () => startConditionsServer({ path, port: 0, dataDir: folder, log, ...options });
  let server = await start();
  onTestFinished(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const restart = async () => {
    await server.close();
    server = await start();
    return server;
  };
  return { server, path, warnings, restart };
}

const readme = () => readFile(README, "utf8");
const exactReadme = async () =>
  (await readme()).replace("[configuration]", '[configuration]\ncompat = "experiment-server"');

async function ask(server: RunningConditionsServer, request: string, headers = {}) {
  const [method = "", path = ""] = request.split(" ");
  const response = await fetch(server.url + path, { method, headers });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

describe("conditions server", () => {
  it("[CO10] gives the reference's statuses and bodies where its behaviour is asked for", async () => {
    const { server } = await serve(await exactReadme());
    for (const { request, status, body } of TRANSCRIPT.steps) {
      const answer = await ask(server, request);
      expect({ request, status: answer.status, body: answer.body }).toEqual({
        request,
        status: Number(status),
        body,
      });
    }
  });

  /** Where the reference fails by accident, or moves somebody although it says that it did not. */
  const UNLIKE: Readonly<Record<string, readonly [status: number, body: string]>> = {
    "PUT /api/add-participant": [404, "Need atleast one paramter."],
    "POST /api/move-all-to-block": [404, "Need atleast one paramter."],
    "POST /api/move-to-next/1/2": [404, "unknown second parameter 2"],
    "GET /api/config/1/2": [404, "N/A"],
    "PUT /api/nope": [404, "n/a"],
  };

  it("[CO10] by default fails at nothing by accident, and moves nobody without saying so", async () => {
    const { server } = await serve(await readme());
    for (const [request, expected] of Object.entries(UNLIKE)) {
      const { status, body } = await ask(server, request);
      expect([request, status, body]).toEqual([request, ...expected]);
    }
    expect((await ask(server, "GET /api/block-id")).body).toBe("-1");
  });

  it.each([true, false])("[CO10] knows no other addresses (compat: %s)", async (isExact) => {
    const { server } = await serve(await (isExact ? exactReadme() : readme()));
    const page = (text: string) => `<html><title>${text}</title><body>${text}</body></html>`;
    const other: Readonly<Record<string, readonly [status: number, body: string]>> = {
      "GET /api/config/a": [404, page("404: Not Found")],
      "PUT /api/add-participant/-1": [405, page("405: Method Not Allowed")],
      "POST /api/move-to-block/1/2/3": [405, page("405: Method Not Allowed")],
      "DELETE /api/config": [405, page("405: Method Not Allowed")],
      "GET /api/nope/1": [404, "N/A"],
      "GET /api/nope/99": isExact
        ? [406, "Participant with ID 99 not known. Consider initializing new participant."]
        : [404, "N/A"],
    };
    for (const [request, expected] of Object.entries(other)) {
      const { status, body } = await ask(server, request);
      expect([request, status, body]).toEqual([request, ...expected]);
    }
  });

  it("[CO10] by default moves only who is at a block, and knows the README's key", async () => {
    const { server } = await serve(await readme());
    await ask(server, "PUT /api/new-participant");
    await ask(server, "POST /api/move-to-next");
    expect((await ask(server, "POST /api/move-all-to-block/2")).body).toBe("2");
    expect((await ask(server, "GET /api/block-id")).body).toBe("2");
    expect((await ask(server, "GET /api/block-id/2")).body).toBe("-1");
    expect(JSON.parse((await ask(server, "GET /api/summary-data")).body)).toMatchObject({
      config_length: 4,
    });
    const { headers } = await ask(server, "GET /api/active");
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  });

  it("[CO10] keeps everybody's place over a restart", async () => {
    const { server, restart } = await serve(await readme());
    await ask(server, "PUT /api/add-participant/7");
    await ask(server, "POST /api/move-to-block/7/2");
    const before = (await ask(server, "GET /api/config/7")).body;
    const again = await restart();
    expect((await ask(again, "GET /api/config/7")).body).toBe(before);
    expect((await ask(again, "PUT /api/new-participant")).body).toBe("8");
  });

  /** Each way in which an editor or a tool saves a file. */
  const SAVES: Readonly<Record<string, (path: string, text: string) => Promise<unknown>>> = {
    "in place": (path, text) => writeFile(path, text),
    "by renaming another over it": async (path, text) => {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    },
    "by moving the old one away first": async (path, text) => {
      await rename(path, `${path}~`);
      await writeFile(path, text);
    },
    "emptied, then in pieces": async (path, text) => {
      await truncate(path);
      await appendFile(path, text.slice(0, 40));
      await appendFile(path, text.slice(40));
    },
    "twice, then touched": async (path, text) => {
      await writeFile(path, text);
      await writeFile(path, text);
      await utimes(path, new Date(), new Date());
    },
    "through a link that is set anew": async (path, text) => {
      await writeFile(`${path}.v2`, text);
      await symlink(`${path}.v2`, `${path}.link`);
      await rename(`${path}.link`, path);
    },
  };

  it.each(Object.entries(SAVES))(
    "[CO11] takes a file saved %s, keeps the last good one, and says what is wrong",
    async (_, saveAs) => {
      const text = await readme();
      const { server, path, warnings } = await serve(text);
      await ask(server, "POST /api/move-to-next");
      const count = async () => (await ask(server, "GET /api/blocks-count")).body;
      await saveAs(path, text.replace('"conditionB"]]', '"conditionB", "conditionA"]]'));
      await vi.waitFor(async () => expect(await count()).toBe("5"), WAIT);
      await saveAs(path, "[configuration]\norder = 3\n[[blocks]]\n");
      const named = "(line 2, `configuration.order`)";
      await vi.waitFor(() => expect(warnings.join()).toContain(named), WAIT);
      expect(await count()).toBe("5");
      expect((await ask(server, "PUT /api/new-participant")).body).toBe("2");
      await saveAs(path, text);
      await vi.waitFor(async () => expect(await count()).toBe("4"), WAIT);
      expect((await ask(server, "GET /api/block-id")).body).toBe("0");
    },
  );

  it("[CO11] keeps the last good conditions while there is no file, and tells nobody of the same text", async () => {
    const text = await readme();
    const { server, path, warnings } = await serve(text);
    const view = async () => JSON.parse((await ask(server, "GET /page/view")).body);
    await unlink(path);
    await vi.waitFor(() => expect(warnings.join()).toContain("does not exist"), WAIT);
    expect((await ask(server, "GET /api/blocks-count")).body).toBe("4");
    expect((await view()).fault).toContain("does not exist");
    await writeFile(path, text);
    await vi.waitFor(async () => expect((await view()).fault).toBeNull(), WAIT);
    expect((await view()).lastChange).toBeNull();
    expect(warnings).toHaveLength(1);
  });

  it("[CO8] [CO10] keeps everything over a restart: places, ends, arrangements, the default", async () => {
    const balanced = (await readme()).replace(
      "[configuration]",
      '[configuration]\nassignment = "least_completed"',
    );
    const { server, restart } = await serve(balanced, { defaultParticipantIndex: 4 });
    const asked = ["PUT /api/new-participant", "PUT /api/add-participant/9"];
    const moved = [
      "POST /api/move-to-next/9",
      "POST /api/move-to-block/5/3",
      "POST /api/move-to-next/5",
    ];
    const undone = ["POST /api/reset-participant/9", "POST /api/move-to-next"];
    for (const request of [...asked, ...moved, ...undone]) {
      expect((await ask(server, request)).status).toBe(200);
    }
    const everything = async (from: RunningConditionsServer) => {
      const paths = [
        "page/view",
        ...[4, 5, 9].flatMap((p) => [`api/all-configs/${p}`, `api/status-string/${p}`]),
      ];
      return Promise.all(paths.map(async (path) => (await ask(from, `GET /${path}`)).body));
    };
    const before = await everything(server);
    expect(await everything(await restart())).toEqual(before);
  });

  it("[CO12] a page under another name for this machine changes nothing", async () => {
    const { server } = await serve(await readme());
    const status = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = { host, origin: `http://${host}` };
        const options = { port: server.port, method: "POST", path: "/api/move-to-next", headers };
        request(options, (response) => resolve(response.resume().statusCode ?? 0))
          .once("error", reject)
          .end();
      });
    expect(await status(`rebound.example:${server.port}`)).toBe(403);
    expect((await ask(server, "GET /api/block-id")).body).toBe("-1");
    expect(await status(`127.0.0.1:${server.port}`)).toBe(200);
  });

  it("[CO12] changes need the token when others may connect, and no other site's page may ask", async () => {
    const options = {
      host: "0.0.0.0",
      adminToken: "secret",
      allowedOrigins: ["https://lab.example"],
    };
    const { server } = await serve(await readme(), options);
    expect((await ask(server, "GET /api/blocks-count")).status).toBe(200);
    expect((await ask(server, "POST /api/move-to-next")).status).toBe(401);
    expect(
      (await ask(server, "POST /api/shutdown", { authorization: "Bearer wrong!" })).status,
    ).toBe(401);
    const authorization = "Bearer secret";
    expect((await ask(server, "POST /api/move-to-next", { authorization })).status).toBe(200);
    const foreign = { authorization, origin: "https://evil.example" };
    expect((await ask(server, "POST /api/move-to-next", foreign)).status).toBe(403);
    const known = { authorization, origin: "https://lab.example" };
    const allowed = await ask(server, "POST /api/move-to-next", known);
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://lab.example");
    const preflight = await ask(server, "OPTIONS /api/move-to-next", {
      origin: "https://lab.example",
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
    expect((await ask(server, "GET /api/block-id")).body).toBe("1");
    const local = await serve(await readme());
    expect(
      (await ask(local.server, "POST /api/move-to-next", { origin: "https://evil.example" }))
        .status,
    ).toBe(403);
  });

  it("[CO10] describes itself", async () => {
    const { server } = await serve(await readme());
    const document = JSON.parse((await ask(server, "GET /api/openapi.json")).body);
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toContain("/api/move-to-block/{participant}/{block}");
    expect((await ask(server, "GET /api/docs")).body).toContain("/api/move-all-to-block/{block}");
  });

  it("[CO10] serves its client: every method, and the reference's errors", async () => {
    let shutdowns = 0;
    const { server } = await serve(await readme(), { onShutdown: () => shutdowns++ });
    const client = new ConditionsClient({ port: server.port });
    const all = await client.getAllConfigs();
    expect(await client.serverIsActive()).toEqual({ ok: true, data: false });
    expect(await client.getBlocksCount()).toEqual({ ok: true, data: 4 });
    for (const config of all.ok ? all.data : []) {
      expect(await client.moveToNext()).toEqual({ ok: true, data: { name: config.name } });
      expect(await client.getConfig()).toEqual({ ok: true, data: config });
    }
    expect(await client.moveToNext()).toEqual({ ok: true, data: { name: "END" } });
    expect(await client.moveToBlock(1)).toEqual({ ok: true, data: 1 });
    expect(await client.newParticipant()).toEqual({ ok: true, data: 2 });
    expect(await client.addParticipant(5)).toEqual({ ok: true, data: true });
    expect(await client.addParticipant(5)).toEqual({
      ok: false,
      data: { message: "status 406 with text: false" },
    });
    expect(await client.getConfig(99)).toEqual({
      ok: false,
      data: {
        message:
          "status 406 with text: Participant with ID 99 not known. Consider initializing new participant.",
      },
    });
    expect(await client.shutdown()).toEqual({ ok: true, data: null });
    await vi.waitFor(() => expect(shutdowns).toBe(1));
    expect(await client.getBlocksCount()).toMatchObject({
      ok: false,
      data: { message: expect.stringContaining("no answer") },
    });
  });
});
