/** A study with a conditions file: who gets which blocks, where their values go, and what the files say of them. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it, onTestFinished } from "vitest";
import { StudyBlocks, StudyConditions } from "../../signaling/conditions/study-blocks.ts";
import { exportFolder } from "../../signaling/export/export.ts";
import type { GameStart, SceneView } from "../../signaling/protocol.ts";
import { startServer } from "../../signaling/server.ts";
import { BlockTable } from "../../signaling/store/block-table.ts";
import { Database } from "../../signaling/store/database.ts";
import { FILE_SCHEMAS } from "../../signaling/store/json-schema.ts";
import {
  CompletionCodeScene,
  type ConditionFileOptions,
  defineStudy,
  EndScene,
  GymScene,
  RepeatScene,
  StartScene,
  StaticScene,
} from "../../signaling/study/index.ts";
import { verifyFolder } from "../../signaling/verify.ts";
import { HeadlessPage } from "../support/headless-page.ts";
import { StudyServer } from "../support/study-server.ts";

const SUPPORT = join(import.meta.dirname, "../support");
const FILE = join(SUPPORT, "counter-conditions.toml");

const welcome = () =>
  new StartScene()
    .scene({ sceneId: "welcome", shouldExportMetadata: true })
    .display({ sceneHeader: "You are {{conditions.name}}", sceneBody: "Welcome" });

const play = (groupSize: number, config: unknown = { goal: "{{conditions.goal}}" }) =>
  new GymScene()
    .scene({ sceneId: "play", shouldExportMetadata: true })
    .environment("./counter-environment.ts", config)
    .gameplay({ maxSteps: 10 })
    .multiplayer({ groupSize });

const after = () =>
  new StaticScene().scene({ sceneId: "after", shouldExportMetadata: true }).display({
    sceneHeader: "Over",
    sceneBody: "It was {{conditions.name}}: {{conditions.words.title}}, {{conditions.goal}}.",
  });

const studyOf = (groupSize: number, conditions: string | ConditionFileOptions) =>
  defineStudy({
    experimentId: "conditional",
    title: "Conditions",
    conditions,
    scenes: [
      welcome(),
      new RepeatScene([play(groupSize), after()], 2),
      new CompletionCodeScene().scene({ sceneId: "thanks" }),
    ],
  });

/** From a game's scene to the scene after it; both players at once. */
async function playTogether(pages: readonly HeadlessPage[], scenes: readonly SceneView[]) {
  for (const [i, page] of pages.entries()) {
    const reply = await page.ask("join-waitroom", { visitId: scenes[i]?.visitId ?? "" });
    if (!reply.ok) throw new Error(reply.message);
  }
  const starts = await Promise.all(pages.map((page) => page.take("game-start")));
  const next = await Promise.all(pages.map((page, i) => page.playGame(starts[i] as never)));
  return { starts, next };
}

const readTable = async (path: string): Promise<Record<string, string>[]> =>
  parse(await readFile(path, "utf8"), { columns: true });

/** Every table of the export has the values, and the codebook explains them. */
async function checkExport(server: StudyServer): Promise<void> {
  const out = server.path("../tables");
  await exportFolder(server.path(), out);
  const table = (name: string) => readTable(join(out, `${name}.csv`));
  const ofDora = ({ subject_id: id }: Record<string, string>) => id === "dora";
  const given = {
    conditions_index: "2",
    conditions_arrangement: "1",
    conditions_blocks: '["high","low"]',
  };
  expect((await table("participants")).filter(ofDora)).toMatchObject([given]);
  const visits = (await table("visits")).filter(ofDora);
  expect(visits.map((row) => row["conditions.name"])).toEqual([
    "",
    "high",
    "high",
    "low",
    "low",
    "high",
  ]);
  expect(visits[1]).toMatchObject({ ...given, "conditions.words.title": "Low & slow" });
  const goals = (rows: readonly Record<string, string>[]) =>
    new Set(rows.map((row) => `${row.visit_number}: ${row["conditions.goal"]}`));
  for (const name of ["episodes", "frames"]) {
    expect(goals((await table(name)).filter(ofDora))).toEqual(new Set(["1: 900", "2: 500"]));
  }
  const explained = (await table("codebook")).filter(({ column }) => column === "conditions.goal");
  expect(explained.map(({ table: name, type }) => `${name}: ${type}`)).toEqual([
    "visits: number",
    "episodes: number",
    "frames: integer",
  ]);
}

const bodyOf = (scene: SceneView | undefined) => (scene as { bodyHtml: string }).bodyHtml;

