/** A page that is gone and comes back into its running game, over real sockets, with the page's own game room. */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import {
  defineStudy,
  type GymScene,
  type MultiplayerOptions,
  type Study,
} from "../../signaling/study/index.ts";
import { verifyFolder } from "../../signaling/verify.ts";
import { counterScenes } from "../support/counter-study.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { startPair } from "../support/paired-walk.ts";
import { RoomPage } from "../support/room-page.ts";
import { StudyServer } from "../support/study-server.ts";

const STEPS = 40;
/** Time for an upload, which is made once a second, and for frames after it. */
const LONG_STEPS = 60;

/** Two episodes at 30 frames a second; nothing but the relay, as Node has no WebRTC. */
function study(multiplayer: MultiplayerOptions = {}, maxSteps = STEPS): Study {
  const scenes = counterScenes(multiplayer);
  const paired = scenes.find(({ sceneId }) => sceneId === "paired") as GymScene;
  paired.gameplay({ numEpisodes: 2, maxSteps, resetFreezeMs: 400 });
  return defineStudy({
    experimentId: "counting",
    title: "Counting",
    scenes,
    webrtc: { transportMode: "relay-only" },
  });
}

const PAIRS = 4;

async function playPair(server: StudyServer, names: readonly [string, string], seed: number) {
  const { pages, starts } = await startPair(server, names);
  return [
    new RoomPage(server, pages[0], starts[0], seed),
    new RoomPage(server, pages[1], starts[1], seed + 1),
  ] as const;
}

/** The participant's link opened again, in a browser that kept the secret. */
async function comeBack(server: StudyServer, gone: RoomPage, seed: number): Promise<RoomPage> {
  const { subjectId, secret } = gone.page;
  const page = await server.open(subjectId, { secret });
  expect(await page.take("scene")).toMatchObject({ kind: "gym", visitId: "paired" });
  return new RoomPage(server, page, await page.take("game-start"), seed);
}

/** Of a file's rows, what all players have alike. */
async function rows(server: StudyServer, name: string, episode: number): Promise<string[]> {
  const text = await readFile(server.path("paired", `${name}_ep${episode}.csv`), "utf8");
  const records = parse(text, { columns: true }) as Record<string, string>[];
  return records.map((record) =>
    JSON.stringify(Object.entries(record).filter(([column]) => !column.startsWith("observer."))),
  );
}

async function expectEqualAndVerified(
  server: StudyServer,
  names: readonly [string, string],
  steps = STEPS,
) {
  for (const episode of [0, 1]) {
    const [own, other] = [
      await rows(server, names[0], episode),
      await rows(server, names[1], episode),
    ];
    expect(own).toHaveLength(steps);
    expect(own).toEqual(other);
    for (const name of names) {
      const replay = await server.json("paired", `${name}_ep${episode}_replay.json`);
      expect(replay).toMatchObject({ status: "verified", endFrame: steps, isTerminal: true });
    }
  }
}

/** One of the two is gone in some frame and comes back; both play to the end. Resolves with who it was. */
async function reloadOnce(server: StudyServer, rooms: readonly [RoomPage, RoomPage], i: number) {
  const who = (i % 2) as 0 | 1;
  const stayed = rooms[(1 - who) as 0 | 1];
  await rooms[who].untilUnsent(stayed, i % 3 === 2 ? 1 : 0, 3 + 9 * i);
  rooms[who].kill();
  const back = await comeBack(server, rooms[who], i * 10 + 5);
  await Promise.all([back.over(), stayed.over()]);
  for (const { room } of [back, stayed]) expect(room.view.value.phase.kind).toBe("saved");
  return back.room.start.playerIndex;
}

