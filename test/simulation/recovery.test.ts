/** Going back after a difference, judged by a replay that knows nothing of sessions, over many seeds and bad links. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Hasher, loadHasher, replayEpisode, World } from "../../engine/index.ts";
import { Cluster, type ClusterPeer } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { FIRST_SEED, SIMULATION_SEEDS } from "../support/budget.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";
import { judge } from "./oracle.ts";

const FRAMES = 500;
const RUN_MS_MAX = 120_000;
const SEEDS = Array.from({ length: Math.ceil(SIMULATION_SEEDS / 200) }, (_, i) => FIRST_SEED + i);

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

interface Fault {
  readonly peer: number;
  readonly frame: number;
  /** Whether the peer steps this frame wrongly this time. */
  isOn(peer: ClusterPeer): boolean;
}

const hasNotGoneBack = ({ session }: ClusterPeer) => session.metrics().recoveries.length === 0;

function scheduleOf(seed: number, playerCount: number, changes: Partial<Schedule["session"]> = {}) {
  const schedule = makeSchedule(seed, { playerCount, frames: FRAMES });
  const session = { ...schedule.session, onDesync: "recover" as const, ...changes };
  // A link that is silent for seconds leaves nothing to go back to; that has a test of its own.
  const quick = { bandwidthKbitPerS: null, burstRatio: 0 };
  const links = schedule.links.map((row) => row.map((link) => ({ ...link, ...quick })));
  const holdFrames = schedule.holdFrames.map(() => 2);
  return { ...schedule, links, partitions: [], hiddenTabs: [], holdFrames, session };
}

function run(schedule: Schedule, faults: readonly Fault[]): Cluster {
  const environment = orbitEnvironment({ playerCount: schedule.playerCount });
  const cluster: Cluster = new Cluster({
    environment,
    config: null,
    schedule,
    hasher,
    tamper(peer, requests) {
      for (const request of requests) {
        if (request.kind !== "advance") continue;
        const fault = faults.find((one) => one.peer === peer && one.frame === request.frame);
        if (fault === undefined || !fault.isOn(cluster.peers[peer] as ClusterPeer)) continue;
        const actions = request.actions as number[];
        actions[0] = actions[0] === 1 ? 2 : 1;
      }
    },
  });
  cluster.run(RUN_MS_MAX);
  return cluster;
}

/** Hashes handed out, once it is proved that each frame was handed out once and in order. */
function handedOut({ confirmed }: ClusterPeer): readonly string[] {
  let next = 0;
  for (const { fromFrame, hashes } of confirmed) {
    expect(fromFrame).toBe(next);
    next += hashes.length;
  }
  return confirmed.flatMap(({ hashes }) => hashes);
}

function replayOf(cluster: Cluster, schedule: Schedule): readonly string[] {
  const { confirmed, world } = cluster.peers[0] as ClusterPeer;
  return replayEpisode({
    environment: world.environment,
    config: null,
    seed: world.seed,
    maxSteps: schedule.frames,
    episode: 0,
    actions: confirmed.flatMap(({ actions }) => actions),
    flags: confirmed.flatMap(({ flags }) => flags),
    hasher,
  }).hashes;
}

/** The oracle's opinion of what was played, the disputes themselves left out. */
function faultsOf(cluster: Cluster, schedule: Schedule): readonly string[] {
  for (const { events } of cluster.peers) {
    for (let i = events.length - 1; i >= 0; i--) {
      if (events[i]?.kind === "desync") events.splice(i, 1);
    }
  }
  const environment = orbitEnvironment({ playerCount: schedule.playerCount });
  return judge(cluster, environment, null, schedule).faults;
}

