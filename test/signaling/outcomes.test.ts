/** How each way out ends: the page, the code and the redirect that the study gave it, through a real server. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadContents } from "../../signaling/participants/scene-content.ts";
import {
  ConsentScene,
  defineStudy,
  EndScene,
  type MultiplayerOptions,
  type OutcomesOptions,
  StartScene,
} from "../../signaling/study/index.ts";
import { counterScenes } from "../support/counter-study.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { closing, cutLog, fakeLog } from "../support/headless-page.ts";
import { startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const OWN_CODE = expect.stringMatching(/^[0-9a-f-]{36}$/);

function studyWith(outcomes: OutcomesOptions, multiplayer: MultiplayerOptions = {}) {
  const scenes = counterScenes(multiplayer, { timeoutMs: 3_000 });
  return defineStudy({ experimentId: "counting", title: "Counting", scenes, outcomes });
}

/** Anna says that her partner has gone; what both see then. */
async function losePartner(server: StudyServer) {
  const { pages, starts } = await startPair(server, ["anna", "ben"]);
  await pages[0].ask("episode-log", cutLog(fakeLog(starts[0], 0), 0, 10));
  const close = { ...closing(starts[0], 0, 10), reason: "partner_disconnected" as const };
  await pages[0].ask("close-episode", close);
  return { pages, ending: await pages[0].take("scene") };
}

