/** The main job on real input: two browsers, a real data channel that is really bad, real files. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ImpairedCounts, impair } from "../../support/browser.ts";
import { runTandem } from "../../support/command-line.ts";
import { checkDataFiles } from "../../support/data-check.ts";
import { study } from "../../support/paired-study.ts";
import type { Participant } from "../../support/participant.ts";
import { type StudyRun, startStudyRun } from "../../support/study-run.ts";

const SUBJECTS = ["anna", "ben"] as const;
/** Round trip of some 120 ms: several frames of the 60-Hz game, within its window of ten. */
const IMPAIRMENT = { delayMs: 60, jitterMs: 20, lossRatio: 0.05 };

let run: StudyRun;
let dataDir: string;
let participants: readonly Participant[];
let impaired: ImpairedCounts[];
const codes: string[] = [];

async function playStudy(participant: Participant, subject: string): Promise<void> {
  await participant.comeToMatch(`${run.server.url}/${subject}`);
  await participant.playEpisode(0);
  await participant.playEpisode(1);
  await participant.fillForm(6, `${subject}, "quoted"; and a comma,\nand a line`);
  await participant.waitForStatus({ scene: "completion-code" });
  codes.push((await participant.page.getByTestId("completion-code").textContent()) ?? "");
}

beforeAll(async () => {
  run = await startStudyRun({
    study,
    prepare: (context, i) => impair(context, { ...IMPAIRMENT, seed: i + 1 }),
  });
  ({ participants, dataDir } = run);
  await Promise.all(participants.map((one, i) => playStudy(one, SUBJECTS[i] ?? "")));
  impaired = await Promise.all(
    participants.map(({ page }) =>
      page.evaluate(() => (window as never as { impaired: ImpairedCounts }).impaired),
    ),
  );
  await run.server.idle();
}, 240_000);

afterAll(() => run?.stop());

const sceneFile = (name: string) => join(dataDir, "paired", "match", name);
const readJson = async (path: string) =>
  JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;

/** The columns that both players must agree on, as text, with their values as text. */
async function canonicalRows(subject: string, episode: number): Promise<string[][]> {
  const text = await readFile(sceneFile(`${subject}_ep${episode}.csv`), "utf8");
  const rows = parse(text) as string[][];
  const kept = (rows[0] ?? []).flatMap((name, i) => (name.startsWith("observer.") ? [] : [i]));
  return rows.map((row) => kept.map((i) => row[i] ?? ""));
}

describe("two people play one paired study", () => {
  it("brings both to a completion code of their own, without an error on the page", () => {
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect(code).toMatch(/^[0-9a-f-]{36}$/);
    for (const { errors } of participants) expect(errors).toEqual([]);
  });

  it("[SE8] rolled back and lost packets in every episode: the path was really bad", () => {
    for (const { snapshots } of participants) {
      expect(snapshots).toHaveLength(2);
      for (const { metrics } of snapshots) {
        expect(metrics?.rollbacks.length).toBeGreaterThan(5);
        expect(metrics?.links[0]?.packetsLost).toBeGreaterThan(5);
        expect(metrics?.links[0]?.rttMs).toBeGreaterThan(90);
        expect(metrics?.desyncs).toEqual([]);
      }
    }
    for (const counts of impaired) {
      expect(counts.delayed).toBeGreaterThan(500);
      expect(counts.lost).toBeGreaterThan(20);
    }
  });

  it("[TR3] sent the inputs by WebRTC, none by the relay", async () => {
    for (const subject of SUBJECTS) {
      const metrics = await readJson(sceneFile(`${subject}_multiplayer_metrics.json`));
      expect(metrics.connection).toMatchObject({ type: "direct", p2pConnected: true });
      expect(metrics.inputDelivery).toMatchObject({ sentViaSocketIO: 0, receivedViaSocketIO: 0 });
      const { sentViaP2P, receivedViaP2P } = metrics.inputDelivery as Record<string, number>;
      expect(sentViaP2P).toBeGreaterThan(800);
      expect(receivedViaP2P).toBeGreaterThan(800);
    }
  });

  it.each([0, 1])(
    "[DA1] wrote the same rows for both, byte for byte, in episode %i",
    async (episode) => {
      const [anna, ben] = await Promise.all(SUBJECTS.map((one) => canonicalRows(one, episode)));
      expect(anna).toHaveLength(601);
      expect(anna).toEqual(ben);
      const header = anna?.[0] ?? [];
      expect(header.slice(0, 2)).toEqual(["t", "episode_num"]);
      for (const name of ["actions.paddle_0", "rewards.paddle_1", "isFocused.paddle_0"]) {
        expect(header).toContain(name);
      }
      const actions = new Set(anna?.slice(1).map((row) => row[header.indexOf("actions.paddle_0")]));
      expect(actions.size).toBeGreaterThan(2);
    },
  );

  it("[DA5] is verified by the command line, until one action is edited", async () => {
    const [before, text] = await Promise.all([
      runTandem("verify", dataDir, "--json"),
      runTandem("verify", dataDir),
    ]);
    expect(before.code).toBe(0);
    expect(text.stdout.match(/verified/g)?.length).toBeGreaterThanOrEqual(6);
    const path = sceneFile("ben_ep1_replay.json");
    const original = await readFile(path, "utf8");
    const replay = JSON.parse(original) as { actions: number[][] };
    const frame = replay.actions[300] as number[];
    frame[0] = ((frame[0] ?? 0) + 1) % 9;
    await writeFile(path, JSON.stringify(replay));
    const after = await runTandem("verify", dataDir);
    expect(after.code).toBe(1);
    expect(after.stdout).toMatch(/ben_ep1_replay\.json.*(frame|row) 30[01]/s);
    await writeFile(path, original);
    expect((await runTandem("verify", dataDir)).code).toBe(0);
  });

  it("[DA3] wrote only files that pass their schema", async () => {
    const { checked, faults } = await checkDataFiles(dataDir);
    expect(faults).toEqual([]);
    expect(checked).toBeGreaterThan(25);
  });

  it("kept the answers and the code in the metadata", async () => {
    const survey = JSON.stringify(
      await readJson(join(dataDir, "paired/survey/anna_metadata.json")),
    );
    expect(survey).toContain('anna, \\"quoted\\"; and a comma,\\nand a line');
    const thanks = JSON.stringify(
      await readJson(join(dataDir, "paired/thanks/anna_metadata.json")),
    );
    expect(codes.some((code) => thanks.includes(code))).toBe(true);
    const files = await readdir(join(dataDir, "paired/match"));
    for (const subject of SUBJECTS) {
      for (const suffix of [
        "metadata.json",
        "ep0.csv",
        "ep1.csv",
        "globals.json",
        "ep0_replay.json",
      ]) {
        expect(files).toContain(`${subject}_${suffix}`);
      }
    }
    expect(files.filter((name) => name.endsWith("_aggregated_metrics.json"))).toHaveLength(1);
  });
});
