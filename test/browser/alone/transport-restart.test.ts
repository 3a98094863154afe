/** A direct path that dies and comes back while both pages live. */
import type { Page } from "playwright";
import { describe, expect, it, type TestContext } from "vitest";
import { PageHost } from "../../transport/page-host.ts";
import { UdpProxy } from "../../transport/udp-proxy.ts";

/** More than a few: a second of play. */
const PACKETS = 50;
/** A connection made anew has waited for all restarts of the one before. */
const PATIENCE = { timeout: 60_000 };

async function openPlayingPair({ onTestFinished }: TestContext) {
  const host = await PageHost.start();
  const proxy = new UdpProxy();
  onTestFinished(async () => {
    await host.stop();
    await proxy.close();
  });
  const pages = await host.openPair({ hasRelay: true, rewrite: (said) => proxy.rewrite(said) });
  await onBoth(pages, (page) => page.evaluate(() => window.end.play()));
  await bothOn(pages, "direct");
  return { pages, proxy };
}

function onBoth<T>(pages: readonly Page[], act: (page: Page) => Promise<T>): Promise<T[]> {
  return Promise.all(pages.map(act));
}

async function bothOn(pages: readonly Page[], path: "direct" | "relay"): Promise<void> {
  await onBoth(pages, (page) =>
    page.waitForFunction((wanted) => window.end.path() === wanted, path, PATIENCE),
  );
}

const packetsOf = async (page: Page, path: "direct" | "relay") => {
  const { sentPackets, receivedPackets } = await page.evaluate(() => window.end.counts());
  return { sent: sentPackets[path], received: receivedPackets[path] };
};

/** Resolves when each page has sent and received so many over the path, beyond those before. */
async function bothPlay(
  pages: readonly Page[],
  path: "direct" | "relay",
  before: readonly { sent: number; received: number }[],
): Promise<void> {
  for (const [i, page] of pages.entries()) {
    const { sent, received } = before[i] ?? { sent: 0, received: 0 };
    await page.waitForFunction(
      ({ path, sent, received }) => {
        const { sentPackets, receivedPackets } = window.end.counts();
        return sentPackets[path] > sent && receivedPackets[path] > received;
      },
      { path, sent: sent + PACKETS, received: received + PACKETS },
      PATIENCE,
    );
  }
}

const snapshot = (page: Page) =>
  page.evaluate(() => ({
    paths: window.end.paths(),
    pairs: window.end.pairs(),
    route: window.end.route(),
    connectionCount: window.connections.length,
  }));

// Both mostly wait for the browsers to give up a path.
describe.concurrent("a direct path that dies for a while", () => {
  it("[TR6] comes back by an ICE restart in the same connection, and is recorded again", async (context) => {
    const { pages, proxy } = await openPlayingPair(context);
    await onBoth(pages, (page) => page.waitForFunction(() => window.end.pairs().length > 0));
    const before = await onBoth(pages, snapshot);
    // The old candidates stay dead: without a restart nothing would come back.
    proxy.forgetPorts();
    proxy.isCut = true;
    await bothOn(pages, "relay");
    await onBoth(pages, (page) => page.waitForFunction(() => !window.end.isOpen()));
    await bothPlay(pages, "relay", []);
    const played = await onBoth(pages, (page) => packetsOf(page, "direct"));
    proxy.isCut = false;
    await bothOn(pages, "direct");
    await bothPlay(pages, "direct", played);
    const after = await onBoth(pages, snapshot);
    for (const [i, { paths, pairs, route, connectionCount }] of after.entries()) {
      expect(connectionCount).toBe(1);
      expect(paths).toEqual(["direct", "relay", "direct"]);
      expect(route).toMatch(/^\d+ \d+$/);
      // Neither end is where it was.
      const old = (before[i]?.route ?? "").split(" ");
      for (const port of route.split(" ")) expect(old).not.toContain(port);
      expect(pairs.length).toBeGreaterThan(before[i]?.pairs.length ?? 0);
      expect(pairs.at(-1)).toMatchObject({ type: "direct", protocol: "udp" });
    }
  });

  it("[TR6] comes back by a new connection after a cut that outlasts every restart", async (context) => {
    const { pages, proxy } = await openPlayingPair(context);
    proxy.isCut = true;
    await bothOn(pages, "relay");
    await onBoth(pages, (page) =>
      page.waitForFunction(() => window.connections.length > 1, null, PATIENCE),
    );
    proxy.isCut = false;
    await bothOn(pages, "direct");
    for (const { paths, pairs } of await onBoth(pages, snapshot)) {
      expect(paths).toEqual(["direct", "relay", "direct"]);
      expect(pairs.length).toBeGreaterThan(1);
    }
  });
});
