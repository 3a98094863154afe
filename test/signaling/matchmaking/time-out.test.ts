/** Where somebody goes for whom nobody came. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { StudyError, WaitroomOptions } from "../../../signaling/study/index.ts";
import { checkDataFiles } from "../../support/data-check.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type MatchingOptions, matchingStudy } from "../../support/matching-study.ts";
import { StudyServer } from "../../support/study-server.ts";

const TIMEOUT_MS = 5_000;

/** Anna alone in the first waiting room until its time is over; returns the scene after it. */
async function waitInVain(waitroom: WaitroomOptions, options: MatchingOptions = {}) {
  const clock = new FakeClock();
  const study = matchingStudy({ ...options, waitroom: { timeoutMs: TIMEOUT_MS, ...waitroom } });
  const server = await StudyServer.start({ clock, study });
  const page = await server.open("anna");
  const scene = await page.goOn(await page.take("scene"));
  const wait = async (visitId: string) => {
    await page.ask("join-waitroom", { visitId });
    await page.take("waitroom");
    clock.advance(TIMEOUT_MS);
    return page.take("scene");
  };
  return { server, page, wait, after: await wait(scene.visitId) };
}

const metadata = async (server: StudyServer, sceneId: string, file: string) => {
  await server.running.idle();
  return server.json(sceneId, file);
};

describe("a waiting room whose time is over", () => {
  it("[SG5] leads to the study's scene for it, and from there to the end", async () => {
    const { server, page, after } = await waitInVain({ timeoutSceneId: "nobody" });
    expect(after).toMatchObject({ kind: "static", header: "Nobody came" });
    const last = await page.goOn(after);
    expect(last).toMatchObject({ kind: "completion-code", header: "Thanks" });
    const code = last.kind === "completion-code" ? last.code : null;
    expect(code).toMatch(/^[0-9a-f-]{36}$/);
    const lobby = { outcome: "lobby_timeout" };
    expect(await metadata(server, "first", "anna_metadata.json")).toMatchObject(lobby);
    const end = { ...lobby, completion_code: code };
    expect(await metadata(server, "thanks", "anna_metadata.json")).toMatchObject(end);
    const again = await server.open("anna", { secret: page.secret, tabId: "tab of anna" });
    expect(await again.take("scene")).toEqual(last);
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
  });

  it("[SG5] shows the last scene of a study without codes as that scene says it", async () => {
    const { page, after } = await waitInVain({ timeoutSceneId: "thanks" }, { hasCode: false });
    expect(after).toMatchObject({
      kind: "end",
      header: "Thanks",
      outcome: "lobby_timeout",
      code: null,
    });
    const reply = await page.ask("wait-again", { visitId: after.visitId });
    expect(reply).toMatchObject({ ok: false, reason: "wrong_visit" });
  });

  it("[SG5] gives the link and the code that the study promises", async () => {
    const { server, after } = await waitInVain({
      timeoutMessage: "Sorry.",
      timeoutRedirectUrl: "https://panel.example.org/back?code=X",
      timeoutShowCompletionCode: true,
    });
    expect(after).toMatchObject({
      kind: "end",
      outcome: "lobby_timeout",
      bodyHtml: "<p>Sorry.</p>",
      redirectUrl: "https://panel.example.org/back?code=X",
      code: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    await server.running.idle();
    const text = await readFile(server.path("match_logs", "first_matches.jsonl"), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      event: "timeout",
      subjectId: "anna",
      waitedMs: TIMEOUT_MS,
      reason: "waitroom_timeout",
      candidates: [{ subjectId: "anna", waitedMs: TIMEOUT_MS }],
    });
  });

  it("[SG5] locks nobody out: they wait again, and play, with the code they have", async () => {
    const { server, page, wait, after } = await waitInVain({ timeoutShowCompletionCode: true });
    const code = after.kind === "end" ? after.code : null;
    expect(await page.ask("wait-again", { visitId: after.visitId })).toEqual({ ok: true });
    const second = await page.take("scene");
    expect(second).toMatchObject({ kind: "gym", visitId: "first.2" });
    const third = await wait(second.visitId);
    expect(third).toMatchObject({ outcome: "lobby_timeout", code });
    await page.ask("wait-again", { visitId: third.visitId });
    const scene = await page.take("scene");
    const other = await server.open("ben");
    await other.ask("join-waitroom", {
      visitId: (await other.goOn(await other.take("scene"))).visitId,
    });
    const start = await page.join(scene);
    expect(await page.playGame(start)).toMatchObject({ kind: "gym", visitId: "second" });
    const first = await metadata(server, "first", "anna_metadata.json");
    expect(first).toMatchObject({ outcome: "lobby_timeout", completion_code: code });
    const played = await metadata(server, "first", "anna_metadata_v3.json");
    expect(played).toMatchObject({ outcome: null });
  });

  it("[SG5] refuses to begin again for somebody whose way has not ended there", async () => {
    const server = await StudyServer.start({ study: matchingStudy() });
    const page = await server.open("anna");
    const { visitId } = await page.take("scene");
    const reply = await page.ask("wait-again", { visitId });
    expect(reply).toMatchObject({ ok: false, reason: "wrong_visit" });
  });
});

describe("what a study may say of matchmaking", () => {
  const faultsOf = (options: MatchingOptions): readonly string[] => {
    try {
      matchingStudy(options);
      return [];
    } catch (error) {
      return (error as StudyError).faults;
    }
  };

  it.each([
    [{ waitroom: { timeoutSceneId: "elsewhere" } }, "`timeoutSceneId` of scene `first`"],
    [{ waitroom: { timeoutSceneId: "welcome" } }, "to be a later scene"],
    [{ waitroom: { timeoutSceneId: "nobody", timeoutMessage: "x" } }, "got both"],
    [{ waitroom: { timeoutRedirectUrl: "ftp://x" } }, "`timeoutRedirectUrl`"],
    [{ multiplayer: { maxRttMs: 0 } }, "`maxRttMs` to be an integer 1–10000, got 0"],
    [{ multiplayer: { maxRttRelaxation: [[1_000, 5]] } }, "only together with `maxRttMs`"],
    [{ multiplayer: { maxRttMs: 50, maxRttRelaxation: [[1_000, 40]] } }, "both rising"],
    [
      { multiplayer: { maxRttMs: 50, maxRttRelaxation: [[60_000, 90]] } },
      "within the waiting room's",
    ],
    [
      {
        multiplayer: {
          maxRttMs: 50,
          maxRttRelaxation: [
            [9, null],
            [10, 60],
          ],
        },
      },
      "both rising",
    ],
    [{ multiplayer: { groupWaitTimeoutMs: 9 } }, "only together with `waitForKnownGroup: true`"],
    [{ multiplayer: { fallbackToFifo: false } }, "only together with `waitForKnownGroup: true`"],
    [{ multiplayer: { waitForKnownGroup: true, groupWaitTimeoutMs: 60_000 } }, "integer 1–59999"],
    [{ multiplayer: { waitForKnownGroup: true, matchmaker: () => [] } }, "got both"],
    [{ multiplayer: { matchmaker: "fifo" as never } }, "`matchmaker` to be a function"],
    [{ multiplayer: { groupSize: 1, maxRttMs: 50 } }, "only together with a `groupSize` of 2–8"],
  ] satisfies [MatchingOptions, string][])("refuses %j", (options, part) => {
    const faults = faultsOf(options);
    expect(faults.join("\n")).toContain(part);
    expect(faults.join("\n")).toContain("scene `first`");
  });
});
