/** Data that an earlier build wrote: this one must still read, check and recompute it. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { runTandem } from "../support/command-line.ts";
import { checkDataFiles } from "../support/data-check.ts";

const SAMPLE = join(import.meta.dirname, "../../data/sample");

it("[DA3] the sample's files pass their schemas", async () => {
  const { checked, faults } = await checkDataFiles(SAMPLE);
  expect(faults).toEqual([]);
  expect(checked).toBeGreaterThan(20);
});

it("[DA5] the sample's episodes are verified", async () => {
  const { code, stdout } = await runTandem("verify", SAMPLE);
  expect(stdout.match(/: verified, 120 frames/g)).toHaveLength(4);
  expect(code).toBe(0);
});
