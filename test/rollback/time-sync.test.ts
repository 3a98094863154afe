import { describe, expect, it } from "vitest";
import { InputClock } from "../../engine/rollback/input-clock.ts";
import { rateFor, TimeSync } from "../../engine/rollback/time-sync.ts";

describe("time sync", () => {
  it("[RB7] bends the rate by at most 0.5 % down and 1 % up, and not at all when level", () => {
    expect(rateFor(0)).toBe(1);
    expect(rateFor(100)).toBe(0.995);
    expect(rateFor(-100)).toBe(1.01);
    expect(rateFor(0.75)).toBeCloseTo(0.9975, 10);
  });

  it("[RB7] takes the middle third, so that ten wild packets of thirty change nothing", () => {
    const sync = new TimeSync();
    for (let i = 0; i < 29; i++) sync.add(2);
    expect(sync.advantageFrames).toBeNull();
    sync.add(2);
    for (let i = 0; i < 10; i++) sync.add(500);
    expect(sync.advantageFrames).toBe(2);
  });
});

describe("input clock", () => {
  it("tells when an input was made, extrapolates ahead and forgets the distant past", () => {
    const clock = new InputClock(10);
    expect(clock.timeOf(0)).toBeNull();
    for (let frame = 3; frame < 400; frame++) clock.mark(frame, frame * 11);
    expect(clock.timeOf(398)).toBe(398 * 11);
    expect(clock.timeOf(402)).toBe(399 * 11 + 30);
    expect(clock.timeOf(2)).toBeNull();
    expect(clock.timeOf(100)).toBeNull();
  });
});
