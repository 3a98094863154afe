/** One of two closes the browser in the middle of an episode. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runTandem } from "../support/command-line.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { shortStudy } from "../support/short-study.ts";
import { type StudyRun, startStudyRun } from "../support/study-run.ts";

/** Long enough that page and server really wait, short enough for a test. */
const DROPOUT_WAIT_MS = 1_500;
const RETURN_GRACE_MS = 1_000;
/** A minute, of which the test needs a few seconds. */
const STEPS = 3_600;

let run: StudyRun;

beforeAll(async () => {
  const study = shortStudy({ maxSteps: STEPS }, { onDropout: { waitMs: DROPOUT_WAIT_MS } });
  run = await startStudyRun({ study, returnGraceMs: RETURN_GRACE_MS });
  const [stayer, leaver] = run.participants;
  if (stayer === undefined || leaver === undefined) throw new Error("Expected two participants");
  await Promise.all([
    stayer.comeToGame(`${run.server.url}/stayer`),
    leaver.comeToGame(`${run.server.url}/leaver`),
  ]);
  await stayer.waitForStatus({ phase: "playing" });
  await stayer.page.waitForFunction(
    () => Number(window.tandem?.status.confirmedFrame ?? 0) > 120,
    undefined,
    { timeout: 30_000 },
  );
  await run.browsers[1]?.close();
  await stayer.waitForStatus({ scene: "end" });
}, 120_000);

afterAll(() => run?.stop());

describe("a partner who closes the browser", () => {
  it("[SG8] leaves a page that says so, with a code", async () => {
    const { page, errors } = run.participants[0] ?? {};
    expect(await page?.locator("h1").textContent()).toBe("Your partner has left");
    expect(await page?.getByTestId("completion-code").textContent()).toMatch(/^[0-9a-f-]{36}$/);
    expect(errors).toEqual([]);
  });

  it("[SG8][SE4] keeps what was confirmed, marked as partial", async () => {
    // The server waits for the one who left to come back before it closes the game.
    const replay = await vi.waitFor(() => run.readJson("stayer_ep0_replay.json"), {
      timeout: 30_000,
      interval: 250,
    });
    await run.server.idle();
    const metadata = await run.readJson("stayer_metadata.json");
    expect(metadata.outcome).toBe("partner_disconnected");
    expect(metadata.game).toMatchObject({
      isPartial: true,
      terminationReason: "partner_disconnected",
      completedEpisodes: 0,
    });
    const frames = replay.endFrame as number;
    expect(frames).toBeGreaterThan(120);
    expect(frames).toBeLessThan(STEPS);
    expect(replay.isTerminal).toBe(false);
    const metrics = await run.readJson("stayer_multiplayer_metrics.json");
    expect(metrics.sessionStatus).toMatchObject({ isPartial: true });
    expect((metrics.validation as { totalHashes: number }).totalHashes).toBe(frames);
  });

  it("[DA3][DA5] leaves files that pass their schema and that nothing contradicts", async () => {
    expect((await checkDataFiles(run.dataDir)).faults).toEqual([]);
    const { code, stdout } = await runTandem("verify", run.dataDir);
    expect(stdout).toContain("stayer_ep0_replay.json");
    expect(code).toBe(0);
  });

  it("[SG4] shows the same ending and code after a reload", async () => {
    const { page } = run.participants[0] ?? {};
    const code = await page?.getByTestId("completion-code").textContent();
    await page?.reload();
    await run.participants[0]?.waitForStatus({ scene: "end" });
    expect(await page?.getByTestId("completion-code").textContent()).toBe(code);
  });
});
