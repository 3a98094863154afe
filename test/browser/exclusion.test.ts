/** Who is kept out of a study or taken out of a game, as people with real browsers see it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningServer, startServer } from "../../signaling/server.ts";
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  StartScene,
} from "../../signaling/study/index.ts";
import { launchBrowser } from "../support/browser.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { Participant } from "../support/participant.ts";
import { RawBrowser, type RawTab } from "../support/raw-browser.ts";

const POLL = { timeout: 30_000, interval: 100 };
const MAX_PING_MS = 150;
const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";

const game = () =>
  new GymScene()
    .scene({ sceneId: "match", shouldExportMetadata: true })
    .display({ sceneHeader: "Together", sceneBody: "Score goals." })
    .environment("../../sandbox/games/puck.ts", {});

const study = defineStudy({
  experimentId: "exclusion",
  title: "A study with rules",
  entryScreening: {
    browserBlocklist: ["Safari"],
    maxPing: MAX_PING_MS,
    minPingMeasurements: 3,
    exclusionMessages: { browser: "Safari is not supported. Please use Chrome or Firefox." },
  },
  scenes: [
    new StartScene()
      .scene({ sceneId: "welcome" })
      .display({ sceneHeader: "Welcome", sceneBody: "You will play with somebody." }),
    game()
      // A minute, of which the test needs a few seconds.
      .gameplay({ maxSteps: 3_600 })
      .multiplayer({
        continuousMonitoringEnabled: true,
        continuousTabWarningMs: 1_000,
        continuousTabExcludeMs: 3_000,
      }),
    new CompletionCodeScene().scene({ sceneId: "thanks" }),
  ],
});

/** A second of play, then a break that nobody sits out who was excluded in it. */
const studyWithBreak = defineStudy({
  experimentId: "breaks",
  title: "A study with a break",
  scenes: [
    new StartScene().scene({ sceneId: "welcome" }),
    game().gameplay({ numEpisodes: 2, maxSteps: 60, resetFreezeMs: 60_000 }).multiplayer({
      continuousMonitoringEnabled: true,
      continuousTabWarningMs: 200,
      continuousTabExcludeMs: 400,
    }),
    new CompletionCodeScene().scene({ sceneId: "thanks" }),
  ],
});

let dataDir: string;
let server: RunningServer;
let breakServer: RunningServer;
let browser: Browser;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tandem-exclusion-"));
  const options = { studyDir: import.meta.dirname, port: 0, dataDir, host: "127.0.0.1" };
  [server, breakServer, browser] = await Promise.all([
    startServer({ ...options, study }),
    startServer({ ...options, study: studyWithBreak }),
    launchBrowser(),
  ]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await breakServer?.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function readJson(
  scene: string,
  name: string,
  experiment = "exclusion",
): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(dataDir, experiment, scene, name), "utf8"));
}

/** Opens the study in a browser of that kind and waits for the page it ends at. */
async function openScreened(
  subject: string,
  options: BrowserContextOptions,
  prepare: (page: Page) => Promise<void>,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  await prepare(page);
  await page.goto(`${server.url}/${subject}`);
  await page.locator("article.end, button.primary").waitFor();
  await server.idle();
  return page;
}

describe("entry screening", () => {
  it("[EX1] keeps a browser of another name out and says what to do", async () => {
    const page = await openScreened("safari", { userAgent: SAFARI }, async () => {});
    expect(await page.locator("article.end").getAttribute("data-outcome")).toBe("screened_out");
    expect(await page.locator("h1").textContent()).toBe("You cannot take part in this study");
    expect(await page.locator("article.end").textContent()).toContain("Please use Chrome");
    const { decisions } = await readJson("welcome", "safari_monitoring.json");
    expect(decisions).toMatchObject([{ kind: "excluded", rule: "browser" }]);
    await page.context().close();
  });

  it("[EX2] keeps a slow line out by what the server measures", async () => {
    const page = await openScreened("slow", {}, async (opened) => {
      // Whatever the page claims, what it sends is under way for so long.
      await opened.addInitScript((delayMs) => {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (this: WebSocket, data: string) {
          setTimeout(() => send.call(this, data), delayMs);
        };
      }, MAX_PING_MS + 100);
    });
    expect(await page.locator("article.end").getAttribute("data-outcome")).toBe("screened_out");
    expect(await page.locator("article.end").textContent()).toContain("too slow");
    const { pings } = await readJson("welcome", "slow_monitoring.json");
    expect(pings).toHaveLength(3);
    for (const { rttMs } of pings as { rttMs: number }[]) {
      expect(rttMs).toBeGreaterThan(MAX_PING_MS);
    }
    await page.context().close();
  });

  it("[EX1][EX2] lets everybody else in", async () => {
    const page = await openScreened("welcome", {}, async () => {});
    expect(await page.locator("h1").textContent()).toBe("Welcome");
    const { decisions } = await readJson("welcome", "welcome_monitoring.json");
    expect(decisions).toMatchObject([{ kind: "admitted" }]);
    await page.context().close();
  });
});

