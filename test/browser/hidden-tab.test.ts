/** One of two looks at another tab in the middle of an episode: the tab is really hidden. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RawBrowser, type RawTab } from "../support/raw-browser.ts";
import { type StudyRun, startStudyRun } from "../support/study-run.ts";

const POLL = { timeout: 60_000, interval: 200 };
/** Frames that are played while the tab is hidden: three seconds. */
const HIDDEN_FRAMES = 180;

let run: StudyRun;
let browser: RawBrowser;
let hiddenVisibility: string;
let framesWhileHidden: number;
let longestStallMs: number;

const status = (tab: RawTab) =>
  tab.evaluate<Record<string, unknown>>("window.tandem ? window.tandem.status : {}");

async function until(tab: RawTab, wanted: Record<string, unknown>): Promise<void> {
  await vi.waitFor(async () => expect(await status(tab)).toMatchObject(wanted), POLL);
}

async function goOn(tab: RawTab, wanted: Record<string, unknown>): Promise<void> {
  await until(tab, wanted);
  await tab.evaluate("document.querySelector('button.primary').click()");
}

beforeAll(async () => {
  [run, browser] = await Promise.all([startStudyRun(), RawBrowser.launch()]);
  const [partner] = run.participants;
  if (partner === undefined) throw new Error("Expected a participant");
  const tab = await browser.open(`${run.server.url}/away`);
  const partnerComes = partner.comeToMatch(`${run.server.url}/partner`);
  await goOn(tab, { scene: "start" });
  await goOn(tab, { scene: "gym", step: 1 });
  await until(tab, { phase: "playing" });
  await goOn(tab, { scene: "gym", phase: null, step: 2 });
  await partnerComes;
  await until(tab, { phase: "playing", episode: 0 });
  await vi.waitFor(async () => {
    expect(Number((await status(tab)).confirmedFrame)).toBeGreaterThan(100);
  }, POLL);
  const other = await browser.open("about:blank");
  await vi.waitFor(async () => {
    hiddenVisibility = await tab.evaluate<string>("document.visibilityState");
    expect(hiddenVisibility).toBe("hidden");
  }, POLL);
  const before = Number((await status(tab)).confirmedFrame);
  await vi.waitFor(async () => {
    framesWhileHidden = Number((await status(tab)).confirmedFrame) - before;
    expect(framesWhileHidden).toBeGreaterThan(HIDDEN_FRAMES);
  }, POLL);
  const stalls = (await partner.snapshot()).metrics?.stalls ?? [];
  longestStallMs = Math.max(0, ...stalls.map(({ durationMs }) => durationMs));
  await other.evaluate("1");
  await tab.bringToFront();
  await Promise.all([until(tab, { scene: "form" }), partner.waitForStatus({ scene: "form" })]);
  await run.server.idle();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await run?.stop();
});

async function focusColumn(subject: string): Promise<boolean[]> {
  const text = await readFile(join(run.dataDir, "paired", "match", `${subject}_ep0.csv`), "utf8");
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  const agent = rows[0]?.["player_subjects.paddle_0"] === "away" ? "paddle_0" : "paddle_1";
  return rows.map((row) => row[`isFocused.${agent}`] === "true");
}

describe("a tab that is really hidden", () => {
  it("goes on playing at full rate, and its partner hardly waits for it", () => {
    expect(hiddenVisibility).toBe("hidden");
    expect(framesWhileHidden).toBeGreaterThan(HIDDEN_FRAMES);
    // Page timers of a hidden tab fire once a second: any dependence on them would show here.
    expect(longestStallMs).toBeLessThan(500);
  });

  it("[DA1] is a flag in both players' rows, the same frames in each", async () => {
    const [away, partner] = await Promise.all([focusColumn("away"), focusColumn("partner")]);
    expect(away).toEqual(partner);
    const unfocused = away.filter((isFocused) => !isFocused).length;
    expect(unfocused).toBeGreaterThan(HIDDEN_FRAMES);
    expect(away.slice(0, 50).every(Boolean)).toBe(true);
  });

  it("[SE8] is a period in the metrics of the one who was away", async () => {
    const metrics = await run.readJson("away_multiplayer_metrics.json");
    const focusLoss = metrics.focusLoss as { periodCount: number; totalBackgroundMs: number };
    expect(focusLoss.periodCount).toBe(1);
    expect(focusLoss.totalBackgroundMs).toBeGreaterThan(2_900);
    const other = await run.readJson("partner_multiplayer_metrics.json");
    expect(other.focusLoss).toMatchObject({ periodCount: 0 });
  });
});
