import { expect, it } from "vitest";
import { loadHasher } from "../../../engine/index.ts";
import { Pacer } from "../../../sandbox/workbench/pacer.ts";
import { Run } from "../../../sandbox/workbench/run.ts";
import { defaultSetUp } from "../../../sandbox/workbench/set-up.ts";

const hasher = await loadHasher();
const FRAME_MS = 16;

/** Animation frames on a machine that needs `lookMs` for each look at the clock. */
function paced(frames: number, lookMs: number, change: (pacer: Pacer) => void = () => {}) {
  let nowMs = 0;
  const pacer = new Pacer(() => {
    nowMs += lookMs;
    return nowMs;
  });
  const run = new Run({ setUp: defaultSetUp("puck", 2), hasher });
  change(pacer);
  for (let frame = 0; frame <= frames; frame++) {
    nowMs = frame * FRAME_MS;
    pacer.frame(run);
  }
  return { pacer, run };
}

it("[SB8] runs in real time, or at the speed asked for", () => {
  const { pacer, run } = paced(125, 0);
  expect(run.nowMs / 1_000).toBeCloseTo(2, 1);
  expect(pacer.describe()).toMatch(/^real time: simulation/);
  const slow = paced(125, 0, (each) => {
    each.speed = 0.25;
  });
  expect(slow.run.nowMs / 1_000).toBeCloseTo(0.5, 1);
  expect(slow.pacer.keepsUp).toBe(true);
});

it("[SB8] leaves out what does not fit into a frame, and says so", () => {
  const { pacer, run } = paced(300, 8);
  expect(run.nowMs).toBeLessThan(0.9 * 300 * FRAME_MS);
  expect(pacer.describe()).toMatch(/^running at [1-8]\d % of real time: simulation [12]\d/);
});

it("[SB8] stands still while paused and owes nothing afterwards", () => {
  const { run, pacer } = paced(60, 0, (each) => {
    each.isPaused = true;
  });
  expect(run.nowMs).toBe(0);
  expect(pacer.describe()).toBe("paused");
});
