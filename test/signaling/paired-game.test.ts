/** What passes between partners, what is kept of a game, and what happens when one of them goes. */
import { describe, expect, it } from "vitest";
import { verifyFolder } from "../../signaling/verify.ts";
import { counterStudy } from "../support/counter-study.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { closing, cutLog, fakeLog } from "../support/headless-page.ts";
import { startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const refused = (reason: string) => expect.objectContaining({ ok: false, reason });

describe("messages between partners", () => {
  it("passes signals and packets on to the named player", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const { gameId } = starts[0];
    expect(await pages[0].ask("signal", { gameId, toPlayer: 1, epoch: 0, data: "{}" })).toEqual({
      ok: true,
    });
    expect(await pages[1].take("signal")).toEqual({ gameId, fromPlayer: 0, epoch: 0, data: "{}" });
    const bytes = new Uint8Array([1, 2, 255]);
    await pages[1].ask("relay", { gameId, toPlayer: 0, epoch: 0, channel: "play", bytes });
    const relayed = await pages[0].take("relay");
    expect(relayed).toMatchObject({ gameId, fromPlayer: 1, channel: "play" });
    expect([...relayed.bytes]).toEqual([1, 2, 255]);
  });

  it("[SG6] lets nobody into a game of others", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const stranger = await server.open("carl");
    const { gameId } = starts[0];
    const bytes = new Uint8Array(1);
    for (const reply of [
      await stranger.ask("signal", { gameId, toPlayer: 0, epoch: 0, data: "" }),
      await stranger.ask("relay", { gameId, toPlayer: 0, epoch: 0, channel: "play", bytes }),
      await stranger.ask("episode-log", fakeLog(starts[0], 0)),
      await stranger.ask("close-episode", closing(starts[0], 0, 0)),
      await stranger.ask("finish-game", { gameId }),
      await pages[0].ask("signal", { gameId, toPlayer: 0, epoch: 0, data: "to myself" }),
      await pages[0].ask("signal", { gameId: "none", toPlayer: 1, epoch: 0, data: "" }),
    ]) {
      expect(reply).toEqual(refused("wrong_game"));
    }
  });

  it("tells when a partner's socket comes and goes", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const { gameId } = starts[0];
    pages[1].close();
    const status = { gameId, playerIndex: 1, incarnation: 0 };
    expect(await pages[0].take("partner-status")).toEqual({ ...status, status: "disconnected" });
    const back = await server.open("ben", { secret: pages[1].secret, playingGameId: gameId });
    expect(await pages[0].take("partner-status")).toEqual({ ...status, status: "connected" });
    expect((await back.playEpisode(starts[1], 0)).ok).toBe(true);
  });
});

