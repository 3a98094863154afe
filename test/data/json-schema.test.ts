import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { schemaFiles } from "../../signaling/store/json-schema.ts";

const FOLDER = join(import.meta.dirname, "../../data/schemas");

it("[DA3] data/schemas holds what the code checks with; vitest -u brings it up to date", async () => {
  const files = schemaFiles();
  for (const [name, text] of Object.entries(files)) {
    await expect(text).toMatchFileSnapshot(join(FOLDER, name));
  }
  expect((await readdir(FOLDER)).sort()).toEqual(Object.keys(files).sort());
});
