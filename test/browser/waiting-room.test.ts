/** Two browsers too far from each other to play at once, and one for whom nobody comes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../signaling/server.ts";
import { impair } from "../support/browser.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { matchingStudy } from "../support/matching-study.ts";
import { Participant } from "../support/participant.ts";
import { shortStudy } from "../support/short-study.ts";
import { type StudyRun, startStudyRun } from "../support/study-run.ts";

/** Round trip of 120 ms, twice what the study first allows. */
const IMPAIRMENT = { delayMs: 60, jitterMs: 0, lossRatio: 0 };
const NEAR_MS = 60;
/** Time enough for a first probe. */
const RELAXED_AFTER_MS = 5_000;
const RELAXED_MS = 600;
/** Where somebody who works on the page finds what it looks like. */
const SCREENSHOTS = process.env.TANDEM_SCREENSHOTS;

let run: StudyRun;

/** Counts, under `window.connectionCount`, the connections that a page makes. */
async function countConnections(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const counted = window as never as { connectionCount: number };
    counted.connectionCount = 0;
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
      construct(made, values) {
        counted.connectionCount++;
        return Reflect.construct(made, values) as object;
      },
    });
  });
}

async function shoot({ page }: Participant, name: string): Promise<void> {
  if (SCREENSHOTS !== undefined) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

beforeAll(async () => {
  const prepare = async (context: BrowserContext, i: number) => {
    await impair(context, { ...IMPAIRMENT, seed: i + 1 });
    await countConnections(context);
  };
  const multiplayer = {
    inputDelayFrames: 2,
    predictionWindowFrames: 20,
    maxRttMs: NEAR_MS,
    maxRttRelaxation: [[RELAXED_AFTER_MS, RELAXED_MS]] as const,
  };
  run = await startStudyRun({ study: shortStudy({ maxSteps: 60 }, multiplayer), prepare });
}, 120_000);

afterAll(() => run?.stop());

describe("two people far from each other", () => {
  it("[MM2][MM4] are turned away, wait on, and play over the very connection that was measured", async () => {
    await Promise.all(
      run.participants.map(async (participant, i) => {
        await participant.open(`${run.server.url}/${["anna", "ben"][i]}`);
        await participant.goOn("start");
        await participant.waitForStatus({ scene: "gym" });
      }),
    );
    // Both at once: the limit grows while one waits for the other.
    await Promise.all(run.participants.map((one) => one.goOn("gym")));
    const [first] = run.participants as [Participant];
    const checking = first.page.getByText("Checking the connection between you…");
    await checking.waitFor();
    await shoot(first, "waiting-room-probe");
    await first.page.getByText("Still looking for a partner that fits").waitFor();
    await shoot(first, "waiting-room-rejected");
    for (const participant of run.participants) {
      await participant.waitForStatus({ scene: "completion-code" });
      const made = await participant.page.evaluate(
        () => (window as never as { connectionCount: number }).connectionCount,
      );
      // One for each probe; none for the game.
      expect(made).toBe(2);
      expect(participant.errors).toEqual([]);
    }
    await run.server.idle();
    for (const subject of ["anna", "ben"]) {
      const metrics = await run.readJson(`${subject}_multiplayer_metrics.json`);
      expect(metrics.connection).toMatchObject({ type: "direct" });
    }
    const text = await readFile(
      join(run.server.dataPath, "match_logs", "match_matches.jsonl"),
      "utf8",
    );
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { event: "probe", outcome: "rejected", limitMs: NEAR_MS },
      { event: "probe", outcome: "accepted", limitMs: RELAXED_MS },
      { event: "match", reason: "fifo", limitMs: RELAXED_MS },
    ]);
    for (const { rtts } of lines) {
      expect(rtts[0]).toMatchObject({ path: "direct" });
      expect(rtts[0].rttMs).toBeGreaterThanOrEqual(2 * IMPAIRMENT.delayMs);
      expect(rtts[0].rttMs).toBeLessThan(RELAXED_MS);
    }
    const [longest] = lines[2].candidates;
    expect(longest.waitedMs).toBeGreaterThanOrEqual(RELAXED_AFTER_MS);
    expect((await checkDataFiles(run.dataDir)).faults).toEqual([]);
  });
});

describe("somebody for whom nobody comes", () => {
  let server: RunningServer;

  const visit = async (waitroom: Parameters<typeof matchingStudy>[0], subject: string) => {
    server = await startServer({
      study: matchingStudy(waitroom),
      studyDir: join(import.meta.dirname, "../support"),
      port: 0,
      dataDir: join(run.dataDir, subject),
      host: "127.0.0.1",
    });
    const context = await (run.browsers[0] as StudyRun["browsers"][number]).newContext();
    const participant = new Participant(await context.newPage(), 1);
    await participant.open(`${server.url}/${subject}`);
    await participant.goOn("start");
    await participant.goOn("gym");
    return participant;
  };

  it("[SG5] is led to the study's scene for it, and to a code", async () => {
    const waitroom = { timeoutMs: 1_000, timeoutSceneId: "nobody" };
    const participant = await visit({ waitroom }, "carl");
    await participant.waitForStatus({ scene: "static" });
    expect(await participant.page.locator("h1").textContent()).toBe("Nobody came");
    await shoot(participant, "time-out-scene");
    await participant.goOn("static");
    await participant.waitForStatus({ scene: "completion-code" });
    expect(participant.errors).toEqual([]);
    await server.close();
  });

  it("[SG5] gets message, code and link, and may look for a partner again", async () => {
    const redirect = "https://panel.example.org/back";
    const waitroom = {
      timeoutMs: 1_000,
      timeoutMessage: "Nobody came this time.",
      timeoutRedirectUrl: redirect,
      timeoutShowCompletionCode: true,
    };
    const participant = await visit({ waitroom }, "dora");
    await participant.waitForStatus({ scene: "end" });
    const { page } = participant;
    await shoot(participant, "time-out-ending");
    expect(await page.getByText("Nobody came this time.").count()).toBe(1);
    expect(await page.getByTestId("completion-code").textContent()).toMatch(/^[0-9a-f-]{36}$/);
    expect(await page.getByRole("link").getAttribute("href")).toBe(redirect);
    await page.getByRole("button", { name: "Look for a partner again" }).click();
    await participant.waitForStatus({ scene: "gym", visitId: "first.2" });
    expect(participant.errors).toEqual([]);
    await server.close();
  });
});
