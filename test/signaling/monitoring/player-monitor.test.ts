import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PingWindow } from "../../../signaling/monitoring/ping-window.ts";
import { PlayerMonitor } from "../../../signaling/monitoring/player-monitor.ts";
import {
  defineStudy,
  EndScene,
  GymScene,
  type MonitoringOptions,
  StartScene,
} from "../../../signaling/study/index.ts";

const on = { continuousMonitoringEnabled: true } as const;

function settingsOf(options: MonitoringOptions) {
  const study = defineStudy({
    experimentId: "exp",
    title: "Exp",
    scenes: [
      new StartScene().scene({ sceneId: "start" }),
      new GymScene().scene({ sceneId: "game" }).environment("./game.ts").multiplayer(options),
      new EndScene().scene({ sceneId: "end" }),
    ],
  });
  const scene = study.scenes[1];
  return scene?.kind === "gym" ? scene.gym.monitoring : null;
}

function rulesOf(options: MonitoringOptions) {
  const rules = settingsOf(options);
  if (rules === null) throw new Error("Expected rules");
  return rules;
}

const monitorOf = (options: MonitoringOptions) =>
  new PlayerMonitor({ rules: rulesOf(options), fps: 30, nowMs: 0 });

const seen = { isHidden: false, episode: 0, frame: 0 };
const hidden = { ...seen, isHidden: true };

describe("the parameters of a scene", () => {
  const defaults = {
    isEnabled: true,
    maxPing: null,
    pingViolationWindow: 5,
    pingRequiredViolations: 3,
    tabWarningMs: 3_000,
    tabExcludeMs: 10_000,
    callback: null,
    callbackIntervalFrames: 30,
  };

  it.each<[MonitoringOptions, Partial<typeof defaults> | null]>([
    [{}, null],
    [{ continuousMonitoringEnabled: false, continuousMaxPing: 100 }, null],
    [on, {}],
    [
      { ...on, continuousTabExcludeMs: 2_000 },
      { tabWarningMs: 2_000, tabExcludeMs: 2_000 },
    ],
  ])("%j have these defaults: %j", (options, changes) => {
    const settings = settingsOf(options);
    if (changes === null) expect(settings).toBeNull();
    else expect(settings).toMatchObject({ ...defaults, ...changes });
  });
});

describe("[EX3] the window of ping measurements", () => {
  /** The rule as the documentation says it, over the whole history. */
  const oracle = (history: readonly boolean[], size: number, required: number) =>
    history.slice(-size).filter(Boolean).length >= required;

  it("is violated exactly when M of the last N were", () => {
    const sizes = fc
      .integer({ min: 1, max: 8 })
      .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size })));
    fc.assert(
      fc.property(sizes, fc.array(fc.boolean(), { maxLength: 40 }), ([size, required], all) => {
        const window = new PingWindow(size, required);
        for (const [i, isViolation] of all.entries()) {
          window.add(isViolation);
          expect(window.isViolated).toBe(oracle(all.slice(0, i + 1), size, required));
        }
      }),
    );
  });

  it("is not a count of consecutive violations", () => {
    const window = new PingWindow(5, 3);
    for (const isViolation of [true, false, true, false]) window.add(isViolation);
    expect(window.isViolated).toBe(false);
    window.add(true);
    expect(window.isViolated).toBe(true);
  });

  it("counts each measurement once, however often it is asked", () => {
    const monitor = monitorOf({ ...on, continuousMaxPing: 200 });
    monitor.measured(900);
    for (let i = 0; i < 100; i++) expect(monitor.decide(i)).toBeNull();
  });

  const message = "Your connection became unstable during the experiment.";
  it.each<[MonitoringOptions, (number | null)[], string | null]>([
    [{ continuousMaxPing: 200 }, [201, 201, 201], message],
    [{ continuousMaxPing: 200 }, [200, 200, 200], null],
    [{ continuousMaxPing: 200 }, [201, 1, 201, 1, 201], message],
    [{ continuousMaxPing: 200 }, [201, 1, 1, 201, 1, 201], null],
    [{ continuousMaxPing: 200 }, [null, null, null], message],
    [{}, [9_000, 9_000, 9_000, null], null],
    [{ continuousMaxPing: 200, continuousPingRequiredViolations: 1 }, [201], message],
    [
      { continuousMaxPing: 200, continuousPingViolationWindow: 6 },
      [201, 1, 1, 201, 1, 201],
      message,
    ],
    [{ continuousMaxPing: 1, continuousExclusionMessages: { ping: "Slow." } }, [2, 2, 2], "Slow."],
  ])("%j with %j: %s", (options, pings, expected) => {
    const monitor = monitorOf({ ...on, ...options });
    for (const rttMs of pings) monitor.measured(rttMs);
    const decision = monitor.decide(0);
    expect(decision?.message ?? null).toBe(expected);
    if (decision !== null) expect(decision).toMatchObject({ kind: "exclude", rule: "ping" });
  });
});

