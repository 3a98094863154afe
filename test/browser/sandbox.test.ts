/** The sandbox in a browser: what its controls, panels and files do. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import type { Browser, Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadHasher } from "../../engine/index.ts";
import { setUpFromUrl } from "../../sandbox/workbench/set-up-url.ts";
import { runToEnd, type Summary, summarize } from "../../sandbox/workbench/summary.ts";
import type {} from "../../sandbox/workbench/views/main.tsx";
import { replaySchema } from "../../signaling/store/file-schema.ts";
import { multiplayerMetricsSchema } from "../../signaling/store/metrics-schema.ts";
import { launchBrowser } from "../support/browser.ts";

const CONFIG = fileURLToPath(new URL("../../vite.sandbox.config.ts", import.meta.url));
const SAMPLE = fileURLToPath(
  new URL(
    "../../data/sample/kitchen_sample/kitchen/participant_0_ep0_replay.json",
    import.meta.url,
  ),
);
/** Virtual time of a measurement: enough for every fault to show. */
const UNTIL_MS = 5_000;
/** No delay hides behind the input delay, and nothing is drawn by chance. */
const PLAIN = "?v=1&game=puck&delay=0&link=40";

let folder: string;
let server: PreviewServer;
let browser: Browser;
let page: Page;
let address: string;
const faults: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tandem-sandbox-"));
  const inline = { configFile: CONFIG, logLevel: "silent", build: { outDir: folder } } as const;
  await build(inline);
  server = await preview({ ...inline, preview: { port: 0, host: "127.0.0.1" } });
  address = `http://127.0.0.1:${(server.httpServer.address() as AddressInfo).port}/`;
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.on("pageerror", (error) => faults.push(String(error)));
  await open("");
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  faults.length = 0;
});

/** Loads the page anew. */
async function open(search: string): Promise<void> {
  await page.goto(address + search);
  await page.getByRole("button", { name: "Single tick" }).waitFor();
}

/** Begins that set-up and holds it still, so that only `measure` lets time pass. */
async function hold(search: string): Promise<void> {
  const { setUp } = setUpFromUrl(search);
  await page.evaluate((used) => {
    const { workbench } = window.sandbox;
    workbench.setPaused(true);
    workbench.start(used);
  }, setUp);
}

/** The field beside a label of the controls. */
function control(label: string) {
  return page.locator(`.tp-lblv:has(.tp-lblv_l:text-is("${label}"))`);
}

async function setNumber(label: string, value: number): Promise<void> {
  const field = control(label).locator("input").last();
  await field.fill(String(value));
  await field.press("Enter");
}

/** Begins the present set-up anew and runs it for a fixed virtual time. */
function measure(untilMs = UNTIL_MS): Promise<Summary> {
  return page.evaluate((untilMs) => {
    const { workbench, summary } = window.sandbox;
    workbench.start(workbench.setUp);
    workbench.run.advanceTo(untilMs);
    return summary();
  }, untilMs);
}

