/** Play through a TURN server, with the names and passwords that a study's server hands out. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { iceServersFor } from "../../../signaling/games/ice-servers.ts";
import type { Webrtc } from "../../../signaling/study/index.ts";
import { hasTurnServer, startTurnServer, type TurnServer } from "../../support/turn-server.ts";
import { connected, PageHost, type PairOptions } from "../../transport/page-host.ts";

const SECRET = "north star";
const TTL_S = 600;
const hasTurn = hasTurnServer();
/** Several exchanges with the TURN server on this machine take a few tenths of a second. */
const REFUSED_FOR_MS = 4_000;

const title = hasTurn ? "through TURN" : "through TURN (skipped: there is no turnserver here)";

describe.skipIf(!hasTurn)(title, () => {
  let turn: TurnServer;
  let host: PageHost;

  beforeAll(async () => {
    turn = await startTurnServer(SECRET);
    host = await PageHost.start([turn.trustedKey]);
  });

  afterAll(async () => {
    await host?.stop();
    await turn?.stop();
  });

  function pairOptions(
    sharedSecret: string,
    nowMs: number,
    transport: Parameters<TurnServer["url"]>[0] = "udp",
  ): PairOptions {
    const webrtc: Webrtc = {
      iceServers: [],
      turn: { urls: turn.url(transport), sharedSecret, ttlS: TTL_S },
      transportMode: "turn-only",
    };
    const iceServers = iceServersFor(webrtc, { userId: "game-0", nowMs }) as RTCIceServer[];
    return { config: { iceServers, iceTransportPolicy: "relay" } };
  }

  it.each(["udp", "tcp", "tls"] as const)(
    "[TR4] connects over %s with time-limited credentials and records the relay",
    async (transport) => {
      const pages = await host.openPair(pairOptions(SECRET, Date.now(), transport));
      for (const [i, page] of pages.entries()) {
        await page.evaluate((own) => window.end.send("control", `from ${own}`), i);
      }
      for (const [i, page] of pages.entries()) {
        const received = await page.evaluate(() => window.end.received(1));
        expect(received).toEqual([`control from ${1 - i}`]);
        expect((await page.evaluate(() => window.end.pairs())).at(-1)).toMatchObject({
          type: "relay",
          localCandidateType: "relay",
          relayProtocol: transport,
        });
      }
      await host.reset();
    },
  );

  it.each([
    ["have expired", SECRET, -2 * TTL_S * 1_000],
    ["are signed with another secret", "south star", 0],
  ])("[TR4] is refused with credentials that %s", async (_, secret, shiftMs) => {
    const options = pairOptions(secret, Date.now() + shiftMs);
    const pages = [await host.openPage(0, options), await host.openPage(1, options)];
    await expect(connected(pages, REFUSED_FOR_MS)).rejects.toThrow("Timeout");
    await host.reset();
  });

  it("[TR4] is refused over tls by a browser to which nobody vouches for the server", async () => {
    const wary = await PageHost.start();
    try {
      const options = pairOptions(SECRET, Date.now(), "tls");
      const pages = [await wary.openPage(0, options), await wary.openPage(1, options)];
      await expect(connected(pages, REFUSED_FOR_MS)).rejects.toThrow("Timeout");
    } finally {
      await wary.stop();
    }
  });
});
