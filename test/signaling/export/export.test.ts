/** What an export holds is what the data files hold, in one place, and every column of it is explained. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { derived, fieldsOf } from "../../../signaling/export/column.ts";
import { type ExportReport, exportFolder } from "../../../signaling/export/export.ts";
import { TableFile } from "../../../signaling/export/table-file.ts";
import { csvOfCells, unguardText } from "../../../signaling/store/csv-text.ts";
import { defineStudy } from "../../../signaling/study/index.ts";
import { counterScenes } from "../../support/counter-study.ts";
import { closing, cutLog, fakeLog } from "../../support/headless-page.ts";
import { startPair } from "../../support/paired-walk.ts";
import { StudyServer } from "../../support/study-server.ts";

type Row = Record<string, string>;

const WILD = '=HYPERLINK("http://x","y"),\r\n\'-5';
const TABLES = [
  ...["participants", "visits", "answers", "episodes", "frames", "metrics"],
  ...["monitoring", "pings", "decisions", "matches"],
];

/** Everybody is screened and watched, and nobody turned away. */
const watchedStudy = defineStudy({
  experimentId: "counting",
  title: "Counting together",
  scenes: counterScenes({ continuousMonitoringEnabled: true, continuousTabExcludeMs: 3_600_000 }),
  panel: { parameters: ["PROLIFIC_PID"] },
  entryScreening: { browserBlocklist: ["UC Browser"] },
});

const readRows = async (dir: string, name: string): Promise<Row[]> =>
  parse(await readFile(join(dir, `${name}.csv`), "utf8"), { columns: true });

async function readParquet(dir: string, name: string): Promise<Record<string, unknown>[]> {
  const bytes = await readFile(join(dir, `${name}.parquet`));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return parquetReadObjects({ file: file as ArrayBuffer });
}

/** Two who finish, with one partner who goes in the middle of another game. */
async function makeData(server: StudyServer): Promise<void> {
  const { pages, starts } = await startPair(server, ["anna", "ben"]);
  (await pages[0].take("probe"))({ isHidden: false, episode: 0, frame: 0 });
  await pages[0].ask("sync-globals", { values: { colour: "red", level: 3, tags: ["-1"] } });
  const surveys = await Promise.all(pages.map((page, i) => page.playGame(starts[i as 0 | 1])));
  for (const [i, page] of pages.entries()) {
    const answers = { scale_0: 4, text_box: i === 0 ? WILD : "-5" };
    await page.goOn(surveys[i] as (typeof surveys)[0], answers);
  }
  const cut = await startPair(server, ["carl", "dora"]);
  for (const [i, page] of cut.pages.entries()) {
    await page.ask("episode-log", cutLog(fakeLog(cut.starts[i as 0 | 1], 0), 0, 12 + i));
  }
  const [carl, dora] = cut.pages;
  dora.close();
  const close = { ...closing(cut.starts[0], 0, 12), reason: "partner_disconnected" as const };
  await carl.ask("close-episode", close);
  await carl.take("scene");
  const back = await server.open("dora", { secret: dora.secret });
  await back.take("scene");
  await server.running.idle();
}

