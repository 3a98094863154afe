/** The rules of rollback stay small enough to be read in a day. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ENGINE = join(import.meta.dirname, "../../engine");
const CORE = ["determinism", "environment", "rollback", "protocol", "session"];
const CORE_LINES_MAX = 4_000;

/** Lines that hold code: neither empty nor only a comment. */
function countCodeLines(source: string): number {
  const withoutComments = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return withoutComments.split("\n").filter((line) => line.trim() !== "").length;
}

it("counts code, not what is said about it", () => {
  expect(
    countCodeLines("/** One.\n * Two. */\nconst a = 1; // three\n\n// four\nconst b = 2;\n"),
  ).toBe(2);
});

it("[RB9] the engine's core has at most 4,000 lines of code", () => {
  const files = CORE.flatMap((room) =>
    readdirSync(join(ENGINE, room)).map((name) => join(ENGINE, room, name)),
  );
  expect(files.length).toBeGreaterThan(40);
  const lines = files.map((file) => countCodeLines(readFileSync(file, "utf8")));
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(CORE_LINES_MAX);
});