describe("a fault that passes", () => {
  for (const playerCount of [2, 3, 4]) {
    it(`[SE13][SE14] is recovered from: ${playerCount} players go on as if it had never been`, () => {
      let rollbacks = 0;
      for (const seed of SEEDS) {
        const schedule = scheduleOf(seed, playerCount);
        const fault = { peer: seed % playerCount, frame: 100, isOn: hasNotGoneBack };
        const cluster = run(schedule, [fault]);
        const context = `seed ${seed}, ${playerCount} players`;
        const expected = replayOf(cluster, schedule);
        for (const peer of cluster.peers) {
          const { recoveries, rollbacks: own } = peer.session.metrics();
          expect(
            recoveries.map(({ frame, agreedFrame, outcome }) => [frame, agreedFrame, outcome]),
            context,
          ).toEqual([[101, 100, "restored"]]);
          expect(peer.events.filter(({ kind }) => kind === "recovered")).toHaveLength(1);
          expect(handedOut(peer), context).toEqual(expected);
          rollbacks += own.length;
        }
        expect(faultsOf(cluster, schedule), context).toEqual([]);
      }
      expect(rollbacks).toBeGreaterThan(100);
    });
  }

  it("[SE13] is disputed, and nothing more, where the study does not ask for recovery", () => {
    const schedule = scheduleOf(1, 2, { onDesync: "dispute" });
    const { peers } = run(schedule, [{ peer: 1, frame: 100, isOn: () => true }]);
    for (const { session } of peers) {
      const { desyncs, recoveries, verifiedFrame } = session.metrics();
      expect(desyncs.map(({ frame }) => frame)).toEqual([101]);
      expect(recoveries).toEqual([]);
      expect(verifiedFrame).toBe(100);
    }
    const [ours, theirs] = peers.map(handedOut);
    expect(ours).not.toEqual(theirs);
  });

  it("[SE14] three in one episode are told apart, also when packets come late and twice", () => {
    for (const seed of SEEDS) {
      const base = scheduleOf(seed, 2);
      const bad = {
        delayMs: 40,
        jitterMs: 90,
        lossRatio: 0.2,
        duplicateRatio: 0.3,
        reorderRatio: 0.3,
      };
      const links = base.links.map((row) =>
        row.map((link) => ({ ...link, ...bad, reorderMs: 150 })),
      );
      const schedule = { ...base, links };
      const faults = [60, 130, 200].map((frame, i) => ({
        peer: i % 2,
        frame,
        isOn: ({ session }: ClusterPeer) => session.metrics().recoveries.length <= i,
      }));
      const cluster = run(schedule, faults);
      const expected = replayOf(cluster, schedule);
      for (const peer of cluster.peers) {
        const frames = peer.session.metrics().recoveries.map(({ frame }) => frame);
        expect(frames, `seed ${seed}`).toEqual([61, 131, 201]);
        expect(handedOut(peer)).toEqual(expected);
      }
      expect(faultsOf(cluster, schedule), `seed ${seed}`).toEqual([]);
    }
  });
});

describe("a page that comes back", () => {
  it.each([2, 3])(
    "[SE14][SE11] takes over the generation of the others, whenever a difference is found: %i players",
    (playerCount) => {
      const outcomes = new Set<string>();
      for (const seed of SEEDS) {
        for (let step = 0; step < 8; step++) {
          const base = scheduleOf(seed, playerCount);
          const returning = { peer: 1, atMs: 1_500 + step * 100, afterMs: 60 + step * 130 };
          const schedule = { ...base, returns: [returning] };
          // Both faults are of a page that stays: the one that returns knows of the first by the generation alone.
          const faults = [100, 220].map((frame, i) => ({
            peer: 0,
            frame,
            isOn: ({ session }: ClusterPeer) => session.metrics().recoveries.length <= i,
          }));
          const cluster = run(schedule, faults);
          const context = `seed ${seed}, ${playerCount} players, step ${step}`;
          const expected = replayOf(cluster, schedule);
          for (const peer of cluster.peers) {
            expect(peer.session.status, context).toEqual({ kind: "ended", endFrame: FRAMES });
            const { recoveries, verifiedFrame } = peer.session.metrics();
            for (const { frame, outcome } of recoveries) outcomes.add(`${frame} ${outcome}`);
            expect(handedOut(peer), context).toEqual(expected);
            expect(verifiedFrame, context).toBe(FRAMES);
          }
          expect(cluster.peers[1]?.incarnation).toBe(1);
          expect(cluster.peers[1]?.session.metrics().recoveries.at(-1)?.frame).toBe(221);
        }
      }
      expect([...outcomes].sort()).toEqual(["101 restored", "221 restored"]);
    },
  );
});

