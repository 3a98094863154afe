/** One of two looks at another tab in the middle of an episode: the tab is really hidden. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Study } from "../../signaling/study/index.ts";
import { verifyFolder } from "../../signaling/verify.ts";
import type { Participant } from "../support/participant.ts";
import { RawBrowser, type RawTab } from "../support/raw-browser.ts";
import { shortStudy } from "../support/short-study.ts";
import { type StudyRun, startStudyRun } from "../support/study-run.ts";

const POLL = { timeout: 60_000, interval: 200 };
/** Frames that are played while the tab is hidden: three seconds. */
const HIDDEN_FRAMES = 180;
/** Of the game: time enough on either side, also where looking takes a while. */
const STEPS = 450;
const PAUSING_STEPS = 180;

let run: StudyRun;
let browser: RawBrowser;
let hiddenVisibility: string;

const status = (tab: RawTab) =>
  tab.evaluate<Record<string, unknown>>("window.tandem ? window.tandem.status : {}");

async function until(tab: RawTab, wanted: Record<string, unknown>): Promise<void> {
  await vi.waitFor(async () => expect(await status(tab)).toMatchObject(wanted), POLL);
}

async function goOn(tab: RawTab, wanted: Record<string, unknown>): Promise<void> {
  await until(tab, wanted);
  await tab.evaluate("document.querySelector('button.primary').click()");
}

/** Opens another tab before this one; resolves when this one knows. */
async function hide(tab: RawTab): Promise<RawTab> {
  const other = await browser.open("about:blank");
  await vi.waitFor(async () => {
    hiddenVisibility = await tab.evaluate<string>("document.visibilityState");
    expect(hiddenVisibility).toBe("hidden");
  }, POLL);
  return other;
}

async function rowsOf(subject: string): Promise<Record<string, string>[]> {
  const text = await readFile(join(run.dataDir, "paired", "match", `${subject}_ep0.csv`), "utf8");
  return parse(text, { columns: true }) as Record<string, string>[];
}

async function focusColumn(subject: string): Promise<boolean[]> {
  const rows = await rowsOf(subject);
  const agent = rows[0]?.["player_subjects.paddle_0"] === "away" ? "paddle_0" : "paddle_1";
  return rows.map((row) => row[`isFocused.${agent}`] === "true");
}

/** Brings both to their game. */
async function start(study: Study): Promise<{ tab: RawTab; partner: Participant }> {
  [run, browser] = await Promise.all([
    startStudyRun({ study, browserCount: 1 }),
    RawBrowser.launch(),
  ]);
  const [partner] = run.participants;
  if (partner === undefined) throw new Error("Expected a participant");
  const tab = await browser.open(`${run.server.url}/away`);
  const partnerComes = partner.comeToGame(`${run.server.url}/partner`);
  await goOn(tab, { scene: "start" });
  await goOn(tab, { scene: "gym" });
  await partnerComes;
  return { tab, partner };
}

async function stop(): Promise<void> {
  await browser?.close();
  await run?.stop();
}

