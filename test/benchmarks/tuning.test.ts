import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cellText, measureCell } from "../../benchmarks/tuning-report.ts";
import networkProfiles from "../../data/network-profiles.json" with { type: "json" };
import { type Hasher, loadHasher } from "../../engine/index.ts";

const GUIDE = join(import.meta.dirname, "../../docs/tuning.md");

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

/** `tables[knob][link][value]`, as the guide prints them. */
function printedTables(): Record<string, Record<string, Record<string, string>>> {
  const tables: Record<string, Record<string, Record<string, string>>> = {};
  let rows: Record<string, Record<string, string>> = {};
  let values: string[] = [];
  for (const line of readFileSync(GUIDE, "utf8").split("\n")) {
    const [first = "", ...cells] = line
      .split("|")
      .slice(1, -1)
      .map((text) => text.trim());
    if (first === "" || first.startsWith("---")) continue;
    const knob = first.split("\\ ")[1];
    if (knob === undefined) {
      rows[first] = Object.fromEntries(cells.map((text, i) => [values[i] ?? "", text]));
    } else {
      rows = {};
      tables[knob] = rows;
      values = cells;
    }
  }
  return tables;
}

describe("docs/tuning.md", () => {
  it("has a row for each link of each table", () => {
    const titles = networkProfiles.profiles.map(({ title }) => title);
    const tables = printedTables();
    expect(Object.keys(tables)).toEqual(["input delay", "prediction window"]);
    for (const rows of Object.values(tables)) expect(Object.keys(rows)).toEqual(titles);
  });

  it.each([
    ["awful", "input delay", 0],
    ["mobile", "input delay", 4],
    ["Wi-Fi", "input delay", 2],
    ["severe", "prediction window", 4],
  ] as const)("prints what the sweep gives for %s, %s %i", (title, table, value) => {
    const link = networkProfiles.profiles.find((each) => each.title === title)?.link;
    if (link === undefined) throw new Error(`Expected a link ${title}`);
    const knob = table === "input delay" ? { inputDelayFrames: value } : { windowFrames: value };
    const row = measureCell({ title, link }, knob, 1, hasher);
    expect(row.matchesOffline).toBe(true);
    expect(printedTables()[table]?.[title]?.[value]).toBe(cellText(row));
    expect(cellText(measureCell({ title, link }, knob, 2, hasher))).not.toBe(cellText(row));
  });
});
