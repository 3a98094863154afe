/** A game that waited: its log is longer than its steps, and the server computes the same pause again. */
import { readFile, writeFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { verifyFolder } from "../../signaling/verify.ts";
import { counterStudy } from "../support/counter-study.ts";
import { closing, fakeLog } from "../support/headless-page.ts";
import { startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const STEPS = 40;
/** At 30 frames a second: three of countdown, six of asking. */
const study = () => counterStudy({ onHidden: "pause", resumeCountdownMs: 100, pauseLimitMs: 200 });
/** Player 1 asks for eight frames, of which six count; the countdown follows. */
const PAUSE = { fromFrame: 10, toFrame: 18, frames: STEPS + 9 };

/** Plays both episodes, the first with a pause, to the files. */
async function playPaused(): Promise<StudyServer> {
  const server = await StudyServer.start({ study: study() });
  const { pages, starts } = await startPair(server, ["anna", "ben"]);
  for (const [i, page] of pages.entries()) {
    const start = starts[i as 0 | 1];
    await page.ask("episode-log", fakeLog(start, 0, PAUSE));
    await page.ask("close-episode", closing(start, 0, PAUSE.frames));
    await page.playEpisode(start, 1);
    await page.ask("finish-game", { gameId: start.gameId });
  }
  await server.running.idle();
  return server;
}

describe("a game that waited", () => {
  it("[PA2][PA3][DA2] is stored, verified, and told in its files", async () => {
    const server = await playPaused();
    const replay = await server.json("paired", "anna_ep0_replay.json");
    expect(replay).toMatchObject({
      ...{ status: "verified", isTerminal: true, endFrame: PAUSE.frames, maxSteps: STEPS },
      pausePolicy: { countdownFrames: 3, limitFrames: 6 },
    });
    const csv = await readFile(server.path("paired", "ben_ep0.csv"), "utf8");
    const rows = parse(csv, { columns: true }) as Record<string, string>[];
    const waited = rows.flatMap(({ isPaused }, t) => (isPaused === "true" ? [t] : []));
    expect(waited).toEqual(Array.from({ length: 9 }, (_, i) => 10 + i));
    for (const subject of ["anna", "ben"]) {
      const { pauses } = await server.json("paired", `${subject}_multiplayer_metrics.json`);
      const askers = [{ playerIndex: 1, reason: "hidden" }];
      expect(pauses).toEqual([{ episode: 0, fromFrame: 10, toFrame: 19, askers }]);
    }
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
  });

  it.each([
    { countdownFrames: 4, limitFrames: 6 },
    { countdownFrames: 3, limitFrames: 7 },
    { countdownFrames: 3, limitFrames: null },
    undefined,
  ])("[DA5] is not verified with another policy than it was played with: %o", async (policy) => {
    const server = await playPaused();
    for (const subject of ["anna", "ben"]) {
      const path = server.path("paired", `${subject}_ep0_replay.json`);
      const replay = JSON.parse(await readFile(path, "utf8")) as object;
      await writeFile(path, JSON.stringify({ ...replay, pausePolicy: policy }));
    }
    const { exitCode, episodes } = await verifyFolder(server.dataDir);
    expect(exitCode).toBe(1);
    const changed = episodes.filter(({ file }) => file.endsWith("paired/anna_ep0_replay.json"));
    expect(changed.map(({ status }) => status)).toEqual(["different"]);
  });

  it("[SG6] is refused beyond the longest that its rules allow", async () => {
    const server = await StudyServer.start({ study: study() });
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const log = fakeLog(starts[0], 0, PAUSE);
    // Two players with six frames of asking, each with three of countdown.
    const longest = STEPS + 2 * 6 * 4;
    const at = (toFrame: number) =>
      pages[0].ask("episode-log", { ...log, fromFrame: toFrame - log.hashes.length });
    // A gap is no fault: the answer says where to go on.
    expect(await at(longest)).toEqual({ ok: true, ackFrame: 0 });
    expect(await at(longest + 1)).toMatchObject({
      ...{ ok: false, reason: "malformed", message: `Expected no more than ${longest} frames.` },
    });
  });
});
