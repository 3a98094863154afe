/** Returns, departures, pauses and recoveries at the same time, with and without bots, over bad links. */
import { beforeAll, describe, expect, it } from "vitest";
import { FLAG_PAUSED } from "../../engine/environment/input-flag.ts";
import { deriveSeed, type Hasher, loadHasher, nextInt, seedRandom } from "../../engine/index.ts";
import { Cluster, type ClusterOptions, type ClusterPeer } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { FIRST_SEED, SIMULATION_SEEDS } from "../support/budget.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";
import { type DisturbedRun, judgeDisturbed, logOf } from "./disturbed-run.ts";

const FRAMES = 200;
const RUN_MS_MAX = 90_000;
const SEEDS = Array.from({ length: Math.ceil(SIMULATION_SEEDS / 400) }, (_, i) => FIRST_SEED + i);
const PAUSES = { onHidden: "pause", resumeCountdownMs: 300, pauseLimitMs: 1_200 } as const;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

interface Setting {
  readonly seed: number;
  readonly peers: number;
  readonly bots?: number;
  readonly rules?: Partial<Schedule["session"]>;
  readonly changes?: Partial<Schedule>;
  readonly isFocusedOf?: (frame: number, playerIndex: number) => boolean;
  readonly tamperOf?: (cluster: () => Cluster) => NonNullable<ClusterOptions["tamper"]>;
}

/** Bad links, but none that is silent so long that two who are there give each other up. */
function scheduleOf({ seed, peers, bots = 0, rules, changes }: Setting): Schedule {
  const base = makeSchedule(seed, { playerCount: peers, frames: FRAMES });
  const links = base.links.map((row) =>
    row.map((link) => ({
      ...{ ...link, burstRatio: 0, bandwidthKbitPerS: null },
      lossRatio: Math.min(link.lossRatio, 0.1),
    })),
  );
  const calm = { links, partitions: [], hiddenTabs: [], botSeats: bots };
  return { ...base, ...calm, ...changes, session: { ...base.session, ...rules } };
}

function run(setting: Setting): DisturbedRun {
  const { peers, bots = 0, isFocusedOf, tamperOf } = setting;
  const environment = orbitEnvironment({ playerCount: peers + bots, hasBots: true });
  const schedule = scheduleOf(setting);
  const tamper = tamperOf?.(() => cluster);
  const cluster: Cluster = new Cluster({
    ...{ environment, config: null, schedule, hasher },
    ...(isFocusedOf && { isFocusedOf }),
    ...(tamper && { tamper }),
  });
  cluster.run(RUN_MS_MAX);
  return { cluster, environment, schedule, hasher, ...(isFocusedOf && { isFocusedOf }) };
}

const randomOf = (seed: number, salt: number) => seedRandom([0, 0, 0, 0], deriveSeed(seed, salt));

/** A page dies at some moment of play and is opened again while the others wait. */
function someReturn(seed: number, peers: number, afterMsMax = 1_200) {
  const random = randomOf(seed, 78);
  const peer = nextInt(random, peers);
  return {
    peer,
    atMs: 300 + nextInt(random, FRAMES * 20),
    afterMs: 50 + nextInt(random, afterMsMax),
  };
}

/** Everybody looks away now and then. */
const looksAway = (seed: number) => (frame: number, player: number) =>
  (frame + 41 * player + 13 * seed) % 97 >= 10 + 5 * (seed % 3);

/** One peer steps wrongly from a frame on until it has gone back; in frames that wait that does nothing. */
function faultFrom(peer: number, frame: number): NonNullable<Setting["tamperOf"]> {
  return (cluster) => (at, requests) => {
    const page = cluster().peers[peer] as ClusterPeer;
    if (at !== peer || page.session.metrics().recoveries.length > 0) return;
    for (const request of requests) {
      if (request.kind !== "advance" || request.frame < frame) continue;
      const actions = request.actions as number[];
      actions[0] = actions[0] === 1 ? 2 : 1;
    }
  };
}

const wasPaused = ({ cluster, schedule }: DisturbedRun) => {
  const stayed = cluster.peers.findIndex(
    (_, i) => !schedule.departures.some(({ peer }) => peer === i),
  );
  return logOf(cluster.peers[stayed] as ClusterPeer)
    .flags.flat()
    .some((bits) => bits & FLAG_PAUSED);
};
const hasReturned = ({ cluster }: DisturbedRun) =>
  cluster.peers.some(({ incarnation }) => incarnation > 0);
