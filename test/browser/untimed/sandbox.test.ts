/** The sandbox in a browser: what its bar, panels, links and files do. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import type { Page } from "playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadHasher } from "../../../engine/index.ts";
import { setUpFromUrl } from "../../../sandbox/workbench/set-up-url.ts";
import { runToEnd, summarize } from "../../../sandbox/workbench/summary.ts";
import { replaySchema } from "../../../signaling/store/file-schema.ts";
import { multiplayerMetricsSchema } from "../../../signaling/store/metrics-schema.ts";
import { PLAIN, SandboxPage, UNTIL_MS } from "../../support/sandbox-page.ts";

const SAMPLE = fileURLToPath(
  new URL(
    "../../../data/sample/kitchen_sample/kitchen/participant_0_ep0_replay.json",
    import.meta.url,
  ),
);

let sandbox: SandboxPage;
let page: Page;

beforeAll(async () => {
  sandbox = await SandboxPage.launch();
  ({ page } = sandbox);
});

afterAll(() => sandbox?.close());

beforeEach(() => {
  sandbox.faults.length = 0;
});

/** Virtual and real time that pass over some animation frames. */
function elapsed(frames: number): Promise<{ virtualMs: number; realMs: number }> {
  return sandbox.page.evaluate(async (frames) => {
    const { workbench } = window.sandbox;
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    // Both clocks are read in a frame, whenever a busy machine gets to it: between frames virtual time stands.
    await frame();
    const [fromMs, startMs] = [workbench.run.nowMs, performance.now()];
    for (let i = 0; i < frames; i++) await frame();
    return { virtualMs: workbench.run.nowMs - fromMs, realMs: performance.now() - startMs };
  }, frames);
}

const timeOf = () => sandbox.page.evaluate(() => window.sandbox.workbench.run.nowMs);
const skipped = () =>
  sandbox.page.waitForFunction(() => window.sandbox.workbench.skipToMs === null);

const HEADER: Readonly<Record<string, () => Promise<void>>> = {
  "▶ Run": async () => {
    await sandbox.press("▶ Run");
    expect((await elapsed(10)).virtualMs).toBeGreaterThan(0);
    await sandbox.press("❚❚ Pause");
    expect((await elapsed(10)).virtualMs).toBe(0);
  },
  "Single tick": async () => {
    const ticks = () =>
      sandbox.page.evaluate(() => window.sandbox.workbench.run.logs.map((log) => log.ticks));
    const before = await ticks();
    await sandbox.press("Single tick");
    expect(await ticks()).toEqual(before.map((count) => count + 1));
  },
  Restart: async () => {
    await sandbox.measure(1_000);
    await sandbox.press("Restart");
    expect(await timeOf()).toBe(0);
  },
  Speed: async () => {
    await sandbox.page.getByLabel("Speed").selectOption("0.1");
    await sandbox.press("▶ Run");
    await elapsed(2);
    const { virtualMs, realMs } = await elapsed(40);
    expect(virtualMs / realMs).toBeGreaterThan(0.02);
    expect(virtualMs / realMs).toBeLessThan(0.15);
    await sandbox.press("❚❚ Pause");
  },
  Skip: async () => {
    const { hashChain } = await sandbox.measure(10_000);
    await sandbox.hold(PLAIN);
    await sandbox.press("Skip");
    await skipped();
    expect(await timeOf()).toBeGreaterThanOrEqual(10_000);
    expect((await elapsed(3)).virtualMs).toBe(0);
    expect(await sandbox.page.evaluate(() => window.sandbox.summary().hashChain)).toBe(hashChain);
  },
  "Ticks to skip": async () => {
    await sandbox.page.getByLabel("Ticks to skip").fill("90");
    await sandbox.press("Skip");
    await skipped();
    expect(Math.abs((await timeOf()) - 1_500)).toBeLessThan(20);
  },
  "Copy link": async () => {
    await sandbox.press("Copy link");
    await sandbox.page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await sandbox.page.evaluate(() => navigator.clipboard.readText())).toBe(
      sandbox.page.url(),
    );
  },
};