describe("the episode log", () => {
  it("[SG7] takes repeats, answers gaps, refuses contradictions", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const log = fakeLog(starts[0], 0);
    const send = (message: typeof log) => pages[0].ask("episode-log", message);
    expect(await send(cutLog(log, 0, 10))).toEqual({ ok: true, ackFrame: 10 });
    expect(await send(cutLog(log, 0, 10))).toEqual({ ok: true, ackFrame: 10 });
    expect(await send(cutLog(log, 15, 20))).toEqual({ ok: true, ackFrame: 10 });
    expect(await send(cutLog(log, 5, 20))).toEqual({ ok: true, ackFrame: 20 });
    const changed = cutLog(log, 18, 25);
    changed.actions[0] = [2, 2];
    expect(await send(changed)).toEqual(refused("conflicting_data"));
    expect(await pages[0].ask("close-episode", closing(starts[0], 0, 40))).toEqual({
      ok: true,
      ackFrame: 20,
      isClosed: false,
    });
    expect(await pages[0].ask("finish-game", { gameId: starts[0].gameId })).toEqual(
      refused("conflicting_data"),
    );
    expect(await send(cutLog(log, 20, 40))).toEqual({ ok: true, ackFrame: 40 });
    const closed = { ok: true, ackFrame: 40, isClosed: true };
    expect(await pages[0].ask("close-episode", closing(starts[0], 0, 40))).toEqual(closed);
    expect(await pages[0].ask("close-episode", closing(starts[0], 0, 40))).toEqual(closed);
    expect(await pages[0].ask("close-episode", closing(starts[0], 0, 39))).toEqual(
      refused("conflicting_data"),
    );
  });

  it("[SG6] refuses what is no log of this game", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const log = fakeLog(starts[0], 0);
    const send = (changes: object) => pages[0].ask("episode-log", { ...log, ...changes });
    for (const changes of [
      { actions: log.actions.map(() => [7, 0]) },
      { actions: log.actions.map(() => [1]) },
      { flags: log.flags.slice(1) },
      { hashes: log.hashes.map(() => "not a hash") },
      { fromFrame: 30 },
      { episode: 2 },
    ]) {
      expect(await send(changes)).toEqual(refused("malformed"));
    }
    expect(await send({})).toEqual({ ok: true, ackFrame: 40 });
  });

  it("[DA2] disputes an episode whose pages disagree, and names frame and player", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const wrong = fakeLog(starts[1], 0);
    wrong.hashes[11] = "0123456789abcdef";
    await pages[0].playEpisode(starts[0], 0);
    await pages[1].playEpisode(starts[1], 0, wrong);
    await server.running.idle();
    const replay = await server.json("paired", "ben_ep0_replay.json");
    expect(replay).toMatchObject({ status: "disputed", disputedFrame: 11 });
    expect(replay.detail).toContain("got 0123456789abcdef from player 1");
    const report = await verifyFolder(server.dataDir);
    expect(report.exitCode).toBe(1);
    const ben = report.episodes.find(({ file }) => file.endsWith("paired/ben_ep0_replay.json"));
    expect(ben?.difference).toMatchObject({ frame: 11, column: "hashes", got: "0123456789abcdef" });
  });
});

describe("the input delay of an episode", () => {
  const proposals = [0, 1].map((playerIndex) => ({
    ...{ playerIndex, delayFrames: 2 + playerIndex },
    ...{ rttP95Ms: 120.5, jitterMs: 4.25, samples: 60 },
  }));
  const inputDelay = { delayFrames: 3, proposals };

  it("[DA8] is recorded as it was chosen from the links, also for a page that vanished", async () => {
    const study = counterStudy({ inputDelayFrames: { fromLink: { minFrames: 1, maxFrames: 6 } } });
    const server = await StudyServer.start({ study });
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    expect(starts[0].session.inputDelayFrames).toEqual({
      fromLink: { minFrames: 1, maxFrames: 6 },
    });
    await pages[0].ask("episode-log", fakeLog(starts[0], 0));
    const close = closing(starts[0], 0, 40);
    if (close.metrics === null) throw new Error("Expected metrics");
    const told = { ...close, metrics: { ...close.metrics, inputDelay } };
    await pages[0].ask("close-episode", told);
    await pages[1].ask("episode-log", fakeLog(starts[1], 0));
    await pages[1].ask("close-episode", { ...closing(starts[1], 0, 40), metrics: null });
    await server.running.idle();
    for (const name of ["anna", "ben"]) {
      const replay = await server.json("paired", `${name}_ep0_replay.json`);
      expect(replay).toMatchObject({ status: "verified", inputDelay });
    }
    const lying = { ...inputDelay, delayFrames: 16 };
    const refusedClose = { ...told, episode: 1, metrics: { ...told.metrics, inputDelay: lying } };
    expect(await pages[0].ask("close-episode", refusedClose)).toEqual(refused("malformed"));
  });

  it("[DA8] is the study's own where it is fixed", async () => {
    const server = await StudyServer.start({ study: counterStudy({ inputDelayFrames: 5 }) });
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    await pages[0].playEpisode(starts[0], 0);
    await pages[1].playEpisode(starts[1], 0);
    await server.running.idle();
    expect(await server.json("paired", "anna_ep0_replay.json")).toMatchObject({
      inputDelay: { delayFrames: 5, proposals: [] },
    });
  });
});

