/** The commands for conditions files, run as people run them. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTandem, startTandem } from "../support/command-line.ts";
import { casesOf, REFERENCE } from "./reference-cases.ts";

const README_FILE = join(import.meta.dirname, "fixtures/readme.toml");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tandem-conditions-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The README's result for a participant, as JSON text so that the order of keys counts. */
function readmeConfigs(participantIndex: number): string {
  const [example] = casesOf(REFERENCE.expansion);
  const blocks = example?.expected[participantIndex] as readonly { config: unknown }[];
  const numbers = (_: string, value: unknown) =>
    typeof value === "bigint" ? Number(value) : value;
  return JSON.stringify(
    blocks.map(({ config }) => config),
    numbers,
  );
}

async function fileOf(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe("generate-config-json", () => {
  it.concurrent("[CO7] prints the README's result for the README's file, key for key", async () => {
    const [one, three] = await Promise.all([
      runTandem("generate-config-json", README_FILE, "--participant-index", "1"),
      runTandem("generate-config-json", README_FILE, "--participant-range", "3", "-i", "1"),
    ]);
    expect(one.code).toBe(0);
    expect(JSON.stringify(JSON.parse(one.stdout))).toBe(readmeConfigs(1));
    const byIndex = JSON.parse(three.stdout) as Record<string, unknown>;
    expect(Object.keys(byIndex)).toEqual(["1", "2", "3"]);
    for (const index of [1, 2, 3]) {
      expect(JSON.stringify(byIndex[index])).toBe(readmeConfigs(index));
    }
  });

  it.concurrent("[CO7] writes a file for each participant", async () => {
    const out = join(folder, "out", "new");
    expect((await runTandem("generate-config-json", README_FILE, "-r", "4", "-d", out)).code).toBe(
      0,
    );
    const names = await readdir(out);
    expect(names.sort()).toEqual([1, 2, 3, 4].map((index) => `readme-participant_${index}.json`));
    const text = await readFile(join(out, "readme-participant_2.json"), "utf8");
    expect(JSON.stringify(JSON.parse(text))).toBe(readmeConfigs(2));
  });

  it.concurrent("[CO7] says what is missing, with exit code 2", async () => {
    const missing = join(folder, "missing.toml");
    const cases = [
      [[README_FILE], "Expected --participant-index or --participant-range.\n"],
      [[missing, "-i", "1"], `The conditions file ${missing} does not exist.\n`],
      [
        [README_FILE, "-i", "1", "-d", README_FILE],
        `Expected --out-dir to be a folder, got ${README_FILE} (EEXIST).\n`,
      ],
    ] as const;
    const ended = cases.map(([args]) => runTandem("generate-config-json", ...args));
    for (const [index, { code, stdout, stderr }] of (await Promise.all(ended)).entries()) {
      expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: cases[index]?.[1] });
    }
  });
});

describe("verify-config-file", () => {
  it.concurrent("[CO7] shows the first five participants' blocks", async () => {
    const { code, stdout } = await runTandem("verify-config-file", README_FILE);
    expect(code).toBe(0);
    const rows = stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(rows[0]).toEqual([1, 2, 3, 4, 5].map((index) => `Participant ${index}`));
    expect(rows.slice(1, 5).map(([place]) => place)).toEqual(
      [1, 2, 3, 4].map((place) => `Block ${place}`),
    );
    expect(rows.slice(1, 5).map((row) => row[1])).toEqual([
      "conditionB",
      "conditionA",
      "conditionA",
      "conditionB",
    ]);
    expect(rows[5]).toEqual([`${README_FILE} is valid.`]);
  });

  it.concurrent("[CO6] ends with 1 and each reason with its line and key for a bad file", async () => {
    const bad = await fileOf(
      "bad.toml",
      '[configuration]\norder = ["B"]\n[[blocks]]\nname = "A"\nconfig = {}\n',
    );
    const fault =
      'Expected `order[0]` to be the name of a block (A), got "B" (line 2, `configuration.order[0]`)\n';
    expect(await runTandem("verify-config-file", bad)).toEqual({
      code: 1,
      stdout: "",
      stderr: fault,
    });
    const text = (await readFile(bad, "utf8")).replace("\n", '\ncompat = "experiment-server"\n');
    const exact = await fileOf("exact.toml", text);
    const stderr = `KeyError: 'B'\n${fault.replace("line 2", "line 3")}`;
    expect(await runTandem("verify-config-file", exact)).toEqual({ code: 1, stdout: "", stderr });
  });
});

describe("new-config-file", () => {
  it.concurrent("[CO7] writes a file that is valid and gives the README's result, and overwrites none", async () => {
    const path = join(folder, "new.toml");
    expect((await runTandem("new-config-file", path)).code).toBe(0);
    const [expanded, again] = await Promise.all([
      runTandem("generate-config-json", path, "-i", "1"),
      runTandem("new-config-file", path),
      runTandem("new-config-file", join(folder, "study")),
    ]);
    expect(expanded.code).toBe(0);
    expect(JSON.stringify(JSON.parse(expanded.stdout))).toBe(readmeConfigs(1));
    expect(again.code).toBe(2);
    expect(again.stderr).toBe(`Cannot write ${path}: it exists already.\n`);
    expect(await readdir(join(folder, "study"))).toEqual(["new_config.toml"]);
  });
});

describe("run", () => {
  it.concurrent("[CO10] serves a conditions file until it is shut down", async () => {
    const data = await mkdtemp(join(folder, "data-"));
    const args = ["run", README_FILE, "--port", "0", "--data-dir", data, "-i", "3"];
    const running = startTandem(...args);
    const url = await running.line(/http:\S+(?=\/api\/docs)/);
    expect(await (await fetch(`${url}/api/summary-data`)).json()).toMatchObject({
      participant_index: 3,
    });
    expect((await fetch(`${url}/api/shutdown`, { method: "POST" })).status).toBe(200);
    expect(await running.exitCode).toBe(0);
  });

  it.concurrent("[CO6] does not serve a file with faults", async () => {
    const bad = await fileOf("faulty.toml", "[configuration]\norder = []\nseed = 3\n[[blocks]]\n");
    const { code, stderr } = await runTandem("run", bad, "--data-dir", folder);
    expect(code).toBe(2);
    expect(stderr).toContain("Unknown key `seed`");
  });
});
