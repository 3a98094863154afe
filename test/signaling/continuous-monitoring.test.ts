/** Who may play on: decided by the server while a game runs, over real sockets, with its own clock. */
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { ContinuousContext, MonitoringOptions } from "../../signaling/study/index.ts";
import { verifyFolder } from "../../signaling/verify.ts";
import { counterStudy } from "../support/counter-study.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { FakeClock } from "../support/fake-clock.ts";
import {
  closing,
  cutLog,
  type EpisodeLog,
  fakeLog,
  type HeadlessPage,
} from "../support/headless-page.ts";
import { startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const ON = { continuousMonitoringEnabled: true } as const;
const at = (frame: number, isHidden = false) => ({ isHidden, episode: 0, frame });

async function serve(options: MonitoringOptions) {
  const clock = new FakeClock();
  const errors: string[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => void errors.push(line) });
  const server = await StudyServer.start({ study: counterStudy(options), clock, log });
  const { pages, starts } = await startPair(server, ["anna", "ben"]);
  return { server, clock, errors, pages, starts };
}

type Report = ReturnType<typeof at>;

/** Both answer the question that is open after `rttMs`, Anna with `report`; then the next one comes. */
async function answerBoth(
  pages: readonly [HeadlessPage, HeadlessPage],
  clock: FakeClock,
  report: Report,
  rttMs: readonly [number, number] = [0, 0],
): Promise<void> {
  const answers = [await pages[0].take("probe"), await pages[1].take("probe")] as const;
  const order = rttMs[0] <= rttMs[1] ? ([0, 1] as const) : ([1, 0] as const);
  let waitedMs = 0;
  for (const i of order) {
    clock.advance(rttMs[i] - waitedMs);
    waitedMs = rttMs[i];
    answers[i](i === 0 ? report : at(report.frame));
    await pages[i].ask("report-ping", { sentAtMs: 0 });
  }
  clock.advance(1_000 - waitedMs);
}

describe("[EX3] ping while playing", () => {
  it("[EX7] excludes by M of the last N, ends the game for both, and keeps what is confirmed", async () => {
    const rules = { continuousMaxPing: 200, continuousPingRequiredViolations: 2 };
    const { server, clock, pages, starts } = await serve({ ...ON, ...rules });
    await pages[0].playEpisode(starts[0], 0);
    await pages[1].playEpisode(starts[1], 0);
    await pages[0].ask("episode-log", cutLog(fakeLog(starts[0], 1), 0, 30));
    await pages[1].ask("episode-log", cutLog(fakeLog(starts[1], 1), 0, 20));
    for (const ping of [201, 0, 200]) await answerBoth(pages, clock, at(1), [ping, 3]);
    const answer = await pages[0].take("probe");
    clock.advance(201);
    answer(at(1));
    expect(await pages[0].take("scene")).toMatchObject({
      kind: "end",
      outcome: "self_exclusion",
      code: null,
      bodyHtml: "<p>Your connection became unstable during the experiment.</p>",
    });
    expect(await pages[1].take("partner-status")).toMatchObject({ status: "left" });
    const gone = { ...closing(starts[1], 1, 20), reason: "partner_disconnected" as const };
    await pages[1].ask("close-episode", gone);
    const ending = await pages[1].take("scene");
    expect(ending).toMatchObject({ kind: "end", outcome: "partner_exclusion" });
    expect(ending.kind === "end" && ending.code).toMatch(/^[0-9a-f-]{36}$/);
    await server.running.idle();

    const common = { isPartial: true, terminationFrame: 30, completedEpisodes: 1 };
    for (const [subject, reason] of [
      ["anna", "self_exclusion"],
      ["ben", "partner_exclusion"],
    ] as const) {
      const replay = await server.json("paired", `${subject}_ep1_replay.json`);
      expect(replay).toMatchObject({ endFrame: 30, isTerminal: false });
      const metadata = await server.json("paired", `${subject}_metadata.json`);
      expect(metadata.game).toMatchObject({ ...common, terminationReason: reason });
      const metrics = await server.json("paired", `${subject}_multiplayer_metrics.json`);
      const status = { ...common, terminationReason: reason, disconnectedPlayerId: 0 };
      expect(metrics.sessionStatus).toEqual(status);
    }
    const anna = await server.json("paired", "anna_monitoring.json");
    const pings = anna.pings as { rttMs: number }[];
    expect(pings.map(({ rttMs }) => rttMs)).toEqual([201, 0, 200, 201]);
    expect(anna.decisions).toMatchObject([{ kind: "excluded", rule: "ping", frame: 1 }]);
    const ben = await server.json("paired", "ben_monitoring.json");
    expect(ben.pings).toHaveLength(3);
    expect(ben.decisions).toEqual([]);
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
  });

  it("lets two play on whose bad measurements are too few", async () => {
    const { server, clock, pages, starts } = await serve({ ...ON, continuousMaxPing: 200 });
    for (const ping of [900, 1, 1, 900, 1, 900]) await answerBoth(pages, clock, at(1), [ping, 1]);
    const survey = await Promise.all(pages.map((page, i) => page.playGame(starts[i as 0 | 1])));
    expect(survey.map(({ kind }) => kind)).toEqual(["form", "form"]);
    await server.running.idle();
    const { gameId, decisions } = await server.json("paired", "anna_monitoring.json");
    expect({ gameId, decisions }).toEqual({ gameId: starts[0].gameId, decisions: [] });
    // The watch ends with the game.
    clock.advance(100_000);
    expect(await server.json("paired", "anna_metadata.json")).toMatchObject({ outcome: null });
  });
});

