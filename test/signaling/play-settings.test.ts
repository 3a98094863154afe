/** What a study says of play, seen in play itself: by the session that its pages are told to run, and by their own code. */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { loadHasher } from "../../engine/index.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import { runCrowd } from "../../signaling/simulation/crowd.ts";
import { drawPersonas } from "../../signaling/simulation/persona.ts";
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  StartScene,
} from "../../signaling/study/index.ts";
import { counterStudy } from "../support/counter-study.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";
import { startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const FRAME_MS = 1000 / 60;
const LATE_FRAMES = 5;
/** At 1 % at most, five frames take some ten seconds. */
const LEVEL_FRAME = 1_000;

const hasher = await loadHasher();

/** By how many frames a peer that began late is behind at last, in play as the study's server orders it. */
async function lagFrames(isTimeSyncOn: boolean): Promise<number> {
  const server = await StudyServer.start({ study: counterStudy({ isTimeSyncOn }) });
  const { session } = (await startPair(server, ["anna", "ben"])).starts[0];
  const link = { ...PERFECT_LINK, delayMs: 20 };
  const cluster = new Cluster({
    environment: orbitEnvironment(),
    config: null,
    hasher,
    schedule: {
      seed: 11,
      playerCount: 2,
      frames: LEVEL_FRAME + 100,
      session: { ...session, predictionWindowFrames: 20 },
      links: [
        [PERFECT_LINK, link],
        [link, PERFECT_LINK],
      ],
      partitions: [],
      pauses: [{ peer: 1, startMs: 150, durationMs: LATE_FRAMES * FRAME_MS }],
      hiddenTabs: [],
      departures: [],
      returns: [],
      clocks: [0, 0].map((driftPpm) => ({ startMs: 0, driftPpm, grainMs: 0 })),
      holdFrames: [1, 1],
    },
  });
  const reachedAtMs: (number | null)[] = [null, null];
  while (reachedAtMs.includes(null)) {
    cluster.clock.step();
    for (const [peer, { session }] of cluster.peers.entries()) {
      if (session.currentFrame >= LEVEL_FRAME) reachedAtMs[peer] ??= cluster.clock.nowMs;
    }
  }
  return ((reachedAtMs[1] ?? 0) - (reachedAtMs[0] ?? 0)) / FRAME_MS;
}

describe("a study's settings of play", () => {
  it("`isTimeSyncOn: false` leaves a peer that began late behind; it catches up otherwise", async () => {
    expect(await lagFrames(false)).toBeGreaterThan(LATE_FRAMES - 1);
    expect(Math.abs(await lagFrames(true))).toBeLessThan(1);
  });

  it('`emptySeats: "bot"` has the game\'s bot play the seat that nobody takes, which is neutral otherwise', async () => {
    const alone = (sceneId: string, emptySeats?: "bot") =>
      new GymScene()
        .scene({ sceneId })
        .environment("../support/counter-environment.ts", { goal: 1_000 })
        .gameplay({ maxSteps: 20 })
        .multiplayer({ groupSize: 1, ...(emptySeats === undefined ? {} : { emptySeats }) });
    const study = defineStudy({
      experimentId: "seats",
      title: "Seats",
      scenes: [
        new StartScene().scene({ sceneId: "welcome" }),
        alone("usual"),
        alone("with_bot", "bot"),
        new CompletionCodeScene().scene({ sceneId: "thanks" }),
      ],
    });
    const server = await StudyServer.start({ study, studyDir: import.meta.dirname });
    const plan = { participants: 1, seed: 3, expectedMs: 1, dropoutRatio: 0, reloadRatio: 0 };
    const personas = drawPersonas({ ...plan, arrivalsPerMinute: 6_000 });
    const { url } = server;
    const { endings } = await runCrowd({ url, personas, speed: 100, stuckAfterMs: 30_000 });
    expect(endings).toMatchObject([{ outcome: "completed" }]);
    await server.running.idle();

    const rowsOf = async (sceneId: string) => {
      const name = `${endings[0]?.subjectId}_ep0`;
      expect(await server.json(sceneId, `${name}_replay.json`)).toMatchObject({
        status: "verified",
      });
      const text = await readFile(server.path(sceneId, `${name}.csv`), "utf8");
      return parse(text, { columns: true }) as Record<string, string>[];
    };
    const [usual, withBot] = [await rowsOf("usual"), await rowsOf("with_bot")];
    const seat = (rows: typeof usual, column: string) =>
      new Set(rows.map((row) => row[`${column}.right`]));
    expect([...seat(usual, "actions")]).toEqual(["0"]);
    expect(seat(withBot, "actions").size).toBeGreaterThan(1);
    expect([seat(usual, "isBot"), seat(withBot, "isBot")].map((values) => [...values])).toEqual([
      ["false"],
      ["true"],
    ]);
  });
});
