/** Whole groups over real sockets: tried out, matched, turned away, reunited. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { LinePlan } from "../../../signaling/protocol.ts";
import type { MatchRequest } from "../../../signaling/study/index.ts";
import { checkDataFiles } from "../../support/data-check.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import type { HeadlessPage } from "../../support/headless-page.ts";
import { matchingStudy } from "../../support/matching-study.ts";
import { StudyServer } from "../../support/study-server.ts";

const CROWD = { environment: "./crowd-environment.ts", config: {} };
/** Any time will do: the clock stands still until a test moves it. */
const ABANDONED_AFTER_MS = 1_000;

/** At the first waiting room. */
async function comeAndWait(server: StudyServer, subjectId: string): Promise<HeadlessPage> {
  const page = await server.open(subjectId);
  const scene = await page.goOn(await page.take("scene"));
  expect(await page.ask("join-waitroom", { visitId: scene.visitId })).toEqual({ ok: true });
  return page;
}

function report(page: HeadlessPage, plan: LinePlan, rttMs: number | null) {
  const players = Array.from({ length: plan.playerCount }, (_, i) => i);
  const links = players
    .filter((player) => player !== plan.playerIndex)
    .map((player) => ({ player, rttMs, path: "direct" as const }));
  return page.ask("probe-report", { gameId: plan.gameId, links });
}

