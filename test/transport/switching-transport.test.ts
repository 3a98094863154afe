import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SwitchingTransport } from "../../engine/transport/switching-transport.ts";
import type { Packet } from "../../engine/transport/transport.ts";
import { FakePath } from "./fake-path.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (packet: Packet) => new TextDecoder().decode(packet.bytes);

/** Two peers with both paths and one clock. */
function makePair(hasDirect = true) {
  const direct = new FakePath();
  const relay = new FakePath();
  const clock = { nowMs: 0 };
  const switches: string[] = [];
  const received: Packet[][] = [[], []];
  const transports = [0, 1].map(
    (own) =>
      new SwitchingTransport({
        peers: [1 - own],
        direct: hasDirect ? (direct.ends[own] ?? null) : null,
        relay: relay.ends[own] ?? null,
        now: () => clock.nowMs,
        onSwitch: (_, path) => switches.push(`${own} ${path}`),
      }),
  ) as [SwitchingTransport, SwitchingTransport];
  const tick = (durationMs = 0) => {
    for (let passedMs = 0; passedMs <= durationMs; passedMs += 50) {
      clock.nowMs += Math.min(50, durationMs);
      transports.forEach((transport, i) => {
        received[i]?.push(...transport.drain());
      });
    }
  };
  const texts = (own: number, channel: Packet["channel"]) =>
    (received[own] ?? []).filter((packet) => packet.channel === channel).map(decode);
  const say = (own: 0 | 1, channel: Packet["channel"], text: string) =>
    transports[own].send({ peer: 1 - own, channel, bytes: encode(text) });
  return { direct, relay, transports, switches, tick, texts, say, clock };
}

