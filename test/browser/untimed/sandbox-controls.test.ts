/** Every control of the sandbox's pane, operated in the page: each changes what it names, and none is left out. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Summary } from "../../../sandbox/workbench/summary.ts";
import { type Measured, measureClosely } from "../../support/sandbox-figures.ts";
import { PLAIN, SandboxPage, UNTIL_MS } from "../../support/sandbox-page.ts";

let sandbox: SandboxPage;

beforeAll(async () => {
  sandbox = await SandboxPage.launch();
});

afterAll(() => sandbox?.close());

beforeEach(() => {
  sandbox.faults.length = 0;
});

/** Of set-ups that nothing was changed of: several controls begin with the same. */
const before = new Map<string, Promise<Measured>>();

function measureBefore(given: string, untilMs: number): Promise<Measured> {
  const key = `${given} ${untilMs}`;
  const known = before.get(key) ?? measureClosely(sandbox, untilMs);
  before.set(key, known);
  return known;
}

/** The plain set-up with some members of the link set. */
function searchWith(given: string): string {
  const params = new URLSearchParams(PLAIN);
  for (const [name, value] of new URLSearchParams(given)) params.set(name, value);
  return `?${params.toString()}`;
}

interface Case {
  /** Added to the plain set-up: what the control needs to show its effect. */
  readonly given?: string;
  readonly operate: () => Promise<void>;
  readonly check: (after: Measured, before: Measured) => void;
  readonly untilMs?: number;
}

type Figure = {
  [K in keyof Summary]: Summary[K] extends number | null ? K : never;
}[keyof Summary];

/** Expects the figure to change by at least that much, down where it is negative. */
const changes = (figure: Figure, least: number) => (after: Measured, before: Measured) => {
  const change = (after[figure] ?? 0) - (before[figure] ?? 0);
  expect(change * Math.sign(least), figure).toBeGreaterThanOrEqual(Math.abs(least));
};
/** Expects some where there was none. */
const appears = (figure: "pausedFrames" | "recoveries") => (after: Measured, before: Measured) => {
  expect(before[figure]).toBe(0);
  expect(after[figure]).toBeGreaterThan(0);
};
const number = (label: string, value: number) => () => sandbox.setNumber(label, value);
const choice = (label: string, value: string) => () => sandbox.choose(label, value);
const button = (name: string) => () => sandbox.press(name);
/** Two peers, one of whom does nothing: the other has nothing to guess wrong. */
const isIdle = (player: number) => (after: Measured, before: Measured) => {
  expect(before.rollbacksOf[1 - player]).toBeGreaterThan(10);
  expect(after.rollbacksOf[1 - player]).toBe(0);
};
/** A clock 1 % slow runs behind by three frames in five seconds. */
const fallsBehind = (player: number) => (after: Measured, before: Measured) => {
  const lag = ({ frames }: Measured) => Number(frames[1 - player]) - Number(frames[player]);
  expect(lag(after) - lag(before)).toBeGreaterThanOrEqual(2);
};

const RUN: Record<string, Case> = {
  game: {
    operate: choice("game", "Marbles"),
    check: (after, before) => {
      expect([before.environmentId, after.environmentId]).toEqual(["puck", "marbles"]);
    },
    untilMs: 500,
  },
  peers: {
    operate: choice("peers", "4"),
    check: (after, before) => {
      expect([before.peers, after.peers]).toEqual([2, 4]);
      expect(after.sentPackets / before.sentPackets).toBeGreaterThan(5);
    },
  },
  seed: {
    operate: number("seed", 99),
    check: (after, before) => expect(after.hashChain).not.toBe(before.hashChain),
  },
  frames: {
    operate: number("frames", 120),
    check: (after, before) => {
      expect(before).toMatchObject({ statuses: "running, running" });
      expect(after).toMatchObject({ statuses: "ended, ended", confirmedFrames: 120 });
    },
  },
  network: {
    operate: choice("network", "webrtc"),
    // Virtual time does not wait for real connections: nothing comes through them meanwhile.
    check: (after, before) => {
      expect([before.isTunnelled, after.isTunnelled]).toEqual([false, true]);
      expect(before.confirmedFrames - after.confirmedFrames).toBeGreaterThan(250);
    },
  },
  "tick rate": { operate: number("tick rate", 30), check: changes("confirmedFrames", -140) },
};

