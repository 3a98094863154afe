/** Who is let in, where they are put, and what a restart of the server changes. */
import { describe, expect, it } from "vitest";
import { PROTOCOL_VERSION } from "../../signaling/protocol.ts";
import { defineStudy, type GymScene } from "../../signaling/study/index.ts";
import { counterScenes, counterStudy } from "../support/counter-study.ts";
import { cutLog, fakeLog, HeadlessPage } from "../support/headless-page.ts";
import { startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const refused = (reason: string) => expect.objectContaining({ ok: false, reason });

describe("registration", () => {
  it("[SG2] shows the first scene, text bodies made safe, and the progress", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    expect(await page.take("scene")).toEqual({
      kind: "start",
      visitId: "welcome",
      header: "Welcome",
      bodyHtml: "<p>Two lines.</p>\n<p>Of &lt;plain text.</p>",
    });
  });

  it("[SG3] wants the secret, whatever the upper and lower case of the id", async () => {
    const server = await StudyServer.start();
    const page = await server.open("Anna");
    const { secret } = page;
    page.close();
    const other = { tabId: "elsewhere" };
    for (const id of ["Anna", "anna"]) {
      expect((await server.tryOpen(id, other)).reply).toEqual(refused("wrong_secret"));
      const wrong = { ...other, secret: "guessed" };
      expect((await server.tryOpen(id, wrong)).reply).toEqual(refused("wrong_secret"));
    }
    const back = await server.open("anna", { ...other, secret });
    expect(back.secret).toBe(secret);
  });

  it("gives a page its secret again when the first answer was lost, until it has used it", async () => {
    const server = await StudyServer.start();
    const first = await server.open("anna");
    first.close();
    const second = await server.open("anna");
    expect(second.secret).not.toBe(first.secret);
    second.close();
    const third = await server.open("anna", { secret: second.secret });
    third.close();
    expect((await server.tryOpen("anna")).reply).toEqual(refused("wrong_secret"));
  });

  it("[SG3] refuses a second tab while the first is connected, not after", async () => {
    const server = await StudyServer.start();
    const first = await server.open("anna");
    const { secret } = first;
    const second = { secret, tabId: "second tab" };
    expect((await server.tryOpen("anna", second)).reply).toEqual(refused("duplicate_session"));
    expect((await first.ask("report-ping", { sentAtMs: 1 })).ok).toBe(true);
    first.close();
    await server.open("anna", second);
  });

  it("lets the same tab replace its own socket", async () => {
    const server = await StudyServer.start();
    const first = await server.open("anna");
    const closed = new Promise((resolve) => first.socket.once("disconnect", resolve));
    await server.open("anna", { secret: first.secret });
    await closed;
  });

  it("refuses a page of another protocol version", async () => {
    const server = await StudyServer.start();
    const page = await HeadlessPage.connect(server.url, "anna");
    const message = {
      protocolVersion: PROTOCOL_VERSION + 1,
      subjectId: "anna",
      secret: null,
      tabId: "t",
    };
    expect(await page.ask("register", message)).toEqual(refused("wrong_version"));
    page.close();
  });

  it("[SG2] shows after a reload the scene somebody was at", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    await page.goOn(await page.take("scene"));
    page.close();
    const back = await server.open("anna", { secret: page.secret });
    expect(await back.take("scene")).toMatchObject({ kind: "gym", visitId: "alone", groupSize: 1 });
  });

  it("takes a repeated continue for the one it was, and none from another scene", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    const first = { visitId: "welcome", answers: null };
    expect(await page.ask("advance-scene", first)).toEqual({ ok: true });
    expect(await page.ask("advance-scene", first)).toEqual({ ok: true });
    expect(await page.ask("advance-scene", { visitId: "alone", answers: null })).toEqual(
      refused("wrong_visit"),
    );
    expect(await page.ask("advance-scene", { visitId: "thanks", answers: null })).toEqual(
      refused("wrong_visit"),
    );
  });
});

