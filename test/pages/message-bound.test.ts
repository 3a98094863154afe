/** What would be longer than the server reads: the page's own code against a real server. */
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { DesyncReport } from "../../engine/index.ts";
import { isWithinBound, MESSAGE_BYTES_MAX } from "../../signaling/message-bound.ts";
import { type EpisodeClosing, EpisodeUpload } from "../../signaling/pages/episode-upload.ts";
import { readSecret } from "../../signaling/pages/identity.ts";
import { Outbox } from "../../signaling/pages/outbox.ts";
import { StudyPage } from "../../signaling/pages/study-page.ts";
import type { StudySocket } from "../../signaling/pages/study-socket.ts";
import { simulatedHost } from "../../signaling/simulation/simulated-host.ts";
import { closing, HeadlessPage } from "../support/headless-page.ts";
import { StudyServer } from "../support/study-server.ts";

const TOO_LONG = "This is too long to be sent: the most is 8 megabytes. Please shorten it.";
const HUGE = "x".repeat(MESSAGE_BYTES_MAX);

async function openPage() {
  let said = "";
  const stream = new PassThrough().on("data", (text) => {
    said += String(text);
  });
  const server = await StudyServer.start({ log: pino({ level: "warn" }, stream) });
  const link = { delayMs: 0, jitterMs: 0, lossRatio: 0 };
  const random = [1, 2, 3, 4];
  const witness = { answered() {} };
  const host = simulatedHost({ url: server.url, query: "", link, random, witness });
  const page = new StudyPage("anna", "tab", await Outbox.open("anna"), host);
  onTestFinished(() => page.close());
  const lines: string[] = [];
  page.socket.line.subscribe(() => lines.push(page.socket.line.value.kind));
  await vi.waitUntil(() => page.state.value.scene !== null);
  return { server, page, lines, log: () => said };
}

/** A socket that takes everything and notes it. */
function takingSocket() {
  const sent: [event: string, message: Record<string, unknown>][] = [];
  const take = (event: string, message: Record<string, unknown>) => {
    sent.push([event, message]);
    return Promise.resolve({ ok: true, isClosed: true, isStored: true, ackFrame: 1e9 });
  };
  const outbox = { keepClose: async () => false, keepFrames: async () => false, forget() {} };
  const socket = { outbox, line: { value: { kind: "connected" } }, tell: take, request: take };
  const whole = { ...socket, requestUntilAnswered: take } as unknown as StudySocket;
  const options = { socket: whole, gameId: "game", episode: 0, isLast: true, isStreamed: true };
  return { upload: new EpisodeUpload(options), sent };
}

describe("a page's message that is longer than the server reads", () => {
  it("[DU7] is refused with words before it is sent, and the line stays", async () => {
    const { page, lines } = await openPage();
    const visitId = page.state.value.scene?.visitId ?? "";
    const answers = { text_box: HUGE };
    const refused = await page.socket.requestUntilAnswered("advance-scene", { visitId, answers });
    expect(refused).toEqual({ ok: false, reason: "malformed", message: TOO_LONG });
    const taken = await page.socket.requestUntilAnswered("advance-scene", {
      visitId,
      answers: null,
    });
    expect(taken.ok).toBe(true);
    expect(lines).toEqual(["connected"]);
  });

  it("[DU7] would end the connection of whoever sends it", async () => {
    const server = await StudyServer.start();
    const { page } = await HeadlessPage.open(server.url, "eve");
    const gone = new Promise((resolve) => page.socket.once("disconnect", resolve));
    page.socket.emit("sync-globals", { values: { essay: HUGE } });
    expect(await gone).toBe("transport close");
  });

  it("[DU7] is dropped of the globals and told in the log; what is set later is stored", async () => {
    const { server, page, lines, log } = await openPage();
    page.globals.set({ essay: HUGE });
    page.globals.set({ mood: "calm" });
    await vi.waitUntil(() => page.globals.values.essay === undefined);
    // After what is on its way already.
    await page.socket.requestUntilAnswered("sync-globals", { values: { last: true } });
    expect(lines).toEqual(["connected"]);
    const again = { tabId: "tab", secret: readSecret("anna") };
    const { reply } = await server.tryOpen("anna", again);
    expect(reply).toMatchObject({ ok: true, globals: { mood: "calm", last: true } });
    expect(reply).not.toHaveProperty("globals.essay");
    expect(log()).toMatch(/Globals were refused: This is too long/);
  });

  it("[DU7] leaves the measurements out of an episode's closing, and says so", async () => {
    const { upload, sent } = takingSocket();
    const whole = closing({ gameId: "game", playerIndex: 0 } as never, 0, 10);
    const rollback = { frame: 1, currentFrame: 2, depthFrames: 1, playerIndex: 1, atMs: 1.5 };
    const rollbacks = Array.from({ length: 150_000 }, () => rollback);
    const metrics = { ...whole.metrics, rollbacks } as EpisodeClosing["metrics"];
    await upload.close({ ...whole, metrics });
    expect(sent.map(([event]) => event)).toEqual(["client-error", "close-episode"]);
    expect(sent[0]?.[1].message).toMatch(/^The measurements of episode 0 .* they are too long/);
    expect(sent[1]?.[1]).toEqual({ ...whole, metrics: null });
    await upload.close(whole);
    expect(sent[2]?.[1]).toEqual(whole);
  });

  it("[DU7] leaves the states out of the report of a difference", async () => {
    const { upload, sent } = takingSocket();
    // Of three bytes each.
    const state = "語".repeat(999_990);
    const report = { index: 0, peer: 1, frame: 9, verifiedFrame: 8, fromFrame: 0, actions: [] };
    const states = { agreed: state, ours: state, theirs: state };
    upload.report({ ...report, states } as unknown as DesyncReport);
    await vi.waitUntil(() => sent.length > 0);
    expect(sent[0]?.[1]).toMatchObject({ ...report, states: { agreed: null, ours: null } });
    upload.report({ ...report, states: { ...states, agreed: null } } as unknown as DesyncReport);
    await vi.waitUntil(() => sent.length > 1);
    expect(sent[1]?.[1].states).toMatchObject({ agreed: null, ours: JSON.stringify(state) });
  });

  it("[DU7] is no chunk of an episode's log, however long its actions are", async () => {
    const { upload, sent } = takingSocket();
    const FRAMES = 2_000;
    const rows = <T>(entry: T) => Array.from({ length: FRAMES }, () => entry);
    const players = <T>(entry: T) => Array.from({ length: 8 }, () => entry);
    // The longest text of a 32-bit number.
    const action = Array.from({ length: 64 }, () => -1.1754943508222875e-38);
    upload.recorder.collect({
      fromFrame: 0,
      actions: rows(players(action)),
      flags: rows(players(15)),
      hashes: rows("0123456789abcdef"),
      observer: {
        simulatedAtTick: rows(2_592_000),
        arrivalTick: rows(players(2_592_000)),
        wasPredicted: rows(players(false)),
        rollbackDepthFrames: rows(60),
        simulatedAtMs: rows(10_800_000.123456789),
      },
    });
    await upload.close(closing({ gameId: "game", playerIndex: 0 } as never, 0, FRAMES));
    const [event, chunk] = sent[0] ?? [];
    expect(event).toBe("episode-log");
    expect(chunk?.hashes).toHaveLength(600);
    expect(isWithinBound(chunk)).toBe(true);
  });
});