describe("a lost partner", () => {
  it("[SG8] keeps every confirmed frame, names both outcomes, pays the one who stayed", async () => {
    const clock = new FakeClock();
    const server = await StudyServer.start({ clock, returnGraceMs: 1_000 });
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    await pages[0].playEpisode(starts[0], 0);
    await pages[1].playEpisode(starts[1], 0);
    await pages[0].ask("episode-log", cutLog(fakeLog(starts[0], 1), 0, 30));
    await pages[1].ask("episode-log", cutLog(fakeLog(starts[1], 1), 0, 20));
    pages[1].close();
    await pages[0].take("partner-status");
    const close = { ...closing(starts[0], 1, 30), reason: "partner_disconnected" as const };
    expect(await pages[0].ask("close-episode", close)).toMatchObject({ isClosed: true });
    const ending = await pages[0].take("scene");
    expect(ending).toMatchObject({ kind: "end", outcome: "partner_disconnected" });
    const code = ending.kind === "end" ? ending.code : null;
    expect(code).toMatch(/^[0-9a-f-]{36}$/);
    clock.advance(1_000);
    await server.running.idle();

    expect(await server.json("paired", "ben_ep1_replay.json")).toMatchObject({
      endFrame: 30,
      isTerminal: false,
      status: "unverified",
    });
    const metadata = await server.json("paired", "anna_metadata.json");
    expect(metadata).toMatchObject({ outcome: "partner_disconnected", completion_code: code });
    expect(metadata.game).toMatchObject({
      isPartial: true,
      terminationReason: "partner_disconnected",
      terminationFrame: 30,
      completedEpisodes: 1,
    });
    const metrics = await server.json("paired", "ben_multiplayer_metrics.json");
    expect(metrics.sessionStatus).toEqual({
      isPartial: true,
      terminationReason: "self_disconnected",
      terminationFrame: 30,
      completedEpisodes: 1,
      disconnectedPlayerId: 1,
    });
    const aggregated = await server.json("paired", `${starts[0].gameId}_aggregated_metrics.json`);
    expect(aggregated.summary).toMatchObject({ fullySynced: false, isPartial: true });
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
    const back = await server.open("ben", { secret: pages[1].secret });
    expect(await back.take("scene")).toMatchObject({ outcome: "self_disconnected", code: null });
    const again = await server.open("anna", { secret: pages[0].secret });
    expect(await again.take("scene")).toEqual(ending);
  });

  it("takes the rest of a log also later, and decides again", async () => {
    const clock = new FakeClock();
    const server = await StudyServer.start({ clock, returnGraceMs: 1_000 });
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    await pages[0].ask("episode-log", cutLog(fakeLog(starts[0], 0), 0, 30));
    await pages[1].ask("episode-log", cutLog(fakeLog(starts[1], 0), 0, 20));
    pages[1].close();
    await pages[0].take("partner-status");
    const close = { ...closing(starts[0], 0, 30), reason: "partner_disconnected" as const };
    await pages[0].ask("close-episode", close);
    await pages[0].take("scene");
    clock.advance(1_000);
    await server.running.idle();
    const name = "anna_ep0_replay.json";
    expect(await server.json("paired", name)).toMatchObject({ status: "unverified" });
    const { secret } = pages[1];
    const back = await server.open("ben", { secret, playingGameId: starts[0].gameId });
    await back.ask("episode-log", cutLog(fakeLog(starts[1], 0), 20, 30));
    await server.running.idle();
    expect(await server.json("paired", name)).toMatchObject({ status: "verified", endFrame: 30 });
  });

  it("[SG19] lets a page that was loaded again back into the game, and tells the partner", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const { gameId } = starts[0];
    await pages[1].playEpisode(starts[1], 0);
    await pages[0].ask("episode-log", cutLog(fakeLog(starts[0], 1), 0, 30));
    await pages[1].ask("episode-log", cutLog(fakeLog(starts[1], 1), 0, 20));
    pages[1].close();
    const gone = { gameId, playerIndex: 1, status: "disconnected", incarnation: 0 };
    expect(await pages[0].take("partner-status")).toEqual(gone);
    const back = await server.open("ben", { secret: pages[1].secret });
    expect(await back.take("scene")).toMatchObject({ kind: "gym", visitId: "paired" });
    const again = { ...starts[1], incarnations: [0, 1], resumesAtEpisode: 1 };
    expect(await back.take("game-start")).toEqual(again);
    const there = { ...gone, status: "connected", incarnation: 1 };
    expect(await pages[0].take("partner-status")).toEqual(there);
    const past = await back.ask("resume-episode", { gameId, episode: 1 });
    const { actions, flags } = cutLog(fakeLog(starts[0], 1), 0, 30);
    expect(past).toEqual({
      ok: true,
      fromFrame: 20,
      actions,
      flags,
      endFrame: null,
      breakLeftMs: 0,
    });
    const ended = await pages[0].ask("resume-episode", { gameId, episode: 0 });
    expect(ended).toMatchObject({ ok: true, fromFrame: 0, endFrame: 40 });
    for (const [asker, episode] of [
      [back, 2],
      [await server.open("carl"), 1],
    ] as const) {
      expect(await asker.ask("resume-episode", { gameId, episode })).toEqual(refused("wrong_game"));
    }
  });

  it("[SG19] does not once the partner has given up", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    pages[1].close();
    const close = { ...closing(starts[0], 0, 0), reason: "partner_disconnected" as const };
    await pages[0].ask("close-episode", close);
    const back = await server.open("ben", { secret: pages[1].secret });
    expect(await back.take("scene")).toMatchObject({ outcome: "self_disconnected", code: null });
  });

  it("gives no code where the study says so", async () => {
    const study = counterStudy({
      partnerDisconnectShowCompletionCode: false,
      partnerDisconnectMessage: "Alas.",
    });
    const server = await StudyServer.start({ study });
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const close = { ...closing(starts[0], 0, 0), reason: "partner_disconnected" as const };
    await pages[0].ask("close-episode", close);
    expect(await pages[0].take("scene")).toMatchObject({ code: null, bodyHtml: "<p>Alas.</p>" });
  });

  it("[SG8] ends a game that everybody has abandoned", async () => {
    const clock = new FakeClock();
    const server = await StudyServer.start({ clock, abandonedAfterMs: 5_000 });
    const { pages } = await startPair(server, ["anna", "ben"]);
    pages[0].close();
    await pages[1].take("partner-status");
    clock.advance(5_000);
    expect(await pages[1].take("partner-status")).toMatchObject({ status: "left" });
    const back = await server.open("anna", { secret: pages[0].secret });
    expect(await back.take("scene")).toMatchObject({ outcome: "self_disconnected" });
  });

  it("[SG5] sends on who found no partner in time, with a message and without a code", async () => {
    const clock = new FakeClock();
    const study = counterStudy({}, { timeoutMs: 3_000, timeoutMessage: "Nobody." });
    const server = await StudyServer.start({ clock, study });
    const page = await server.open("anna");
    const scene = await page.walkToPairedScene();
    await page.ask("join-waitroom", { visitId: scene.visitId });
    expect(await page.take("waitroom")).toMatchObject({
      waitingCount: 1,
      groupSize: 2,
      waitedMs: 0,
    });
    clock.advance(3_000);
    expect(await page.take("scene")).toMatchObject({
      outcome: "lobby_timeout",
      code: null,
      bodyHtml: "<p>Nobody.</p>",
    });
    await server.running.idle();
    expect(await server.json("paired", "anna_metadata.json")).toMatchObject({
      outcome: "lobby_timeout",
      completion_code: null,
      game: null,
    });
  });
});