describe("[EX7] an exclusion after which both pages hand in their logs", () => {
  it("leaves a verified episode up to the last frame that both have, and keeps the rest apart", async () => {
    const { server, clock, pages, starts } = await serve({
      ...ON,
      continuousMaxPing: 200,
      continuousPingRequiredViolations: 1,
    });
    const logs = [cutLog(fakeLog(starts[0], 0), 0, 17), cutLog(fakeLog(starts[1], 0), 0, 20)];
    for (const [i, page] of pages.entries()) await page.ask("episode-log", logs[i] as EpisodeLog);
    const answer = await pages[0].take("probe");
    clock.advance(201);
    answer(at(1));
    expect(await pages[0].take("scene")).toMatchObject({ outcome: "self_exclusion" });
    const gone = { ...closing(starts[1], 0, 20), reason: "partner_disconnected" as const };
    await pages[1].ask("close-episode", gone);
    await pages[1].take("scene");
    await server.running.idle();
    // Until the other page says that there is no more, whatever somebody has confirmed is data.
    const before = await server.json("paired", "ben_ep0_replay.json");
    expect(before).toMatchObject({ status: "unverified", endFrame: 20 });
    const stopped = { ...closing(starts[0], 0, 17), reason: "technical" as const };
    await pages[0].ask("close-episode", stopped);
    await server.running.idle();
    for (const [subject, held] of [
      ["anna", 17],
      ["ben", 20],
    ] as const) {
      const replay = await server.json("paired", `${subject}_ep0_replay.json`);
      expect(replay).toMatchObject({ status: "verified", detail: "", endFrame: 17 });
      expect(replay.hashes).toHaveLength(17);
      const rest = held === 17 ? null : { fromFrame: 17, hashes: logs[1]?.hashes.slice(17) };
      if (rest === null) expect(replay.disputedLog).toBeNull();
      else expect(replay.disputedLog).toMatchObject(rest);
      const metadata = await server.json("paired", `${subject}_metadata.json`);
      expect(metadata.game).toMatchObject({ isPartial: true, terminationFrame: 17 });
    }
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
    const report = await verifyFolder(server.dataDir);
    expect(report.lines.filter((line) => line.includes("unverified"))).toEqual([]);
    expect(report.exitCode).toBe(0);
  });
});