describe("a restart of the server", () => {
  it("[SG2] leaves everybody at their scene, with their secret", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    const scene = await page.walkToPairedScene();
    await page.ask("join-waitroom", { visitId: scene.visitId });
    await page.take("waitroom");
    await server.restart();
    expect((await server.tryOpen("anna")).reply).toEqual(refused("wrong_secret"));
    const back = await server.open("anna", { secret: page.secret });
    expect(await back.take("scene")).toMatchObject({ kind: "gym", visitId: "paired" });
  });

  it("[SG4] shows a completed participant the same code, and lets them do no more", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    const [survey] = await Promise.all([
      pages[0].playGame(starts[0]),
      pages[1].playGame(starts[1]),
    ]);
    expect(await pages[0].ask("advance-scene", { visitId: "survey", answers: {} })).toEqual({
      ok: false,
      reason: "invalid_answer",
      message: expect.any(String),
      faults: { scale_0: "Please answer this question." },
    });
    const ending = await pages[0].goOn(survey, { scale_0: 1, text_box: null });
    await server.restart();
    const back = await server.open("anna", { secret: pages[0].secret });
    expect(await back.take("scene")).toEqual(ending);
    expect(await back.ask("advance-scene", { visitId: "thanks", answers: null })).toEqual(
      refused("already_completed"),
    );
    const stranger = await server.tryOpen("anna", { tabId: "elsewhere" });
    expect(stranger.reply).toEqual(refused("already_completed"));
  });

  it("[DU2] lets pages go on in their game, watched as before, and hand in the rest", async () => {
    const study = counterStudy({ continuousMonitoringEnabled: true });
    const server = await StudyServer.start({ study });
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    await pages[0].playEpisode(starts[0], 0);
    await pages[1].ask("episode-log", cutLog(fakeLog(starts[1], 0), 0, 15));
    await server.restart();
    const { gameId } = starts[0];
    const back = await Promise.all(
      pages.map(({ subjectId, secret }) =>
        server.open(subjectId, { secret, playingGameId: gameId }),
      ),
    );
    const [anna, ben] = back as [HeadlessPage, HeadlessPage];
    await Promise.all(back.map((page) => page.take("probe")));
    await anna.ask("signal", { gameId, toPlayer: 1, epoch: 0, data: "{}" });
    expect(await ben.take("signal")).toMatchObject({ gameId, fromPlayer: 0 });
    await anna.playEpisode(starts[0], 1);
    const ends = await Promise.all([
      anna.ask("finish-game", { gameId }).then(() => anna.take("scene")),
      ben.playGame(starts[1]),
    ]);
    expect(ends).toMatchObject([{ visitId: "survey" }, { visitId: "survey" }]);
    await server.running.idle();
    for (const [subject, episode] of [
      ["anna", 0],
      ["anna", 1],
      ["ben", 0],
      ["ben", 1],
    ] as const) {
      const replay = await server.json("paired", `${subject}_ep${episode}_replay.json`);
      expect(replay).toMatchObject({ endFrame: 40, status: "verified" });
    }
  });

  it("[DU2] knows how often a page had come back into its game", async () => {
    const server = await StudyServer.start();
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    pages[0].close();
    const { gameId } = starts[0];
    await (await server.open("anna", { secret: pages[0].secret })).take("game-start");
    await server.restart();
    const anna = await server.open("anna", { secret: pages[0].secret });
    expect(await anna.take("game-start")).toMatchObject({ gameId, incarnations: [2, 0] });
  });

  it("[DU2][SG8] ends a game that the study has no more as technical, keeps its confirmed frames and pays", async () => {
    const options = { study: counterStudy() };
    const server = await StudyServer.start(options);
    const { pages, starts } = await startPair(server, ["anna", "ben"]);
    await pages[0].playEpisode(starts[0], 0);
    const scenes = counterScenes();
    const paired = scenes.find(({ sceneId }) => sceneId === "paired") as GymScene;
    paired.environment("./crowd-environment.ts");
    options.study = defineStudy({ experimentId: "counting", title: "Counting together", scenes });
    await server.restart();
    await server.running.idle();
    const back = await server.open("anna", {
      secret: pages[0].secret,
      playingGameId: starts[0].gameId,
    });
    expect(await back.take("scene")).toMatchObject({
      kind: "end",
      outcome: "technical",
      code: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await server.json("paired", "anna_ep0_replay.json")).toMatchObject({
      endFrame: 40,
      status: "unverified",
    });
    expect((await server.json("paired", "anna_metadata.json")).game).toMatchObject({
      isPartial: true,
      terminationReason: "technical",
      terminationFrame: 40,
      completedEpisodes: 0,
    });
  });

  it("begins a lone game again, with files of its own", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    const start = await page.join(await page.goOn(await page.take("scene")));
    await page.ask("episode-log", cutLog(fakeLog(start, 0), 0, 10));
    page.close();
    const back = await server.open("anna", { secret: page.secret });
    const scene = await back.take("scene");
    expect(scene).toMatchObject({ kind: "gym", visitId: "alone.2" });
    await back.playGame(await back.join(scene));
    await server.running.idle();
    const [first, second] = [
      await server.json("alone", "anna_ep0_replay.json"),
      await server.json("alone", "anna_ep0_replay_v2.json"),
    ];
    expect(first).toMatchObject({ visitNumber: 1, gameId: start.gameId });
    expect(second).toMatchObject({ visitNumber: 2 });
    expect(second.gameId).not.toBe(first.gameId);
    expect(await server.json("alone", "anna_metadata_v2.json")).toMatchObject({ visit_number: 2 });
  });

  it("[SG16] goes on after a game whose every episode was handed in, though nobody said that it was over", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    const start = await page.join(await page.goOn(await page.take("scene")));
    await page.playEpisode(start, 0);
    page.close();
    const back = await server.open("anna", { secret: page.secret });
    expect(await back.take("scene")).toMatchObject({ kind: "gym", visitId: "paired" });
    await server.running.idle();
    const { game } = await server.json("alone", "anna_metadata.json");
    expect(game).toMatchObject({ isPartial: false, terminationReason: "normal" });
  });
});
