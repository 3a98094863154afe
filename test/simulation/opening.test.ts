/** Before frame 0: peers that never come, fall silent or lose one of their links, and what becomes of the others. */
import { beforeAll, describe, expect, it } from "vitest";
import { FLAG_PAUSED } from "../../engine/environment/input-flag.ts";
import { type Hasher, loadHasher } from "../../engine/index.ts";
import { OPENING_MS_MAX } from "../../engine/session/opening.ts";
import { Cluster, type ClusterPeer } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const FRAMES = 60;
const GONE_MS = 2_000;
const SEEDS = 8;
/** Few, so that the long waits cost few ticks. */
const FPS = 20;
/** Twice a silence: of who is gone, and of those who have given up because of it. */
const OVER_MS = OPENING_MS_MAX + 3 * GONE_MS + 20_000;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const FROM_LINK = { fromLink: { minFrames: 1, maxFrames: 6 } };

function scheduleOf(
  seed: number,
  playerCount: number,
  changes: Partial<Schedule> & { readonly rules?: Partial<Schedule["session"]> },
): Schedule {
  const base = makeSchedule(seed, { playerCount, frames: FRAMES });
  const { rules, ...rest } = changes;
  const calm = { burstRatio: 0, bandwidthKbitPerS: null };
  const links = base.links.map((row) =>
    row.map((link) => ({ ...link, ...calm, lossRatio: Math.min(link.lossRatio, 0.1) })),
  );
  const session = { ...base.session, disconnectedAfterMs: GONE_MS, ...rules };
  return { ...base, links, partitions: [], hiddenTabs: [], pauses: [], ...rest, session };
}

function run(schedule: Schedule, alter: (cluster: Cluster) => void = () => {}): Cluster {
  const environment = orbitEnvironment({ playerCount: schedule.playerCount, fps: FPS });
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  alter(cluster);
  cluster.run(OVER_MS);
  return cluster;
}

/** What is wrong with how it ended for those who stayed; none has to wait, and no end is without its reason. */
function faultsOf({ peers }: Cluster, gone: number | null): string[] {
  return peers.flatMap(({ session, events }, peer) => {
    if (peer === gone) return [];
    const { status } = session;
    if (status.kind === "ended") return [];
    if (status.kind !== "aborted") return [`peer ${peer} is ${status.kind}`];
    // Found by this side, or told by another.
    const lost = events.flatMap((event) => {
      if (event.kind === "disconnected") return [event.peer];
      return event.kind === "departed" ? [event.playerIndex] : [];
    });
    const named = /player ([\d and]+)$/.exec(status.detail)?.[1]?.split(" and ").map(Number) ?? [];
    const faults: string[] = [];
    if (status.reason !== "peer-disconnected")
      faults.push(`peer ${peer} ended as ${status.reason}`);
    if (named.length === 0 || !named.every((player) => lost.includes(player))) {
      faults.push(`peer ${peer} says “${status.detail}”, but lost ${lost}`);
    }
    return faults;
  });
}

const hasBegun = ({ events }: ClusterPeer) => events.some(({ kind }) => kind === "started");

describe.each([2, 4])("a group of %i", (playerCount) => {
  it.each([
    ["fixed", 2],
    ["taken from the links", FROM_LINK],
  ])("[SE16] ends when one never comes, with the delay %s", (_, inputDelayFrames) => {
    for (let seed = 1; seed <= SEEDS / (playerCount / 2); seed++) {
      const gone = seed % playerCount;
      const rules = { inputDelayFrames, onDeparture: "neutral" as const };
      const cluster = run(
        scheduleOf(seed, playerCount, { rules, departures: [{ peer: gone, atMs: 0 }] }),
      );
      const context = `seed ${seed}`;
      expect(faultsOf(cluster, gone), context).toEqual([]);
      for (const [peer, page] of cluster.peers.entries()) {
        if (peer === gone) continue;
        expect(hasBegun(page), context).toBe(false);
        expect(page.session.status, context).toMatchObject({ kind: "aborted", confirmedFrame: 0 });
        expect(page.confirmed, context).toEqual([]);
      }
      const ends = cluster.peers.flatMap(({ events }) =>
        events.flatMap((event) =>
          event.kind === "disconnected" && event.peer === gone ? [event.atMs] : [],
        ),
      );
      expect(ends.length, context).toBeGreaterThan(0);
      for (const atMs of ends) expect(Math.abs(atMs - OPENING_MS_MAX)).toBeLessThan(300);
    }
  });

  it("[SE16][SE4] ends, or plays by the rules of departures, whenever one goes while the delay is measured", () => {
    const seen = { before: 0, after: 0 };
    for (let seed = 1; seed <= 2 * SEEDS; seed++) {
      const gone = seed % playerCount;
      const rules = { inputDelayFrames: FROM_LINK, onDeparture: "neutral" as const };
      const departures = [{ peer: gone, atMs: 150 + ((seed * 373) % 6_000) }];
      const cluster = run(scheduleOf(seed, playerCount, { rules, departures }));
      const context = `seed ${seed}`;
      expect(faultsOf(cluster, gone), context).toEqual([]);
      for (const [peer, { session, events }] of cluster.peers.entries()) {
        if (peer === gone) continue;
        seen[session.status.kind === "ended" ? "after" : "before"]++;
        const at = (kind: string) => events.find((event) => event.kind === kind);
        const [interrupted, lost] = [at("interrupted"), at("disconnected")];
        if (interrupted === undefined || lost === undefined) continue;
        expect((interrupted as { atMs: number }).atMs).toBeLessThan(
          (lost as { atMs: number }).atMs,
        );
      }
      const logs = cluster.peers.filter(({ session }) => session.status.kind === "ended");
      const texts = logs.map(({ confirmed }) => confirmed.flatMap(({ hashes }) => hashes).join());
      if (playerCount === 4) expect(new Set(texts).size, context).toBeLessThan(2);
    }
    expect(seen.before).toBeGreaterThan(0);
    expect(seen.after).toBeGreaterThan(0);
  });
});

