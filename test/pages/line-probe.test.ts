/** Two pages that try out the path between them, over a relay of a known delay. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LineProbe } from "../../signaling/pages/line-probe.ts";
import type { StudySocket } from "../../signaling/pages/study-socket.ts";
import type { ClientMessage, LinePlan } from "../../signaling/protocol.ts";

type Report = ClientMessage<"probe-report">;
type Relayed = ClientMessage<"relay">;

interface Page {
  readonly probe: LineProbe;
  readonly reports: Report[];
}

/** Pages joined by a relay; `deliver` says after how many ms a packet arrives, null: never. */
function openPages(count: number, deliver: (from: number, to: number) => number | null): Page[] {
  const pages: Page[] = [];
  for (let playerIndex = 0; playerIndex < count; playerIndex++) {
    const reports: Report[] = [];
    const socket = {
      isConnected: true,
      isBacklogged: false,
      tell(_: string, { toPlayer, channel, bytes }: Relayed) {
        const delayMs = deliver(playerIndex, toPlayer);
        if (delayMs === null) return;
        setTimeout(() => pages[toPlayer]?.probe.relay(playerIndex, 0, channel, bytes), delayMs);
      },
      async requestUntilAnswered(_: string, report: Report) {
        reports.push(report);
      },
    };
    const plan: LinePlan = {
      gameId: "g",
      playerIndex,
      playerCount: count,
      iceServers: [],
      transportMode: "relay-only",
    };
    pages.push({ probe: new LineProbe(plan, socket as unknown as StudySocket), reports });
  }
  return pages;
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
  });
});
afterEach(() => void vi.useRealTimers());

describe("a page that tries out its paths", () => {
  it("[MM4] reports the median round trip to every other page, once", async () => {
    const pages = openPages(3, (from, to) => (from + to === 3 ? 70 : 20));
    await vi.advanceTimersByTimeAsync(5_000);
    const links = pages.map(({ reports }) => reports.flatMap((report) => report.links));
    const link = (player: number, rttMs: number) => ({ player, rttMs, path: "relay" });
    expect(links).toEqual([
      [link(1, 40), link(2, 40)],
      [link(0, 40), link(2, 140)],
      [link(0, 40), link(1, 140)],
    ]);
    for (const { probe } of pages) probe.close();
  });

  it("[MM4] reports a path over which nothing comes back as none, in time", async () => {
    const pages = openPages(2, (from) => (from === 0 ? null : 10));
    await vi.advanceTimersByTimeAsync(12_900);
    expect(pages[0]?.reports).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    for (const { probe, reports } of pages) {
      expect(reports[0]?.links[0]).toMatchObject({ rttMs: null });
      probe.close();
    }
  });

  it("[MM4] measures on although some pings are lost", async () => {
    let packets = 0;
    const pages = openPages(2, () => (packets++ % 5 === 4 ? null : 15));
    await vi.advanceTimersByTimeAsync(13_100);
    for (const { probe, reports } of pages) {
      expect(reports[0]?.links[0]).toMatchObject({ rttMs: 30 });
      probe.close();
    }
  });

  it("[MM4] hands the game its line with everything that came for it meanwhile", async () => {
    const pages = openPages(2, () => 5);
    await vi.advanceTimersByTimeAsync(3_000);
    const [one, other] = pages as [Page, Page];
    const mine = one.probe.takeLine();
    const packet = (channel: "play" | "control", ...bytes: number[]) =>
      ({ peer: 1, channel, bytes: Uint8Array.from(bytes) }) as const;
    mine?.transport.send(packet("control", 1, 2, 3));
    mine?.transport.send(packet("play", 4, 5, 6, 7, 8, 9));
    mine?.transport.drain();
    await vi.advanceTimersByTimeAsync(100);
    const theirs = other.probe.takeLine();
    const drained = theirs?.transport.drain().map(({ channel, bytes }) => [channel, ...bytes]);
    expect(drained).toEqual(
      expect.arrayContaining([
        ["control", 1, 2, 3],
        ["play", 4, 5, 6, 7, 8, 9],
      ]),
    );
    expect(drained).toHaveLength(2);
    mine?.transport.close();
    theirs?.transport.close();
  });
});
