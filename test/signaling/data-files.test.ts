/** Every file of the documented table lies exactly where it is documented to, and nothing else does. */
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Study } from "../../signaling/study/index.ts";
import { counterStudy } from "../support/counter-study.ts";
import { walkTwo } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const SUBJECTS = ["anna", "ben"] as const;

async function filesOf(server: StudyServer): Promise<readonly string[]> {
  const entries = await readdir(server.path(), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(server.path().length + 1))
    .filter((path) => !path.startsWith("tandem.sqlite") && path !== ".tandem-server.json")
    .sort();
}

describe("a walk of two", () => {
  let walk: Awaited<ReturnType<typeof walkTwo>>;
  let found: readonly string[] = [];
  beforeAll(async () => {
    walk = await walkTwo(SUBJECTS);
    await walk.server.running.idle();
    found = await filesOf(walk.server);
  });
  afterAll(() => walk.stop());

  /** Kind of file, and where the table puts it for each subject. */
  const TABLE: readonly (readonly [kind: string, paths: (subject: string) => readonly string[]])[] =
    [
      [
        "metadata",
        (id) =>
          ["welcome", "alone", "paired", "survey", "thanks"].map(
            (scene) => `${scene}/${id}_metadata.json`,
          ),
      ],
      ["episode", (id) => [`alone/${id}_ep0.csv`, `paired/${id}_ep0.csv`, `paired/${id}_ep1.csv`]],
      [
        "replay",
        (id) => [
          `alone/${id}_ep0_replay.json`,
          `paired/${id}_ep0_replay.json`,
          `paired/${id}_ep1_replay.json`,
        ],
      ],
      ["globals", (id) => [`alone/${id}_globals.json`, `paired/${id}_globals.json`]],
      ["metrics", (id) => [`paired/${id}_multiplayer_metrics.json`]],
    ];

  it.each(TABLE)("[DA10] %s files lie where the table says", (_, paths) => {
    expect(found).toEqual(expect.arrayContaining(SUBJECTS.flatMap(paths)));
  });

  it("[DA10] with the game's own files and the code there is nothing else", () => {
    const { gameId, environmentDigest } = walk.starts[0];
    const all = [
      ...TABLE.flatMap(([, paths]) => SUBJECTS.flatMap(paths)),
      `paired/${gameId}_aggregated_metrics.json`,
      `environments/${environmentDigest}.js`,
      "match_logs/paired_matches.jsonl",
    ];
    expect(found).toEqual(all.sort());
  });
});

async function walkAlone(study: Study): Promise<StudyServer> {
  const server = await StudyServer.start({ study });
  const page = await server.open("anna");
  await page.walkToPairedScene();
  await server.running.idle();
  return server;
}

it("[DA11] without saveExperimentData only the code and the server's state are written", async () => {
  const study = { ...counterStudy(), saveExperimentData: false };
  const { server, endings, stop } = await walkTwo(SUBJECTS, { study });
  onTestFinished(stop);
  await server.running.idle();
  expect(endings).toMatchObject([{ kind: "completion-code" }, { kind: "completion-code" }]);
  expect(await filesOf(server)).toEqual([
    expect.stringMatching(/^environments\/[0-9a-f]{16}\.js$/),
  ]);
});

it("[DA11] without shouldExportMetadata a scene has no metadata file, and its episodes have theirs", async () => {
  const study = counterStudy();
  const scenes = study.scenes.map((scene) => ({ ...scene, shouldExportMetadata: false }));
  const server = await walkAlone({ ...study, scenes });
  const files = await filesOf(server);
  expect(files.filter((path) => path.includes("metadata"))).toEqual([]);
  expect(files).toContain("alone/anna_ep0.csv");
});