describe("switching transport", () => {
  it("goes direct as soon as the direct path opens, and counts it there", () => {
    const { direct, relay, transports, tick, texts, say } = makePair();
    relay.open();
    tick(7_000);
    expect(transports[0].pathTo(1)).toBeNull();
    expect(say(0, "play", "too early")).toBe("closed");
    direct.open();
    tick();
    expect(say(0, "play", "a")).toBe("sent");
    tick();
    expect(texts(1, "play")).toEqual(["a"]);
    expect(transports[0].counts(1).sentPackets).toEqual({ direct: 1, relay: 0 });
    expect(transports[1].counts(0).receivedBytes).toEqual({ direct: 1, relay: 0 });
  });

  it("[TR7] hands out what was put back before anything newer, once", () => {
    const { relay, transports, tick, texts, say } = makePair(false);
    relay.open();
    tick();
    say(0, "control", "early");
    transports[0].drain();
    const early = transports[1].drain();
    expect(early.map(decode)).toEqual(["early"]);
    transports[1].putBack(early);
    say(0, "control", "later");
    tick();
    tick();
    expect(texts(1, "control")).toEqual(["early", "later"]);
    transports[1].putBack(early);
    transports[1].close();
    expect(transports[1].drain()).toEqual([]);
  });

  it("falls back to the relay after the deadline, and at once where there is no direct path", () => {
    const late = makePair();
    late.relay.open();
    late.tick(8_100);
    expect(late.transports[0].pathTo(1)).toBe("relay");
    const relayOnly = makePair(false);
    relayOnly.relay.open();
    relayOnly.tick();
    expect(relayOnly.transports[0].pathTo(1)).toBe("relay");
    expect(relayOnly.transports[0].counts(1).sentPackets.direct).toBe(0);
  });

  it("keeps control messages said during a break, and takes none before the first path", () => {
    const { direct, tick, texts, say } = makePair();
    expect(say(0, "control", "too early")).toBe("closed");
    direct.open();
    tick();
    direct.breakOff();
    expect(say(0, "control", "hello")).toBe("sent");
    tick(2_000);
    direct.open();
    tick(100);
    expect(texts(1, "control")).toEqual(["hello"]);
  });

  it("moves to the relay when the direct path closes and back after probes crossed it", () => {
    const { direct, relay, transports, switches, tick, texts, say } = makePair();
    direct.open();
    relay.open();
    tick();
    direct.breakOff();
    tick(50);
    expect(transports.map((transport, i) => transport.pathTo(1 - i))).toEqual(["relay", "relay"]);
    say(0, "play", "relayed");
    tick();
    direct.open();
    tick(500);
    expect(transports[0].pathTo(1)).toBe("relay");
    tick(1_500);
    expect(transports.map((transport, i) => transport.pathTo(1 - i))).toEqual(["direct", "direct"]);
    expect(texts(1, "play")).toEqual(["relayed"]);
    expect(transports[0].counts(1).sentPackets.relay).toBeGreaterThan(0);
    expect(switches).toEqual([
      ...["0 direct", "1 direct", "0 relay", "1 relay"],
      ...["0 direct", "1 direct"],
    ]);
  });

  it("leaves a direct path that works one way only, on both sides", () => {
    const { direct, relay, transports, tick, say, texts } = makePair();
    direct.open();
    relay.open();
    tick();
    direct.ends[0].isSilent = true;
    transports[1].reportInterrupted(0);
    tick(1_000);
    expect(transports[1].pathTo(0)).toBe("relay");
    expect(transports[0].pathTo(1)).toBe("relay");
    say(0, "play", "gets through");
    tick(5_000);
    expect(texts(1, "play")).toEqual(["gets through"]);
    expect(transports[0].pathTo(1)).toBe("relay");
    direct.ends[0].isSilent = false;
    tick(3_000);
    expect(transports.map((transport, i) => transport.pathTo(1 - i))).toEqual(["direct", "direct"]);
  });

  it("stays direct through an interruption that probes disprove", () => {
    const { direct, relay, transports, tick } = makePair();
    direct.open();
    relay.open();
    tick();
    transports[0].reportInterrupted(1);
    tick(2_000);
    expect(transports[0].pathTo(1)).toBe("direct");
    expect(transports[0].counts(1).sentPackets.relay).toBe(0);
  });

  it("reports a congested play packet and counts it as not sent", () => {
    const { direct, transports, tick, say } = makePair();
    direct.open();
    tick();
    direct.ends[0].isCongested = true;
    expect(say(0, "play", "a")).toBe("congested");
    expect(transports[0].counts(1)).toMatchObject({
      congestedPackets: 1,
      sentPackets: { direct: 0, relay: 0 },
    });
  });

  it("drops bytes that no peer of ours could have sent", () => {
    const { direct, tick, texts } = makePair();
    direct.open();
    tick();
    for (const bytes of [[], [0], [1, 2], [9, 0, 0, 0, 0, 1], [0, 255, 255, 255, 255, 1]]) {
      direct.ends[0].send({ peer: 1, channel: "control", bytes: Uint8Array.from(bytes) });
    }
    tick();
    expect(texts(1, "control")).toEqual([]);
  });

  it("delivers every control message once and in order, however the paths come and go", () => {
    const change = fc.constantFrom(
      ...["open direct", "break direct", "open relay", "break relay", "mute", "speak"],
      ...["say 0", "say 1", "say 0", "say 1", "wait", "suspect"],
    );
    const runOnce = (changes: readonly string[]) => {
      const { direct, relay, transports, tick, texts, say } = makePair();
      const said: string[][] = [[], []];
      const actions: Record<string, () => void> = {
        "open direct": () => direct.open(),
        "break direct": () => direct.breakOff(),
        "open relay": () => relay.open(),
        "break relay": () => relay.breakOff(),
        mute: () => {
          direct.ends[0].isSilent = true;
        },
        speak: () => {
          direct.ends[0].isSilent = false;
        },
        suspect: () => transports[1].reportInterrupted(0),
        wait: () => tick(1_000),
      };
      for (const name of changes) {
        const speaker = name === "say 0" ? 0 : name === "say 1" ? 1 : null;
        if (speaker === null) {
          actions[name]?.();
        } else {
          const text = `${speaker}:${said[speaker]?.length}`;
          if (say(speaker, "control", text) === "sent") said[speaker]?.push(text);
        }
        tick(50);
      }
      direct.open();
      relay.open();
      direct.ends[0].isSilent = false;
      tick(12_000);
      expect(texts(1, "control")).toEqual(said[0]);
      expect(texts(0, "control")).toEqual(said[1]);
    };
    fc.assert(fc.property(fc.array(change, { maxLength: 40 }), runOnce), { numRuns: 200 });
  });
});
