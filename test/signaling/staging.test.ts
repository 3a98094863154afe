/** What a study may do with a participant's way, over real sockets: branch, repeat, ask for consent, read files. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CompletionCodeScene,
  ConsentScene,
  defineStudy,
  EndScene,
  GymScene,
  MultipleChoice,
  type PastVisit,
  RandomizeOrder,
  RepeatScene,
  Stager,
  type StagerOptions,
  StartScene,
  StaticScene,
  type StudyOptions,
  TextBox,
} from "../../signaling/study/index.ts";
import type { HeadlessPage } from "../support/headless-page.ts";
import { StudyServer } from "../support/study-server.ts";

const define = (options: Partial<StudyOptions>) =>
  defineStudy({ experimentId: "staging", title: "Staging", ...options });

const start = () => new StartScene().scene({ sceneId: "start" });
const text = (sceneId: string) => new StaticScene().scene({ sceneId, shouldExportMetadata: true });
const end = () => new EndScene().scene({ sceneId: "end", shouldExportMetadata: true });
const game = () =>
  new GymScene()
    .scene({ sceneId: "practice", shouldExportMetadata: true })
    .environment("./counter-environment.ts", { goal: 1_000 })
    .gameplay({ numEpisodes: 2, maxSteps: 20 })
    .multiplayer({ groupSize: 1 });

/** Scenes 2 and 3 are the hard and the easy version; after either comes the end. */
class BranchingStager extends Stager {
  protected readonly conditionFn: (score: number) => boolean;

  constructor(options: StagerOptions & { conditionFn: (score: number) => boolean }) {
    super(options);
    this.conditionFn = options.conditionFn;
  }

  override getNextSceneIndex(): number {
    const current = this.currentSceneIndex;
    if (current === 1) return this.conditionFn(this.getParticipantScore()) ? 2 : 3;
    return current === 2 ? 4 : current + 1;
  }
}

let files: string;
beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), "tandem-staging-"));
});
afterAll(() => rm(files, { recursive: true }));

/** What the server's own rows say the participant was rewarded with. */
async function rewardsOf(server: StudyServer, subject: string): Promise<number> {
  await server.running.idle();
  let sum = 0;
  for (const episode of [0, 1]) {
    const csv = await readFile(server.path("practice", `${subject}_ep${episode}.csv`), "utf8");
    for (const row of parse(csv, { columns: true }) as Record<string, string>[]) {
      sum += Number(row["rewards.left"]);
    }
  }
  return sum;
}

