/** What one address and one page may ask of the server, and what those who ask for more are told. */
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../signaling/limits/token-bucket.ts";
import { HeadlessPage } from "../support/headless-page.ts";
import { StudyServer } from "../support/study-server.ts";

const refused = (reason: string) => expect.objectContaining({ ok: false, reason });

/** Tries at once; how many were let in, and the reasons given to the others. */
async function connectMany(url: string, count: number, headers: Record<string, string> = {}) {
  const tries = Array.from({ length: count }, async () => {
    const query = "EIO=4&transport=polling";
    const answer = await fetch(`${url}/socket.io/?${query}`, { headers });
    return { status: answer.status, text: await answer.text() };
  });
  const answers = await Promise.all(tries);
  const admitted = answers.filter(({ status }) => status === 200).length;
  const reasons = new Set(answers.filter(({ status }) => status !== 200).map(({ text }) => text));
  return { admitted, reasons: [...reasons].join() };
}

describe("a token bucket", () => {
  it("gives the burst at once, then as much as time refills, and never more than the burst", () => {
    const bucket = new TokenBucket(2, 3, 1_000);
    const take = (nowMs: number, count: number) =>
      Array.from({ length: count }, () => bucket.take(nowMs)).filter(Boolean).length;
    expect(take(1_000, 5)).toBe(3);
    expect(take(1_400, 5)).toBe(0);
    expect(take(1_500, 5)).toBe(1);
    expect(take(900, 5)).toBe(0);
    expect(take(100_000, 10)).toBe(3);
    expect(bucket.isFull(100_000)).toBe(false);
    expect(bucket.isFull(101_500)).toBe(true);
  });
});

describe("limits", () => {
  it("[DU5] refuses more connections than one address may make, with the reason", async () => {
    const limits = { connectionsPerSecond: 1, connectionBurst: 5 };
    const server = await StudyServer.start({ limits });
    const innocent = await server.open("anna");
    const { admitted, reasons } = await connectMany(server.url, 100);
    expect(admitted).toBeGreaterThanOrEqual(4);
    expect(admitted).toBeLessThan(10);
    expect(reasons).toContain("Too many new connections from this address");
    expect(await innocent.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
  });

  it("[DU5] believes X-Forwarded-For from a declared proxy only", async () => {
    const limits = { connectionsPerSecond: 1, connectionBurst: 1 };
    const plain = await StudyServer.start({ limits });
    const from = (address: string) => ({ "x-forwarded-for": address });
    expect((await connectMany(plain.url, 1, from("10.0.0.1"))).admitted).toBe(1);
    expect((await connectMany(plain.url, 1, from("10.0.0.2"))).admitted).toBe(0);
    const behind = await StudyServer.start({ limits, trustProxy: "loopback" });
    expect((await connectMany(behind.url, 1, from("10.0.0.1"))).admitted).toBe(1);
    expect((await connectMany(behind.url, 1, from("10.0.0.2"))).admitted).toBe(1);
    expect((await connectMany(behind.url, 1, from("10.0.0.2"))).admitted).toBe(0);
  });

  it("[DU5] refuses a page's flood, ends it, and serves the others", async () => {
    const limits = { messagesPerSecond: 1, messageBurst: 20 };
    const server = await StudyServer.start({ limits });
    const innocent = await server.open("anna");
    const flooder = await server.open("ben");
    const gone = new Promise((resolve) => flooder.socket.once("disconnect", resolve));
    const replies = Array.from({ length: 30 }, () =>
      flooder.askRaw("report-ping", { sentAtMs: 0 }),
    );
    expect((await Promise.all(replies)).at(-1)).toEqual(refused("rate_limited"));
    for (let i = 0; i < 30; i++) flooder.socket.emit("report-ping", { sentAtMs: 0 });
    await gone;
    expect(await innocent.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
  });

  it("[SG6] closes a connection whose message is over the bound, says so in the log, and serves the others", async () => {
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
    const server = await StudyServer.start({ log });
    const innocent = await server.open("anna");
    const page = await server.open("ben");
    const gone = new Promise<unknown[]>((resolve) =>
      page.socket.once("disconnect", (...why) => resolve(why)),
    );
    page.socket.emit("client-error", { message: "x".repeat(8_000_001) });
    const [reason, details] = await gone;
    expect(reason).toBe("transport close");
    expect(details).toMatchObject({ context: { code: 1009 } });
    await expect.poll(() => lines.join("\n")).toContain("Max payload size exceeded");
    expect(lines.join("\n")).toContain('"subjectId":"ben"');
    expect(await innocent.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
    const back = await server.open("ben", { secret: page.secret });
    expect(await back.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
  });

  it("[SG6] refuses a message just below the bound for what it is", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    const message = { message: "x".repeat(7_900_000) };
    expect(await page.askRaw("client-error", message)).toEqual(refused("malformed"));
  });

  it("[DU5] answers too many requests with a page that says what to do", async () => {
    const server = await StudyServer.start({ limits: { requestsPerMinute: 10 } });
    const tries = Array.from({ length: 30 }, () => fetch(`${server.url}/no/such/page`));
    const answers = await Promise.all(tries);
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(20);
    expect(await limited[0]?.text()).toContain("Please load this page again in a minute");
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it("[SG9] says which limit cannot be one", async () => {
    await expect(StudyServer.start({ limits: { messageBurst: 0 } })).rejects.toThrow(
      "Expected `messageBurst` to be a number from 1 on, got 0.",
    );
    await expect(StudyServer.start({ trustProxy: "somewhere" })).rejects.toThrow("trustProxy");
  });

  it("[DU6] lets one connection speak for one participant only", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    const second = { ...REGISTER, subjectId: "ben" };
    expect(await page.askRaw("register", second)).toEqual(refused("duplicate_session"));
    const { reply } = await server.tryOpen("ben");
    expect(reply.ok).toBe(true);
  });

  it("[SG3] lets nobody in with another's id, whatever the secret", async () => {
    const server = await StudyServer.start();
    const anna = await server.open("anna");
    await anna.ask("report-ping", { sentAtMs: 0 });
    for (const secret of [null, "", "x", "a".repeat(200), "' OR 1=1 --"]) {
      const { page, reply } = await HeadlessPage.open(server.url, "ANNA", { secret, tabId: "t" });
      expect(reply).toEqual(refused("wrong_secret"));
      page.close();
    }
    expect(await anna.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
  });
});

const REGISTER = { protocolVersion: 2, secret: null, tabId: "another tab" };