describe("[SG18] how a way out ends", () => {
  it("is as the study says: words with placeholders, a code for all, a redirect", async () => {
    const study = studyWith({
      partner_disconnected: {
        header: "Goodbye {{subjectId}}",
        body: "Your partner has gone.\n\nThank you, {{subjectId}}.",
        completionCode: "ALONE-1",
        redirect: { url: "https://panel.example/back?id=", appendSubjectId: true },
      },
    });
    const server = await StudyServer.start({ study });
    const { pages, ending } = await losePartner(server);
    expect(ending).toEqual({
      kind: "end",
      visitId: "paired-partner_disconnected",
      outcome: "partner_disconnected",
      header: "Goodbye anna",
      bodyHtml: "<p>Your partner has gone.</p>\n<p>Thank you, anna.</p>",
      code: "ALONE-1",
      redirectUrl: "https://panel.example/back?id=anna",
      canWaitAgain: false,
    });
    await server.running.idle();
    const metadata = { outcome: "partner_disconnected", completion_code: "ALONE-1" };
    expect(await server.json("paired", "anna_metadata.json")).toMatchObject(metadata);
    await server.restart();
    const back = await server.open("anna", { secret: pages[0].secret });
    expect(await back.take("scene")).toEqual(ending);
  });

  it("has a code of the partner's own, stored before it is shown and shown again after a restart", async () => {
    const server = await StudyServer.start({ study: studyWith({}) });
    const { pages, ending } = await losePartner(server);
    expect(ending).toMatchObject({ code: OWN_CODE, redirectUrl: null });
    await server.restart();
    const back = await server.open("anna", { secret: pages[0].secret });
    expect(await back.take("scene")).toEqual(ending);
    await server.running.idle();
    const { completion_code } = await server.json("paired", "anna_metadata.json");
    expect(completion_code).toBe(ending.kind === "end" && ending.code);
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
  });

  it.each([
    [{ completionCode: false }, {}, null],
    [{ completionCode: false }, { partnerDisconnectShowCompletionCode: true }, OWN_CODE],
    [{ completionCode: "X" }, { partnerDisconnectShowCompletionCode: true }, "X"],
    [{ completionCode: "X" }, { partnerDisconnectShowCompletionCode: false }, null],
    [{ body: "Of the study." }, { partnerDisconnectMessage: "Of the scene." }, OWN_CODE],
  ])("is overruled by the scene (%j, %j)", async (options, multiplayer, code) => {
    const study = studyWith({ partner_disconnected: options }, multiplayer);
    const { ending } = await losePartner(await StudyServer.start({ study }));
    expect(ending.kind === "end" && ending.code).toEqual(code);
    const words = "partnerDisconnectMessage" in multiplayer ? "Of the scene." : "Your partner";
    expect(ending).toMatchObject({ bodyHtml: expect.stringContaining(words) });
  });

  it("has a body from a Markdown file, and one sentence for a file that is not there", async () => {
    const study = studyWith({ lobby_timeout: { bodyFilepath: "nobody.md" } });
    const dir = await mkdtemp(join(tmpdir(), "tandem-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    await expect(loadContents(study, dir)).rejects.toThrow(
      "The file nobody.md cannot be read (ENOENT) (study)",
    );
    await writeFile(join(dir, "nobody.md"), "*Nobody* came, {{subjectId}}.");
    const { endings } = await loadContents(study, dir);
    expect(endings.get("lobby_timeout")).toBe("<p><em>Nobody</em> came, {{subjectId}}.</p>");
  });

  it("of the waiting room pays and redirects where the study says so", async () => {
    const redirect = { url: "https://panel.example/timeout" };
    const study = studyWith({ lobby_timeout: { completionCode: "WAITED", redirect } });
    const clock = new FakeClock();
    const server = await StudyServer.start({ study, clock });
    const page = await server.open("anna");
    const scene = await page.walkToPairedScene();
    await page.ask("join-waitroom", { visitId: scene.visitId });
    await page.take("waitroom");
    clock.advance(3_000);
    const paid = { code: "WAITED", redirectUrl: redirect.url, outcome: "lobby_timeout" };
    expect(await page.take("scene")).toMatchObject(paid);
  });

  it("of a rule has the rule's reason above what the study says", async () => {
    const study = defineStudy({
      experimentId: "counting",
      title: "Counting",
      scenes: counterScenes(),
      entryScreening: { deviceExclusion: "desktop", exclusionMessages: { desktop: "No desks." } },
      outcomes: { screened_out: { header: "Sorry", body: "Please return your place." } },
    });
    const server = await StudyServer.start({ study });
    const userAgent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36";
    const page = await server.open("anna", { userAgent });
    expect(await page.take("scene")).toMatchObject({
      header: "Sorry",
      bodyHtml: "<p>No desks.</p><p>Please return your place.</p>",
    });
  });

  it("of consent and of completion is the study's where the scene says nothing", async () => {
    const study = defineStudy({
      experimentId: "asking",
      title: "Asking",
      scenes: [
        new StartScene().scene({ sceneId: "welcome" }),
        new ConsentScene().scene({ sceneId: "consent" }),
        new EndScene().scene({ sceneId: "end" }).display({ sceneHeader: "Done" }),
      ],
      outcomes: {
        declined: { body: "As you like.", redirect: { url: "https://panel.example/no" } },
        completed: { header: "Not shown", body: "All told.", completionCode: "DONE" },
      },
    });
    const server = await StudyServer.start({ study });
    const no = await server.open("anna");
    const declined = await no.goOn(await no.goOn(await no.take("scene")), { consent: false });
    expect(declined).toMatchObject({
      outcome: "declined",
      bodyHtml: "<p>As you like.</p>",
      redirectUrl: "https://panel.example/no",
      code: null,
    });
    const yes = await server.open("ben");
    const done = await yes.goOn(await yes.goOn(await yes.take("scene")), { consent: true });
    const all = { header: "Done", bodyHtml: "<p>All told.</p>", code: "DONE" };
    expect(done).toMatchObject({ kind: "end", outcome: "completed", ...all });
  });

  it.each([
    [{ gone: {} }, "Unknown parameter `gone` in outcomes"],
    [{ technical: { text: "" } }, "Unknown parameter `text` in outcomes.technical"],
    [{ technical: { completionCode: 7 } }, "`outcomes.technical.completionCode` to be true, false"],
    [{ technical: { body: "{{name}}" } }, "Unknown placeholder `{{name}}`"],
    [{ technical: { body: "", bodyFilepath: "a.md" } }, "either `outcomes.technical.body` or"],
    [{ technical: { redirect: { url: "x" } } }, "`outcomes.technical.url` to be a URL"],
    [{ completed: { completionCode: false } }, "a CompletionCodeScene shows it"],
  ])("[SG9] is refused when it is wrong: %j", (outcomes, message) => {
    expect(() => studyWith(outcomes as OutcomesOptions)).toThrow(message);
  });
});

describe("[SG4] the lockout of who has completed", () => {
  it("is not set off by a waiting room that found nobody", async () => {
    const clock = new FakeClock();
    const server = await StudyServer.start({ study: studyWith({}), clock });
    const page = await server.open("anna");
    const scene = await page.walkToPairedScene();
    await page.ask("join-waitroom", { visitId: scene.visitId });
    await page.take("waitroom");
    clock.advance(3_000);
    const ending = await page.take("scene");
    await server.restart();
    const back = await server.open("anna", { secret: page.secret });
    expect(await back.take("scene")).toEqual(ending);
    const stranger = await server.tryOpen("anna", { tabId: "elsewhere" });
    expect(stranger.reply).toMatchObject({ reason: "wrong_secret" });
  });
});
