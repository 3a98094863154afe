/** A server that is killed in the middle of a game: the pages are let back in, and the game is played out. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { ClientMessage } from "../../../signaling/protocol.ts";
import { runCrowd } from "../../../signaling/simulation/crowd.ts";
import { Ledger } from "../../../signaling/simulation/ledger.ts";
import { drawPersonas } from "../../../signaling/simulation/persona.ts";
import { verifyFolder } from "../../../signaling/verify.ts";
import { checkDataFiles } from "../../support/data-check.ts";
import { KilledServer } from "../../support/killed-server.ts";
import { FRAMES, study } from "../../support/lasting-study.ts";

const STUDY = join(import.meta.dirname, "../../support/lasting-study.ts");
const STUCK_AFTER_MS = 150_000;

it("[DU2] a game that the server did not survive is played out, verified and saved after it is started again", {
  timeout: STUCK_AFTER_MS,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "tandem-restart-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const server = await KilledServer.start(STUDY, dataDir);
  onTestFinished(() => server.kill());
  const plan = { participants: 2, seed: 3, expectedMs: 1, dropoutRatio: 0, reloadRatio: 0 };
  const personas = drawPersonas({ ...plan, arrivalsPerMinute: 6_000 });
  const ledger = new Ledger();
  let restarted: Promise<void> | null = null;
  const restart = () => server.kill().then(() => server.start());
  const report = await runCrowd(
    { url: server.url, personas, speed: 40, stuckAfterMs: STUCK_AFTER_MS },
    {
      shown: (...parts) => ledger.shown(...parts),
      answered(subjectId, event, message, reply) {
        ledger.answered(subjectId, event, message, reply);
        if (event !== "episode-log" || restarted !== null) return;
        const { actions } = message as ClientMessage<"episode-log">;
        // More than a whole lone game has.
        if (actions.length < FRAMES && actions.length > 20) restarted = restart();
      },
    },
  );
  await restarted;
  expect(restarted).not.toBeNull();
  expect(report.endings).toMatchObject([{ outcome: "completed" }, { outcome: "completed" }]);
  await server.stop();

  const dataPath = join(dataDir, study.experimentId);
  const folder = join(dataPath, "paired");
  const replays = (await readdir(folder)).filter((name) => name.endsWith("_replay.json"));
  expect(replays).toHaveLength(2);
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), "utf8"));
  for (const name of replays) {
    const whole = { status: "verified", endFrame: FRAMES, isTerminal: true };
    expect(await read(name)).toMatchObject(whole);
    const metrics = await read(name.replace("_ep0_replay", "_multiplayer_metrics"));
    // They did hear nothing of each other while there was no server.
    expect(metrics.interruptions).not.toEqual([]);
    expect(metrics.sessionStatus).toMatchObject({ isPartial: false, terminationReason: "normal" });
  }
  expect(await ledger.compare(dataPath, study)).toEqual([]);
  expect((await checkDataFiles(dataPath)).faults).toEqual([]);
  expect((await verifyFolder(dataPath)).exitCode).toBe(0);
});