describe("[EX4] a hidden page while playing", () => {
  it("is warned, then excluded, by what it reports", async () => {
    const limits = { continuousTabWarningMs: 2_000, continuousTabExcludeMs: 4_000 };
    const { clock, pages, starts } = await serve({ ...ON, ...limits });
    await answerBoth(pages, clock, at(30));
    await pages[0].ask("report-presence", at(31, true));
    await answerBoth(pages, clock, at(60, true));
    await answerBoth(pages, clock, at(90, true));
    const message = "Please return to the experiment window.";
    expect(await pages[0].take("warning")).toEqual({ gameId: starts[0].gameId, message });
    await answerBoth(pages, clock, at(120, true));
    await answerBoth(pages, clock, at(150, true));
    expect(await pages[0].take("scene")).toMatchObject({
      outcome: "self_exclusion",
      bodyHtml: "<p>You were away from the experiment for too long.</p>",
    });
    expect(await pages[1].take("partner-status")).toMatchObject({ status: "left" });
  });

  it("goes on playing when it comes back in time", async () => {
    const limits = { continuousTabWarningMs: 500, continuousTabExcludeMs: 1_500 };
    const { server, clock, pages, starts } = await serve({ ...ON, ...limits });
    for (let i = 0; i < 4; i++) {
      await answerBoth(pages, clock, at(i, true));
      await pages[0].ask("report-presence", at(i));
    }
    for (const [i, page] of pages.entries()) await page.playGame(starts[i as 0 | 1]);
    await server.running.idle();
    const { decisions } = await server.json("paired", "anna_monitoring.json");
    const warned = { kind: "warned", rule: "tab" };
    expect(decisions).toMatchObject([warned, warned, warned, warned]);
  });

  it("is one that does not answer, too, with or without its socket", async () => {
    const { clock, pages } = await serve(ON);
    await answerBoth(pages, clock, at(1));
    pages[0].close();
    expect(await pages[1].take("partner-status")).toMatchObject({ status: "disconnected" });
    for (let i = 0; i < 9; i++) {
      (await pages[1].take("probe"))(at(i));
      await pages[1].ask("report-ping", { sentAtMs: 0 });
      clock.advance(1_000);
    }
    expect(await pages[1].take("partner-status")).toMatchObject({ status: "left" });
  });

  it("ends the game of somebody who plays alone", async () => {
    const clock = new FakeClock();
    const server = await StudyServer.start({ study: counterStudy({ groupSize: 1, ...ON }), clock });
    const page = await server.open("anna");
    await page.join(await page.walkToPairedScene());
    (await page.take("probe"))(at(1, true));
    await page.ask("report-ping", { sentAtMs: 0 });
    clock.advance(10_000);
    expect(await page.take("scene")).toMatchObject({ outcome: "self_exclusion" });
    await server.running.idle();
    const { decisions } = await server.json("paired", "anna_monitoring.json");
    expect(decisions).toMatchObject([{ kind: "warned" }, { kind: "excluded", rule: "tab" }]);
  });

  it.each([{}, { continuousMonitoringEnabled: false, continuousTabExcludeMs: 1_000 }])(
    "is left alone where the study says %j",
    async (options) => {
      const { server, clock, pages, starts } = await serve(options);
      await pages[0].ask("report-presence", at(1, true));
      clock.advance(60_000);
      for (const [i, page] of pages.entries()) await page.playGame(starts[i as 0 | 1]);
      await server.running.idle();
      await expect(server.json("paired", "anna_monitoring.json")).rejects.toThrow("ENOENT");
    },
  );
});

describe("[EX8] a page out of view for too long", () => {
  it("ends the game for both, by its own reports, and metrics say so", async () => {
    const { server, clock, pages } = await serve({
      focusLossTimeoutMs: 3_000,
      focusLossMessage: "Away, {{subjectId}}.",
    });
    await answerBoth(pages, clock, at(30));
    for (let i = 0; i < 3; i++) await answerBoth(pages, clock, at(60 + i, true));
    expect(await pages[0].take("scene")).toMatchObject({
      outcome: "focus_loss",
      bodyHtml: "<p>Away, anna.</p>",
      code: null,
    });
    const game = await pages[1].take("partner-status");
    expect(game).toMatchObject({ status: "left" });
    const message = { gameId: game.gameId, episode: 0, endFrame: 0 };
    const { metrics, connection, ...close } = closing({ playerIndex: 1 } as never, 0, 0);
    const unplayed = { ...close, ...message, metrics: null, connection: null };
    await pages[1].ask("close-episode", { ...unplayed, reason: "partner_disconnected" });
    const ending = await pages[1].take("scene");
    expect(ending).toMatchObject({ outcome: "partner_exclusion" });
    expect(ending.kind === "end" && ending.code).toMatch(/^[0-9a-f-]{36}$/);
    await server.running.idle();
    const { decisions } = await server.json("paired", "anna_monitoring.json");
    expect(decisions).toMatchObject([{ kind: "excluded", rule: "focus_loss" }]);
    for (const [subject, wasTimeoutTriggered] of [
      ["anna", true],
      ["ben", false],
    ] as const) {
      const metricsFile = await server.json("paired", `${subject}_multiplayer_metrics.json`);
      expect(metricsFile.focusLoss).toMatchObject({ timeoutMs: 3_000, wasTimeoutTriggered });
    }
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
  });

  it("is not one whose connection is lost, nor one that comes back in time", async () => {
    const { server, clock, pages, starts } = await serve({ focusLossTimeoutMs: 3_000 });
    for (let i = 0; i < 4; i++) {
      await answerBoth(pages, clock, at(i, true));
      await pages[0].ask("report-presence", at(i));
    }
    const probe = await pages[0].take("probe");
    clock.advance(60_000);
    probe(at(9));
    for (const [i, page] of pages.entries()) await page.playGame(starts[i as 0 | 1]);
    await server.running.idle();
    expect(await server.json("paired", "anna_monitoring.json")).toMatchObject({ decisions: [] });
    const { focusLoss } = await server.json("paired", "anna_multiplayer_metrics.json");
    expect(focusLoss).toMatchObject({ timeoutMs: 3_000, wasTimeoutTriggered: false });
  });
});