describe("a fault that stays", () => {
  for (const playerCount of [2, 3]) {
    it(`[SE13] is disputed after one recovery: ${playerCount} players do not go back for ever`, () => {
      for (const seed of SEEDS) {
        const schedule = scheduleOf(seed, playerCount);
        const cluster = run(schedule, [{ peer: 1, frame: 100, isOn: () => true }]);
        const context = `seed ${seed}, ${playerCount} players`;
        const expected = replayOf(cluster, schedule);
        for (const [index, peer] of cluster.peers.entries()) {
          const { recoveries, verifiedFrame } = peer.session.metrics();
          expect(
            recoveries.map(({ frame, outcome }) => [frame, outcome]),
            context,
          ).toEqual([
            [101, "restored"],
            [101, "repeated"],
          ]);
          expect(verifiedFrame, context).toBe(100);
          const hashes = handedOut(peer);
          expect(hashes).toHaveLength(FRAMES);
          if (index === 1) expect(hashes).not.toEqual(expected);
          else expect(hashes, context).toEqual(expected);
        }
      }
    });
  }

  it("[SE13] in a fourth frame is one too many", () => {
    const schedule = scheduleOf(5, 2);
    const faults = [50, 100, 150, 200].map((frame, i) => ({
      peer: 1,
      frame,
      isOn: ({ session }: ClusterPeer) => session.metrics().recoveries.length <= i,
    }));
    const { peers } = run(schedule, faults);
    for (const { session } of peers) {
      expect(session.metrics().recoveries.map(({ outcome }) => outcome)).toEqual([
        "restored",
        "restored",
        "restored",
        "limit",
      ]);
    }
  });
});

describe("an agreed state that is no longer kept", () => {
  it("[SE13] is said to be, and nobody goes back: the frames are disputed", () => {
    const base = scheduleOf(3, 2, { predictionWindowFrames: 60 });
    const slow = { delayMs: 1_000, jitterMs: 0, lossRatio: 0, reorderRatio: 0 };
    const links = base.links.map((row) => row.map((link) => ({ ...link, ...slow })));
    const cluster = run({ ...base, links }, [{ peer: 1, frame: 100, isOn: () => true }]);
    for (const peer of cluster.peers) {
      const { recoveries, verifiedFrame } = peer.session.metrics();
      expect(recoveries.map(({ frame, outcome }) => [frame, outcome])).toEqual([
        [101, "out-of-reach"],
      ]);
      expect(peer.events.map(({ kind }) => kind)).toContain("unrecovered");
      expect(peer.events.map(({ kind }) => kind)).not.toContain("recovered");
      expect(verifiedFrame).toBe(100);
      expect(handedOut(peer)).toHaveLength(FRAMES);
    }
  });
});

describe("a kept state that is not the agreed one", () => {
  it("[SE13] is not loaded: who has it says so, and the frames are disputed", () => {
    const schedule = scheduleOf(4, 2);
    const fault = {
      peer: 1,
      frame: 100,
      isOn({ session, world }: ClusterPeer) {
        // Once the difference is found, this host has another state under frame 100.
        world.hashValue = (frame) => {
          const isLying = frame === 100 && session.metrics().desyncs.length > 0;
          return World.prototype.hashValue.call(world, frame) ^ (isLying ? 1n : 0n);
        };
        return session.metrics().recoveries.length === 0;
      },
    };
    const { peers } = run(schedule, [fault]);
    const outcomes = peers.map(({ session }) =>
      session.metrics().recoveries.map(({ outcome }) => outcome),
    );
    expect(outcomes[0]).toEqual(["restored", "repeated"]);
    expect(outcomes[1]).toEqual(["differing", "repeated"]);
    for (const peer of peers) {
      expect(peer.session.metrics().verifiedFrame).toBe(100);
      expect(handedOut(peer)).toHaveLength(FRAMES);
    }
  });
});

describe("a report of a difference", () => {
  it("[SE15] holds the inputs, both states, both hashes and what both sides run", () => {
    const schedule = scheduleOf(2, 2, { onDesync: "dispute" });
    const { peers } = run(schedule, [{ peer: 1, frame: 100, isOn: () => true }]);
    const [first, second] = peers.map(({ events }) =>
      events.flatMap((event) => (event.kind === "desync-report" ? [event.report] : [])).at(-1),
    );
    if (first === undefined || second === undefined) throw new Error("Expected two reports");
    expect(first).toMatchObject({
      index: 0,
      peer: 1,
      frame: 101,
      verifiedFrame: 100,
      fromFrame: 0,
    });
    expect(first.actions).toHaveLength(101);
    expect([first.ours, first.theirs]).toEqual([second.theirs, second.ours]);
    expect(first.states.ours).toEqual(second.states.theirs);
    expect(first.states.agreed).toEqual(second.states.agreed);
    expect(first.states.ours).not.toEqual(first.states.theirs);
    expect(first.agreedHash).toBe(second.agreedHash);
    expect(first.software).toEqual({ ours: "simulated peer 0", theirs: "simulated peer 1" });
    expect(first.located?.path).toMatch(/^bodies\./);
  });
});
