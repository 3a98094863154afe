/** What every transport must do, whatever it is made of. */
import { describe, expect, it } from "vitest";
import type { SendResult } from "../../engine/transport/path-transport.ts";
import type { Channel, Packet, Path, PathCounts } from "../../engine/transport/transport.ts";

type Eventually<T> = T | Promise<T>;

/** One end of a connection between the peers 0 and 1. */
export interface ContractEnd {
  /** Sends with `sendBorrowed`. */
  send(toPeer: number, channel: Channel, bytes: Uint8Array): Eventually<SendResult>;
  drain(): Eventually<readonly Packet[]>;
  /** For the other peer; null where a single path counts nothing. */
  counts(): Eventually<PathCounts | null>;
  close(): Eventually<void>;
}

export interface ContractPair {
  readonly ends: readonly [ContractEnd, ContractEnd];
  /** Null where packets may take either path. */
  readonly path: Path | null;
  /** Lets a little time pass. */
  pump(): Eventually<void>;
}

const PLAY_COUNT = 60;
const CONTROL_COUNT = 40;
/** Long enough for a repeat after a second and for a slow browser. */
const PUMPS_MAX = 2_000;
/** More than one link takes at once, so that some must be refused. */
const FLOOD_COUNT = 300;
const FLOOD_BYTES = 1_000;

const other = (own: 0 | 1): 0 | 1 => (own === 0 ? 1 : 0);

/** Tells itself apart from every other payload by its first bytes; lengths are 4 to about 1,200. */
function payload(sender: number, i: number): Uint8Array {
  const bytes = Uint8Array.from({ length: 4 + ((i * 397) % 1_197) }, (_, k) => (k * 31 + i) % 256);
  bytes.set([sender, i >> 8, i & 255], 0);
  return bytes;
}

const text = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16)).join(" ");

function totals(counts: PathCounts) {
  const sum = ({ direct, relay }: Readonly<Record<Path, number>>) => direct + relay;
  return {
    sentPackets: sum(counts.sentPackets),
    sentBytes: sum(counts.sentBytes),
    receivedPackets: sum(counts.receivedPackets),
    receivedBytes: sum(counts.receivedBytes),
  };
}

/** Pumps until `isDone` holds of all that has arrived at each end, or the patience is over. */
async function collect(
  pair: ContractPair,
  into: readonly [Packet[], Packet[]],
  isDone: () => boolean,
): Promise<void> {
  for (let round = 0; round < PUMPS_MAX && !isDone(); round++) {
    await pair.pump();
    into[0].push(...(await pair.ends[0].drain()));
    into[1].push(...(await pair.ends[1].drain()));
  }
}

const channelOf = (packets: readonly Packet[], channel: Channel) =>
  packets.filter((packet) => packet.channel === channel);

/** Play from both ends, paced so that it need not be refused; what the transport took, by sender. */
async function play(pair: ContractPair, into: readonly [Packet[], Packet[]]) {
  const taken: [Uint8Array[], Uint8Array[]] = [[], []];
  for (let i = 0; i < PLAY_COUNT; i++) {
    for (const own of [0, 1] as const) {
      const bytes = payload(own, i);
      const result = await pair.ends[own].send(other(own), "play", bytes);
      if (result === "sent") taken[own].push(bytes);
    }
    const count = into[0].length + into[1].length;
    let pumps = 0;
    await collect(pair, into, () => into[0].length + into[1].length > count || pumps++ > 2);
  }
  return taken;
}