describe("controls", () => {
  type Numbers = {
    [K in keyof Summary]: Summary[K] extends number | null ? K : never;
  }[keyof Summary];

  it("[SB2] each field changes what it names", async () => {
    await hold(PLAIN);
    const usual = new URL(page.url()).search;
    const before = await measure();
    const changes: [string, number, Numbers, number][] = [
      ["delay ms", 120, "meanRttMs", 100],
      ["jitter ± ms", 40, "meanJitterMs", 5],
      ["loss", 0.2, "lostPackets", 60],
      ["duplication", 0.3, "duplicatedPackets", 100],
      ["kbit/s, 0 free", 32, "congestedPackets", 50],
      ["input delay", 8, "rollbacks", -40],
      ["window", 1, "stalls", 5],
      ["tick rate", 30, "confirmedFrames", -140],
      ["force rollback", 10, "repeatedSteps", 5_000],
    ];
    for (const [label, value, figure, least] of changes) {
      await setNumber(label, value);
      expect(new URL(page.url()).search, label).not.toBe(usual);
      const change = ((await measure())[figure] ?? 0) - (before[figure] ?? 0);
      expect(change * Math.sign(least), label).toBeGreaterThanOrEqual(Math.abs(least));
      await hold(PLAIN);
    }
    expect(faults).toEqual([]);
  });

  it("[SB2] each button of a fault does what it says, and adds it to the link", async () => {
    await hold(PLAIN);
    const buttons: [string, Numbers][] = [
      ["Hide its tab", "unfocusedFrames"],
      ["Pause it (GC)", "stalledMs"],
      ["Cut its links", "interruptions"],
    ];
    for (const [name, figure] of buttons) {
      expect((await measure(1_000))[figure], name).toBe(0);
      await page.getByRole("button", { name }).click();
      expect(new URL(page.url()).searchParams.getAll("f")).toHaveLength(1);
      expect((await measure())[figure], name).toBeGreaterThan(0);
      await hold(PLAIN);
    }
    const { confirmedFrames } = await measure(1_000);
    await page.getByRole("button", { name: "Disconnect it" }).click();
    expect((await measure()).confirmedFrames - confirmedFrames).toBeLessThan(20);
  });

  it("[SB2] a preset, a predictor and a kind of input do what they say", async () => {
    await hold(`${PLAIN}&frames=240`);
    const before = await measure();
    await control("preset").locator("select").selectOption("mobile");
    const mobile = await measure();
    expect(mobile.lostPackets).toBeGreaterThan(before.lostPackets);
    expect(mobile.hashChain).toBe(before.hashChain);
    await control("predictor").locator("select").selectOption("neutral");
    expect((await measure()).rollbacks).not.toBe(mobile.rollbacks);
    await control("input 1").locator("select").selectOption("idle");
    expect((await measure()).hashChain).not.toBe(before.hashChain);
    expect(faults).toEqual([]);
  });

  it("[SB2] pause, single tick and slow motion move time by as much as they say", async () => {
    await open(PLAIN);
    await page.getByRole("button", { name: "Pause", exact: false }).first().click();
    const ticks = () => page.evaluate(() => window.sandbox.workbench.run.logs[0]?.ticks ?? 0);
    const before = await ticks();
    await page.getByRole("button", { name: "Single tick" }).click();
    expect(await ticks()).toBe(before + 1);
    await page.getByLabel("Speed").selectOption("0.1");
    expect(await page.evaluate(() => window.sandbox.workbench.pacer.speed)).toBe(0.1);
  });

  it("[SB2] keys move the player whose input is the keyboard", async () => {
    await open(`${PLAIN}&in=keyboard_idle`);
    await page.keyboard.down("ArrowUp");
    await page.waitForFunction(() =>
      window.sandbox.workbench.run.peer(0).sampled.some((action) => action === 1),
    );
  });
});

describe("links", () => {
  it("[SB3] reproduce the run in another page, and in Node", async () => {
    await hold("");
    await setNumber("seed", 4_711);
    await setNumber("loss", 0.15);
    await setNumber("delay ms", 90);
    await measure(1_000);
    await page.getByRole("button", { name: "Pause it (GC)" }).click();
    const ours = await measure();
    const link = new URL(page.url()).search;
    await open(link);
    expect(await measure()).toEqual(ours);
    const hasher = await loadHasher();
    const { setUp, faults: unusable } = setUpFromUrl(link);
    expect(unusable).toEqual([]);
    expect(summarize(runToEnd(setUp, hasher, UNTIL_MS), hasher).hashChain).toBe(ours.hashChain);
  });
});

