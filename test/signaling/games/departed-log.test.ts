import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { FLAG_ABSENT, FLAG_BOT } from "../../../engine/index.ts";
import { cutDeparted } from "../../../signaling/games/departed-log.ts";
import { agreeInputs, judge } from "../../../signaling/games/verdict.ts";
import { verifyFolder } from "../../../signaling/verify.ts";
import { counterStudy } from "../../support/counter-study.ts";
import { closing, cutLog, fakeLog } from "../../support/headless-page.ts";
import { type GameStart, startPair } from "../../support/paired-walk.ts";
import { StudyServer } from "../../support/study-server.ts";

const CUT = 12;

/** Two logs of one game whose second player was cut at `CUT` and knew it only later. */
async function logsOf(server: StudyServer, flag: number) {
  const { pages, starts } = await startPair(server, ["anna", "ben"]);
  const ben = cutLog(fakeLog(starts[1], 0), 0, CUT + 3);
  const anna = fakeLog(starts[0], 0, undefined, ({ actions, flags }) => ({
    actions: actions.map((row, frame) => (frame < CUT ? row : [row[0] as number, 0])),
    flags: flags.map((row, frame) => (frame < CUT ? row : [row[0] as number, flag])),
  }));
  return { pages, starts, anna, ben };
}

/** The log of a page that plays the seat of `other` unmanned from `frame` on. */
function aloneFrom(start: GameStart, frame: number, other: number, flag: number) {
  return fakeLog(start, 0, undefined, ({ actions, flags }) => ({
    actions: actions.map((row, i) => row.map((one, p) => (i >= frame && p === other ? 0 : one))),
    flags: flags.map((row, i) => row.map((bits, p) => (i >= frame && p === other ? flag : bits))),
  }));
}

describe("the log of a player who left", () => {
  it.each([
    ["bot", FLAG_BOT],
    ["neutral", FLAG_ABSENT],
  ] as const)(
    "[DA7] counts up to the cut, and the others' log beyond it: %s",
    async (policy, flag) => {
      const study = counterStudy({ onDropout: { policy: policy } });
      const server = await StudyServer.start({ study, returnGraceMs: 0 });
      const { pages, starts, anna, ben } = await logsOf(server, flag);
      await pages[1].ask("episode-log", ben);
      const gone = { ...closing(starts[1], 0, CUT + 3), reason: "self_disconnected" as const };
      await pages[1].ask("close-episode", gone);
      await pages[0].ask("episode-log", anna);
      await pages[0].ask("close-episode", closing(starts[0], 0, anna.hashes.length));
      await server.running.idle();
      const file = await server.json("paired", "anna_ep0_replay.json");
      expect(file).toMatchObject({ status: "verified", endFrame: 40, disputedLog: null });
      const own = await server.json("paired", "ben_ep0_replay.json");
      expect(own).toMatchObject({ status: "verified", endFrame: 40 });
      expect(own.hashes).toHaveLength(CUT);
      const { hashes } = ben;
      expect(own.disputedLog).toMatchObject({ fromFrame: CUT, hashes: hashes.slice(CUT) });
      const report = await verifyFolder(server.dataDir);
      expect(report).toMatchObject({ exitCode: 0 });
      expect(report.lines.filter((line) => line.includes("unverified"))).toEqual([]);
    },
  );

  it("[DA7] counts up to where it went on alone, before the others cut it", async () => {
    const study = counterStudy({ onDropout: { policy: "neutral" } });
    const server = await StudyServer.start({ study, returnGraceMs: 0 });
    const { pages, starts, anna } = await logsOf(server, FLAG_ABSENT);
    const ben = aloneFrom(starts[1], CUT - 4, 0, FLAG_ABSENT);
    await pages[1].ask("episode-log", cutLog(ben, 0, 30));
    const told = { ...closing(starts[1], 0, 30), reason: "self_disconnected" as const };
    await pages[1].ask("close-episode", told);
    await pages[0].ask("episode-log", anna);
    await pages[0].ask("close-episode", closing(starts[0], 0, anna.hashes.length));
    await server.running.idle();
    const file = await server.json("paired", "anna_ep0_replay.json");
    expect(file).toMatchObject({ status: "unverified", endFrame: 40, disputedLog: null });
    const own = await server.json("paired", "ben_ep0_replay.json");
    expect(own.hashes).toHaveLength(CUT - 4);
    expect(own.disputedLog).toMatchObject({ fromFrame: CUT - 4 });
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
  });

  it.each([
    ["bot", FLAG_BOT],
    ["neutral", FLAG_ABSENT],
  ] as const)(
    "[DA16] of two who went on apart to the end, neither counts beyond, and both are kept: %s",
    async (policy, flag) => {
      const study = counterStudy({ onDropout: { policy } });
      const server = await StudyServer.start({ study, returnGraceMs: 0 });
      const { pages, starts, anna } = await logsOf(server, flag);
      const ben = aloneFrom(starts[1], CUT + 2, 0, flag);
      for (const [i, log] of [anna, ben].entries()) {
        await pages[i as 0 | 1].ask("episode-log", log);
        await pages[i as 0 | 1].ask(
          "close-episode",
          closing(starts[i as 0 | 1], 0, log.hashes.length),
        );
      }
      await server.running.idle();
      for (const [subjectId, log] of [
        ["anna", anna],
        ["ben", ben],
      ] as const) {
        const file = await server.json("paired", `${subjectId}_ep0_replay.json`);
        expect(file).toMatchObject({ status: "disputed", endFrame: CUT, disputedFrame: CUT });
        expect(file.disputedLog).toMatchObject({ fromFrame: CUT, hashes: log.hashes.slice(CUT) });
        const csv = await readFile(server.path("paired", `${subjectId}_ep0.csv`), "utf8");
        expect(csv.trim().split("\n")).toHaveLength(1 + CUT);
      }
    },
  );

  it("[DA2] lacks a frame in which the seat was still played", async () => {
    const server = await StudyServer.start({ study: counterStudy() });
    const { anna, ben } = await logsOf(server, FLAG_BOT);
    const replayed = { endFrame: 40, isTerminal: true, hashes: anna.hashes };
    const short = cutLog(ben, 0, CUT - 1);
    const verdict = judge([anna, short], [null, null], agreeInputs([anna, short]), replayed);
    expect(verdict).toMatchObject({
      status: "unverified",
      detail: `The log of player 1 holds ${CUT - 1} of 40 frames.`,
    });
  });

  it("[DA7] contradicts when both say that they stayed", async () => {
    const server = await StudyServer.start();
    const { anna, ben } = await logsOf(server, FLAG_BOT);
    const stayed = cutDeparted([anna, ben], [false, false]);
    const inputs = agreeInputs(stayed);
    expect(inputs.conflict).toEqual({ frame: CUT, playerIndex: 1 });
    const replayed = { endFrame: CUT, isTerminal: false, hashes: anna.hashes.slice(0, CUT) };
    expect(judge(stayed, [null, null], inputs, replayed).status).toBe("disputed");
    expect(agreeInputs(cutDeparted([anna, ben], [false, true])).conflict).toBeNull();
  });
});
