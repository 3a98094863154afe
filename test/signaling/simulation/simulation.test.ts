/** Whole studies run by programs: what they answer, whom something befalls, and what the command says of it. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { seedRandom } from "../../../engine/index.ts";
import { study as tour } from "../../../sandbox/studies/tour.ts";
import type { SceneView } from "../../../signaling/protocol.ts";
import { answerScene } from "../../../signaling/simulation/answering.ts";
import { drawPersonas } from "../../../signaling/simulation/persona.ts";
import type { SimulationReport } from "../../../signaling/simulation/simulation.ts";
import { sceneAnswerFaults } from "../../../signaling/study/scene-answer.ts";
import { runTandem } from "../../support/command-line.ts";

const STUDY = join(import.meta.dirname, "../../support/counting-study.ts");
const PLAN = {
  participants: 40,
  seed: 3,
  dropoutRatio: 0.1,
  reloadRatio: 0.2,
  arrivalsPerMinute: 60,
  expectedMs: 1_000,
};

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tandem-simulate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function simulate(study: string, ...more: string[]) {
  const dataDir = await temporaryFolder();
  const quick = ["--speed", "200", "--arrivals-per-minute", "6000", "--json"];
  const args = ["simulate", study, "--data-dir", dataDir, ...quick, ...more];
  const { code, stdout, stderr } = await runTandem(...args);
  const report = (stdout === "" ? null : JSON.parse(stdout)) as SimulationReport | null;
  return { code, report, stderr };
}

describe("personas", () => {
  it("are the same for a seed, others for another, and hit exactly the share asked for", () => {
    const personas = drawPersonas(PLAN);
    expect(drawPersonas(PLAN)).toEqual(personas);
    expect(drawPersonas({ ...PLAN, seed: 4 })).not.toEqual(personas);
    expect(personas.filter(({ dropsOutAfterMs }) => dropsOutAfterMs !== null)).toHaveLength(4);
    const reloading = personas.filter(({ reloadsAfterMs }) => reloadsAfterMs !== null);
    expect(reloading).toHaveLength(8);
    expect(reloading.filter(({ dropsOutAfterMs }) => dropsOutAfterMs !== null)).toEqual([]);
    const arrivals = personas.map(({ arrivesAtMs }) => arrivesAtMs);
    expect([...arrivals].sort((a, b) => a - b)).toEqual(arrivals);
  });
});

describe("answers", () => {
  /** What the page is told of the scene, as far as answers go. */
  function viewOf(scene: (typeof tour.scenes)[number]): SceneView {
    const base = { visitId: scene.sceneId, header: "", bodyHtml: scene.sceneBody };
    switch (scene.kind) {
      case "form":
        return { kind: "form", questions: scene.questions, ...base };
      case "static":
        return { kind: "static", elementIds: scene.elementIds, ...base };
      case "consent":
        return { kind: "consent", ...scene.consent, ...base };
      default:
        return { kind: "start", ...base };
    }
  }

  it.each(tour.scenes.map((scene) => [scene.sceneId, scene] as const))(
    "of the tour's %s are taken by the server, whatever the seed",
    (_, scene) => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const random = seedRandom([0, 0, 0, 0], seed);
          const answers = answerScene(viewOf(scene), random);
          expect(sceneAnswerFaults(scene, answers ?? {})).toEqual({});
        }),
        { numRuns: 30 },
      );
    },
  );

  it("choose among the options of a drop-down", () => {
    const bodyHtml = `<select id="often"><option value="n">Never</option><option>Daily</option></select>
      <input id="yes" type="checkbox">`;
    const view = {
      kind: "static",
      visitId: "a",
      header: "",
      bodyHtml,
      elementIds: ["often", "yes"],
    };
    const seen = Array.from({ length: 20 }, (_, seed) =>
      answerScene(view as SceneView, seedRandom([0, 0, 0, 0], seed)),
    );
    const values = (name: string) => [...new Set(seen.map((answers) => answers?.[name]))].sort();
    expect(values("often")).toEqual(["Daily", "n"]);
    expect(values("yes")).toEqual(["", "on"]);
  });
});

describe("tandem simulate", () => {
  it("[DU4] takes everybody through a study with dropouts and reloads, and exits with 0", {
    timeout: 180_000,
  }, async () => {
    // A seed in which nobody drops out while a partner is still loading, who would wait the full minute for them.
    const more = ["--participants", "8", "--dropout", "0.125", "--reload", "0.125", "--seed", "1"];
    const { code, report, stderr } = await simulate(STUDY, ...more);
    expect(report?.findings, stderr).toEqual([]);
    expect(code).toBe(0);
    const outcomes = Object.values(report?.outcomes ?? {});
    expect(outcomes.reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(report).toMatchObject({ waitingForEver: 0, unhandledRejections: 0 });
    expect(report?.episodes.verified).toBeGreaterThan(0);
    expect(report?.filesChecked).toBeGreaterThan(8);
    expect(report?.acknowledgements.all?.count).toBeGreaterThan(50);
  });

  it("[DU4] exits with 1 and the finding when an environment computes differently each time", async () => {
    const folder = await temporaryFolder();
    const root = join(import.meta.dirname, "../../..");
    const environment = join(root, "test/support/counter-environment.ts");
    await writeFile(
      join(folder, "drifting.ts"),
      `import { environment as counter } from ${JSON.stringify(environment)};
let calls = 0;
export const environment = { ...counter, step(state, actions) {
  const result = counter.step(state, actions);
  state.drawn = ++calls;
  return result;
} };`,
    );
    const door = JSON.stringify(join(root, "signaling/study/index.ts"));
    await writeFile(
      join(folder, "study.ts"),
      `import { defineStudy, EndScene, GymScene, StartScene } from ${door};
export const study = defineStudy({ experimentId: "drift", title: "Drift", scenes: [
  new StartScene().scene({ sceneId: "start" }),
  new GymScene().scene({ sceneId: "together" }).environment("./drifting.ts", { goal: 1000 })
    .gameplay({ maxSteps: 30 }).multiplayer({ groupSize: 2 }).waitroom({ timeoutMs: 60000 }),
  new EndScene().scene({ sceneId: "end" }) ] });`,
    );
    const { code, report, stderr } = await simulate(
      join(folder, "study.ts"),
      "--participants",
      "2",
    );
    expect(code, stderr).toBe(1);
    expect(report?.findings.join()).toMatch(/Episode 0 of game .* is disputed/);
  });

  it("[SG9] exits with 2 and one sentence for what it cannot use", async () => {
    const used = await temporaryFolder();
    await mkdir(join(used, "counting"));
    for (const [args, sentence] of [
      [["none.ts"], "The study file none.ts does not exist."],
      [[STUDY, "--data-dir", used], "simulated participants would mix"],
      [[STUDY, "--participants", "0"], "Expected an integer 1–10000."],
      [[STUDY, "--dropout", "2"], "Expected a number 0–1."],
    ] as const) {
      const { code, stderr } = await runTandem("simulate", ...args);
      expect(stderr).toContain(sentence);
      expect(code).toBe(2);
    }
  });
});