describe("panels", () => {
  it("[SB4] a planted desync is shown with its frame and path", async () => {
    await hold("?v=1&game=marbles&n=2&link=40");
    await setNumber("desync after", 90);
    await control("at path").locator("input").fill("marbles.3.x");
    await control("at path").locator("input").press("Enter");
    await page.getByRole("button", { name: "Plant the desync and restart" }).click();
    await measure();
    await page.evaluate(() => window.sandbox.workbench.refresh());
    const alert = await page.getByRole("alert").first().textContent();
    expect(alert).toContain("differ from frame 91 on: marbles.3.x");
    await page.getByRole("tab", { name: "State" }).click();
    expect(await page.getByRole("tabpanel").textContent()).toContain("places differ");
  });

  it("[SB5] files that are saved pass the schemas of a study", async () => {
    await hold(`${PLAIN}&frames=240`);
    await measure();
    await page.getByRole("tab", { name: "Files" }).click();
    const save = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name }).first().click(),
      ]);
      return readFile(await download.path(), "utf8");
    };
    const metrics = multiplayerMetricsSchema.parse(
      JSON.parse(await save("multiplayer_metrics.json")),
    );
    expect(metrics.validation.episodes[0]).toMatchObject({ totalFrames: 240, status: "verified" });
    expect(replaySchema.parse(JSON.parse(await save("ep0_replay.json"))).endFrame).toBe(240);
    expect(parse(await save("ep0.csv"), { columns: true })).toHaveLength(240);
    expect(JSON.parse(await save("failing schedule"))).toMatchObject({ game: "puck" });
  });

  it("[SB6] a participant's replay opens, and another file is refused", async () => {
    await hold(PLAIN);
    await page.getByRole("tab", { name: "Files" }).click();
    const field = page.locator("input[type=file]");
    await field.setInputFiles(SAMPLE);
    await page.getByText("Every hash is the recorded one.").waitFor();
    await page.getByLabel("Frame", { exact: true }).fill("60");
    await page.getByText("frame 60 · inputs").waitFor();
    await field.setInputFiles({
      name: "a.json",
      mimeType: "application/json",
      buffer: Buffer.from("{}"),
    });
    expect(await page.getByRole("alert").textContent()).toContain("Expected a _replay.json file");
    expect(faults).toEqual([]);
  });

  it("[SB7] A/B shows what two set-ups of one game differ in", async () => {
    await hold(PLAIN);
    await page.getByRole("tab", { name: "A/B" }).click();
    await page.getByLabel("B", { exact: true }).fill("?v=1&game=puck&delay=0&link=120");
    await page.getByLabel("Seconds").fill("5");
    await page.getByRole("button", { name: "Run both" }).click();
    const row = (title: string) => page.getByRole("row", { name: title });
    expect(await row("digest of the hashes").textContent()).toMatch(/(differs|equal)$/);
    const depths = await row("rollback depth p99").getByRole("cell").allTextContents();
    expect(Number(depths[1])).toBeGreaterThan(Number(depths[0]));
    expect(await row("desyncs seen").textContent()).toMatch(/equal$/);
  });

  it("shows packets with their contents, and a frame's story under the cursor", async () => {
    await hold(PLAIN);
    await measure();
    await page.getByRole("tab", { name: "Packets" }).click();
    await page.locator("button.row").filter({ hasText: "inputs" }).first().click();
    expect(await page.locator("pre.contents").textContent()).toContain('"kind": "play"');
    await page.getByLabel("Frames of each peer").focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowLeft");
    expect(await page.getByRole("tooltip").textContent()).toMatch(/peer 0, frame \d+: .*hash 1/);
  });
});

it("[SB9] peers play over real connections inside the page, behind the links that are set", async () => {
  await open("?v=1&game=puck&net=webrtc&link=40&seed=3");
  await page.waitForFunction(() => {
    const { tunnel, logs } = window.sandbox.workbench.run;
    return tunnel?.isOpen && logs.every(({ verifiedFrame }) => verifiedFrame > 120);
  });
  const played = await page.evaluate(() => window.sandbox.summary());
  expect(played.desyncs).toBe(0);
  expect(played.meanRttMs).toBeGreaterThan(80);
  const frame = await page.evaluate(() => {
    const { run } = window.sandbox.workbench;
    run.tunnel?.close();
    return run.logs[0]?.confirmedFrame ?? 0;
  });
  // Nothing but the connections carried the packets: without them play stands still.
  await page.waitForFunction(() => window.sandbox.workbench.run.logs[0]?.stallTicks.length);
  await page.getByText("stalled, waiting for 1").waitFor();
  const after = await page.evaluate(() => window.sandbox.workbench.run.logs[0]?.confirmedFrame);
  expect(after).toBeLessThanOrEqual(frame + 1);
  expect(faults).toEqual([]);
});

it("[SB8] says when it cannot keep up", async () => {
  await open("?v=1&game=marbles&fps=120&force=60");
  const pace = page.locator(".pace.behind");
  await pace.waitFor();
  expect(await pace.textContent()).toMatch(
    /^running at \d+ % of real time: simulation [\d.]+ ms of [\d.]+ per frame$/,
  );
});

it("[SB1] says what is wrong with a link", async () => {
  await open("?v=1&game=puck&delay=99");
  expect(await page.getByRole("alert").textContent()).toContain("integer 0–15, got 99");
});
