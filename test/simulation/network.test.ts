/** The network on a table: what one directed link does is its own affair. */
import { describe, expect, it } from "vitest";
import { type LinkProfile, PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import { type CarriedPacket, SimulatedNetwork } from "../../engine/simulation/network.ts";
import { VirtualClock } from "../../engine/simulation/virtual-clock.ts";

const BAD: LinkProfile = {
  ...PERFECT_LINK,
  ...{ delayMs: 40, jitterMs: 20, lossRatio: 0.2, burstRatio: 0.02, burstPackets: 5 },
  ...{ duplicateRatio: 0.1, reorderRatio: 0.1, reorderMs: 30 },
};
const PACKETS = 500;
const CUT = { from: 0, to: 1, startMs: 1_000, durationMs: 3_000 };

type Channel = CarriedPacket["channel"];

/** Two peers send each other numbered packets, one every 16 ms; `there` is the link from 0 to 1. */
function exchange(channel: Channel, there: LinkProfile, partitions: readonly (typeof CUT)[] = []) {
  const clock = new VirtualClock();
  const carried: CarriedPacket[] = [];
  const network = new SimulatedNetwork({
    ...{ clock, seed: 7, partitions },
    profile: (from) => (from === 0 ? there : BAD),
    onPacket: (packet) => carried.push(packet),
  });
  const transports = [0, 1].map((peer) => network.connect(peer));
  for (let i = 0; i < PACKETS; i++) {
    clock.at(i * 16_000, () => {
      for (const [peer, transport] of transports.entries()) {
        transport.send({ peer: 1 - peer, channel, bytes: Uint8Array.of(i & 255, i >> 8) });
      }
    });
  }
  while (clock.step()) {}
  const arrivals = (from: number) =>
    carried.filter((packet) => packet.from === from).map(({ arrivesMs }) => arrivesMs);
  const received = transports[1]
    ?.drain()
    .map(({ bytes }) => (bytes[0] ?? 0) + 256 * (bytes[1] ?? 0));
  return { arrivals, received };
}

describe("a simulated network", () => {
  it("[NS2] draws for each directed link by itself: a worse way there changes nothing on the way back", () => {
    const [bad, perfect] = [exchange("play", BAD), exchange("play", PERFECT_LINK)];
    expect(perfect.arrivals(0)).not.toEqual(bad.arrivals(0));
    expect(perfect.arrivals(1)).toEqual(bad.arrivals(1));
    expect(bad.arrivals(0)).not.toEqual(bad.arrivals(1));
  });

  it.each([
    ["a bad link", []],
    ["a link that is cut for a while", [CUT]],
  ])("[NS3] delays control messages by %s, and loses none", (_, partitions) => {
    const { received, arrivals } = exchange("control", BAD, partitions);
    expect(received).toEqual(Array.from({ length: PACKETS }, (_each, i) => i));
    const late = arrivals(0).filter(([atMs = 0], i) => atMs - i * 16 > BAD.delayMs + BAD.jitterMs);
    expect(late.length).toBeGreaterThan(PACKETS / 10);
    const play = exchange("play", BAD, partitions);
    expect(new Set(play.received).size).toBeLessThan(PACKETS);
  });
});