async function matchLog(server: StudyServer, sceneId = "first") {
  await server.running.idle();
  const text = await readFile(server.path("match_logs", `${sceneId}_matches.jsonl`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("a group that is tried out", () => {
  it.each([2, 3, 4, 5, 6, 7, 8])("[MM4] of %i plays over the lines it has opened", async (size) => {
    const multiplayer = { groupSize: size, maxRttMs: 100 };
    const server = await StudyServer.start({ study: matchingStudy({ ...CROWD, multiplayer }) });
    const ids = Array.from({ length: size }, (_, i) => `s${i}`);
    const pages: HeadlessPage[] = [];
    for (const id of ids) pages.push(await comeAndWait(server, id));
    const plans = await Promise.all(pages.map((page) => page.take("line-probe")));
    const { gameId } = plans[0] as LinePlan;
    expect(plans.map(({ playerIndex }) => playerIndex)).toEqual([...ids.keys()]);
    const last = size - 1;
    const signal = { gameId, toPlayer: last, epoch: 0, data: "{}" };
    expect(await pages[0]?.ask("signal", signal)).toEqual({ ok: true });
    expect(await pages[last]?.take("signal")).toEqual({
      gameId,
      fromPlayer: 0,
      epoch: 0,
      data: "{}",
    });
    await Promise.all(pages.map((page, i) => report(page, plans[i] as LinePlan, 40 + i)));
    const starts = await Promise.all(pages.map((page) => page.take("game-start")));
    for (const [i, start] of starts.entries()) {
      expect(start).toMatchObject({ gameId, playerIndex: i, playerCount: size });
    }
    const [probe, match] = await matchLog(server);
    expect(probe).toMatchObject({ event: "probe", group: ids, outcome: "accepted", limitMs: 100 });
    expect(match).toMatchObject({ event: "match", gameId, group: ids, reason: "fifo" });
    expect(match?.rtts).toHaveLength((size * last) / 2);
    expect(match?.candidates).toHaveLength(size);
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
  });

  it("[MM2][MM4] is turned away when too far apart, and plays once the limit has grown", async () => {
    const clock = new FakeClock();
    const multiplayer = { maxRttMs: 100, maxRttRelaxation: [[30_000, 200] as const] };
    const server = await StudyServer.start({ clock, study: matchingStudy({ multiplayer }) });
    const pages = [await comeAndWait(server, "anna"), await comeAndWait(server, "ben")];
    const tryOut = async () => {
      for (const page of pages) await report(page, await page.take("line-probe"), 150);
    };
    await tryOut();
    for (const page of pages) await page.take("line-probe-over");
    clock.advance(30_000);
    await tryOut();
    for (const page of pages) await page.take("game-start");
    const told = (await matchLog(server)).map(({ event, outcome, limitMs }) => [
      event,
      outcome,
      limitMs,
    ]);
    expect(told).toEqual([
      ["probe", "rejected", 100],
      ["probe", "accepted", 200],
      ["match", undefined, 200],
    ]);
  });

  it("[SG6][MM4] is nobody else's: strangers can neither reach it nor report for it", async () => {
    const study = matchingStudy({ multiplayer: { maxRttMs: 100 } });
    const server = await StudyServer.start({ study });
    const pages = [await comeAndWait(server, "anna"), await comeAndWait(server, "ben")];
    const plan = await (pages[0] as HeadlessPage).take("line-probe");
    const stranger = await comeAndWait(server, "carl");
    const { gameId } = plan;
    const bytes = new Uint8Array(1);
    for (const reply of [
      await stranger.ask("signal", { gameId, toPlayer: 0, epoch: 0, data: "" }),
      await stranger.ask("relay", { gameId, toPlayer: 0, epoch: 0, channel: "play", bytes }),
      await report(stranger, plan, 1),
      await pages[0]?.ask("signal", { gameId, toPlayer: 0, epoch: 0, data: "" }),
      await pages[0]?.ask("finish-game", { gameId }),
    ]) {
      expect(reply).toMatchObject({ ok: false, reason: "wrong_game" });
    }
  });

  it("[MM4] goes on with the next in line when one of it is gone", async () => {
    const study = matchingStudy({ multiplayer: { maxRttMs: 100 } });
    const server = await StudyServer.start({ study });
    const anna = await comeAndWait(server, "anna");
    const ben = await comeAndWait(server, "ben");
    const carl = await comeAndWait(server, "carl");
    const { gameId } = await anna.take("line-probe");
    ben.close();
    expect(await anna.take("line-probe-over")).toEqual({ gameId });
    await report(anna, await anna.take("line-probe"), 10);
    await report(carl, await carl.take("line-probe"), 10);
    expect((await carl.take("game-start")).playerIndex).toBe(1);
    expect((await matchLog(server))[0]).toMatchObject({ event: "probe", outcome: "abandoned" });
  });
});

describe("people who know each other", () => {
  it("[MM3] are matched again in a later scene, after a restart of the server, too", async () => {
    const study = matchingStudy({ second: { waitForKnownGroup: true } });
    const server = await StudyServer.start({ study });
    const ids = ["anna", "ben", "carl", "dora"];
    const pages: HeadlessPage[] = [];
    for (const id of ids) pages.push(await comeAndWait(server, id));
    for (const page of pages) await page.playGame(await page.take("game-start"));
    await server.restart();
    const games: Record<string, string> = {};
    const back = await Promise.all(
      pages.map(({ subjectId, secret }) => server.open(subjectId, { secret })),
    );
    for (const i of [0, 2, 1, 3]) {
      const page = back[i] as HeadlessPage;
      await page.ask("join-waitroom", { visitId: (await page.take("scene")).visitId });
    }
    for (const page of back) games[page.subjectId] = (await page.take("game-start")).gameId;
    expect(games.anna).toBe(games.ben);
    expect(games.carl).toBe(games.dora);
    expect(games.anna).not.toBe(games.carl);
    const reasons = (await matchLog(server, "second")).map(({ event, reason }) => [event, reason]);
    expect(reasons).toEqual([
      ["match", "reunion"],
      ["match", "reunion"],
    ]);
  });

  it("[MM3] are not waited for once they have left the study", async () => {
    const second = { waitForKnownGroup: true, fallbackToFifo: false };
    const clock = new FakeClock();
    const study = matchingStudy({ second });
    const server = await StudyServer.start({ clock, study, abandonedAfterMs: ABANDONED_AFTER_MS });
    const anna = await comeAndWait(server, "anna");
    const ben = await comeAndWait(server, "ben");
    const scene = await anna.playGame(await anna.take("game-start"));
    ben.close();
    expect(await anna.take("partner-status")).toMatchObject({ status: "disconnected" });
    clock.advance(ABANDONED_AFTER_MS);
    expect(await anna.take("partner-status")).toMatchObject({ status: "left" });
    await anna.ask("join-waitroom", { visitId: scene.visitId });
    expect(await anna.take("scene")).toMatchObject({ kind: "end", outcome: "lobby_timeout" });
    const [timeout] = await matchLog(server, "second");
    const atOnce = { reason: "known_group_missing", waitedMs: 0 };
    expect(timeout).toMatchObject({ event: "timeout", ...atOnce });
  });
});

describe("a study's own matchmaker", () => {
  it("[MM5] is told who waits, and decides", async () => {
    const told: (readonly string[])[] = [];
    const matchmaker = ({ candidates }: MatchRequest) => {
      told.push(candidates.map(({ subjectId }) => subjectId));
      const [first, , third] = candidates;
      expect(first).toMatchObject({ partners: [], answers: {}, condition: null });
      return third === undefined ? [] : [[first?.subjectId ?? "", third.subjectId]];
    };
    const server = await StudyServer.start({
      study: matchingStudy({ multiplayer: { matchmaker } }),
    });
    const pages = [await comeAndWait(server, "anna"), await comeAndWait(server, "ben")];
    pages.push(await comeAndWait(server, "carl"));
    const [anna, , carl] = pages as [HeadlessPage, HeadlessPage, HeadlessPage];
    const starts = [await anna.take("game-start"), await carl.take("game-start")];
    expect(starts.map(({ playerIndex }) => playerIndex)).toEqual([0, 1]);
    expect(told).toContainEqual(["anna", "ben", "carl"]);
    expect(await matchLog(server)).toMatchObject([{ event: "match", reason: "custom" }]);
  });
});