describe("a study of pairs with a conditions file", () => {
  it("[CO15] gives each group its blocks, both players the same config, and says so in the files", async () => {
    const study = studyOf(2, "counter-conditions.toml");
    const server = await StudyServer.start({ study, studyDir: SUPPORT });
    const goals: number[] = [];
    for (const names of [
      ["anna", "ben"],
      ["carl", "dora"],
    ]) {
      const pages = await Promise.all(names.map((name) => server.open(name)));
      let scenes = await Promise.all(
        pages.map(async (page) => page.goOn(await page.take("scene"))),
      );
      for (let round = 0; round < 2; round++) {
        const { starts, next } = await playTogether(pages, scenes);
        const [first, second] = starts as [GameStart, GameStart];
        expect(second.config).toEqual(first.config);
        expect(second.configDigest).toBe(first.configDigest);
        const { goal } = first.config as { readonly goal: number };
        const name = goal === 500 ? "low" : "high";
        goals.push(goal);
        for (const scene of next) {
          expect(bodyOf(scene)).toBe(`<p>It was ${name}: Low &amp; slow, ${goal}.</p>`);
        }
        scenes = await Promise.all(pages.map((page, i) => page.goOn(next[i] as SceneView)));
      }
    }
    expect(goals).toEqual([500, 900, 900, 500]);
    await server.running.idle();
    const metadata = await server.json("play", "dora_metadata.json");
    expect(metadata).toMatchObject({
      condition: null,
      conditions: { index: 2, arrangement: 1, blocks: ["high", "low"], block: { goal: 900 } },
    });
    expect(FILE_SCHEMAS.metadata.safeParse(metadata).success).toBe(true);
    expect(await server.json("after", "dora_metadata_v2.json")).toMatchObject({
      conditions: { block: { name: "low", block_id: 1 } },
    });
    // Nobody had a group yet.
    expect(await server.json("welcome", "dora_metadata.json")).toMatchObject({ conditions: null });
    expect(await server.json("play", "dora_ep0_replay.json")).toMatchObject({
      config: { goal: 900 },
      block: { goal: 900, words: { title: "Low & slow" } },
    });
    const rows = await readTable(server.path("play", "dora_ep0.csv"));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row).toMatchObject({
        "conditions.name": "high",
        "conditions.block_id": "0",
        "conditions.participant_index": "2",
        "conditions.goal": "900",
        "conditions.words.title": "Low & slow",
      });
    }
    const report = await verifyFolder(server.path());
    expect(report.exitCode).toBe(0);
    await checkExport(server);
    const path = server.path("play", "dora_ep0_replay.json");
    const replay = await readFile(path, "utf8");
    await writeFile(path, replay.replace('"goal":900,"words"', '"goal":901,"words"'));
    const { lines } = await verifyFolder(server.path());
    expect(lines.join("\n")).toContain("conditions.goal: expected 901, got 900");
  });
});