describe("[SG19] a page that comes back into its game", () => {
  it("plays on from wherever it was, and both files are equal and verified", async () => {
    const dropout = { onDropout: { waitMs: 30_000 } };
    const server = await StudyServer.start({ study: study(dropout, LONG_STEPS) });
    const runs: Promise<number>[] = [];
    for (let i = 0; i < PAIRS; i++) {
      const rooms = await playPair(server, [`anna${i}`, `ben${i}`], i * 10);
      runs.push(reloadOnce(server, rooms, i));
    }
    const seats = await Promise.all(runs);
    await server.running.idle();
    for (let i = 0; i < PAIRS; i++) {
      await expectEqualAndVerified(server, [`anna${i}`, `ben${i}`], LONG_STEPS);
    }
    for (let i = 0; i < PAIRS; i++) {
      const names = [`anna${i}`, `ben${i}`];
      const [gone, stayed] = i % 2 === 0 ? names : names.toReversed();
      const metrics = await server.json("paired", `${stayed}_multiplayer_metrics.json`);
      const episode = i % 3 === 2 ? 1 : 0;
      expect(metrics.returns).toMatchObject([{ episode, playerIndex: seats[i] }]);
      const { observer } = await server.json("paired", `${gone}_ep${episode}_replay.json`);
      // Neither page has told of the frames that had not left the old one when it was gone.
      const { simulatedAtTick } = observer as { simulatedAtTick: (number | null)[] };
      expect(simulatedAtTick.at(-1)).not.toBeNull();
      expect(simulatedAtTick).toContain(null);
    }
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
  });

  it("joins the next episode when it was gone in the break before it", async () => {
    const server = await StudyServer.start({ study: study() });
    const names = ["anna", "ben"] as const;
    const [anna, ben] = await playPair(server, names, 1);
    await anna.until(() => anna.room.view.value.phase.kind === "break");
    anna.kill();
    const back = await comeBack(server, anna, 3);
    expect(back.room.start.resumesAtEpisode).toBeGreaterThanOrEqual(0);
    // A machine that is busy elsewhere may take longer than the break.
    await back.until(() => {
      const { phase, episode } = back.room.view.value;
      return phase.kind === "break" || episode === 1;
    });
    await Promise.all([back.over(), ben.over()]);
    await server.running.idle();
    await expectEqualAndVerified(server, names);
  });

  it("hands in what the others have played to the end while it was gone", async () => {
    const late = { onDropout: { waitMs: 700 }, inputDelayFrames: 12 };
    const server = await StudyServer.start({ study: study(late) });
    const names = ["anna", "ben"] as const;
    const [anna, ben] = await playPair(server, names, 1);
    // With such an input delay the partner has all that is to come.
    await ben.untilFrame(1, 30);
    ben.kill();
    await anna.over();
    expect(anna.room.view.value.phase.kind).toBe("saved");
    const back = await comeBack(server, ben, 3);
    await back.over();
    expect(await back.page.take("scene")).toMatchObject({ visitId: "survey" });
    await server.running.idle();
    await expectEqualAndVerified(server, names);
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
  });
});

describe("a group none of whose pages is left", () => {
  it("[SG19][SE12] cannot be joined by anybody: it ends for all in time, with what was confirmed", async () => {
    const server = await StudyServer.start({ study: study({ onDropout: { waitMs: 1_000 } }) });
    const rooms = await playPair(server, ["anna", "ben"], 1);
    await rooms[0].until(() => (rooms[0].room.play?.session.confirmedFrame ?? 0) > 34);
    for (const room of rooms) room.kill();
    const back = await Promise.all(rooms.map((room, i) => comeBack(server, room, 5 + i)));
    const endings = await Promise.all(back.map(({ page }) => page.take("scene")));
    expect(endings).toMatchObject([
      { outcome: "partner_disconnected" },
      { outcome: "partner_disconnected" },
    ]);
    await server.running.idle();
    const replay = await server.json("paired", "anna_ep0_replay.json");
    expect(replay).toMatchObject({ isTerminal: false });
    expect(replay.endFrame).toBeGreaterThan(0);
  });
});

describe("[SG20] when somebody drops out", () => {
  it.each([
    ["end", false],
    ["neutral", true],
    ["bot", true],
  ] as const)("the others wait, then: %s", async (policy, isPlayedOn) => {
    const dropout = { onDropout: { waitMs: 1_000, policy }, interruptedAfterMs: 200 };
    const server = await StudyServer.start({ study: study(dropout), returnGraceMs: 0 });
    const [anna, ben] = await playPair(server, ["anna", "ben"], 1);
    await anna.untilFrame(0, 10);
    ben.kill();
    await anna.until(() => anna.room.view.value.waitsUntilMs !== null);
    const leftMs = (anna.room.view.value.waitsUntilMs ?? 0) - performance.now();
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(800);
    expect(anna.room.view.value.partner).toBe("silent");
    await anna.over();
    const ending = await anna.page.take("scene");
    expect(ending).toMatchObject({ outcome: "partner_disconnected" });
    await server.running.idle();
    const replay = await server.json("paired", "anna_ep0_replay.json");
    expect(replay.isTerminal).toBe(isPlayedOn);
    if (isPlayedOn) expect(replay.endFrame).toBe(STEPS);
    else expect(replay.endFrame).toBeLessThan(STEPS);
    const flag = { neutral: 2, bot: 4, end: 0 }[policy];
    const [, last] = (replay.flags as number[][]).at(-1) ?? [];
    expect((last ?? 0) & 6).toBe(flag);
    const gone = await server.open("ben", { secret: ben.page.secret });
    expect(await gone.take("scene")).toMatchObject({ outcome: "self_disconnected" });
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
  });
});