describe("[SG12] a study's stager", () => {
  it.each([
    [1, "hard"],
    [-1, "easy"],
  ])("branches on the score, which is that of the files (%i)", async (sign, expected) => {
    const scores: number[] = [];
    const conditionFn = (score: number) => {
      scores.push(score);
      return score * sign > 0;
    };
    const scenes = [start(), game(), text("hard"), text("easy"), end()];
    const stager = new BranchingStager({ scenes, conditionFn });
    const server = await StudyServer.start({ study: define({ stager }) });
    const page = await server.open("anna");
    const played = await page.playGame(await page.join(await page.goOn(await page.take("scene"))));
    expect(played).toMatchObject({ kind: "static", visitId: expected });
    expect(await page.goOn(played)).toMatchObject({ kind: "end" });
    expect(scores[0]).not.toBe(0);
    expect(scores).toEqual([await rewardsOf(server, "anna")]);
    expect((await readdir(server.path())).sort()).not.toContain(sign > 0 ? "easy" : "hard");
  });

  it("branches the same way when the server was restarted before the last word of the game", async () => {
    const scenes = [start(), game(), text("hard"), text("easy"), end()];
    const stager = new BranchingStager({ scenes, conditionFn: (score) => score > 0 });
    const server = await StudyServer.start({ study: define({ stager }) });
    const page = await server.open("anna");
    const game_ = await page.join(await page.goOn(await page.take("scene")));
    for (const episode of game_.seeds.keys()) await page.playEpisode(game_, episode);
    await server.restart();
    const back = await server.open("anna", { secret: page.secret });
    expect(await back.take("scene")).toMatchObject({ kind: "static", visitId: "hard" });
  });

  it("may end a way before the last scene, with a closing scene of its own", async () => {
    class Screening extends Stager {
      override getNextSceneIndex(): number {
        const isFit = this.getAnswers("age")?.text_box === "18";
        return this.currentSceneIndex === 1 && isFit ? 3 : super.getNextSceneIndex();
      }
    }
    const age = new TextBox({ textBoxHeader: "How old are you?" }).scene({ sceneId: "age" });
    const tooYoung = new EndScene().scene({ sceneId: "too_young" });
    const scenes = [start(), age, tooYoung, text("main"), end()];
    expect(() => define({ scenes })).toThrow("not to be a closing scene");
    const server = await StudyServer.start({
      study: define({ stager: new Screening({ scenes }) }),
    });
    const answer = async (subject: string, text_box: string) => {
      const page = await server.open(subject);
      return page.goOn(await page.goOn(await page.take("scene")), { text_box });
    };
    expect(await answer("anna", "17")).toMatchObject({ kind: "end", visitId: "too_young" });
    expect(await answer("ben", "18")).toMatchObject({ kind: "static", visitId: "main" });
  });

  it("keeps each participant's metadata, over a restart, beside those of others and in the files", async () => {
    const seen: string[] = [];
    class Counting extends Stager {
      override activateScene(sceneIndex: number): void {
        super.activateScene(sceneIndex);
        const visited = (this.metadata.visited ?? []) as string[];
        this.metadata.visited = [...visited, this.scenes[sceneIndex]?.sceneId];
        seen.push(`${this.subjectId} enters ${sceneIndex}`);
      }

      override deactivateCurrentScene(): void {
        seen.push(`${this.subjectId} leaves ${this.currentSceneIndex}`);
      }
    }
    const stager = new Counting({ scenes: [start(), text("one"), text("two"), end()] });
    stager.metadata.group = "A";
    const server = await StudyServer.start({ study: define({ stager }) });
    const anna = await server.open("anna");
    await server.open("ben");
    const one = await anna.goOn(await anna.take("scene"));
    await server.restart();
    const back = await server.open("anna", { secret: anna.secret });
    expect(await back.take("scene")).toEqual(one);
    await back.goOn(await back.goOn(one));
    await server.running.idle();
    const metadata = await server.json("two", "anna_metadata.json");
    expect(metadata.stager_metadata).toEqual({
      group: "A",
      visited: ["start", "one", "two", "end"],
    });
    expect(stager.metadata).toEqual({ group: "A" });
    expect(seen.filter((entry) => entry.startsWith("anna"))).toEqual([
      "anna enters 0",
      "anna leaves 0",
      "anna enters 1",
      "anna leaves 1",
      "anna enters 2",
      "anna leaves 2",
      "anna enters 3",
    ]);
  });

  it("hears of a finished game with the stager at hand, and may branch on answers", async () => {
    const games: PastVisit[] = [];
    class ByAnswer extends Stager {
      override getNextSceneIndex(): number {
        const answer = this.getAnswers("why")?.text_box;
        return this.currentSceneIndex === 2 && answer === "skip" ? 4 : super.getNextSceneIndex();
      }
    }
    const stager = new ByAnswer({
      scenes: [
        start(),
        game(),
        new TextBox({ textBoxHeader: "Why?" }).scene({ sceneId: "why" }),
        text("skipped"),
        end(),
      ],
      onGameComplete(past, { metadata, condition }) {
        games.push(past);
        metadata.condition = condition;
        metadata.score = past.score;
      },
    });
    const server = await StudyServer.start({ study: define({ stager }) });
    const page = await server.open("anna");
    const why = await page.playGame(await page.join(await page.goOn(await page.take("scene"))));
    expect(await page.goOn(why, { text_box: "skip" })).toMatchObject({ kind: "end" });
    const score = await rewardsOf(server, "anna");
    expect(games).toEqual([{ sceneId: "practice", visitId: "practice", answers: null, score }]);
    const { stager_metadata } = await server.json("end", "anna_metadata.json");
    expect(stager_metadata).toEqual({ condition: null, score });
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("bad study");
      },
    ],
    ["chooses no scene of the plan", () => 99],
    [
      "keeps something outside the metadata",
      function (this: Stager) {
        (this as never as { own: number }).own = 1;
        return 0;
      },
    ],
  ])("that %s lets the participant go on in order", async (_, getNextSceneIndex) => {
    const stager = new Stager({ scenes: [start(), text("one"), end()] });
    stager.getNextSceneIndex = getNextSceneIndex;
    const server = await StudyServer.start({ study: define({ stager }) });
    const page = await server.open("anna");
    expect(await page.goOn(await page.take("scene"))).toMatchObject({ visitId: "one" });
  });
});

