/** Who is let into a study: decided by the server, over real sockets, with its own clock. */
import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import {
  defineStudy,
  type EntryContext,
  type EntryScreeningOptions,
} from "../../signaling/study/index.ts";
import { counterScenes } from "../support/counter-study.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { HeadlessPage } from "../support/headless-page.ts";
import { StudyServer } from "../support/study-server.ts";

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
const MAC =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";
const SEEN = { isHidden: false, episode: null, frame: null };

const studyWith = (entryScreening: EntryScreeningOptions) =>
  defineStudy({
    experimentId: "counting",
    title: "Counting together",
    scenes: counterScenes(),
    entryScreening,
  });

async function serve(entryScreening: EntryScreeningOptions) {
  const clock = new FakeClock();
  const errors: string[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => void errors.push(line) });
  const server = await StudyServer.start({ study: studyWith(entryScreening), clock, log });
  return { server, clock, errors };
}

/** Answers each question after as many milliseconds of the server's clock; null lets it run out. */
async function answerAfter(
  page: HeadlessPage,
  clock: FakeClock,
  delays: readonly (number | null)[],
) {
  for (const delayMs of delays) {
    const answer = await page.take("probe");
    clock.advance(delayMs ?? 5_000);
    if (delayMs !== null) answer(SEEN);
    // What is answered now was said after the answer above.
    await page.ask("report-ping", { sentAtMs: 0 });
    clock.advance(100);
  }
}

describe("[EX1] screening by device and browser", () => {
  it("shows a page with the study's message and records why", async () => {
    const { server } = await serve({
      browserBlocklist: ["Chrome"],
      exclusionMessages: { browser: "Please use Firefox." },
    });
    const page = await server.open("anna", { userAgent: CHROME });
    const ending = await page.take("scene");
    expect(ending).toMatchObject({
      kind: "end",
      outcome: "screened_out",
      code: null,
      bodyHtml: "<p>Please use Firefox.</p>",
    });
    await server.running.idle();
    expect(await server.json("welcome", "anna_metadata.json")).toMatchObject({
      outcome: "screened_out",
      completion_code: null,
    });
    expect(await server.json("welcome", "anna_monitoring.json")).toMatchObject({
      gameId: null,
      client: { browserName: "Chrome", browserVersion: "120.0.0.0", deviceType: "desktop" },
      pings: [],
      decisions: [{ kind: "excluded", rule: "browser", message: "Please use Firefox." }],
    });
    page.close();
    await server.restart();
    const again = await server.open("anna", { secret: page.secret, userAgent: "" });
    expect(await again.take("scene")).toEqual(ending);
  });

  it("takes a touch screen on a Mac for a tablet", async () => {
    const { server } = await serve({ deviceExclusion: "mobile" });
    const tablet = await server.open("anna", { userAgent: MAC, touchPoints: 5 });
    expect(await tablet.take("scene")).toMatchObject({ outcome: "screened_out" });
    const computer = await server.open("ben", { userAgent: MAC });
    expect(await computer.take("scene")).toMatchObject({ kind: "start" });
  });
});

describe("[EX2] screening by ping", () => {
  it("measures with its own clock, as often as the study wants, before anything is shown", async () => {
    const { server, clock } = await serve({ maxPing: 150, minPingMeasurements: 3 });
    const slow = await server.open("anna");
    const early = await slow.ask("advance-scene", { visitId: "welcome", answers: null });
    expect(early).toMatchObject({ ok: false, reason: "wrong_visit" });
    await answerAfter(slow, clock, [20, 151, 400]);
    expect(await slow.take("scene")).toMatchObject({
      outcome: "screened_out",
      bodyHtml: "<p>Your connection is too slow for this study.</p>",
    });
    await server.running.idle();
    const record = await server.json("welcome", "anna_monitoring.json");
    const pings = record.pings as { rttMs: number | null }[];
    expect(pings.map(({ rttMs }) => rttMs)).toEqual([20, 151, 400]);
    const quick = await server.open("ben");
    await answerAfter(quick, clock, [20, 150, 400]);
    expect(await quick.take("scene")).toMatchObject({ kind: "start" });
  });

  it("takes an answer that never comes for the slowest", async () => {
    const { server, clock } = await serve({ maxPing: 9_000, minPingMeasurements: 3 });
    const page = await server.open("anna");
    await answerAfter(page, clock, [10, null, null]);
    expect(await page.take("scene")).toMatchObject({ outcome: "screened_out" });
  });

  it("takes no answer of another shape", async () => {
    const { server, clock } = await serve({ maxPing: 9_000, minPingMeasurements: 1 });
    const page = await server.open("anna");
    const answer = await page.take("probe");
    clock.advance(10);
    answer({ rttMs: 1 } as never);
    expect(await page.take("scene")).toMatchObject({ outcome: "screened_out" });
  });

  it("begins again with a page that was loaded again, and ends once somebody is in", async () => {
    const { server, clock } = await serve({ maxPing: 150, minPingMeasurements: 2 });
    const first = await server.open("anna");
    await answerAfter(first, clock, [500]);
    first.close();
    const second = await server.open("anna", { secret: first.secret });
    await answerAfter(second, clock, [10, 10]);
    expect(await second.take("scene")).toMatchObject({ kind: "start" });
    second.close();
    await server.restart();
    const third = await server.open("anna", { secret: first.secret });
    expect(await third.take("scene")).toMatchObject({ kind: "start" });
  });
});

