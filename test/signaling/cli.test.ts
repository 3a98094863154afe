/** The command line as a person meets it: real processes, exit codes, sentences. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, watch, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Ended, runTandem } from "../support/command-line.ts";
import { HeadlessPage } from "../support/headless-page.ts";
import { KilledServer } from "../support/killed-server.ts";
import { walkTwo } from "../support/paired-walk.ts";

const ROOT = join(import.meta.dirname, "../..");
const CLI = join(ROOT, "signaling/cli.ts");
const STUDY = join(ROOT, "sandbox/studies/kitchen.ts");
const LASTING_STUDY = join(ROOT, "test/support/lasting-study.ts");

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tandem-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A study file in a folder of its own, importing the authoring door. */
async function studyFile(body: string): Promise<string> {
  const path = join(await temporaryFolder(), "study.ts");
  const door = JSON.stringify(join(ROOT, "signaling/study/index.ts"));
  const names = "defineStudy, StartScene, GymScene, EndScene";
  await writeFile(path, `import { ${names} } from ${door};\n${body}`);
  return path;
}

const scenes = (gym: string) => `export const study = defineStudy({
  experimentId: "x", title: "X",
  scenes: [new StartScene().scene({ sceneId: "a" }), ${gym}, new EndScene().scene({ sceneId: "z" })],
});`;

/** One sentence on stderr, nothing that looks like a stack. */
function expectSentence({ code, stderr }: Ended, sentence: string | RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
}

/** A running `tandem run`; `text` is what it printed before it was ready. */
async function runStudy(dataDir: string) {
  const args = [CLI, "run", STUDY, "--port", "0", "--data-dir", dataDir];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes("Ctrl-C")) break;
  }
  const text = lines.join("\n");
  const url = /http:\/\/localhost:\d+/.exec(text)?.[0] ?? "";
  return { child, exited, text, url };
}

/** Resolves at the first sign of a file with that beginning. */
async function untilChanged(folder: string, prefix: string): Promise<void> {
  for await (const { filename } of watch(folder)) if (filename?.startsWith(prefix)) return;
}

describe("tandem run", () => {
  it("prints where to go, serves, and stops cleanly on Ctrl-C", async () => {
    const dataDir = await temporaryFolder();
    const { child, exited, text, url } = await runStudy(dataDir);
    expect(text).toContain(join(dataDir, "kitchen"));
    expect(text).toContain("two tabs");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    child.kill("SIGINT");
    expect(await exited).toEqual([0, null]);
    expect(await readdir(join(dataDir, "kitchen"))).toEqual(["environments", "tandem.sqlite"]);
  });

  it("finishes the files that it is writing when Ctrl-C comes", async () => {
    const dataDir = await temporaryFolder();
    const server = await KilledServer.start(LASTING_STUDY, dataDir);
    onTestFinished(() => server.kill());
    const { page } = await HeadlessPage.open(server.url, "anna");
    const alone = await page.goOn(await page.take("scene"));
    const folder = join(dataDir, "counting", alone.visitId);
    await vi.waitUntil(() => existsSync(join(folder, "anna_metadata.json")));
    const start = await page.join(alone);
    const isWriting = untilChanged(folder, "anna_ep0");
    await page.playEpisode(start, 0);
    await isWriting;
    await server.stop();
    expect((await readdir(folder)).toSorted()).toEqual([
      "anna_ep0.csv",
      "anna_ep0_replay.json",
      "anna_globals.json",
      "anna_metadata.json",
    ]);
  });

  it("[SG7] loses nothing that was acknowledged when it is killed", async () => {
    const dataDir = await temporaryFolder();
    const { child, exited, url } = await runStudy(dataDir);
    const { page } = await HeadlessPage.open(url, "anna");
    expect(await page.ask("advance-scene", { visitId: "welcome", answers: null })).toEqual({
      ok: true,
    });
    child.kill("SIGKILL");
    await exited;
    const again = await runStudy(dataDir);
    const { page: back, reply } = await HeadlessPage.open(again.url, "anna", {
      secret: page.secret,
    });
    expect(reply.ok).toBe(true);
    expect(await back.take("scene")).toMatchObject({ kind: "gym", visitId: "tutorial" });
    const file = join(dataDir, "kitchen/welcome/anna_metadata.json");
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
      ended_at_ms: expect.any(Number),
    });
    back.close();
  });

  it("[SG9] says so when the port is in use", async () => {
    const other = createServer().listen(0);
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const address = other.address();
    const port = String(typeof address === "object" ? address?.port : 0);
    const ended = await runTandem(
      "run",
      STUDY,
      "--port",
      port,
      "--data-dir",
      await temporaryFolder(),
    );
    expectSentence(ended, `Port ${port} is already in use; choose another with --port.`);
  });

  it("[SG9] says so when the data folder cannot be written to", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    const ended = await runTandem("run", STUDY, "--port", "0", "--data-dir", file);
    expectSentence(ended, `Cannot write to the data folder ${join(file, "kitchen")} (ENOTDIR).`);
  });

  it("takes the data folder from DATA_DIR, where nobody names one", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    vi.stubEnv("DATA_DIR", file);
    onTestFinished(() => void vi.unstubAllEnvs());
    const ended = await runTandem("run", STUDY, "--port", "0");
    expectSentence(ended, `Cannot write to the data folder ${join(file, "kitchen")} (ENOTDIR).`);
  });

  it.runIf(existsSync("/proc/self"))(
    "[SG9] says so, too, where the system makes no folders",
    async () => {
      const ended = await runTandem("run", STUDY, "--port", "0", "--data-dir", "/proc/tandem");
      expectSentence(ended, "Cannot write to the data folder /proc/tandem/kitchen (ENOENT).");
    },
  );

  it("[SG9] does not write into the files of an earlier run whose state is gone", async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, "kitchen", "welcome"), { recursive: true });
    const ended = await runTandem("run", STUDY, "--port", "0", "--data-dir", dataDir);
    expectSentence(ended, /holds files of an earlier run but no tandem.sqlite/);
  });

  it.each([
    ["export const x = 1;", /must export `study`/],
    ["const a = 1;\nconst broken = ;", /cannot be loaded: .* \(line [0-9]+\)/],
    ["throw new Error('on purpose');", /cannot be loaded: on purpose \(line [0-9]+\)/],
    [
      scenes("new GymScene().scene({ sceneId: 'g' }).environment('./no.ts')"),
      /environment file .*no\.ts does not exist \(scene `g`\)/,
    ],
    [
      scenes(
        "new GymScene().scene({ sceneId: 'g' }).environment('./g.ts').multiplayer({ inputDelayFrames: 99 })",
      ),
      "Expected `inputDelayFrames` to be an integer 0–15, got 99 (scene `g`)",
    ],
    [
      scenes(
        `new GymScene().scene({ sceneId: 'g' }).environment(${JSON.stringify(
          join(ROOT, "sandbox/games/cramped-room.ts"),
        )}, { layout: "nowhere" })`,
      ),
      /layout.*nowhere.*\(scene `g`\)/,
    ],
    [
      scenes(
        `new GymScene().scene({ sceneId: 'g' }).environment(${JSON.stringify(
          join(ROOT, "sandbox/games/cramped-room.ts"),
        )}, { layout: "cramped_room" }).multiplayer({ groupSize: 3 })`,
      ),
      "Expected `groupSize` to be an integer 1–2 (agents of cramped-room), got 3 (scene `g`)",
    ],
  ])("[SG9] says what is wrong with a study: %#", async (body, sentence) => {
    const path = await studyFile(body);
    const dataDir = await temporaryFolder();
    expectSentence(await runTandem("run", path, "--port", "0", "--data-dir", dataDir), sentence);
  });

  it("[SG9] says so when there is no study or no such option", async () => {
    expectSentence(
      await runTandem("run", "nowhere.ts"),
      "The study file nowhere.ts does not exist.",
    );
    expectSentence(await runTandem("run", STUDY, "--port", "many"), /Expected an integer 0–65535/);
  });
});