it("[CO15] the example study gives the first group the slow puck first, the second the fast one", async () => {
  const study = join(import.meta.dirname, "../../sandbox/studies/tempo.ts");
  const dataDir = await mkdtemp(join(tmpdir(), "tandem-tempo-"));
  const server = await startServer({ studyPath: study, port: 0, dataDir, host: "127.0.0.1" });
  const pages: HeadlessPage[] = [];
  onTestFinished(async () => {
    for (const page of pages) page.close();
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const speeds: unknown[] = [];
  for (const name of ["anna", "ben", "carl", "dora"]) {
    const { page } = await HeadlessPage.open(`http://127.0.0.1:${server.port}`, name);
    pages.push(page);
    const scene = await page.goOn(await page.take("scene"));
    await page.ask("join-waitroom", { visitId: scene.visitId });
  }
  for (const page of pages) speeds.push((await page.take("game-start")).config);
  const slow = { maxSteps: 1_800, goalsToWin: 3, puckSpeedMax: 500 };
  const fast = { ...slow, puckSpeedMax: 1_200 };
  expect(speeds).toEqual([slow, slow, fast, fast]);
});

describe("a study for one with a conditions file", () => {
  it("[CO15] gives blocks on arrival, and never others after a restart with another file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tandem-study-conditions-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(FILE, join(folder, "c.toml"));
    const study = defineStudy({
      experimentId: "texts",
      title: "Texts",
      conditions: "c.toml",
      scenes: [welcome(), new EndScene().scene({ sceneId: "end" })],
    });
    const server = await StudyServer.start({ study, studyDir: folder });
    const headerOf = async (name: string, secret?: string) => {
      const page = await server.open(name, secret === undefined ? {} : { secret });
      return { header: (await page.take("scene")).header, secret: page.secret };
    };
    const anna = await headerOf("anna");
    expect(anna.header).toBe("You are low");
    expect((await headerOf("ben")).header).toBe("You are high");
    const text = await readFile(FILE, "utf8");
    await writeFile(join(folder, "c.toml"), text.replaceAll('"low"', '"new"'));
    await server.restart();
    expect((await headerOf("anna", anna.secret ?? "")).header).toBe("You are low");
    expect((await headerOf("carl")).header).toBe("You are new");
  });
});

describe("blocks of groups", () => {
  async function open() {
    const source = await StudyConditions.load({ file: FILE, per: "group" }, "/");
    return new StudyBlocks(source, new BlockTable(new Database(":memory:", 0)));
  }

  const plan = ["play", "after", "play", "after", "play"];
  const at = (subjectId: string, planIndex = 0) => ({ subjectId, plan, planIndex });

  it("[CO15] are those of the member of the smallest index when groups are mixed anew", async () => {
    const blocks = await open();
    blocks.enrol("anna");
    expect(blocks.given("anna")).toBeNull();
    expect(blocks.startGame([at("anna"), at("ben")])).toMatchObject({ name: "low" });
    expect(blocks.startGame([at("carl"), at("dora")])).toMatchObject({ name: "high" });
    expect(blocks.startGame([at("dora", 2), at("ben", 2)])).toMatchObject({ name: "high" });
    expect(blocks.given("dora")).toMatchObject({ index: 2, blocks: [{ name: "high" }, {}] });
    expect(blocks.startGame([at("emil"), at("carl", 2)])).toMatchObject({ name: "low" });
    expect(blocks.given("emil")).toMatchObject({ index: 2 });
  });

  it("[CO15] follow the places of a scene in the plan; where blocks are fewer, the last one stays", async () => {
    const blocks = await open();
    blocks.startGame([at("anna")]);
    const names = plan.map((_, planIndex) => blocks.blockAt(at("anna", planIndex))?.name);
    expect(names).toEqual(["low", "low", "high", "high", "high"]);
  });
});

describe("faults of a study with a conditions file", () => {
  const scenes = (...parts: ConstructorParameters<typeof RepeatScene>[0][]) => [
    welcome(),
    ...parts,
    new EndScene().scene({ sceneId: "end" }),
  ];
  const base = { experimentId: "faulty", title: "Faulty" };

  it.each([
    [{ assignment: { conditions: ["a", "b"] }, conditions: "a.toml" }, "either `assignment` or"],
    [{ conditions: "a.json" }, "`conditions` to be the path of a .toml file"],
    [
      { conditions: { file: "a.toml", per: "pair" as "group" } },
      "`per` to be participant or group",
    ],
    [{ conditions: 3 as unknown as string }, 'a file such as "conditions.toml", got 3'],
  ])("[CO16] are named when it is defined: %j", (options, text) => {
    expect(() => defineStudy({ ...base, ...options, scenes: scenes() })).toThrow(text);
  });

  it("[CO16] are named where configs need values that they cannot have", () => {
    const define = (config: unknown, conditions?: ConditionFileOptions) => () =>
      defineStudy({
        ...base,
        ...(conditions === undefined ? {} : { conditions }),
        scenes: scenes(play(2, config)),
      });
    expect(define({ goal: "{{conditions.goal}}" })).toThrow("`conditions` to be a file");
    const file = "a.toml";
    expect(define({ goal: "{{conditions.goal}}" }, { file, per: "participant" })).toThrow(
      "`per` to be group, because the players of scene `play` need one config",
    );
    expect(define({ goal: "{{subjectId}}" }, { file })).toThrow(
      "Expected only {{conditions.<key>}}",
    );
  });

  it.each([
    ["{{conditions.missing}}", "a value for {{conditions.missing}}, got nothing (block `low`)"],
    [
      "{{conditions.words}}",
      "Expected `goal` to be an integer, got [object Object] (block `high`)",
    ],
    ["about {{conditions.goal}}", "Expected `goal` to be an integer, got about 500"],
  ])("[CO16] are named at start for every block that somebody may get: %s", async (goal, text) => {
    const study = defineStudy({
      ...base,
      conditions: "counter-conditions.toml",
      scenes: scenes(play(1, { goal })),
    });
    await expect(StudyServer.start({ study, studyDir: SUPPORT })).rejects.toThrow(text);
  });

  it.each([
    ["none.toml", "does not exist"],
    ["faulty.toml", "The conditions file faulty.toml has faults:\nExpected `order` to be"],
    ["large.toml", "Expected integers within ±2⁵³"],
  ])("[CO16] are named at start where the file has them: %s", async (file, text) => {
    const folder = await mkdtemp(join(tmpdir(), "tandem-study-conditions-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const whole = await readFile(FILE, "utf8");
    await writeFile(join(folder, "faulty.toml"), whole.replace("order", "oder"));
    await writeFile(join(folder, "large.toml"), whole.replace("500", "9007199254740993"));
    const study = defineStudy({ ...base, conditions: file, scenes: scenes() });
    await expect(StudyServer.start({ study, studyDir: folder })).rejects.toThrow(text);
  });
});
