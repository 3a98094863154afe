import { expect, it } from "vitest";
import { loadHasher } from "../../../engine/index.ts";
import { Pacer } from "../../../sandbox/workbench/pacer.ts";
import { Run } from "../../../sandbox/workbench/run.ts";
import { defaultSetUp } from "../../../sandbox/workbench/set-up.ts";

const hasher = await loadHasher();
const FRAME_MS = 16;

/** Animation frames on a machine that needs `lookMs` for each look at the clock. */
function paced(
  frames: number,
  lookMs: number,
  change: (pacer: Pacer) => void = () => {},
  atMs = (frame: number) => frame * FRAME_MS,
) {
  let nowMs = 0;
  const pacer = new Pacer(() => {
    nowMs += lookMs;
    return nowMs;
  });
  const run = new Run({ setUp: defaultSetUp("puck", 2), hasher });
  change(pacer);
  for (let frame = 0; frame <= frames; frame++) {
    nowMs = atMs(frame);
    pacer.frame(run);
  }
  return { pacer, run };
}

it("[SB8] runs in real time, or at the speed asked for", () => {
  const { pacer, run } = paced(125, 0);
  expect(run.nowMs / 1_000).toBeCloseTo(2, 1);
  expect(pacer.describe()).toMatch(/^real time: 6\d fps, simulation/);
  const slow = paced(125, 0, (each) => {
    each.speed = 0.25;
  });
  expect(slow.run.nowMs / 1_000).toBeCloseTo(0.5, 1);
  expect(slow.pacer.keepsUp).toBe(true);
});

it("[SB8] leaves out what does not fit into a frame, and says so", () => {
  const { pacer, run } = paced(300, 8);
  expect(run.nowMs).toBeLessThan(0.9 * 300 * FRAME_MS);
  expect(pacer.describe()).toMatch(/^only [1-8]\d % of real time: \d+ fps, simulation [12]\d/);
});

it("[SB8] stands still while paused and owes nothing afterwards", () => {
  const { run, pacer } = paced(60, 0, (each) => {
    each.isPaused = true;
  });
  expect(run.nowMs).toBe(0);
  expect(pacer.describe()).toBe("paused");
});

it("[SB8] tells of a machine that draws three times a second, too", () => {
  const { pacer, run } = paced(30, 3, undefined, (frame) => frame * 333);
  expect(run.nowMs).toBeLessThan(0.5 * 30 * 333);
  expect(pacer.describe()).toMatch(/^only \d+ % of real time: 3 fps/);
});

it("[SB8] forgets within seconds that the machine slept", () => {
  const slept = (frame: number) => frame * FRAME_MS + (frame > 10 ? 3_600_000 : 0);
  expect(paced(11, 0.5, undefined, slept).pacer.keepsUp).toBe(false);
  expect(paced(240, 0.5, undefined, slept).pacer.keepsUp).toBe(true);
});