const hasRecovered = ({ cluster }: DisturbedRun) =>
  cluster.peers.some(({ session }) => session.metrics().recoveries.length > 0);

/** Judges one run for each seed; `isTried` counts those in which the thing to be tried happened. */
function check(
  settingOf: (seed: number) => Setting,
  isTried: (run: DisturbedRun) => boolean,
): void {
  let tried = 0;
  for (const seed of SEEDS) {
    const setting = settingOf(seed);
    const done = run(setting);
    const context = `seed ${seed}: ${JSON.stringify(done.schedule)}`;
    expect(judgeDisturbed(done), context).toEqual([]);
    if (isTried(done)) tried++;
  }
  expect(tried).toBeGreaterThan(SEEDS.length / 3);
}

describe("a return", () => {
  it.each([
    [2, 1],
    [2, 2],
    [3, 1],
    [4, 4],
  ])("[SE11][SE10] among %i players and %i bots plays on to the same end", (peers, bots) => {
    check(
      (seed) => ({ seed, peers, bots, changes: { returns: [someReturn(seed, peers)] } }),
      hasReturned,
    );
  });

  it.each([
    [2, 0],
    [3, 1],
  ])("[SE11][PA2] during a pause of %i players and %i bots waits as the others", (peers, bots) => {
    check(
      (seed) => ({
        ...{ seed, peers, bots, isFocusedOf: looksAway(seed) },
        rules: { ...PAUSES, onInterruption: "pause" },
        changes: { returns: [someReturn(seed, peers)] },
      }),
      (done) => hasReturned(done) && wasPaused(done),
    );
  });
});

const RECOVER = { onDesync: "recover" } as const;
const LEAVE = { disconnectedAfterMs: 1_500 } as const;

describe("a recovery", () => {
  it.each([
    [2, 0],
    [3, 1],
  ])("[SE13][PA2] is the same before, in and after a pause: %i players, %i bots", (peers, bots) => {
    // The frames of the pause are known; the difference lies around its edges, and is found some time later.
    const pausedFrom = 80;
    const isFocusedOf = (frame: number, player: number) =>
      player !== 0 || frame < pausedFrom || frame >= pausedFrom + 40;
    check(
      (seed) => ({
        ...{ seed, peers, bots, isFocusedOf },
        rules: { ...PAUSES, ...RECOVER },
        tamperOf: faultFrom(seed % peers, pausedFrom - 12 + (seed % 24)),
      }),
      (done) => hasRecovered(done) && wasPaused(done),
    );
  });

  it("[SE13][PA2] goes back behind a pause that a peer has not seen", () => {
    check(
      (seed) => ({
        ...{ seed, peers: 2 + (seed % 2), isFocusedOf: looksAway(seed) },
        rules: { ...PAUSES, ...RECOVER },
        tamperOf: (cluster) => (at, requests) => {
          const page = cluster().peers[1] as ClusterPeer;
          if (at !== 1 || page.session.metrics().recoveries.length > 0) return;
          for (const request of requests) {
            if (request.kind !== "advance") continue;
            const flags = request.flags as number[];
            for (const [player, bits] of flags.entries()) flags[player] = bits & ~FLAG_PAUSED;
          }
        },
      }),
      (done) => hasRecovered(done) && wasPaused(done),
    );
  });

  it.each([
    [3, "neutral"],
    [3, "end"],
    [4, "bot"],
  ] as const)(
    "[SE13][SE9] of %i players is finished when one leaves in its midst: `%s`",
    (peers, onDeparture) => {
      check((seed) => {
        const random = randomOf(seed, 79);
        const frame = 60 + nextInt(random, 40);
        const atMs = 300 + frame * 17 + nextInt(random, 700);
        return {
          ...{ seed, peers, tamperOf: faultFrom(nextInt(random, peers), frame) },
          rules: { ...RECOVER, ...LEAVE, onDeparture },
          changes: { departures: [{ peer: nextInt(random, peers), atMs }] },
        };
      }, hasRecovered);
    },
  );

  it("[SE18][SE5] of whoever goes wrong in the last frames before a departure's end is told by all who stay", () => {
    let differing = 0;
    for (const seed of SEEDS) {
      const atMs = 1_200 + (seed % 7) * 50;
      const done = run({
        ...{ seed, peers: 3, rules: { ...LEAVE, onDeparture: "end" } },
        // What the other one who stays hands over of the one who left is the last to be simulated.
        tamperOf: (cluster) => (at, requests) => {
          const page = cluster().peers[0] as ClusterPeer;
          if (at !== 0 || !page.events.some(({ kind }) => kind === "disconnected")) return;
          for (const request of requests) {
            if (request.kind !== "advance") continue;
            const actions = request.actions as number[];
            actions[0] = actions[0] === 1 ? 2 : 1;
          }
        },
        changes: {
          departures: [{ peer: 2, atMs }],
          partitions: [{ from: 2, to: 0, startMs: atMs - 200, durationMs: 10_000 }],
          holdFrames: [2, 2, 2],
        },
      });
      const [first, second] = done.cluster.peers as [ClusterPeer, ClusterPeer];
      const told = [first, second].map(({ events }) =>
        events.some(({ kind }) => kind === "desync"),
      );
      const isSame = logOf(first).hashes.join() === logOf(second).hashes.join();
      expect(told, `seed ${seed}`).toEqual([!isSame, !isSame]);
      if (!isSame) differing++;
    }
    expect(differing).toBeGreaterThan(SEEDS.length / 3);
  });

  it.each([2, 3])(
    "[SE13][SE11] of %i players is joined by a page that comes back into a pause",
    (peers) => {
      check(
        (seed) => {
          const random = randomOf(seed, 80);
          const frame = 60 + nextInt(random, 60);
          const peer = nextInt(random, peers);
          const atMs = 300 + frame * 17 + nextInt(random, 900) - 200;
          return {
            ...{ seed, peers, isFocusedOf: looksAway(seed) },
            rules: { ...PAUSES, ...RECOVER, onInterruption: "pause" },
            // A page that comes back has not gone wrong: the fault is of one that stays.
            tamperOf: faultFrom((peer + 1) % peers, frame),
            changes: { returns: [{ peer, atMs, afterMs: 50 + nextInt(random, 800) }] },
          };
        },
        (done) => hasRecovered(done) && hasReturned(done),
      );
    },
  );
});