describe("a tab that is really hidden", () => {
  let framesWhileHidden: number;
  let longestStallMs: number;

  beforeAll(async () => {
    const { tab, partner } = await start(shortStudy({ maxSteps: STEPS }));
    await vi.waitFor(async () => {
      expect(Number((await status(tab)).confirmedFrame)).toBeGreaterThan(100);
    }, POLL);
    const other = await hide(tab);
    const before = Number((await status(tab)).confirmedFrame);
    await vi.waitFor(async () => {
      framesWhileHidden = Number((await status(tab)).confirmedFrame) - before;
      expect(framesWhileHidden).toBeGreaterThan(HIDDEN_FRAMES);
    }, POLL);
    const stalls = (await partner.snapshot()).metrics?.stalls ?? [];
    longestStallMs = Math.max(0, ...stalls.map(({ durationMs }) => durationMs));
    await other.evaluate("1");
    await tab.bringToFront();
    const isOver = { scene: "completion-code" };
    await Promise.all([until(tab, isOver), partner.waitForStatus(isOver)]);
    await run.server.idle();
  }, 120_000);

  afterAll(stop);

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

describe("a tab that is really hidden in a study that pauses", () => {
  /** Frames that both players wait at the least, a second of them. */
  const WAITED_FRAMES = 60;
  const frames = { before: 0, after: 0 };
  let stepsWhileHidden: readonly (readonly unknown[])[];
  let toldToPartner: readonly string[];
  let toldToAway: string;

  beforeAll(async () => {
    const pausing = {
      onHidden: "pause",
      onInterruption: "pause",
      resumeCountdownMs: 1_500,
    } as const;
    const { tab, partner } = await start(shortStudy({ maxSteps: PAUSING_STEPS }, pausing));
    await vi.waitFor(async () => {
      expect(Number((await status(tab)).steps)).toBeGreaterThan(50);
    }, POLL);
    await hide(tab);
    const notice = partner.page.locator(".notice");
    await notice.getByText("Paused").waitFor();
    const read = async () => [(await partner.snapshot()).status, await status(tab)] as const;
    const early = await read();
    frames.before = Number(early[0].frame);
    await vi.waitFor(async () => {
      frames.after = Number((await partner.snapshot()).status.frame);
      expect(frames.after).toBeGreaterThan(frames.before + WAITED_FRAMES);
    }, POLL);
    const late = await read();
    stepsWhileHidden = [early, late].map((both) => both.map(({ steps }) => steps));
    const paused = (await notice.textContent()) ?? "";
    await tab.bringToFront();
    const counting = /The game goes on in \d s/;
    const inPartner = async () => {
      await notice.getByText(counting).waitFor();
      toldToPartner = [paused, (await notice.textContent()) ?? ""];
    };
    const inAway = vi.waitFor(async () => {
      toldToAway = await tab.evaluate<string>("document.querySelector('.notice').textContent");
      expect(toldToAway).toMatch(counting);
    }, POLL);
    await Promise.all([inPartner(), inAway]);
    const isOver = { scene: "completion-code" };
    await Promise.all([until(tab, isOver), partner.waitForStatus(isOver)]);
    await run.server.idle();
  }, 120_000);

  afterAll(stop);

  it("[PA4] stands for both as long as it is hidden", () => {
    expect(hiddenVisibility).toBe("hidden");
    expect(frames.after - frames.before).toBeGreaterThan(WAITED_FRAMES);
    const [early, late] = stepsWhileHidden;
    expect(late).toEqual(early);
    expect(new Set(early).size).toBe(1);
  });

  it("[PA1] tells both why, and counts down for both", () => {
    expect(toldToPartner[0]).toContain("Your partner is away");
    expect(toldToPartner[1]).toMatch(/goes on in [12] s.*Your partner was away/);
    expect(toldToAway).toMatch(/goes on in [12] s.*You were away/);
  });

  it("[PA3][DA1] goes on to the last step, with the same rows for both, which verify", async () => {
    const [away, partner] = await Promise.all([rowsOf("away"), rowsOf("partner")]);
    const shared = (rows: Record<string, string>[]) =>
      rows.map((row) => Object.entries(row).filter(([name]) => !name.startsWith("observer.")));
    expect(shared(away)).toEqual(shared(partner));
    const waited = away.filter(({ isPaused }) => isPaused === "true");
    expect(away.length - waited.length).toBe(PAUSING_STEPS);
    // While it was hidden, and the countdown of one and a half seconds.
    expect(waited.length).toBeGreaterThan(WAITED_FRAMES + 90);
    const report = await verifyFolder(run.dataDir);
    expect(report.episodes.map((episode) => episode.status)).toEqual(["verified", "verified"]);
  });

  it("[SE8] is a pause in the metrics of both, with who was away", async () => {
    for (const subject of ["away", "partner"]) {
      const { pauses } = await run.readJson(`${subject}_multiplayer_metrics.json`);
      expect(pauses).toEqual([expect.objectContaining({ episode: 0 })]);
      expect(pauses).toMatchObject([{ askers: [{ reason: "hidden" }] }]);
    }
  });
});