const LINKS: Record<string, Case> = {
  link: {
    operate: async () => {
      await sandbox.choose("link", "0 → 1");
      await sandbox.setNumber("loss", 0.5);
    },
    check: ({ lostOn }, before) => {
      expect(before.lostOn).toEqual({});
      expect(Object.keys(lostOn)).toEqual(["0>1"]);
      expect(lostOn["0>1"]).toBeGreaterThan(100);
    },
  },
  preset: {
    operate: choice("preset", "mobile"),
    check: (after, before) => {
      changes("meanRttMs", 30)(after, before);
      changes("lostPackets", 10)(after, before);
      expect(after.hashChain.length).toBe(before.hashChain.length);
    },
  },
  "delay ms": { operate: number("delay ms", 120), check: changes("meanRttMs", 100) },
  "jitter ± ms": { operate: number("jitter ± ms", 40), check: changes("meanJitterMs", 5) },
  loss: { operate: number("loss", 0.2), check: changes("lostPackets", 60) },
  "burst chance": {
    given: "&link=40_0_0_0_20",
    operate: number("burst chance", 0.02),
    check: changes("lostPackets", 60),
  },
  "burst packets": {
    given: "&link=40_0_0_0.02_0",
    operate: number("burst packets", 20),
    check: changes("lostPackets", 60),
  },
  duplication: { operate: number("duplication", 0.3), check: changes("duplicatedPackets", 100) },
  reordering: {
    given: "&link=40_0_0_0_0_0_0_60",
    operate: number("reordering", 0.2),
    check: changes("reorderedPackets", 50),
  },
  "held back ms": {
    given: "&link=40_0_0_0_0_0_0.2_1",
    operate: number("held back ms", 60),
    check: changes("reorderedPackets", 50),
  },
  "kbit/s, 0 free": {
    operate: number("kbit/s, 0 free", 32),
    check: changes("congestedPackets", 50),
  },
};

const SESSION: Record<string, Case> = {
  "input delay": { operate: number("input delay", 8), check: changes("rollbacks", -40) },
  window: { operate: number("window", 1), check: changes("stalls", 5) },
  "gone after ms": {
    given: "&f=leave_1_1000.5",
    operate: number("gone after ms", 1_000),
    check: (after, before) => {
      expect(before.statuses).not.toContain("aborted");
      expect(after.statuses).toContain("aborted");
    },
  },
  predictor: { operate: choice("predictor", "neutral"), check: changes("rollbacks", 20) },
  "when hidden": {
    given: "&f=hide_0_1000.5_2000",
    operate: choice("when hidden", "pause"),
    check: appears("pausedFrames"),
  },
  "after silence": {
    given: "&f=cut_0_1000.5_1500",
    operate: choice("after silence", "pause"),
    check: appears("pausedFrames"),
  },
  "when gone": {
    given: "&gone=1000&f=leave_1_1000.5",
    operate: choice("when gone", "neutral"),
    check: (after, before) => {
      expect(Number(after.frames[0]) - Number(before.frames[0])).toBeGreaterThan(100);
    },
  },
  "when differing": {
    given: "&f=desync_0_60_puckX.0",
    operate: choice("when differing", "recover"),
    check: appears("recoveries"),
  },
  "time sync": {
    given: "&ppm=0_8000",
    operate: () => sandbox.toggle("time sync"),
    check: changes("meanLeadFrames", 0.2),
    untilMs: 10_000,
  },
  "force rollback": {
    operate: number("force rollback", 10),
    check: changes("repeatedSteps", 5_000),
  },
};

const PEERS: Record<string, Case> = {
  "input 0": { operate: choice("input 0", "idle"), check: isIdle(0) },
  "drift 0 ppm": {
    given: "&sync=false",
    operate: number("drift 0 ppm", 10_000),
    check: fallsBehind(0),
  },
  "input 1": { operate: choice("input 1", "idle"), check: isIdle(1) },
  "drift 1 ppm": {
    given: "&sync=false",
    operate: number("drift 1 ppm", 10_000),
    check: fallsBehind(1),
  },
};