describe("[EX4] a hidden page", () => {
  it.each<[MonitoringOptions, number, number, string, string]>([
    [
      {},
      3_000,
      10_000,
      "Please return to the experiment window.",
      "You were away from the experiment for too long.",
    ],
    [
      {
        continuousTabWarningMs: 500,
        continuousTabExcludeMs: 700,
        continuousExclusionMessages: { tabWarning: "Come back.", tabExclude: "Too late." },
      },
      500,
      700,
      "Come back.",
      "Too late.",
    ],
  ])("%j: warned of at %i ms, excluded at %i ms", (options, warnMs, excludeMs, warning, text) => {
    const monitor = monitorOf({ ...on, ...options });
    monitor.heard(hidden, 1_000);
    expect(monitor.decide(1_000 + warnMs - 1)).toBeNull();
    const warn = { kind: "warn", rule: "tab", message: warning };
    expect(monitor.decide(1_000 + warnMs)).toEqual(warn);
    expect(monitor.decide(1_000 + warnMs + 1)).toBeNull();
    monitor.heard(hidden, 1_000 + warnMs + 2);
    expect(monitor.decide(1_000 + excludeMs - 1)).toBeNull();
    const exclude = { kind: "exclude", rule: "tab", message: text };
    expect(monitor.decide(1_000 + excludeMs)).toEqual(exclude);
  });

  it("that comes back begins anew, and is warned of again", () => {
    const monitor = monitorOf(on);
    for (const startMs of [0, 20_000]) {
      monitor.heard(seen, startMs);
      monitor.heard(hidden, startMs);
      expect(monitor.decide(startMs + 9_999)).toMatchObject({ kind: "warn" });
      monitor.heard(seen, startMs + 9_999);
      expect(monitor.decide(startMs + 10_001)).toBeNull();
    }
  });

  it("that says nothing at all is away since its last word", () => {
    const monitor = monitorOf(on);
    monitor.heard(seen, 5_000);
    expect(monitor.hiddenMs(8_000)).toBe(0);
    expect(monitor.hiddenMs(8_001)).toBe(3_001);
    expect(monitor.decide(8_001)).toMatchObject({ kind: "warn", rule: "tab" });
    monitor.heard(hidden, 9_000);
    expect(monitor.hiddenMs(9_500)).toBe(4_500);
    expect(monitor.decide(15_000)).toMatchObject({ kind: "exclude", rule: "tab" });
  });

  it("is nobody's business where the study watches nothing", () => {
    const monitor = monitorOf({ continuousCallback: () => ({ exclude: false }) });
    monitor.heard(hidden, 0);
    for (let i = 0; i < 9; i++) monitor.measured(null);
    expect(monitor.decide(1_000_000)).toBeNull();
  });
});

describe("[EX5] the study's own check", () => {
  const callback = { continuousCallback: () => ({ exclude: false }) };
  const at = (frame: number, episode = 0) => ({ isHidden: false, episode, frame });

  it.each([
    [{}, 30],
    [{ continuousCallbackIntervalFrames: 7 }, 7],
  ])("%j is due every %i frames", (options, interval) => {
    const monitor = monitorOf({ ...callback, ...options });
    monitor.measured(42);
    const due: number[] = [];
    for (let frame = 0; frame <= 3 * interval; frame++) {
      monitor.heard(at(frame), frame * 33);
      const context = monitor.takeCallbackContext(frame * 33);
      if (context !== null) due.push(context.frameNumber);
    }
    expect(due).toEqual([interval, 2 * interval, 3 * interval]);
  });

  it("knows ping, tab, frame and episode", () => {
    const monitor = monitorOf(callback);
    monitor.measured(42);
    monitor.heard({ isHidden: true, episode: 2, frame: 31 }, 1_000);
    expect(monitor.takeCallbackContext(1_400)).toEqual({
      ping: 42,
      isTabHidden: true,
      tabHiddenDurationMs: 400,
      frameNumber: 31,
      episodeNumber: 2,
    });
  });

  it("counts frames anew in each episode", () => {
    const monitor = monitorOf(callback);
    monitor.measured(1);
    monitor.heard(at(45), 100);
    expect(monitor.takeCallbackContext(100)).toMatchObject({ frameNumber: 45 });
    monitor.heard(at(29, 1), 200);
    expect(monitor.takeCallbackContext(200)).toBeNull();
    monitor.heard(at(30, 1), 300);
    expect(monitor.takeCallbackContext(300)).toMatchObject({ episodeNumber: 1, frameNumber: 30 });
  });

  it("is not put off by silence", () => {
    const monitor = monitorOf(callback);
    monitor.measured(1);
    monitor.heard(at(3), 0);
    expect(monitor.takeCallbackContext(3_000)).toBeNull();
    expect(monitor.takeCallbackContext(3_001)).toMatchObject({ isTabHidden: true, frameNumber: 3 });
    expect(monitor.takeCallbackContext(3_002)).toBeNull();
    expect(monitor.takeCallbackContext(4_001)).not.toBeNull();
  });

  it("waits for a first measurement, and takes an answer that did not come for an endless one", () => {
    const monitor = monitorOf(callback);
    monitor.heard(at(60), 0);
    expect(monitor.takeCallbackContext(0)).toBeNull();
    monitor.measured(null);
    expect(monitor.takeCallbackContext(0)).toMatchObject({ ping: Number.POSITIVE_INFINITY });
  });
});
