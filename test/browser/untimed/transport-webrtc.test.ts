import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type ContractEnd,
  type ContractPair,
  describeTransport,
} from "../../contracts/transport-contract.ts";
import { connected, PageHost } from "../../transport/page-host.ts";

let host: PageHost;

beforeAll(async () => {
  host = await PageHost.start();
});

afterAll(() => host?.stop());

afterEach(() => host.reset());

function endOf(page: Page): ContractEnd {
  return {
    send: (peer, channel, bytes) =>
      page.evaluate(([toPeer, on, numbers]) => window.end.sendBytes(toPeer, on, numbers), [
        peer,
        channel,
        [...bytes],
      ] as const),
    drain: async () =>
      (await page.evaluate(() => window.end.drainBytes())).map((packet) => ({
        ...packet,
        bytes: Uint8Array.from(packet.bytes),
      })),
    counts: () => page.evaluate(() => window.end.counts()),
    close: () => page.evaluate(() => window.end.close()),
  };
}

describeTransport("WebRTC between two browser contexts", async (): Promise<ContractPair> => {
  const [first, second] = await host.openPair();
  return {
    ends: [endOf(first), endOf(second)],
    path: "direct",
    pump: () => new Promise((resolve) => setTimeout(resolve, 5)),
  };
});

describe("WebRTC transport between two browser contexts", () => {
  it("carries both channels, keeps control in order, and names its candidates", async () => {
    const [first, second] = await host.openPair();
    const results = await first.evaluate(() => [
      ...Array.from({ length: 50 }, (_, i) => window.end.send("control", String(i))),
      window.end.send("play", "moves"),
    ]);
    expect(new Set(results)).toEqual(new Set(["sent"]));
    const received = await second.evaluate(() => window.end.received(51));
    const control = received.filter((text) => text.startsWith("control"));
    expect(control).toEqual(Array.from({ length: 50 }, (_, i) => `control ${i}`));
    expect(received).toContain("play moves");
    expect((await first.evaluate(() => window.end.pairs()))[0]).toMatchObject({
      type: "direct",
      localCandidateType: expect.stringMatching(/host|prflx/),
      protocol: "udp",
    });
  });

  it("[TR1] never queues a play packet behind others", async () => {
    const [first] = await host.openPair();
    const results = await first.evaluate(() =>
      Array.from({ length: 200 }, () => window.end.send("play", "x".repeat(1_000))),
    );
    expect(results).toContain("congested");
    expect(results[0]).toBe("sent");
  });

  it("takes a partner's leaving for a normal close, and connects to one who returns", async () => {
    const [first, second] = await host.openPair();
    await second.evaluate(() => window.end.close());
    await first.waitForFunction(() => !window.end.isOpen());
    expect(await first.evaluate(() => window.end.fault())).toBeNull();
    expect(await first.evaluate(() => window.end.send("play", "nobody"))).toBe("closed");
    const returned = await host.openPage(1);
    await connected([first, returned]);
    await first.evaluate(() => window.end.send("control", "welcome back"));
    expect(await returned.evaluate(() => window.end.received(1))).toEqual(["control welcome back"]);
  });

  it("connects again when the side that cannot make offers returns anew", async () => {
    const [first, second] = await host.openPair();
    await first.evaluate(() => window.end.close());
    await second.waitForFunction(() => !window.end.isOpen());
    const returned = await host.openPage(0);
    await connected([returned, second]);
    await second.evaluate(() => window.end.send("control", "hello again"));
    expect(await returned.evaluate(() => window.end.received(1))).toEqual(["control hello again"]);
  });
});
