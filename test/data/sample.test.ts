/** Data that an earlier build wrote: this one must still read, check and recompute it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkDataFiles } from "../support/data-check.ts";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLE = join(ROOT, "data/sample");

it("[DA3] the sample's files pass their schemas", async () => {
  const { checked, faults } = await checkDataFiles(SAMPLE);
  expect(faults).toEqual([]);
  expect(checked).toBeGreaterThan(20);
});

it("[DA5] the sample's episodes are verified", async () => {
  const cli = join(ROOT, "signaling/cli.ts");
  const { code, text } = await new Promise<{ code: number; text: string }>((resolve) => {
    execFile(process.execPath, [cli, "verify", SAMPLE], (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : 0;
      resolve({ code, text: stdout + stderr });
    });
  });
  expect(text.match(/: verified, 120 frames/g)).toHaveLength(4);
  expect(code).toBe(0);
});
