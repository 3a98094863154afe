/** Conditions are a function of a text: no file, no clock, no randomness of their own. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOM = join(import.meta.dirname, "../../signaling/conditions");
const IMPURE =
  /from "(?!\.\/|toml-eslint-parser")|\b(Date|performance|setTimeout|setInterval|process)\b[.(]|Math\.random/;

it("[CO1] signaling/conditions imports nothing but itself and its parser, and reads no clock", () => {
  expect('import { readFileSync } from "node:fs";').toMatch(IMPURE);
  expect("const now = Date.now();").toMatch(IMPURE);
  const files = readdirSync(ROOM).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(10);
  for (const name of files)
    expect(readFileSync(join(ROOM, name), "utf8"), name).not.toMatch(IMPURE);
});