describe("[EX6] the study's own screening", () => {
  const measured = { minPingMeasurements: 1 } as const;

  it("knows the participant, and decides", async () => {
    const seen: EntryContext[] = [];
    const { server, clock } = await serve({
      ...measured,
      entryCallback: async (context) => {
        seen.push(context);
        return { exclude: context.ping > 30, message: "Not on this line." };
      },
    });
    const page = await server.open("anna", { userAgent: CHROME });
    await answerAfter(page, clock, [31]);
    expect(await page.take("scene")).toMatchObject({ bodyHtml: "<p>Not on this line.</p>" });
    expect(seen).toEqual([
      {
        ping: 31,
        browserName: "Chrome",
        browserVersion: "120.0.0.0",
        deviceType: "desktop",
        osName: "Windows",
        subjectId: "anna",
        sceneId: "welcome",
      },
    ]);
    const other = await server.open("ben", { userAgent: CHROME });
    await answerAfter(other, clock, [30]);
    expect(await other.take("scene")).toMatchObject({ kind: "start" });
  });

  it.each([{ exclude: true }, { exclude: true, message: null }])(
    "that answers %j excludes with the usual words",
    async (answer) => {
      const { server, clock } = await serve({ ...measured, entryCallback: () => answer });
      const page = await server.open("anna");
      await answerAfter(page, clock, [1]);
      expect(await page.take("scene")).toMatchObject({
        outcome: "screened_out",
        bodyHtml: "<p>Thank you for your interest in it.</p>",
      });
    },
  );

  it("is asked only of whoever the other rules let in", async () => {
    const entryCallback = vi.fn(() => ({ exclude: false }));
    const { server, clock } = await serve({ ...measured, maxPing: 10, entryCallback });
    const page = await server.open("anna");
    await answerAfter(page, clock, [11]);
    expect(await page.take("scene")).toMatchObject({ outcome: "screened_out" });
    expect(entryCallback).not.toHaveBeenCalled();
  });

  it.each<[string, NonNullable<EntryScreeningOptions["entryCallback"]>, string]>([
    [
      "throws",
      () => {
        throw new Error("a typing error");
      },
      "a typing error",
    ],
    ["rejects", () => Promise.reject(new Error("no database")), "no database"],
    ["answers something else", () => "yes" as never, "another shape"],
    ["answers nothing", () => undefined as never, "another shape"],
  ])("that %s lets in, with a line in the log", async (_, entryCallback, detail) => {
    const { server, clock, errors } = await serve({ ...measured, entryCallback });
    const page = await server.open("anna");
    await answerAfter(page, clock, [1]);
    expect(await page.take("scene")).toMatchObject({ kind: "start" });
    expect(errors.join()).toContain(detail);
    await server.running.idle();
    const { decisions } = await server.json("welcome", "anna_monitoring.json");
    expect(decisions).toMatchObject([
      { kind: "callback_failed", message: expect.stringContaining(detail) },
      { kind: "admitted" },
    ]);
  });

  it("that takes 5 s lets in", async () => {
    let wasAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      wasAsked = resolve;
    });
    const entryCallback = () => {
      wasAsked();
      return new Promise<never>(() => {});
    };
    const { server, clock, errors } = await serve({ ...measured, entryCallback });
    const page = await server.open("anna");
    (await page.take("probe"))(SEEN);
    await asked;
    clock.advance(4_999);
    const early = await page.ask("advance-scene", { visitId: "welcome", answers: null });
    expect(early).toMatchObject({ ok: false });
    clock.advance(1);
    expect(await page.take("scene")).toMatchObject({ kind: "start" });
    expect(errors.join()).toContain("within 5000 ms");
  });
});
