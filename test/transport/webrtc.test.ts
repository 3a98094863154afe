import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";

/** Bundled as the participant's page is, with the same stand-in for simple-peer. */
async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { alias: { "simple-peer": "simple-peer/simplepeer.min.js" } },
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(new URL("./webrtc-page.ts", import.meta.url)),
        formats: ["es"],
        fileName: "page",
      },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const result = [built].flat()[0];
  if (result === undefined || !("output" in result)) throw new Error("Vite built nothing.");
  return result.output[0].code;
}

/** Serves the page on a free port. */
async function serve(code: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? code : '<script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Carries signals between two pages until both are connected. */
async function carrySignals(pages: readonly [Page, Page]): Promise<void> {
  for (;;) {
    const open = await Promise.all(
      pages.map(async (page, i) => {
        const signals = await page.evaluate(() => window.end.takeSignals());
        const other = pages[1 - i] as Page;
        for (const signal of signals) await other.evaluate((s) => window.end.signal(s), signal);
        return page.evaluate(() => window.end.isOpen());
      }),
    );
    if (open.every(Boolean)) return;
  }
}

describe("WebRTC transport between two browser contexts", () => {
  let server: Server;
  let browser: Browser;
  const pages: Page[] = [];

  beforeAll(async () => {
    server = await serve(await bundlePage());
    browser = await launchBrowser();
    // Bundling and starting a browser share the machine with every other test.
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
  });

  async function openPage(localPeer: number): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    pages.push(page);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => typeof window.connectEnd === "function");
    await page.evaluate(async (own) => {
      window.end = await window.connectEnd(own, 1 - own);
    }, localPeer);
    return page;
  }

  async function openPair(): Promise<[Page, Page]> {
    const pair: [Page, Page] = [await openPage(0), await openPage(1)];
    await carrySignals(pair);
    return pair;
  }

  it("carries both channels, keeps control in order, and names its candidates", async () => {
    const [first, second] = await openPair();
    const results = await first.evaluate(() => [
      ...Array.from({ length: 50 }, (_, i) => window.end.send("control", String(i))),
      window.end.send("play", "moves"),
    ]);
    expect(new Set(results)).toEqual(new Set(["sent"]));
    const received = await second.evaluate(() => window.end.received(51));
    const control = received.filter((text) => text.startsWith("control"));
    expect(control).toEqual(Array.from({ length: 50 }, (_, i) => `control ${i}`));
    expect(received).toContain("play moves");
    expect(await first.evaluate(() => window.end.candidatePair())).toMatchObject({
      type: "direct",
      localCandidateType: expect.stringMatching(/host|prflx/),
      protocol: "udp",
    });
  });

  it("never queues a play packet behind others", async () => {
    const [first] = await openPair();
    const results = await first.evaluate(() =>
      Array.from({ length: 200 }, () => window.end.send("play", "x".repeat(1_000))),
    );
    expect(results).toContain("congested");
    expect(results[0]).toBe("sent");
  });

  it("takes a partner's leaving for a normal close, and connects to one who returns", async () => {
    const [first, second] = await openPair();
    await second.evaluate(() => window.end.close());
    await first.waitForFunction(() => !window.end.isOpen());
    expect(await first.evaluate(() => window.end.fault())).toBeNull();
    expect(await first.evaluate(() => window.end.send("play", "nobody"))).toBe("closed");
    const returned = await openPage(1);
    await carrySignals([first, returned]);
    await first.evaluate(() => window.end.send("control", "welcome back"));
    expect(await returned.evaluate(() => window.end.received(1))).toEqual(["control welcome back"]);
  });

  it("connects again when the side that cannot make offers returns anew", async () => {
    const [first, second] = await openPair();
    await first.evaluate(() => window.end.close());
    await second.waitForFunction(() => !window.end.isOpen());
    const returned = await openPage(0);
    await carrySignals([returned, second]);
    await second.evaluate(() => window.end.send("control", "hello again"));
    expect(await returned.evaluate(() => window.end.received(1))).toEqual(["control hello again"]);
  });
});
