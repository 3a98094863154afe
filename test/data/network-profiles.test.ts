import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { LINK_RANGES } from "../../sandbox/workbench/set-up.ts";

const FILE = join(import.meta.dirname, "../../data/network-profiles.json");

const [ratio, ms] = [z.number().min(0).max(1), z.number().min(0)];
const schema = z.strictObject({
  description: z.string(),
  profiles: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z]+$/),
      title: z.string(),
      link: z.strictObject({
        delayMs: ms,
        jitterMs: ms,
        lossRatio: ratio,
        burstRatio: ratio,
        burstPackets: z.int().min(0),
        duplicateRatio: ratio,
        reorderRatio: ratio,
        reorderMs: ms,
        bandwidthKbitPerS: z.number().positive().nullable(),
      }),
      source: z.string().min(20),
    }),
  ),
});

it("[SB1] network profiles are whole, within what the sandbox can set, and say where they come from", () => {
  const { profiles } = schema.parse(JSON.parse(readFileSync(FILE, "utf8")));
  expect(new Set(profiles.map(({ id }) => id)).size).toBe(profiles.length);
  expect(profiles.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["lan", "wifi", "mobile", "transatlantic", "awful"]),
  );
  for (const { link } of profiles) {
    expect(link.jitterMs).toBeLessThanOrEqual(link.delayMs);
    for (const [name, [low, high]] of Object.entries(LINK_RANGES)) {
      const value = link[name as keyof typeof link] ?? high;
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }
  }
});