const PLANT = "Plant the desync and restart";
const FAULTS: Record<string, Case> = {
  "at peer": {
    operate: async () => {
      await sandbox.choose("at peer", "1");
      await sandbox.press("Hide its tab");
    },
    check: ({ unfocusedOf }, before) => {
      expect(before.unfocusedOf).toEqual([0, 0]);
      expect(unfocusedOf[0]).toBe(0);
      expect(unfocusedOf[1]).toBeGreaterThan(0);
    },
  },
  "for ms": {
    given: "&f=cut_0_500.5_900",
    operate: async () => {
      await sandbox.setNumber("for ms", 2_500);
      await sandbox.press("Cut its links");
    },
    check: (after, before) => {
      expect(before.interruptionMs).toBeLessThan(1_500);
      expect(after.interruptionMs).toBeGreaterThan(1_500);
    },
  },
  "Hide its tab": { operate: button("Hide its tab"), check: changes("unfocusedFrames", 3) },
  "Pause it (GC)": { operate: button("Pause it (GC)"), check: changes("stalledMs", 400) },
  "Cut its links": { operate: button("Cut its links"), check: changes("interruptions", 2) },
  "Reload its page": { operate: button("Reload its page"), check: changes("returns", 1) },
  "Disconnect it": { operate: button("Disconnect it"), check: changes("confirmedFrames", -150) },
  "desync after": {
    operate: async () => {
      await sandbox.setNumber("desync after", 77);
      await sandbox.press(PLANT);
    },
    check: ({ desync }, before) => {
      expect(before.desync).toBeNull();
      expect(desync?.frame).toBe(78);
    },
  },
  "at path": {
    operate: async () => {
      await sandbox.setText("at path", "paddleY.1");
      await sandbox.press(PLANT);
    },
    check: ({ desync }) => expect(desync?.path).toBe("paddleY.1"),
  },
  [PLANT]: {
    operate: button(PLANT),
    check: ({ desync, desyncs }, before) => {
      expect(before.desyncs).toBe(0);
      expect([desyncs, desync?.frame]).toEqual([2, 121]);
    },
  },
  "Clear the faults and restart": {
    given: "&f=cut_0_1000.5_1500",
    operate: button("Clear the faults and restart"),
    check: changes("interruptions", -2),
  },
};

const PANE: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  Run: RUN,
  "Links (change while running)": LINKS,
  Session: SESSION,
  Peers: PEERS,
  Faults: FAULTS,
};
const CASES = Object.entries(PANE).flatMap(([folder, cases]) =>
  Object.entries(cases).map(([label, each]) => [`${folder} / ${label}`, each] as const),
);

/** What the pane shows, folder by folder. */
function shownControls(): Promise<string[]> {
  return sandbox.page.evaluate(() =>
    [...document.querySelectorAll("aside .tp-fldv")].flatMap((folder) => {
      const text = (element: Element, selector: string) =>
        element.querySelector(selector)?.textContent ?? "";
      return [...folder.querySelectorAll(".tp-lblv")].map((row) => {
        const label = text(row, ".tp-lblv_l") || text(row, ".tp-btnv_t");
        return `${text(folder, ".tp-fldv_t")} / ${label}`;
      });
    }),
  );
}

it("[SB2] what is chosen in the pane outlives a new run, as far as it has the peers", async () => {
  await sandbox.open("?v=1&game=marbles&n=3&link=40");
  await sandbox.hold("?v=1&game=marbles&n=3&link=40");
  await sandbox.painted();
  await sandbox.choose("link", "2 → 0");
  await sandbox.setNumber("loss", 0.5);
  await sandbox.choose("at peer", "2");
  const shown = async () =>
    Promise.all(
      ["link", "at peer"].map((label) => sandbox.control(label).locator("select").inputValue()),
    );
  await sandbox.press("Restart");
  await sandbox.painted();
  expect(await shown()).toEqual(["2 → 0", "2"]);
  expect(await sandbox.control("loss").locator("input").last().inputValue()).toBe("0.500");
  await sandbox.choose("link", "all links");
  await sandbox.page.getByText("The links differ: these figures are those of 0 → 1.").waitFor();
  await sandbox.choose("peers", "2");
  await sandbox.painted();
  expect(await shown()).toEqual(["all links", "0"]);
  expect(sandbox.faults).toEqual([]);
});

describe("the pane", () => {
  it("[SB2] has no control but those that are tried below", async () => {
    await sandbox.hold(PLAIN);
    await sandbox.painted();
    expect(await shownControls()).toEqual(CASES.map(([name]) => name));
  });

  it.each(CASES)("[SB2] %s changes what it names, and the link", async (_, each) => {
    const { given = "", operate, check, untilMs = UNTIL_MS } = each;
    await sandbox.open(searchWith(given));
    await sandbox.hold(searchWith(given));
    const before = await measureBefore(given, untilMs);
    const usual = sandbox.page.url();
    await sandbox.measure(1_000);
    await operate();
    expect(sandbox.page.url()).not.toBe(usual);
    check(await measureClosely(sandbox, untilMs), before);
    expect(sandbox.faults).toEqual([]);
  });
});
