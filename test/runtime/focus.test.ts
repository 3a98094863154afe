import { describe, expect, it } from "vitest";
import { type FocusDocument, FocusTracker } from "../../engine/runtime/focus.ts";

function makePage() {
  const target = new EventTarget();
  const page = { visibilityState: "visible", hasFocus: true };
  const document = {
    get visibilityState() {
      return page.visibilityState;
    },
    hasFocus: () => page.hasFocus,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  } as FocusDocument;
  const clock = { nowMs: 0 };
  const tracker = new FocusTracker({
    document,
    window: new EventTarget(),
    now: () => clock.nowMs,
  });
  const show = (visibilityState: "visible" | "hidden", atMs: number) => {
    clock.nowMs = atMs;
    page.visibilityState = visibilityState;
    target.dispatchEvent(new Event("visibilitychange"));
  };
  return { tracker, page, show };
}

describe("focus tracker", () => {
  it("is focused only while visible and with the keyboard", () => {
    const { tracker, page, show } = makePage();
    expect(tracker.isFocused).toBe(true);
    page.hasFocus = false;
    expect(tracker.isFocused).toBe(false);
    page.hasFocus = true;
    show("hidden", 10);
    expect(tracker.isFocused).toBe(false);
  });

  it("gives hidden periods cut to the time asked for, the open one up to its end", () => {
    const { tracker, show } = makePage();
    show("hidden", 100);
    show("visible", 200);
    show("hidden", 500);
    expect(tracker.hiddenPeriods(150, 600)).toEqual([
      { startMs: 150, endMs: 200 },
      { startMs: 500, endMs: 600 },
    ]);
    expect(tracker.hiddenPeriods(0, 90)).toEqual([]);
    tracker.stop();
    show("visible", 900);
    expect(tracker.hiddenPeriods(0, 700).at(-1)).toEqual({ startMs: 500, endMs: 700 });
  });

  it("hands out every hidden moment once, a break between two episodes included", () => {
    const { tracker, show } = makePage();
    show("hidden", 100);
    show("visible", 200);
    expect(tracker.takeHiddenPeriods(300)).toEqual([{ startMs: 100, endMs: 200 }]);
    show("hidden", 350);
    show("visible", 380);
    show("hidden", 390);
    expect(tracker.takeHiddenPeriods(400)).toEqual([
      { startMs: 350, endMs: 380 },
      { startMs: 390, endMs: 400 },
    ]);
    show("visible", 450);
    expect(tracker.takeHiddenPeriods(500)).toEqual([{ startMs: 400, endMs: 450 }]);
    expect(tracker.takeHiddenPeriods(600)).toEqual([]);
  });
});
