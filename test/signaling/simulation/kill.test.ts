/** A server that is killed again and again while participants are under way; they, and their ledger, outlive it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { deriveSeed, nextFloat, seedRandom } from "../../../engine/index.ts";
import { runCrowd } from "../../../signaling/simulation/crowd.ts";
import { countEpisodes } from "../../../signaling/simulation/episode-count.ts";
import { Ledger } from "../../../signaling/simulation/ledger.ts";
import { drawPersonas } from "../../../signaling/simulation/persona.ts";
import { study } from "../../support/counting-study.ts";
import { checkDataFiles } from "../../support/data-check.ts";
import { HeadlessPage } from "../../support/headless-page.ts";
import { KilledServer } from "../../support/killed-server.ts";

const STUDY = join(import.meta.dirname, "../../support/counting-study.ts");
/** `npm run test:long` asks for 20. */
const KILLS = Number(process.env.TANDEM_KILLS ?? 2);
const SEED = Number(process.env.TANDEM_FIRST_SEED ?? 1);
/** Between an answer of the new server and its end: some die while everybody comes back, some in mid-game. */
const LIFE_MS = { min: 150, range: 2_500 } as const;
/** Each new server lets people wait anew: nobody is given up before they were left in peace for a while. */
const STUCK_AFTER_MS = 60_000 + KILLS * 15_000;
const TIMEOUT_MS = 2 * STUCK_AFTER_MS;

/** As many as are under way until the last kill. */
const PARTICIPANTS = 4 + 2 * KILLS;

async function runKilled(dataDir: string) {
  const server = await KilledServer.start(STUDY, dataDir);
  onTestFinished(() => server.kill());
  const ledger = new Ledger();
  const plan = { participants: PARTICIPANTS, seed: SEED, expectedMs: 10_000, reloadRatio: 0.1 };
  const personas = drawPersonas({ ...plan, dropoutRatio: 0, arrivalsPerMinute: 60 });
  let isOver = false;
  const crowd = runCrowd(
    { url: server.url, personas, speed: 40, stuckAfterMs: STUCK_AFTER_MS },
    ledger,
  );
  const over = crowd.finally(() => {
    isOver = true;
  });
  const random = seedRandom([0, 0, 0, 0], deriveSeed(SEED, 2));
  let kills = 0;
  while (kills < KILLS && !isOver) {
    await wait(LIFE_MS.min + nextFloat(random) * LIFE_MS.range);
    await server.kill();
    kills++;
    await server.start();
  }
  const report = await over;
  return { server, ledger, report, kills };
}

describe("a server that is killed", () => {
  it("[DU2] [DU3] [SG7] loses and doubles nothing it acknowledged, and every way ends in a named outcome", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "tandem-killed-"));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const { server, ledger, report, kills } = await runKilled(dataDir);
    expect(kills).toBe(KILLS);
    expect(report.endings.filter(({ kind }) => kind !== "ended")).toEqual([]);

    // Locked out: whoever completed keeps their end to themselves.
    const done = report.endings.find((ending) => "code" in ending && ending.code !== null);
    const secret = "somebody else's";
    const { page, reply } = await HeadlessPage.open(server.url, done?.subjectId ?? "", { secret });
    expect(reply).toMatchObject({ ok: false });
    page.close();
    await server.stop();

    const dataPath = join(dataDir, study.experimentId);
    expect(await ledger.compare(dataPath, study)).toEqual([]);
    expect(await checkDataFiles(dataPath)).toMatchObject({ faults: [] });
    expect(countEpisodes(dataPath)).toMatchObject({ disputed: 0, findings: [] });
    await expectLossesFound(ledger, dataPath);
  });
});

/** The negative control: each kind of loss, made on purpose, is found. */
async function expectLossesFound(ledger: Ledger, dataPath: string): Promise<void> {
  const losses = {
    "DELETE FROM log_chunks WHERE rowid = (SELECT max(rowid) FROM log_chunks)": /frame \d+ of/,
    "DELETE FROM episode_closes WHERE rowid = (SELECT max(rowid) FROM episode_closes)": /closing/,
    "UPDATE visits SET answers = '{}' WHERE scene_id = 'survey'": /the answers of survey differ/,
    "UPDATE visits SET ended_at_ms = NULL WHERE visit_id = 'welcome'": /leaving welcome/,
    "UPDATE participants SET completion_code = 'x' WHERE completion_code IS NOT NULL": /the code/,
    "UPDATE participants SET secret_hash = printf('%064d', 0)": /the secret/,
    "INSERT INTO visits (subject_id, visit_id, scene_id, plan_index, visit_number, started_at_ms, ended_at_ms, is_written) SELECT subject_id, 'twice', 'twice', plan_index, 1, 0, 0, 1 FROM visits WHERE scene_id = 'thanks'":
      /nobody was shown: twice/,
    "DELETE FROM participants WHERE rowid = 1": /is not stored/,
  };
  for (const [loss, finding] of Object.entries(losses)) {
    const sqlite = new DatabaseSync(join(dataPath, "tandem.sqlite"));
    sqlite.exec(loss);
    sqlite.close();
    const found = await ledger.compare(dataPath, study);
    expect(found.filter((text) => finding.test(text)).length, loss).toBeGreaterThan(0);
  }
}