describe("[SG10] repeats and orders", () => {
  it("give each pass a visit and files of its own, and survive a restart", async () => {
    const scenes = [
      start(),
      new RepeatScene(new RandomizeOrder([text("x"), text("y"), text("z")], { keepN: 2 }), 3),
      end(),
    ];
    const server = await StudyServer.start({ study: define({ scenes, seed: 7 }) });
    let page: HeadlessPage = await server.open("anna");
    let view = await page.take("scene");
    const visits: string[] = [];
    while (view.kind !== "end") {
      view = await page.goOn(view);
      visits.push(view.visitId);
      if (visits.length !== 3) continue;
      await server.restart();
      page = await server.open("anna", { secret: page.secret });
      expect(await page.take("scene")).toEqual(view);
    }
    expect(visits).toHaveLength(7);
    expect(new Set(visits).size).toBe(7);
    await server.running.idle();
    const { plan } = await server.json("end", "anna_metadata.json");
    expect(visits.map((visit) => visit.split(".")[0])).toEqual((plan as string[]).slice(1));
    const written = await Promise.all(
      ["x", "y", "z"].map((id) => readdir(server.path(id)).catch(() => [])),
    );
    expect(written.flat()).toHaveLength(6);
  });
});

describe("scenes", () => {
  it("[SG13] consent: needs every statement, and lets those go who decline, with a file that says so", async () => {
    const consent = new ConsentScene()
      .scene({ sceneId: "consent" })
      .consent({ statements: ["I am of age."], declineMessage: "See you." });
    const server = await StudyServer.start({
      study: define({ scenes: [start(), consent, end()] }),
    });
    const [anna, ben] = [await server.open("anna"), await server.open("ben")];
    const view = await anna.goOn(await anna.take("scene"));
    expect(view).toMatchObject({
      kind: "consent",
      statements: ["I am of age."],
      agreeLabel: "I agree",
    });
    for (const answers of [
      null,
      {},
      { consent: true },
      { consent: true, statement_0: false },
      { consent: "yes" },
    ]) {
      expect(await anna.ask("advance-scene", { visitId: "consent", answers })).toMatchObject({
        ok: false,
        reason: "invalid_answer",
      });
    }
    expect(await anna.goOn(view, { consent: true, statement_0: true })).toMatchObject({
      kind: "end",
      outcome: "completed",
    });
    await ben.goOn(await ben.take("scene"));
    const declined = await ben.goOn(view, { consent: false });
    expect(declined).toMatchObject({
      kind: "end",
      outcome: "declined",
      code: null,
      bodyHtml: "<p>See you.</p>",
    });
    const again = { visitId: "consent", answers: { consent: false } };
    expect(await ben.ask("advance-scene", again)).toEqual({ ok: true });
    await server.running.idle();
    expect(await server.json("consent", "anna_metadata.json")).toMatchObject({
      scene_type: "consent",
      answers: { consent: true, statement_0: true },
    });
    expect(await server.json("consent", "ben_metadata.json")).toMatchObject({
      outcome: "declined",
      answers: { consent: false },
    });
  });

  it("[SG13] fields in a body are answers, and placeholders show them without letting them be HTML", async () => {
    const scenes = [
      start(),
      text("about")
        .display({ sceneBody: '<input id="name"><p>And <b>you</b>?</p>' })
        .collect({ elementIds: ["name"] }),
      text("hello").display({
        sceneHeader: "Hello {{answers.about.name}}",
        sceneSubheader: "{{condition}} & more",
        sceneBody: "<p>{{ answers.about.name }} is {{subjectId}}, in {{condition}}.</p>",
      }),
      end(),
    ];
    const assignment = { conditions: ["one", "two"] };
    const server = await StudyServer.start({ study: define({ scenes, assignment }) });
    const page = await server.open("anna");
    const about = await page.goOn(await page.take("scene"));
    expect(about).toMatchObject({ kind: "static", elementIds: ["name"] });
    expect(
      await page.ask("advance-scene", { visitId: "about", answers: { other: "x" } }),
    ).toMatchObject({ ok: false });
    const hello = await page.goOn(about, { name: `<img src=x onerror="alert(1)"> & co's` });
    await server.running.idle();
    const { condition, element_ids } = await server.json("about", "anna_metadata.json");
    expect(element_ids).toEqual(["name"]);
    expect(["one", "two"]).toContain(condition);
    expect(hello).toMatchObject({
      header: `Hello <img src=x onerror="alert(1)"> & co's`,
      bodyHtml: `<p class="subheader">${condition} &amp; more</p>\n<p>&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; co&#39;s is anna, in ${condition}.</p>`,
    });
  });

  it("placeholders stand in questions and statements, too, and in no option", async () => {
    const scenes = [
      start(),
      new ConsentScene()
        .scene({ sceneId: "consent" })
        .consent({ statements: ["I am {{subjectId}}."] }),
      new MultipleChoice({
        preQuestionsHeader: "About {{subjectId}}",
        questions: ["Is {{globals.colour}} yours?"],
        choices: ["{{subjectId}}", "no"],
      }).scene({ sceneId: "asked" }),
      end(),
    ];
    const server = await StudyServer.start({ study: define({ scenes }) });
    const page = await server.open("anna");
    await page.ask("sync-globals", { values: { colour: "<b>red</b>" } });
    const consent = await page.goOn(await page.take("scene"));
    expect(consent).toMatchObject({ statements: ["I am anna."] });
    const form = await page.goOn(consent, { consent: true, statement_0: true });
    const options = ["{{subjectId}}", "no"];
    expect(form).toMatchObject({
      questions: [{ heading: "About anna", prompt: "Is <b>red</b> yours?", options }],
    });
    await page.goOn(form, { question_0: "{{subjectId}}" });
  });

  it("bodies come from Markdown, HTML and text files; pictures from the study's folder", async () => {
    await writeFile(join(files, "a.md"), "# Rules\n\n- *one*\n- two\n");
    await writeFile(join(files, "b.html"), "<section>As it is</section>");
    await writeFile(join(files, "c.txt"), "One <1>\r\n\r\nTwo");
    await writeFile(join(files, "pot.svg"), "<svg/>");
    const scenes = [
      start().display({ sceneBodyFilepath: join(files, "a.md") }),
      text("b").display({ sceneBodyFilepath: join(files, "b.html") }),
      text("c").display({ sceneBodyFilepath: join(files, "c.txt") }),
      game().content({ inGameSceneBodyFilepath: join(files, "a.md") }),
      new CompletionCodeScene()
        .scene({ sceneId: "end" })
        .redirect({ url: "https://panel.org/?id=", appendSubjectId: true }),
    ];
    const server = await StudyServer.start({ study: define({ scenes, staticDir: files }) });
    const page = await server.open("anna~b@c");
    const first = await page.take("scene");
    const markdown = "<h1>Rules</h1>\n<ul>\n<li><em>one</em></li>\n<li>two</li>\n</ul>";
    expect(first.bodyHtml).toBe(markdown);
    const second = await page.goOn(first);
    expect(second.bodyHtml).toBe("<section>As it is</section>");
    const third = await page.goOn(second);
    expect(third.bodyHtml).toBe("<p>One &lt;1&gt;</p>\n<p>Two</p>");
    const fourth = await page.goOn(third);
    expect(fourth).toMatchObject({ inGameBodyHtml: markdown });
    const last = await page.playGame(await page.join(fourth));
    expect(last).toMatchObject({ redirectUrl: "https://panel.org/?id=anna~b%40c" });
    const picture = await fetch(`${server.url}/static/pot.svg`);
    expect(await picture.text()).toBe("<svg/>");
    expect((await fetch(`${server.url}/static/none.svg`)).status).toBe(400);
  });

  it("[SG9] a file that is missing or names an unknown placeholder stops the start, with the scene named", async () => {
    await writeFile(join(files, "wrong.md"), "Hello {{name}}");
    for (const [path, message] of [
      ["missing.md", "missing.md cannot be read (ENOENT) (scene `start`)"],
      ["wrong.md", "Unknown placeholder `{{name}}`"],
    ] as const) {
      const scenes = [start().display({ sceneBodyFilepath: join(files, path) }), end()];
      await expect(StudyServer.start({ study: define({ scenes }) })).rejects.toThrow(message);
    }
  });

  it("the waiting room keeps its count to itself where the study says so", async () => {
    const paired = game().multiplayer({ groupSize: 2, hideLobbyCount: true });
    const server = await StudyServer.start({ study: define({ scenes: [start(), paired, end()] }) });
    const page = await server.open("anna");
    const scene = await page.goOn(await page.take("scene"));
    await page.ask("join-waitroom", { visitId: scene.visitId });
    expect(await page.take("waitroom")).toMatchObject({ waitingCount: null, groupSize: 2 });
  });

  it("repeats the study's own notes on a scene in its metadata", async () => {
    const noted = text("one").scene({
      sceneId: "one",
      shouldExportMetadata: true,
      experimentConfig: { layout: ["a"] },
    });
    const server = await StudyServer.start({ study: define({ scenes: [start(), noted, end()] }) });
    const page = await server.open("anna");
    await page.goOn(await page.take("scene"));
    await server.running.idle();
    const metadata = await server.json("one", "anna_metadata.json");
    expect(metadata.experiment_config).toEqual({ layout: ["a"] });
  });
});