describe("[EX5] the study's own check while playing", () => {
  it("is asked every so many frames, warns, then excludes", async () => {
    const seen: ContinuousContext[] = [];
    const { clock, pages, starts } = await serve({
      continuousCallback(context) {
        if (context.subjectId !== "anna") return { exclude: false, warn: false, message: null };
        seen.push(context);
        const exclude = seen.length === 2;
        return { exclude, warn: !exclude, message: exclude ? "Over." : "Careful." };
      },
      continuousCallbackIntervalFrames: 60,
    });
    await answerBoth(pages, clock, at(59), [40, 1]);
    await answerBoth(pages, clock, at(61), [50, 1]);
    const warning = await pages[0].take("warning");
    expect(warning).toEqual({ gameId: starts[0].gameId, message: "Careful." });
    await answerBoth(pages, clock, at(120, true), [1, 1]);
    await answerBoth(pages, clock, at(121, true), [60, 1]);
    expect(await pages[0].take("scene")).toMatchObject({ bodyHtml: "<p>Over.</p>" });
    const anna = { subjectId: "anna", sceneId: "paired", episodeNumber: 0 };
    expect(seen).toMatchObject([
      { ...anna, ping: 50, frameNumber: 61, isTabHidden: false, tabHiddenDurationMs: 0 },
      { ...anna, ping: 60, frameNumber: 121, isTabHidden: true },
    ]);
  });

  it("warns and excludes with the usual words where it gives none", async () => {
    const { clock, pages } = await serve({
      continuousCallback: ({ subjectId, frameNumber }) => ({
        exclude: subjectId === "anna" && frameNumber >= 60,
        warn: subjectId === "anna",
      }),
    });
    await answerBoth(pages, clock, at(30));
    const warning = await pages[0].take("warning");
    expect(warning.message).toBe("Please keep this page open and in view.");
    await answerBoth(pages, clock, at(60));
    expect(await pages[0].take("scene")).toMatchObject({
      outcome: "self_exclusion",
      bodyHtml: "<p>The conditions for taking part were no longer met.</p>",
    });
  });

  it("[EX6] that takes 5 s lets both play on", async () => {
    let asked = 0;
    const { server, clock, errors, pages, starts } = await serve({
      continuousCallback() {
        asked++;
        return new Promise<never>(() => {});
      },
    });
    for (let i = 1; i <= 7; i++) await answerBoth(pages, clock, at(30 * i));
    expect(errors.join()).toContain("within 5000 ms");
    // Of each player once, and again when the first answer was given up.
    expect(asked).toBe(4);
    for (const [i, page] of pages.entries()) await page.playGame(starts[i as 0 | 1]);
    await server.running.idle();
    const { decisions } = await server.json("paired", "anna_monitoring.json");
    expect(decisions).toMatchObject([{ kind: "callback_failed", rule: "callback" }]);
  });

  it("[EX6] fails open, with a line in the log", async () => {
    const { server, clock, errors, pages, starts } = await serve({
      continuousCallback(context) {
        if (context.subjectId === "anna") throw new Error("a typing error");
        return "no" as never;
      },
    });
    await answerBoth(pages, clock, at(30));
    await answerBoth(pages, clock, at(60));
    for (const [i, page] of pages.entries()) await page.playGame(starts[i as 0 | 1]);
    await server.running.idle();
    const { decisions } = await server.json("paired", "anna_monitoring.json");
    expect((decisions as unknown[])[0]).toMatchObject({ kind: "callback_failed", frame: 30 });
    expect(errors.join()).toContain("a typing error");
    expect(errors.join()).toContain("another shape");
  });
});