describe("an export", () => {
  let server: StudyServer;
  let stop: () => Promise<void>;
  let out: string;
  let report: ExportReport;
  beforeAll(async () => {
    ({ server, stop } = await StudyServer.startForSuite({ study: watchedStudy }));
    await makeData(server);
    out = await mkdtemp(join(tmpdir(), "tandem-export-"));
    report = await exportFolder(server.dataDir, out);
  });
  afterAll(async () => {
    await stop();
    await rm(out, { recursive: true, force: true });
  });

  it("[TB1] holds every row of every episode file, cell for cell, under the keys of its episode", async () => {
    const frames = await readRows(out, "frames");
    const expected: Row[] = [];
    for (const scene of ["alone", "paired"]) {
      const names = (await readdir(server.path(scene))).filter((name) => name.endsWith(".csv"));
      for (const name of names.sort()) {
        const [, subject = "", episode = ""] = /^(.+)_ep(\d+)\.csv$/.exec(name) ?? [];
        const rows = parse(await readFile(server.path(scene, name), "utf8"), {
          columns: true,
        }) as Row[];
        const keys = { scene_id: scene, subject_id: subject, episode };
        expected.push(...rows.map((row) => ({ ...keys, ...row })));
      }
    }
    expect(expected.length).toBeGreaterThan(200);
    expect(frames).toHaveLength(expected.length);
    for (const [i, row] of expected.entries()) expect(frames[i]).toMatchObject(row);
  });

  it("[TB2] holds in Parquet what the CSV holds, numbers to the bit", async () => {
    for (const name of TABLES) {
      const [csv, parquet] = [await readRows(out, name), await readParquet(out, name)];
      expect(parquet).toHaveLength(csv.length);
      const types = new Map(
        (await readRows(out, "codebook"))
          .filter(({ table }) => table === name)
          .map((row) => [row.column, row.type]),
      );
      for (const [i, row] of csv.entries()) {
        for (const [column, cell] of Object.entries(row)) {
          const value = parquet[i]?.[column] ?? null;
          const type = types.get(column);
          if (value === null) expect(cell).toBe("");
          else if (type === "integer" || type === "number")
            expect(Number(cell)).toBe(Number(value));
          else if (type === "json") expect(JSON.parse(unguardText(cell))).toEqual(value);
          else if (type === "boolean") expect(cell).toBe(String(value));
          else expect(unguardText(cell)).toBe(value);
        }
      }
    }
  });

  it("[TB3] explains every column of every table in the codebook", async () => {
    const entries = await readRows(out, "codebook");
    const markdown = await readFile(join(out, "codebook.md"), "utf8");
    const explained = new Set(entries.map(({ table, column }) => `${table} ${column}`));
    expect(explained.size).toBe(entries.length);
    let columnCount = 0;
    for (const name of TABLES) {
      const text = await readFile(join(out, `${name}.csv`), "utf8");
      const [header = []] = parse(text, { to: 1 }) as string[][];
      columnCount += header.length;
      for (const column of header) {
        expect(explained).toContain(`${name} ${column}`);
        expect(markdown).toContain(`| \`${column}\` |`);
      }
    }
    expect(entries).toHaveLength(columnCount);
    for (const { source, type, description } of entries) {
      expect(description).toMatch(/\w.*\.$/);
      expect(source).not.toBe("");
      expect(["text", "integer", "number", "boolean", "json"]).toContain(type);
    }
    for (const { column, unit } of entries) {
      if (/_ms$/.test(column ?? "")) expect(unit).toMatch(/^ms/);
    }
  });

  it("[TB4] holds unverified and partial episodes, marked", async () => {
    const episodes = await readRows(out, "episodes");
    const cut = episodes.filter(
      ({ subject_id: id, scene_id: scene }) => id === "carl" && scene === "paired",
    );
    expect(cut).toMatchObject([{ status: "unverified", is_partial: "true", frames: "13" }]);
    expect(report.episodes).toEqual({ verified: 8, unverified: 2, disputed: 0, partial: 2 });
    expect(episodes).toHaveLength(10);
    const frames = await readRows(out, "frames");
    expect(
      frames.filter((row) => row.subject_id === "carl" && row.status === "unverified"),
    ).toHaveLength(13);
    const visits = await readRows(out, "visits");
    expect(visits).toContainEqual(
      expect.objectContaining({ subject_id: "carl", scene_id: "paired", is_partial: "true" }),
    );
  });

  it("[DA13] holds participants' texts as nothing that a spreadsheet computes, and their numbers as numbers", async () => {
    const answers = await readRows(out, "answers");
    const texts = answers
      .filter(({ question }) => question === "text_box")
      .map(({ value }) => value);
    expect(texts).toEqual([`'${WILD}`, "-5"]);
    const parquet = await readParquet(out, "answers");
    expect(
      parquet.filter(({ question }) => question === "text_box").map(({ value }) => value),
    ).toEqual([WILD, "-5"]);
    expect(
      answers.filter(({ question }) => question === "scale_0").map((row) => row.value_number),
    ).toEqual(["4", "4"]);
  });

  it("holds what participants carried: one column for each global", async () => {
    const [anna] = await readParquet(out, "participants");
    expect(anna).toMatchObject({
      subject_id: "anna",
      outcome: "completed",
      "globals.colour": "red",
      "globals.level": 3,
      "globals.tags": ["-1"],
    });
  });

  it("[TB7] holds whom the server screened, watched, warned and matched", async () => {
    const monitoring = await readParquet(out, "monitoring");
    const keys = { experiment_id: "counting", subject_id: "anna", visit_number: 1n };
    expect(monitoring).toContainEqual(
      expect.objectContaining({ ...keys, scene_id: "welcome", game_id: null, ping_count: 0n }),
    );
    const pings = await readRows(out, "pings");
    expect(pings[0]).toMatchObject({ subject_id: "anna", scene_id: "paired" });
    expect(Number(pings[0]?.rtt_ms)).toBeGreaterThan(0);
    const game = monitoring.find((row) => row.subject_id === "anna" && row.game_id !== null);
    expect(game).toMatchObject({ ping_count: 1n, ping_median_ms: Number(pings[0]?.rtt_ms) });
    const decisions = await readRows(out, "decisions");
    const admitted = { kind: "admitted", rule: "", game_id: "", frame: "" };
    expect(decisions.filter(({ scene_id: id }) => id === "welcome")).toMatchObject(
      ["anna", "ben", "carl", "dora"].map((subject_id) => ({ ...admitted, subject_id })),
    );
    const matches = await readParquet(out, "matches");
    const log = await readFile(server.path("match_logs", "paired_matches.jsonl"), "utf8");
    const lines = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(matches.map(({ group, candidates }) => ({ group, candidates }))).toEqual(
      lines.map(({ group, candidates }) => ({ group, candidates })),
    );
    expect(matches).toMatchObject([
      { event: "match", scene_id: "paired", game_id: game?.game_id, reason: "fifo" },
      { group: ["carl", "dora"] },
    ]);
  });

  it("[TB1][DA13] reads cells in quotes, and writes them as they were", async () => {
    const path = server.path("alone", "anna_ep0.csv");
    const text = await readFile(path, "utf8");
    const rows = parse(text) as string[][];
    const column = rows[0]?.findIndex((name) => name.startsWith("observations.")) ?? -1;
    for (const row of rows.slice(1)) row[column] = WILD;
    await writeFile(path, csvOfCells(rows));
    const again = await mkdtemp(join(tmpdir(), "tandem-export-"));
    await exportFolder(server.dataDir, again);
    const name = rows[0]?.[column] as string;
    const isEdited = (row: Record<string, unknown>) =>
      row.subject_id === "anna" && row.scene_id === "alone";
    const frames = (await readRows(again, "frames")).filter(isEdited);
    expect(frames.map((row) => row[name])).toEqual(rows.slice(1).map(() => `'${WILD}`));
    const cells = (await readParquet(again, "frames")).filter(isEdited).map((row) => row[name]);
    expect(cells).toEqual(rows.slice(1).map(() => WILD));
    await writeFile(path, `${text}one,cell too few\n`);
    await expect(exportFolder(server.dataDir, again)).rejects.toThrow(/a row has 2 cells, not/);
    await writeFile(path, text);
    await rm(again, { recursive: true });
  });

  it("[TB5] gives the same bytes again", async () => {
    const again = await mkdtemp(join(tmpdir(), "tandem-export-"));
    await exportFolder(server.dataDir, again);
    const names = (await readdir(out)).sort();
    expect(names).toHaveLength(2 * TABLES.length + 2);
    for (const name of names) {
      expect(await readFile(join(again, name))).toEqual(await readFile(join(out, name)));
    }
    await rm(again, { recursive: true });
  });

  it("[TB3] refuses a column that nothing explains, and names it", async () => {
    const path = server.path("alone", "anna_ep0.csv");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace("t,episode_num", "t,mystery"));
    await expect(exportFolder(server.dataDir, out)).rejects.toThrow(/column `mystery`/);
    await writeFile(path, text);
  });
});

