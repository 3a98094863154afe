/** A direct path that dies and comes back while both pages live. */
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PageHost } from "../transport/page-host.ts";
import { UdpProxy } from "../transport/udp-proxy.ts";

const FIRST_PORT = 41_000;

let host: PageHost;
let proxy: UdpProxy;

beforeAll(async () => {
  host = await PageHost.start();
});

afterAll(() => host?.stop());

afterEach(async () => {
  await host.reset();
  proxy.close();
});

async function openPlayingPair(): Promise<[Page, Page]> {
  proxy = new UdpProxy(FIRST_PORT);
  const rewrite = proxy.rewrite.bind(proxy);
  const pages = await host.openPair({ hasRelay: true, rewrite });
  for (const page of pages) await page.evaluate(() => window.end.play());
  await bothOn(pages, "direct");
  return pages;
}

async function bothOn(pages: readonly Page[], path: "direct" | "relay"): Promise<void> {
  for (const page of pages) {
    await page.waitForFunction((wanted) => window.end.path() === wanted, path, { timeout: 60_000 });
  }
}

const snapshot = (page: Page) =>
  page.evaluate(() => ({
    paths: window.end.paths(),
    pairs: window.end.pairs(),
    counts: window.end.counts(),
    connectionCount: window.connections.length,
  }));

async function rest(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

describe("a direct path that dies for a while", () => {
  it("[TR6] comes back by an ICE restart in the same connection, and is recorded again", async () => {
    const pages = await openPlayingPair();
    const before = await Promise.all(pages.map(snapshot));
    // The old candidates stay dead: without a restart nothing would come back.
    proxy.forgetPorts();
    proxy.isCut = true;
    await bothOn(pages, "relay");
    for (const page of pages) await page.waitForFunction(() => !window.end.isOpen());
    await rest(1_000);
    proxy.isCut = false;
    await bothOn(pages, "direct");
    await rest(500);
    for (const [i, page] of pages.entries()) {
      const { paths, pairs, counts, connectionCount } = await snapshot(page);
      expect(connectionCount).toBe(1);
      expect(paths).toEqual(["direct", "relay", "direct"]);
      // A browser may settle for a better pair at once: there is at least one, and the restart adds to it.
      expect(before[i]?.pairs.length).toBeGreaterThan(0);
      expect(pairs.length).toBeGreaterThan(before[i]?.pairs.length ?? 0);
      expect(pairs.at(-1)).toMatchObject({ type: "direct", protocol: "udp" });
      for (const seen of [counts.sentPackets, counts.receivedPackets]) {
        expect(seen.relay).toBeGreaterThan(50);
      }
      const sentBefore = before[i]?.counts.sentPackets.direct ?? 0;
      expect(counts.sentPackets.direct).toBeGreaterThan(sentBefore + 50);
    }
  });

  it("[TR6] comes back by a new connection after a cut that outlasts every restart", async () => {
    const pages = await openPlayingPair();
    proxy.isCut = true;
    await bothOn(pages, "relay");
    for (const page of pages) {
      await page.waitForFunction(() => window.connections.length > 1, null, { timeout: 60_000 });
    }
    proxy.isCut = false;
    await bothOn(pages, "direct");
    for (const page of pages) {
      const { paths, pairs } = await snapshot(page);
      expect(paths).toEqual(["direct", "relay", "direct"]);
      expect(pairs.length).toBeGreaterThan(1);
    }
  });
});