describe("a group of four with one dead link", () => {
  it.each([
    ["end", 2],
    ["neutral", 2],
    ["neutral", FROM_LINK],
  ] as const)("[SE16] does not wait for ever: `%s`, delay %o", (onDeparture, inputDelayFrames) => {
    for (let seed = 1; seed <= 3; seed++) {
      const cut = { startMs: 0, durationMs: 2 * OPENING_MS_MAX };
      const partitions = [
        { from: 1, to: 2, ...cut },
        { from: 2, to: 1, ...cut },
      ];
      const rules = { inputDelayFrames, onDeparture };
      const cluster = run(scheduleOf(seed, 4, { rules, partitions }));
      expect(faultsOf(cluster, null), `seed ${seed}`).toEqual([]);
      for (const peer of [1, 2]) expect(hasBegun(cluster.peers[peer] as ClusterPeer)).toBe(false);
      const others = [0, 3].map((peer) => cluster.peers[peer] as ClusterPeer);
      const isPlayedOn = onDeparture === "neutral" && inputDelayFrames === 2;
      for (const { session } of others) {
        expect(session.status.kind).toBe(isPlayedOn ? "ended" : "aborted");
      }
    }
  });
});

describe("a silence while the delay is measured", () => {
  it("[SE16][PA5] asks for no pause: nobody had begun to play", () => {
    const pausesAfter = (startMs: number) => {
      const cut = { startMs, durationMs: 1_200 };
      const partitions = [
        { from: 0, to: 1, ...cut },
        { from: 1, to: 0, ...cut },
      ];
      const rules = { inputDelayFrames: FROM_LINK, onInterruption: "pause" as const };
      const { peers } = run(scheduleOf(5, 2, { rules, partitions }));
      const [{ events, confirmed, session }] = peers as [ClusterPeer];
      expect(session.status.kind).toBe("ended");
      expect(events.map(({ kind }) => kind)).toContain("resumed");
      return confirmed.flatMap(({ flags }) => flags.flat()).filter((bits) => bits & FLAG_PAUSED);
    };
    expect(pausesAfter(800)).toEqual([]);
    expect(pausesAfter(5_500), "in play it does").not.toEqual([]);
  });
});

describe("negative controls", () => {
  it("[SE16] a page whose clock stands still waits for ever, and is caught", () => {
    const schedule = scheduleOf(3, 2, { departures: [{ peer: 1, atMs: 0 }] });
    const cluster = run(schedule, ({ peers }) => {
      const { session } = peers[0] as ClusterPeer;
      const advance = session.advance.bind(session);
      session.advance = () => advance(0);
    });
    expect(faultsOf(cluster, 1)).toEqual(["peer 0 is handshaking"]);
  });

  it("[SE16] a page that comes just in time is waited for", () => {
    const late = OPENING_MS_MAX - 1_000;
    const base = scheduleOf(4, 2, {});
    const clocks = base.clocks.map((clock, peer) => ({ ...clock, startMs: peer * late }));
    const cluster = run({ ...base, clocks });
    for (const { session, events } of cluster.peers) {
      expect(session.status).toEqual({ kind: "ended", endFrame: FRAMES });
      expect(events.map(({ kind }) => kind)).not.toContain("disconnected");
    }
  });
});
