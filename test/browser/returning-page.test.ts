/** One of two reloads the page, then has the whole browser killed, in the middle of an episode: the game goes on. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchProfile } from "../support/browser.ts";
import { runTandem } from "../support/command-line.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { Participant } from "../support/participant.ts";
import { shortStudy } from "../support/short-study.ts";
import { type StudyRun, startStudyRun } from "../support/study-run.ts";

const SUBJECTS = ["anna", "ben"] as const;
/** Five seconds each. */
const EPISODE_STEPS = 300;
/** Enough for several uploads. */
const RELOAD_FRAME = 150;

let run: StudyRun;
let profileDir: string;
let contexts: BrowserContext[] = [];
let notice = "";

const untilFrame = (page: Page, episode: number, frame: number) =>
  page.waitForFunction(
    ([wantedEpisode, wantedFrame]) => {
      const { episode: now, confirmedFrame } = window.tandem?.status ?? {};
      return now === wantedEpisode && Number(confirmedFrame ?? 0) > Number(wantedFrame);
    },
    [episode, frame],
    { timeout: 60_000 },
  );

/** A browser of Ben's whose profile outlives its process. */
async function openBen(): Promise<{ context: BrowserContext; ben: Participant }> {
  const context = await launchProfile(profileDir);
  contexts.push(context);
  return { context, ben: new Participant(await context.newPage(), 7) };
}

/** The whole process, without a word to anybody. */
async function kill(context: BrowserContext, page: Page): Promise<void> {
  const closed = new Promise((resolve) => context.once("close", resolve));
  const session = await context.newCDPSession(page);
  session.send("Browser.crash").catch(() => {});
  await closed;
}

beforeAll(async () => {
  profileDir = await mkdtemp(join(tmpdir(), "tandem-profile-"));
  const gameplay = { numEpisodes: 2, maxSteps: EPISODE_STEPS, resetFreezeMs: 500 };
  run = await startStudyRun({ study: shortStudy(gameplay) });
  const anna = run.participants[0] as Participant;
  const first = await openBen();
  const url = `${run.server.url}/ben`;
  await Promise.all([anna.comeToGame(`${run.server.url}/anna`), first.ben.comeToGame(url)]);
  const played = anna.playEpisode(0).then(() => anna.playEpisode(1));

  await untilFrame(first.ben.page, 0, RELOAD_FRAME);
  await first.ben.page.reload();
  await first.ben.waitForStatus({ phase: "playing", episode: 0 });
  await first.ben.playEpisode(0);

  // The two pages have found a direct path anew.
  await Promise.all(
    [anna, first.ben].map((one) => one.waitForStatus({ partner: "direct", episode: 1 })),
  );
  await untilFrame(first.ben.page, 1, RELOAD_FRAME);
  await kill(first.context, first.ben.page);
  await anna.waitForStatus({ partner: "silent" });
  const words = anna.page.locator(".notice-card");
  notice = (await words.textContent()) ?? "";
  const second = await openBen();
  await second.ben.open(url);
  await second.ben.playEpisode(1);
  await played;
  await Promise.all(
    [anna, second.ben].map((one) => one.waitForStatus({ scene: "completion-code" })),
  );
  await run.server.idle();
}, 180_000);

afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  await run?.stop();
  await rm(profileDir, { recursive: true, force: true });
});

/** Of a file's rows, what both players have alike. */
async function rows(subject: string, episode: number): Promise<[string, string][][]> {
  const path = join(run.dataDir, "paired", "match", `${subject}_ep${episode}.csv`);
  const records = parse(await readFile(path, "utf8"), { columns: true }) as object[];
  return records.map((record) =>
    Object.entries(record).filter(([column]) => !column.startsWith("observer.")),
  );
}

describe("a page that is loaded again in the middle of an episode, and a browser that is killed", () => {
  it("[SG20] lets the partner see that they wait, and how long", () => {
    expect(notice).toMatch(/^Your partner lost the connectionWaiting \d+ s\./);
  });

  it.each([0, 1])("[SG19] both files of episode %i are equal and verified", async (episode) => {
    const [own, other] = [await rows("anna", episode), await rows("ben", episode)];
    expect(own).toHaveLength(EPISODE_STEPS);
    expect(own).toEqual(other);
    for (const subject of SUBJECTS) {
      const replay = await run.readJson(`${subject}_ep${episode}_replay.json`);
      expect(replay).toMatchObject({ status: "verified", endFrame: EPISODE_STEPS });
    }
    const metrics = await run.readJson("anna_multiplayer_metrics.json");
    expect(metrics.returns).toContainEqual(
      expect.objectContaining({ episode, playerIndex: expect.any(Number) }),
    );
  });

  it("[DA3][DA5] leaves files that pass their schema and that nothing contradicts", async () => {
    expect((await checkDataFiles(run.dataDir)).faults).toEqual([]);
    const { code, stdout } = await runTandem("verify", run.dataDir);
    expect(stdout).toContain("ben_ep1_replay.json");
    expect(code).toBe(0);
  });
});