describe("the bar", () => {
  it("[SB2] has no control but those that are tried below", async () => {
    await sandbox.hold(PLAIN);
    await sandbox.painted();
    const names = await sandbox.page.evaluate(() =>
      [...document.querySelectorAll("header :is(button, select, input)")].map(
        (element) =>
          element.getAttribute("aria-label") ??
          (element.closest("label")?.firstChild ?? element).textContent?.trim(),
      ),
    );
    expect(names).toEqual(Object.keys(HEADER));
  });

  it.each(Object.entries(HEADER))("[SB2] %s does what it says", async (_, operate) => {
    await sandbox.open(PLAIN);
    await sandbox.hold(PLAIN);
    await sandbox.painted();
    await operate();
    expect(sandbox.faults).toEqual([]);
  });
});

it("[SB2] keys move the player whose input is the keyboard", async () => {
  await sandbox.open(`${PLAIN}&in=keyboard_idle`);
  await page.getByText("Arrow keys or W A S D").waitFor();
  await page.keyboard.down("ArrowUp");
  await page.waitForFunction(() =>
    window.sandbox.workbench.run.peer(0).sampled.some((action) => action === 1),
  );
});

describe("links", () => {
  it("[SB3] reproduce the run in another page, and in Node", async () => {
    await sandbox.hold("");
    await sandbox.setNumber("seed", 4_711);
    await sandbox.setNumber("loss", 0.15);
    await sandbox.setNumber("delay ms", 90);
    await sandbox.measure(1_000);
    await page.getByRole("button", { name: "Pause it (GC)" }).click();
    const ours = await sandbox.measure();
    const link = new URL(page.url()).search;
    await sandbox.open(link);
    expect(await sandbox.measure()).toEqual(ours);
    const hasher = await loadHasher();
    const { setUp, faults: unusable } = setUpFromUrl(link);
    expect(unusable).toEqual([]);
    expect(summarize(runToEnd(setUp, hasher, UNTIL_MS), hasher).hashChain).toBe(ours.hashChain);
  });
});

describe("panels", () => {
  it("[SB4] a planted desync is shown with its frame and path", async () => {
    await sandbox.hold("?v=1&game=marbles&n=2&link=40");
    await sandbox.setNumber("desync after", 90);
    await sandbox.control("at path").locator("input").fill("marbles.3.x");
    await sandbox.control("at path").locator("input").press("Enter");
    await page.getByRole("button", { name: "Plant the desync and restart" }).click();
    await sandbox.measure();
    await page.evaluate(() => window.sandbox.workbench.refresh());
    const alert = await page.getByRole("alert").first().textContent();
    expect(alert).toContain("differ from frame 91 on: marbles.3.x");
    await page.getByRole("tab", { name: "State" }).click();
    expect(await page.getByRole("tabpanel").textContent()).toContain("places differ");
  });

  it("[SB5] files that are saved pass the schemas of a study", async () => {
    await sandbox.hold(`${PLAIN}&frames=240`);
    await sandbox.measure();
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
    await sandbox.hold(PLAIN);
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
    expect(sandbox.faults).toEqual([]);
  });

  it("[SB7] A/B shows what two set-ups of one game differ in", async () => {
    await sandbox.hold(PLAIN);
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
    await sandbox.hold(PLAIN);
    await sandbox.measure();
    await page.getByRole("tab", { name: "Packets" }).click();
    await page.locator("button.row").filter({ hasText: "inputs" }).first().click();
    expect(await page.locator("pre.contents").textContent()).toContain('"kind": "play"');
    await page.getByLabel("Frames of each peer").focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowLeft");
    expect(await page.getByRole("tooltip").textContent()).toMatch(/peer 0, frame \d+: .*hash 1/);
  });
});

it("[SB9] peers play over real connections inside the page, behind the links that are set", async () => {
  await sandbox.open("?v=1&game=puck&net=webrtc&link=40&seed=3");
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
  expect(sandbox.faults).toEqual([]);
});

it("[SB1] says what is wrong with a link", async () => {
  await sandbox.open("?v=1&game=puck&delay=99");
  expect(await page.getByRole("alert").textContent()).toContain("integer 0–15, got 99");
});