/** `connect` gives a pair that is connected; the caller cleans up after each test. */
export function describeTransport(name: string, connect: () => Eventually<ContractPair>): void {
  describe(`transport contract: ${name}`, () => {
    it("[TR7] delivers play packets unaltered or not at all, to the right peer", async () => {
      const pair = await connect();
      const received: [Packet[], Packet[]] = [[], []];
      const taken = await play(pair, received);
      for (const own of [0, 1] as const) {
        const sent = new Set(taken[other(own)].map(text));
        expect(received[own].length).toBeGreaterThan(PLAY_COUNT / 4);
        for (const packet of received[own]) {
          expect(packet).toMatchObject({ peer: other(own), channel: "play" });
          expect(sent).toContain(text(packet.bytes));
        }
      }
    });

    it("[TR2] delivers control messages once and in order, among play", async () => {
      const pair = await connect();
      const received: [Packet[], Packet[]] = [[], []];
      for (let i = 0; i < CONTROL_COUNT; i++) {
        for (const own of [0, 1] as const) {
          expect(await pair.ends[own].send(other(own), "control", payload(own, i))).toBe("sent");
          await pair.ends[own].send(other(own), "play", payload(own, i));
        }
        if (i % 4 === 0) await collect(pair, received, oneRound());
      }
      const isDone = () =>
        received.every((packets) => channelOf(packets, "control").length >= CONTROL_COUNT);
      await collect(pair, received, isDone);
      // A second copy would come later.
      await collect(pair, received, rounds(10));
      for (const own of [0, 1] as const) {
        const expected = Array.from({ length: CONTROL_COUNT }, (_, i) =>
          text(payload(other(own), i)),
        );
        const arrived = channelOf(received[own], "control").map(({ bytes }) => text(bytes));
        expect(arrived).toEqual(expected);
      }
    });

    it("[TR7] gives each packet out once: a second drain is empty", async () => {
      const pair = await connect();
      const received: [Packet[], Packet[]] = [[], []];
      await pair.ends[0].send(1, "control", payload(0, 1));
      await collect(pair, received, () => received[1].length > 0);
      expect(received[1].map(({ bytes }) => text(bytes))).toEqual([text(payload(0, 1))]);
      expect(await pair.ends[1].drain()).toEqual([]);
    });

    it("[TR3] counts by path what it took and what arrived", async () => {
      const pair = await connect();
      const before = await Promise.all(pair.ends.map((end) => end.counts()));
      const received: [Packet[], Packet[]] = [[], []];
      const taken = await play(pair, received);
      await collect(pair, received, rounds(20));
      for (const own of [0, 1] as const) {
        const [start, end] = [before[own], await pair.ends[own].counts()];
        if (!start || !end) return;
        const bytesOf = (all: readonly Uint8Array[]) =>
          all.reduce((n, { length }) => n + length, 0);
        const seen = totals(end);
        const first = totals(start);
        const expected = {
          sentPackets: first.sentPackets + taken[own].length,
          sentBytes: first.sentBytes + bytesOf(taken[own]),
          receivedPackets: first.receivedPackets + received[own].length,
          receivedBytes: first.receivedBytes + bytesOf(received[own].map(({ bytes }) => bytes)),
        };
        if (pair.path === null) {
          // Probes of the other path are counted too.
          for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
            expect(seen[key]).toBeGreaterThanOrEqual(expected[key]);
          }
        } else {
          expect(seen).toEqual(expected);
          expect(end.sentPackets[pair.path]).toBe(seen.sentPackets);
          expect(end.receivedBytes[pair.path]).toBe(seen.receivedBytes);
        }
      }
    });

    it("[TR1] counts every play packet that it refused as congested", async () => {
      const pair = await connect();
      const before = await pair.ends[0].counts();
      let refused = 0;
      for (let i = 0; i < FLOOD_COUNT; i++) {
        const result = await pair.ends[0].send(1, "play", new Uint8Array(FLOOD_BYTES).fill(i));
        if (result === "congested") refused++;
      }
      const after = await pair.ends[0].counts();
      if (!before || !after) return;
      expect(after.congestedPackets - before.congestedPackets).toBe(refused);
    });

    it("[TR7] never throws: unknown peers and empty packets do no harm", async () => {
      const pair = await connect();
      for (const channel of ["play", "control"] as const) {
        await pair.ends[0].send(99, channel, payload(0, 1));
        await pair.ends[0].send(1, channel, new Uint8Array(0));
      }
      const received: [Packet[], Packet[]] = [[], []];
      await pair.ends[0].send(1, "control", payload(0, 7));
      const wanted = text(payload(0, 7));
      const isThere = () => received[1].some(({ bytes }) => text(bytes) === wanted);
      await collect(pair, received, isThere);
      expect(isThere()).toBe(true);
      const strays = received[1].filter(({ bytes }) => bytes.length > 0 && text(bytes) !== wanted);
      expect(strays).toEqual([]);
    });

    it("[TR7] is closed after close, on both channels, and hands out nothing more", async () => {
      const pair = await connect();
      await pair.ends[0].close();
      await pair.ends[0].close();
      for (const channel of ["play", "control"] as const) {
        expect(await pair.ends[0].send(1, channel, payload(0, 1))).toBe("closed");
        await pair.ends[1].send(0, channel, payload(1, 1));
      }
      const received: [Packet[], Packet[]] = [[], []];
      await collect(pair, received, rounds(20));
      expect(received).toEqual([[], []]);
    });
  });
}

/** A condition that holds after so many rounds. */
function rounds(count: number): () => boolean {
  let passed = 0;
  return () => passed++ >= count;
}

function oneRound(): () => boolean {
  return rounds(1);
}
