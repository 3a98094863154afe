/** A scene that hands its episodes in when they are over: one file of rows, checked and exported like any other. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { exportFolder } from "../../signaling/export/export.ts";
import { csvText } from "../../signaling/store/csv-text.ts";
import { fileName } from "../../signaling/store/data-folder.ts";
import { episodeOf, withEpisode } from "../../signaling/store/game-csv.ts";
import type { Study } from "../../signaling/study/index.ts";
import { verifyFolder } from "../../signaling/verify.ts";
import { counterStudy } from "../support/counter-study.ts";
import { walkTwo } from "../support/paired-walk.ts";

function unstreamed(study: Study): Study {
  const scenes = study.scenes.map((scene) =>
    scene.kind === "gym" && scene.sceneId === "paired"
      ? { ...scene, gym: { ...scene.gym, shouldStreamEpisodes: false } }
      : scene,
  );
  return { ...study, scenes };
}

it("[DA14] has the rows of all episodes in one file, which verify and export read as those of a streamed game", async () => {
  const walk = await walkTwo(["anna", "ben"], { study: unstreamed(counterStudy()) });
  onTestFinished(walk.stop);
  const { server } = walk;
  await server.running.idle();
  const path = server.path("paired", "anna.csv");
  const text = await readFile(path, "utf8");
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  expect(rows.map(({ episode_num: episode, t }) => `${episode} ${t}`)).toEqual(
    [0, 1].flatMap((episode) => Array.from({ length: 40 }, (_, t) => `${episode} ${t}`)),
  );
  await expect(readFile(server.path("paired", "anna_ep0.csv"))).rejects.toThrow("ENOENT");
  expect(await server.json("paired", "anna_ep1_replay.json")).toMatchObject({ isStreamed: false });

  expect(await verifyFolder(server.dataDir)).toMatchObject({ exitCode: 0 });
  const out = await mkdtemp(join(tmpdir(), "tandem-export-"));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  await exportFolder(server.dataDir, out);
  const frames = parse(await readFile(join(out, "frames.csv"), "utf8"), {
    columns: true,
  }) as typeof rows;
  const own = frames.filter((row) => row.subject_id === "anna" && row.scene_id === "paired");
  expect(own).toHaveLength(rows.length);
  for (const [i, row] of rows.entries()) expect(own[i]).toMatchObject(row);

  const lines = text.split("\n");
  lines[60] = lines[60]?.replace(/^19,1,/, "19,1,9") ?? "";
  await writeFile(path, lines.join("\n"));
  const report = await verifyFolder(server.dataDir);
  expect(report.exitCode).toBe(1);
  expect(report.lines.filter((line) => line.includes("different"))).toEqual([
    expect.stringMatching(/anna_ep1_replay\.json: different: .*anna\.csv, frame 19/),
  ]);
});

it("[DA4] no other subject's file has the name of a later visit's", () => {
  expect(fileName.game("anna", 1)).toBe("anna.csv");
  expect(fileName.game("anna", 2)).not.toBe(fileName.game("anna_v2", 1));
});

it("[DA14] an episode is found again in its game's file, whatever the order and number of writings", () => {
  const cell = fc.constantFrom("", "1", "x,y", "=1", 'a"b', "c\nd");
  const episode = fc.record({
    names: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }),
    rows: fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  });
  const orders = fc.array(fc.nat(2), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(episode, { minLength: 3, maxLength: 3 }), orders, (episodes, order) => {
      const texts = episodes.map(({ names, rows }, number) =>
        csvText([
          ["t", "episode_num", ...names],
          ...rows.map((row, t) => [t, number, ...row.slice(0, names.length)]),
        ]),
      );
      const game = order.reduce<string | null>(
        (text, number) => withEpisode(text, texts[number] as string, number),
        null,
      ) as string;
      for (const number of new Set(order)) {
        const columns = ["t", "episode_num", ...(episodes[number]?.names ?? [])];
        expect(episodeOf(game, columns, number)).toBe(texts[number]);
      }
      const numbers = (parse(game, { columns: true }) as Record<string, string>[]).map((row) =>
        Number(row.episode_num),
      );
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }),
  );
});
