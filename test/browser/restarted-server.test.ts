/** The server is killed in the middle of an episode that two browsers play over their own path, and started again. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { runTandem } from "../support/command-line.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { KilledServer } from "../support/killed-server.ts";
import { Participant } from "../support/participant.ts";
import { EPISODE_STEPS, study } from "../support/restarted-study.ts";

const STUDY = join(import.meta.dirname, "../support/restarted-study.ts");
const SUBJECTS = ["anna", "ben"] as const;
/** Some of the log has been acknowledged by then. */
const KILL_FRAME = 90;
/** A second of play without a server, and as long again as it takes to start. */
const FRAMES_WITHOUT = 60;

let dataDir: string;
let server: KilledServer;
let browsers: readonly Browser[] = [];
let participants: readonly Participant[] = [];
/** Of each page, its confirmed frame when the server had gone, and when it was about to come back. */
let framesBefore: readonly number[];
let framesAfter: readonly number[];
let isEveryLineDown: boolean;
const codes: string[] = [];

const confirmedFrame = async ({ page }: Participant) =>
  Number(await page.evaluate(() => window.tandem?.status.confirmedFrame));

const untilFrame = ({ page }: Participant, frame: number) =>
  page.waitForFunction((f) => Number(window.tandem?.status.confirmedFrame ?? 0) >= f, frame);

const onAll = <T>(act: (participant: Participant) => Promise<T>) =>
  Promise.all(participants.map(act));

const isReconnecting = ({ page }: Participant) => page.getByText("Reconnecting").isVisible();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tandem-restarted-"));
  [server, ...browsers] = await Promise.all([
    KilledServer.start(STUDY, dataDir),
    ...SUBJECTS.map(() => launchBrowser()),
  ]);
  participants = await Promise.all(
    browsers.map(async (browser, i) => new Participant(await browser.newPage(), i + 1)),
  );
  await Promise.all(participants.map((one, i) => one.comeToGame(`${server.url}/${SUBJECTS[i]}`)));
  await onAll((one) => one.waitForStatus({ phase: "playing", partner: "direct" }));
  const played = onAll((one) => one.playEpisode(0));
  await onAll((one) => untilFrame(one, KILL_FRAME));
  await server.kill();
  framesBefore = await onAll(confirmedFrame);
  await onAll((one) => untilFrame(one, Math.max(...framesBefore) + FRAMES_WITHOUT));
  isEveryLineDown = (await onAll(isReconnecting)).every(Boolean);
  framesAfter = await onAll(confirmedFrame);
  await server.start();
  await played;
  await onAll(async (one) => {
    await one.waitForStatus({ scene: "completion-code" });
    codes.push((await one.page.getByTestId("completion-code").textContent()) ?? "");
  });
  await server.stop();
}, 120_000);

afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await server?.kill();
  await rm(dataDir, { recursive: true, force: true });
});

const folder = () => join(dataDir, study.experimentId, "match");
const readJson = async (name: string) =>
  JSON.parse(await readFile(join(folder(), name), "utf8")) as Record<string, unknown>;

/** Of a player's rows, what both have alike. */
async function rows(subject: string): Promise<[string, string][][]> {
  const text = await readFile(join(folder(), `${subject}_ep0.csv`), "utf8");
  const records = parse(text, { columns: true }) as Record<string, string>[];
  return records.map((record) =>
    Object.entries(record).filter(([column]) => !column.startsWith("observer.")),
  );
}

describe("two who play over their own path while the server is killed and started again", () => {
  it("[DU2] play on without it, and are told that the page reconnects", () => {
    expect(isEveryLineDown).toBe(true);
    for (const [i, before] of framesBefore.entries()) {
      expect(framesAfter[i]).toBeGreaterThanOrEqual(before + FRAMES_WITHOUT);
      expect(framesAfter[i]).toBeLessThan(EPISODE_STEPS);
    }
  });

  it("[TR3] sent every packet over their own path, none by the relay", async () => {
    for (const subject of SUBJECTS) {
      const metrics = await readJson(`${subject}_multiplayer_metrics.json`);
      expect(metrics.connection).toMatchObject({ type: "direct", p2pConnected: true });
      const { inputDelivery } = metrics as { inputDelivery: Record<string, number> };
      expect(inputDelivery).toMatchObject({ sentViaSocketIO: 0, receivedViaSocketIO: 0 });
      expect(inputDelivery.sentViaP2P).toBeGreaterThan(EPISODE_STEPS / 2);
      expect(metrics.sessionStatus).toMatchObject({ isPartial: false });
    }
  });

  it("[DU2] both complete, and the episode is whole, verified and saved once", async () => {
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect(code).toMatch(/^[0-9a-f-]{36}$/);
    for (const subject of SUBJECTS) {
      const replay = await readJson(`${subject}_ep0_replay.json`);
      expect(replay).toMatchObject({ status: "verified", endFrame: EPISODE_STEPS });
      const { game } = (await readJson(`${subject}_metadata.json`)) as { game: unknown };
      expect(game).toMatchObject({ terminationReason: "normal", completedEpisodes: 1 });
    }
    const [anna, ben] = await Promise.all(SUBJECTS.map(rows));
    expect(anna).toHaveLength(EPISODE_STEPS);
    expect(anna).toEqual(ben);
    const files = await readdir(folder());
    expect(files.filter((name) => name.endsWith(".csv")).toSorted()).toEqual([
      "anna_ep0.csv",
      "ben_ep0.csv",
    ]);
    expect((await checkDataFiles(dataDir)).faults).toEqual([]);
    expect((await runTandem("verify", dataDir)).code).toBe(0);
  });

  it("makes no error on the page but that the server is not there", () => {
    for (const { errors } of participants) {
      expect(errors.filter((text) => !/ERR_CONNECTION|WebSocket connection/.test(text))).toEqual(
        [],
      );
    }
  });
});
