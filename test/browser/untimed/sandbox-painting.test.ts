/** What the sandbox paints: the frame timeline and the plots, read from their canvases. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ROLLBACK_COLOR,
  STALL_COLOR,
  STATUS_COLORS,
} from "../../../sandbox/workbench/views/palette.ts";
import { ROW_HEIGHT, TimelineScale } from "../../../sandbox/workbench/views/timeline-painting.ts";
import { SandboxPage } from "../../support/sandbox-page.ts";

/** Middle of a frame's cell, and just above the cells, where rollbacks stand. */
const CELL_X = 2;
const CELL_Y = 22;
const BAR_Y = 14;

let sandbox: SandboxPage;

beforeAll(async () => {
  sandbox = await SandboxPage.launch();
});

afterAll(() => sandbox?.close());

/** Begins a set-up, runs it, and waits until it is painted. */
async function show(search: string, untilMs: number): Promise<void> {
  await sandbox.hold(search);
  await sandbox.page.evaluate((ms) => window.sandbox.workbench.run.advanceTo(ms), untilMs);
  await sandbox.painted();
}

/** What the sessions themselves say of their frames. */
function told() {
  return sandbox.page.evaluate(() =>
    window.sandbox.workbench.run.cluster.peers.map(({ session }) => {
      const { currentFrame, confirmedFrame } = session;
      return { ...session.metrics(), currentFrame, confirmedFrame };
    }),
  );
}

type Told = Awaited<ReturnType<typeof told>>[number];

function statusOf({ confirmedFrame, verifiedFrame, desyncs }: Told, frame: number) {
  if (frame >= confirmedFrame) return "predicted";
  if (desyncs.some((desync) => frame >= desync.frame - 1)) return "disputed";
  return frame < verifiedFrame ? "verified" : "confirmed";
}

/** Colours of points of the timeline, in CSS pixels, as `#rrggbb`; transparent ones are empty. */
function colorsAt(points: readonly (readonly [number, number])[]): Promise<string[]> {
  return sandbox.page.evaluate((points) => {
    const canvas = document.querySelector(".timeline canvas") as HTMLCanvasElement;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    const ratio = window.devicePixelRatio;
    return points.map(([x, y]) => {
      const [r = 0, g = 0, b = 0, alpha = 0] = context.getImageData(
        x * ratio,
        y * ratio,
        1,
        1,
      ).data;
      const hex = (value: number) => value.toString(16).padStart(2, "0");
      return alpha === 0 ? "" : `#${hex(r)}${hex(g)}${hex(b)}`;
    });
  }, points);
}

async function scaleNow(): Promise<TimelineScale> {
  const { width, logs } = await sandbox.page.evaluate(() => ({
    width: document.querySelector(".timeline canvas")?.clientWidth ?? 0,
    logs: window.sandbox.workbench.run.logs.map(({ currentFrame }) => ({ currentFrame })),
  }));
  return new TimelineScale(width, logs);
}

describe("the timeline", () => {
  it.each([
    ["a link that is cut", "f=cut_0_1900.5_300", ["predicted", "confirmed", "verified"]],
    ["a desync", "f=desync_1_60_puckX.0", ["predicted", "verified", "disputed"]],
  ])("[SB11] shows what became of each frame with %s", async (_, fault, expected) => {
    await show(`?v=1&game=puck&delay=0&link=40_10_0.05&${fault}`, 2_400);
    const scale = await scaleNow();
    const seen = new Set<string>();
    const stalledFrames = [];
    for (const [peer, session] of (await told()).entries()) {
      const top = peer * ROW_HEIGHT;
      const frames = Array.from({ length: session.currentFrame }, (__, frame) => frame).slice(
        scale.oldestFrame,
      );
      const at = (y: number) => frames.map((frame) => [scale.x(frame) + CELL_X, top + y] as const);
      const statuses = frames.map((frame) => statusOf(session, frame));
      for (const status of statuses) seen.add(status);
      expect(await colorsAt(at(CELL_Y))).toEqual(statuses.map((status) => STATUS_COLORS[status]));
      const rolledBack = new Set(session.rollbacks.map(({ currentFrame }) => currentFrame));
      const bars = await colorsAt(at(BAR_Y));
      expect(bars.map((color) => color === ROLLBACK_COLOR)).toEqual(
        frames.map((frame) => rolledBack.has(frame)),
      );
      const stalled = session.stalls.map(({ frame }) => frame);
      stalledFrames.push(...stalled);
      const marks = await colorsAt(stalled.map((frame) => [scale.x(frame), top + CELL_Y]));
      expect(marks).toEqual(stalled.map(() => STALL_COLOR));
    }
    expect([...seen].sort()).toEqual([...expected].sort());
    if (fault.startsWith("f=cut")) expect(stalledFrames.length).toBeGreaterThan(0);
  });

  it("[SB11] tells of the frame under the mouse: inputs, packets, hashes, and its rollback", async () => {
    await show("?v=1&game=puck&delay=0&link=40_0_0.2", 2_000);
    const scale = await scaleNow();
    const [, session] = await told();
    const rollback = session?.rollbacks.findLast(({ currentFrame }) => currentFrame < 100);
    const frame = rollback?.currentFrame ?? 0;
    const canvas = sandbox.page.locator(".timeline canvas");
    await canvas.hover({ position: { x: scale.x(frame) + CELL_X, y: ROW_HEIGHT + CELL_Y } });
    const text = (await sandbox.page.getByRole("tooltip").textContent()) ?? "";
    expect(text).toContain(`peer 1, frame ${frame}: verified`);
    expect(text).toContain(`rolled back ${rollback?.depthFrames} frames`);
    const log = await sandbox.page.evaluate((at) => {
      const { actions, hashes } = window.sandbox.workbench.run.logs[1] as never as {
        actions: unknown[][];
        hashes: string[];
      };
      return { actions: actions[at], hash: hashes[at] };
    }, frame);
    expect(text).toContain(`input 0: ${JSON.stringify(log.actions?.[0])}`);
    expect(text).toContain(`input 1: ${JSON.stringify(log.actions?.[1])}`);
    expect(text).toMatch(/in \d+ packets, \d+ of them lost/);
    expect(text).toContain(`hash 1: ${log.hash}`);
    await sandbox.page.mouse.move(2, 2);
    expect(await sandbox.page.getByRole("tooltip").count()).toBe(0);
  });
});

