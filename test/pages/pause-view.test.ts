import { expect, it } from "vitest";
import { pauseViewOf } from "../../signaling/pages/pause-view.ts";

/** Player 1 of three, at 30 frames a second. */
const start = { playerIndex: 1, fps: 30, session: { onHidden: "pause" } } as const;
const moving = { asking: 0, askers: 0, unfocusedAskers: 0, leftFrames: 0, waitedFrames: 0 };

it("[PA1] has nothing to show while the game moves, or where it never waits", () => {
  expect(pauseViewOf(null, start)).toBeNull();
  expect(pauseViewOf({ ...moving, waitedFrames: 12 }, start)).toBeNull();
});

it.each([
  ["a partner is away", 0b001, 0b001, 0b001, "partner", null],
  ["one is away oneself, as a partner is", 0b011, 0b011, 0b011, "self", null],
  ["one is back before a partner", 0b001, 0b011, 0b011, "partner", null],
  ["a silence is over", 0b010, 0b010, 0, "interruption", null],
  ["a partner was away", 0, 0b100, 0b100, "partner", 2],
  ["one was away oneself", 0, 0b010, 0b010, "self", 2],
  ["both were away", 0, 0b110, 0b110, "partner", 2],
  ["there was a silence", 0, 0b111, 0, "interruption", 2],
] as const)("[PA1] tells that %s", (_, asking, askers, unfocusedAskers, why, secondsLeft) => {
  const pause = { ...moving, asking, askers, unfocusedAskers, leftFrames: 31 };
  expect(pauseViewOf(pause, start)).toEqual({ why, secondsLeft });
});

it("[PA1] takes no page for the reason that the study lets look away", () => {
  const pause = { ...moving, asking: 1, askers: 1, unfocusedAskers: 1 };
  const view = pauseViewOf(pause, { ...start, session: { onHidden: "neutral" } });
  expect(view?.why).toBe("interruption");
});