it("[TB3] a key without a description in its schema is no column", () => {
  expect(() => fieldsOf("metadata", { it: "questions" }, () => null)).toThrow(
    "Expected the schema of metadata files to describe questions",
  );
  expect(() => fieldsOf("metadata", { it: "game.nothing" }, () => null)).toThrow("game.nothing");
});

it("[TB6] writes a table group by group, and no row is lost between two", async () => {
  const dir = await mkdtemp(join(tmpdir(), "tandem-table-"));
  const width = 8;
  const rows = 450;
  const fields = Array.from({ length: width }, (_, i) =>
    derived(`c${i}`, "number", "test", "A number.", (row: number) => row + i / 8),
  );
  const columns = fields.map(({ column }) => column);
  const table = await TableFile.create(dir, "wide", columns, 100 * width);
  for (let row = 0; row < 180; row++) await table.add(fields.map(({ of }) => of(row)));
  const late = Array.from({ length: rows - 180 }, (_, i) => 180 + i);
  await table.addColumns(
    fields.map(({ of }) => late.map(of)),
    late.length,
  );
  await table.close();
  const bytes = await readFile(join(dir, "wide.parquet"));
  const { row_groups: groups } = parquetMetadata(new Uint8Array(bytes).buffer);
  expect(groups.map(({ num_rows: count }) => Number(count))).toEqual([100, 100, 100, 100, 50]);
  const parquet = await readParquet(dir, "wide");
  expect(parquet.map(({ c3 }) => c3)).toEqual(
    Array.from({ length: rows }, (_, row) => row + 3 / 8),
  );
  const csv = await readFile(join(dir, "wide.csv"), "utf8");
  expect(csv.trim().split("\n")).toHaveLength(rows + 1);
  await rm(dir, { recursive: true });
});