/** Of the plots' frames in CSS pixels, and the seconds that they span: see plots.tsx. */
const PLOT = { left: 42, right: 10, top: 4, bottom: 16, seconds: 20 };
/** Largest distance of a painted line from where it belongs. */
const TOLERANCE = 3;

/** Whether the plot of that title has a line's pixels near the value at the second. */
function isPlotted(title: string, line: number, seconds: number, value: number): Promise<boolean> {
  return sandbox.page.evaluate(
    ({ title, line, seconds, value, PLOT, TOLERANCE }) => {
      const figure = [...document.querySelectorAll(".plots figure")].find((each) =>
        each.querySelector("figcaption")?.textContent?.startsWith(title),
      ) as HTMLElement;
      const canvas = figure.querySelector("canvas") as HTMLCanvasElement;
      const color = getComputedStyle(figure.querySelectorAll("b")[line] as Element).color;
      const wanted = color.match(/\d+/g)?.map(Number) ?? [];
      const ratio = window.devicePixelRatio;
      const [width, height] = [canvas.width / ratio, canvas.height / ratio];
      const shown = [...document.querySelectorAll(".plots figure")].indexOf(figure);
      const lines = Object.values(window.sandbox.workbench.history.columns)[shown] ?? [];
      const high = Math.max(1, ...lines.flat().map((each) => each ?? 0)) * 1.1;
      const x = PLOT.left + (seconds / PLOT.seconds) * (width - PLOT.left - PLOT.right);
      const y = PLOT.top + (1 - value / high) * (height - PLOT.top - PLOT.bottom);
      const size = 2 * TOLERANCE * ratio;
      const context = canvas.getContext("2d") as CanvasRenderingContext2D;
      const { data } = context.getImageData(
        (x - TOLERANCE) * ratio,
        (y - TOLERANCE) * ratio,
        size,
        size,
      );
      for (let i = 0; i < data.length; i += 4) {
        const far = wanted.reduce((sum, want, k) => sum + Math.abs(want - (data[i + k] ?? 0)), 0);
        if ((data[i + 3] ?? 0) > 128 && far < 60) return true;
      }
      return false;
    },
    { title, line, seconds, value, PLOT, TOLERANCE },
  );
}

describe("the plots", () => {
  it("[SB11] draw each line where its value is, and say the newest value", async () => {
    await sandbox.hold("?v=1&game=puck&delay=0&link=40");
    const ticks = sandbox.page.getByLabel("Ticks to skip");
    const skip = async () => {
      await ticks.fill("300");
      await sandbox.press("Skip");
      await sandbox.page.waitForFunction(() => window.sandbox.workbench.skipToMs === null);
    };
    await skip();
    await sandbox.setNumber("delay ms", 150);
    await skip();
    await sandbox.painted();
    const { seconds, columns, captions } = await sandbox.page.evaluate(() => {
      const { history } = window.sandbox.workbench;
      return {
        seconds: [...history.seconds],
        columns: Object.values(history.columns),
        captions: [...document.querySelectorAll(".plots figure")].map((figure) =>
          [...figure.querySelectorAll("b")].map((value) => value.textContent),
        ),
      };
    });
    expect(columns).toHaveLength(8);
    const said = (value: number | null | undefined) =>
      value === null || value === undefined
        ? "–"
        : value.toFixed(Math.abs(value) < 100 ? 1 : 0).replace("-0.0", "0.0");
    expect(captions).toEqual(columns.map((lines) => lines.map((line) => said(line.at(-1)))));
    // The line that is painted last covers the others.
    const rtt = columns[0]?.[1] ?? [];
    const sampleAfter = (from: number) => {
      const i = seconds.findIndex((at) => at >= from);
      return { at: seconds[i] ?? 0, value: rtt[i] ?? 0 };
    };
    const [early, late] = [sampleAfter(3), sampleAfter(9)];
    expect(late.value - early.value).toBeGreaterThan(150);
    expect(await isPlotted("round trip ms", 1, early.at, early.value)).toBe(true);
    expect(await isPlotted("round trip ms", 1, late.at, late.value)).toBe(true);
    expect(await isPlotted("round trip ms", 1, late.at, early.value)).toBe(false);
  });
});