describe("tandem verify", () => {
  it("[DA5] tells verified, different and unusable by exit code", async () => {
    const { server, stop } = await walkTwo(["anna", "ben"]);
    onTestFinished(stop);
    await server.running.idle();
    const good = await runTandem("verify", server.dataDir);
    expect(good).toMatchObject({ code: 0, stderr: "" });
    expect(good.stdout.trim().split("\n")).toHaveLength(6);
    expect(good.stdout).toContain("counting/paired/ben_ep1_replay.json: verified, 40 frames");

    const path = server.path("paired", "anna_ep1_replay.json");
    const original = await readFile(path, "utf8");
    const edited = JSON.parse(original);
    edited.actions[30][1] = (edited.actions[30][1] + 1) % 3;
    await writeFile(path, JSON.stringify(edited));
    const bad = await runTandem("verify", server.dataDir);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain("different: counting/paired/anna_ep1_replay.json, frame 30");
    const json = await runTandem("verify", server.dataDir, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ exitCode: 1 });

    await writeFile(path, original.replace('"formatVersion":1', '"formatVersion":2'));
    expectSentence(
      await runTandem("verify", server.dataDir),
      /has format version 2; only 1 is known/,
    );
    await writeFile(path, original.slice(0, 100));
    expectSentence(await runTandem("verify", server.dataDir), /anna_ep1_replay.json is not JSON/);
    await writeFile(path, original);
    await rm(server.path("paired", "ben_ep1_replay.json"));
    expect((await runTandem("verify", server.dataDir)).code).toBe(1);
    const [bundle = ""] = await readdir(server.path("environments"));
    await writeFile(server.path("environments", bundle), "export const environment = {};");
    expectSentence(await runTandem("verify", server.dataDir), /has been changed: its digest is/);
    await rm(server.path("environments", bundle));
    expectSentence(await runTandem("verify", server.dataDir), /environments.*is missing/);
  });

  it("[DA5] cannot use a folder that is not there or holds no replays", async () => {
    const folder = await temporaryFolder();
    expectSentence(await runTandem("verify", join(folder, "none")), /There is no folder/);
    expectSentence(await runTandem("verify", folder), /There are no replay files below/);
  });
});
