/** Pages that die with data that nobody has acknowledged, while the server refuses every upload. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../../signaling/server.ts";
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  StartScene,
} from "../../../signaling/study/index.ts";
import { launchBrowser } from "../../support/browser.ts";
import { Participant } from "../../support/participant.ts";

/** One and a half seconds of play. */
const STEPS = 90;
/** A quarter of an hour: however late a busy machine looks, it is in the middle. */
const LONG_STEPS = 54_000;

const studyOf = (experimentId: string, maxSteps: number) =>
  defineStudy({
    experimentId,
    title: "Outbox",
    scenes: [
      new StartScene()
        .scene({ sceneId: "welcome" })
        .display({ sceneBody: '<p><input data-global="nickname" aria-label="Nickname"></p>' }),
      new GymScene()
        .scene({ sceneId: "play", shouldExportMetadata: true })
        .environment("../../../sandbox/games/puck.ts", {})
        .gameplay({ maxSteps })
        .multiplayer({ groupSize: 1 }),
      new CompletionCodeScene()
        .scene({ sceneId: "thanks" })
        .display({ sceneHeader: "Thanks, {{globals.nickname}}" }),
    ],
  });

const UPLOAD = /^42(\d+)\["(?:episode-log|close-episode|sync-globals)"/;
const REFUSAL = { ok: false, reason: "storage_failed", message: "The disk is full." };

/** Everything passes but what would hand in an episode or a global. */
async function refuseUploads(page: Page): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (line) => {
    const server = line.connectToServer();
    line.onMessage((message) => {
      const upload = typeof message === "string" ? UPLOAD.exec(message) : null;
      if (upload === null) server.send(message);
      else line.send(`43${upload[1]}[${JSON.stringify(REFUSAL)}]`);
    });
  });
}

/** The renderer's process ends without a word to the page. */
async function crash(context: BrowserContext, page: Page): Promise<void> {
  const crashed = page.waitForEvent("crash");
  const inspector = await context.newCDPSession(page);
  inspector.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

/** How many chunks and closings the browser still keeps. */
function keptCount(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open("tandem");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction("kept").objectStore("kept").count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
  );
}

describe("a page that dies", () => {
  let browser: Browser;
  let server: RunningServer;
  let longServer: RunningServer;
  let dataDir: string;
  let logged = "";

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "tandem-outbox-"));
    const stream = new PassThrough().on("data", (text) => {
      logged += String(text);
    });
    const log = pino({ level: "warn" }, stream);
    const common = { studyDir: import.meta.dirname, dataDir, port: 0, host: "127.0.0.1", log };
    [server, longServer, browser] = await Promise.all([
      startServer({ ...common, study: studyOf("outbox", STEPS) }),
      startServer({ ...common, study: studyOf("long", LONG_STEPS) }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await longServer?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const open = async (context: BrowserContext, subjectId: string, { port } = server) => {
    const participant = new Participant(await context.newPage(), 1);
    return { participant, url: `http://127.0.0.1:${port}/${subjectId}` };
  };
  const readJson = async (name: string, { dataPath } = server) =>
    JSON.parse(await readFile(join(dataPath, "play", name), "utf8"));

  /** Until the game is played, as far as the server lets it. */
  async function begin(context: BrowserContext, subjectId: string, on = server) {
    const { participant, url } = await open(context, subjectId, on);
    await refuseUploads(participant.page);
    await participant.open(url);
    await participant.goOn("start");
    await participant.goOn("gym");
    return participant;
  }

  it("[DA12] in the middle of an episode has its confirmed frames handed in when it is back", async () => {
    const context = await browser.newContext();
    const { page } = await begin(context, "anna", longServer);
    await page.waitForFunction(() => Number(window.tandem?.status.keptFrame) >= 60);
    const kept = await page.evaluate(() => Number(window.tandem?.status.keptFrame));
    expect(await page.evaluate(() => window.tandem?.status.storedFrame)).toBe(0);
    await crash(context, page);
    const { participant, url } = await open(context, "anna", longServer);
    await participant.open(url);
    await participant.waitForStatus({ scene: "gym", visitId: "play.2" });
    await expect.poll(() => keptCount(participant.page)).toBe(0);
    await longServer.idle();
    const replay = await readJson("anna_ep0_replay.json", longServer);
    expect(replay.endFrame).toBeGreaterThanOrEqual(kept);
    expect(replay.hashes).toHaveLength(replay.endFrame);
    const csv = await readFile(join(longServer.dataPath, "play", "anna_ep0.csv"), "utf8");
    expect(csv.trim().split("\n")).toHaveLength(replay.endFrame + 1);
    await context.close();
  });

  it("[DA12] after the game has all of it handed in, and the participant goes on", async () => {
    const context = await browser.newContext();
    const { page } = await begin(context, "ben");
    await page.waitForFunction(() => window.tandem?.status.phase === "saving");
    await expect.poll(() => keptCount(page)).toBeGreaterThan(1);
    await crash(context, page);
    const { participant, url } = await open(context, "ben");
    await participant.open(url);
    await participant.waitForStatus({ scene: "completion-code" });
    expect(await keptCount(participant.page)).toBe(0);
    await server.idle();
    expect(await readJson("ben_ep0_replay.json")).toMatchObject({
      status: "verified",
      endFrame: STEPS,
    });
    expect((await readJson("ben_metadata.json")).game).toMatchObject({
      isPartial: false,
      terminationReason: "normal",
      completedEpisodes: 1,
    });
    await context.close();
  });

  it("[SG15] has the globals that it could not hand in, shows and hands them in when it is back", async () => {
    const context = await browser.newContext();
    const first = await open(context, "dora");
    await refuseUploads(first.participant.page);
    await first.participant.open(first.url);
    await first.participant.waitForStatus({ scene: "start" });
    const field = first.participant.page.getByLabel("Nickname");
    await field.fill("Do <ra>");
    await field.blur();
    await crash(context, first.participant.page);
    const { participant, url } = await open(context, "dora");
    await participant.open(url);
    await participant.waitForStatus({ scene: "start" });
    expect(await participant.page.getByLabel("Nickname").inputValue()).toBe("Do <ra>");
    await participant.goOn("start");
    await participant.goOn("gym");
    await participant.waitForStatus({ scene: "completion-code" });
    expect(await participant.page.getByRole("heading").textContent()).toBe("Thanks, Do <ra>");
    await server.idle();
    const globals = { subjectName: "dora", nickname: "Do <ra>" };
    expect(await readJson("dora_globals.json")).toEqual(globals);
    await context.close();
  });

  it("[DA12] a browser that keeps nothing loses nothing while the page lives, and says so in the log", async () => {
    const context = await browser.newContext();
    await context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("private mode", "InvalidStateError");
      };
    });
    const { participant, url } = await open(context, "carl");
    await participant.open(url);
    await participant.goOn("start");
    await participant.goOn("gym");
    await participant.waitForStatus({ scene: "completion-code" });
    await server.idle();
    expect(await readJson("carl_ep0_replay.json")).toMatchObject({ status: "verified" });
    expect(logged).toMatch(/The browser keeps no copy of what is not sent yet.*private mode/);
    await context.close();
  });
});