async function status(tab: RawTab): Promise<Record<string, unknown>> {
  return await tab.evaluate("window.tandem ? window.tandem.status : {}");
}

async function until(tab: RawTab, wanted: Record<string, unknown>): Promise<void> {
  await vi.waitFor(async () => expect(await status(tab)).toMatchObject(wanted), POLL);
}

async function goOn(tab: RawTab, scene: string): Promise<void> {
  await until(tab, { scene });
  await tab.evaluate("document.querySelector('button.primary').click()");
}

describe("a tab that is really hidden while playing", () => {
  it("[EX4][EX7] is warned, plays on after a return, and is excluded after too long", async () => {
    const raw = await RawBrowser.launch();
    try {
      const tab = await raw.open(`${server.url}/away`);
      const partner = new Participant(await browser.newPage(), 1);
      await partner.open(`${server.url}/partner`);
      await Promise.all([goOn(tab, "start"), partner.goOn("start")]);
      await Promise.all([goOn(tab, "gym"), partner.goOn("gym")]);
      await Promise.all([
        until(tab, { phase: "playing" }),
        partner.waitForStatus({ phase: "playing" }),
      ]);

      const other = await raw.open("about:blank");
      const warned = "document.visibilityState + document.title.slice(0, 1)";
      await vi.waitFor(async () => expect(await tab.evaluate(warned)).toBe("hidden⚠"), POLL);
      await tab.bringToFront();
      const alert = "document.querySelector('[role=alert].warning').textContent";
      expect(await tab.evaluate(alert)).toBe("Please return to the experiment window.OK");
      expect(await status(tab)).toMatchObject({ scene: "gym", phase: "playing" });
      await tab.evaluate("document.querySelector('.warning button').click()");
      await vi.waitFor(async () => expect(await tab.evaluate(alert)).toBe(""), POLL);

      await other.bringToFront();
      await Promise.all([until(tab, { scene: "end" }), partner.waitForStatus({ scene: "end" })]);
      const ending = partner.page.locator("article.end");
      expect(await ending.getAttribute("data-outcome")).toBe("partner_exclusion");
      expect(await partner.page.getByTestId("completion-code").count()).toBe(1);
      expect(await tab.evaluate("document.querySelector('article.end').textContent")).toContain(
        "You were away from the experiment for too long.",
      );
      expect(partner.errors).toEqual([]);
    } finally {
      await raw.close();
    }
    await server.idle();
    const replays = await Promise.all([
      readJson("match", "away_ep0_replay.json"),
      readJson("match", "partner_ep0_replay.json"),
    ]);
    // Some four seconds at 60 frames a second, the same for both.
    expect(replays[0].endFrame).toBeGreaterThan(200);
    expect(replays[0].actions).toEqual(replays[1].actions);
    const { decisions } = await readJson("match", "away_monitoring.json");
    const kinds = (decisions as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds).toEqual(["warned", "warned", "excluded"]);
    const metadata = await readJson("match", "partner_metadata.json");
    expect(metadata.game).toMatchObject({
      isPartial: true,
      terminationReason: "partner_exclusion",
      terminationFrame: replays[0].endFrame,
    });
    expect((await checkDataFiles(dataDir)).faults).toEqual([]);
  });
});

describe("an exclusion between two episodes", () => {
  it("[EX7] ends the game for both, with the episode that was played kept whole", async () => {
    const names = ["early", "late"] as const;
    const pages = await Promise.all(names.map(() => browser.newPage()));
    const [away, partner] = pages.map((page, i) => new Participant(page, i + 1)) as [
      Participant,
      Participant,
    ];
    const both = [away, partner];
    await Promise.all(both.map((one, i) => one.open(`${breakServer.url}/${names[i]}`)));
    await Promise.all(both.map((one) => one.goOn("start")));
    await Promise.all(both.map((one) => one.goOn("gym")));
    await Promise.all(both.map((one) => one.waitForStatus({ phase: "break" })));
    await away.page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await Promise.all(both.map((one) => one.waitForStatus({ scene: "end" })));
    const outcomes = await Promise.all(
      both.map(({ page }) => page.locator("article.end").getAttribute("data-outcome")),
    );
    expect(outcomes).toEqual(["self_exclusion", "partner_exclusion"]);
    await breakServer.idle();
    const replay = await readJson("match", "late_ep0_replay.json", "breaks");
    expect(replay).toMatchObject({ status: "verified", endFrame: 60 });
    const { game: kept } = await readJson("match", "late_metadata.json", "breaks");
    expect(kept).toMatchObject({
      terminationReason: "partner_exclusion",
      completedEpisodes: 1,
      terminationFrame: 0,
    });
  });
});