describe("everything at once", () => {
  it.each([
    [3, 1, "neutral"],
    [4, 0, "bot"],
    [4, 2, "neutral"],
  ] as const)(
    "[SE1][SE2][SE9][SE11][SE13] leaves %i players and %i bots with one game: `%s`",
    (peers, bots, onDeparture) => {
      check((seed) => {
        const random = randomOf(seed, 81);
        const returning = someReturn(seed, peers, 900);
        const leaving = (returning.peer + 1 + nextInt(random, peers - 1)) % peers;
        return {
          ...{ seed, peers, bots, isFocusedOf: looksAway(seed) },
          rules: { ...PAUSES, ...RECOVER, ...LEAVE, onInterruption: "pause", onDeparture },
          tamperOf: faultFrom(
            [...Array(peers).keys()].find((peer) => peer !== leaving && peer !== returning.peer) ??
              0,
            40 + nextInt(random, 120),
          ),
          changes: {
            returns: [returning],
            departures: [{ peer: leaving, atMs: 800 + nextInt(random, FRAMES * 18) }],
          },
        };
      }, hasReturned);
    },
  );
});

describe("negative controls", () => {
  const setting = { seed: 3, peers: 3, bots: 1, isFocusedOf: looksAway(3) };

  it("[SE5] a difference that nobody goes back for is caught", () => {
    const done = run({ ...setting, rules: PAUSES, tamperOf: faultFrom(1, 90) });
    expect(judgeDisturbed(done).join("; ")).toContain('"kind":"desync"');
  });

  it.each([
    ["what a player did", "not 99", ({ sampled }: ClusterPeer) => sampled.fill(99, 100, 140)],
    ["a shorter log", "verified", ({ confirmed }: ClusterPeer) => confirmed.splice(-1)],
  ])("[SE1] a judge that is given %s otherwise says so", (_, fault, change) => {
    const done = run({ ...setting, rules: PAUSES });
    expect(judgeDisturbed(done)).toEqual([]);
    change(done.cluster.peers[2] as ClusterPeer);
    expect(judgeDisturbed(done).join("; ")).toContain(fault);
  });
});
