import { beforeAll, describe, expect, it } from "vitest";
import {
  canonicalJson,
  deriveSeed,
  type Environment,
  type Hasher,
  loadHasher,
  nextInt,
  seedRandom,
} from "../../engine/index.ts";
import {
  type ControlMessage,
  decodeControl,
  encodeControl,
} from "../../engine/protocol/control-message.ts";
import { Cluster, type ClusterPeer } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Return, type Schedule } from "../../engine/simulation/schedule.ts";
import { FIRST_SEED, SIMULATION_SEEDS } from "../support/budget.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "../support/orbit-environment.ts";
import { judgeDisturbed, logOf } from "./disturbed-run.ts";

const FRAMES = 200;
/** Far longer than any of these runs needs, two crashes and their waits included. */
const RUN_MS_MAX = 60_000;
/** Runs with crashes are long: one for every twenty of the suite. */
const SEEDS = Math.ceil(SIMULATION_SEEDS / 20);
const BATCH = 50;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

function environmentOf(seed: number): Environment {
  const playerCount = seed % 4 === 0 ? 3 + (Math.floor(seed / 4) % 6) : 2;
  return seed % 3 === 0 ? flatOrbitEnvironment(playerCount) : orbitEnvironment({ playerCount });
}

/** One or two crashes: of one peer twice, of two after another or at once, also before play has begun. */
function returnsOf(seed: number, playerCount: number): Return[] {
  const random = seedRandom([0, 0, 0, 0], deriveSeed(seed, 77));
  const peer = nextInt(random, playerCount);
  const atMs = nextInt(random, FRAMES * 18);
  const first = { peer, atMs, afterMs: 50 + nextInt(random, 3_000) };
  const kind = nextInt(random, 3);
  if (kind === 0) return [first];
  const atAgainMs = atMs + first.afterMs + nextInt(random, 2_500);
  if (kind === 1) return [first, { peer, atMs: atAgainMs, afterMs: 50 + nextInt(random, 3_000) }];
  const other = { peer: (peer + 1) % playerCount, afterMs: 50 + nextInt(random, 2_000) };
  // Of two players one must stay: nobody else has the episode.
  const laterMs = playerCount > 2 ? nextInt(random, 2_000) : first.afterMs + 2_000;
  return [first, { ...other, atMs: atMs + laterMs }];
}

function scheduleOf(seed: number, environment: Environment): Schedule {
  const playerCount = environment.agentIds.length;
  const base = makeSchedule(seed, { playerCount, frames: FRAMES });
  return { ...base, returns: returnsOf(seed, playerCount) };
}

function run(seed: number, alter: (cluster: Cluster) => void = () => {}) {
  const environment = environmentOf(seed);
  const schedule = scheduleOf(seed, environment);
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  alter(cluster);
  cluster.run(RUN_MS_MAX);
  return { cluster, faults: judgeDisturbed({ cluster, environment, schedule, hasher }) };
}

const batches = Array.from({ length: Math.ceil(SEEDS / BATCH) }, (_, i) => FIRST_SEED + i * BATCH);

describe("returns", () => {
  it.each(batches)(
    "[SE11][PR8] seeds from %i: whoever comes back plays on to the same end",
    (first) => {
      let returned = 0;
      for (let seed = first; seed < first + BATCH; seed++) {
        const { cluster, faults } = run(seed);
        if (faults.length > 0)
          expect.fail(
            `Seed ${seed}: ${faults.slice(0, 4).join("; ")} ${JSON.stringify(scheduleOf(seed, environmentOf(seed)))}`,
          );
        returned += cluster.peers.filter(({ incarnation }) => incarnation > 0).length;
      }
      expect(returned).toBeGreaterThan(BATCH / 2);
    },
  );
});

/** Rewrites control messages on their way; null loses one. */
function alterControl(
  cluster: Cluster,
  change: (message: ControlMessage, from: number) => ControlMessage | null,
): void {
  const { network } = cluster;
  const carry = network.carry.bind(network);
  network.carry = (from, packet) => {
    const envelope = packet.channel === "control" ? decodeControl(packet.bytes) : null;
    const message = envelope && change(envelope.message, from);
    if (envelope === null) carry(from, packet);
    else if (message) carry(from, { ...packet, bytes: encodeControl(message, envelope.epoch) });
  };
}

describe("negative controls", () => {
  it("[SE11] a page that is not told what its page before had played is caught", () => {
    let caught = 0;
    // Of two players the one who stays has nothing of the other but what is confirmed.
    for (let seed = 4; seed <= 64; seed += 4) {
      const { faults } = run(seed, (cluster) => {
        alterControl(cluster, (message) => {
          if (message.kind !== "welcome") return message;
          return { ...message, held: message.held.map((one) => ({ ...one, length: 0, rows: [] })) };
        });
      });
      if (faults.length > 0) caught++;
    }
    expect(caught).toBeGreaterThan(3);
  });

  it("[SE11] an input that the returned page plays otherwise than it logs is caught", () => {
    const { cluster, faults } = run(6);
    expect(faults).toEqual([]);
    const returned = cluster.peers.find(({ incarnation }) => incarnation > 0) as ClusterPeer;
    const at = returned.sampled.findLastIndex((action, frame) => action && frame < FRAMES);
    returned.sampled[at] = 99;
    const environment = environmentOf(6);
    const schedule = scheduleOf(6, environment);
    const again = judgeDisturbed({ cluster, environment, schedule, hasher });
    expect(again.join()).toContain(`frame ${at}`);
  });
});

/** Without silences long enough that two who are both there give each other up. */
function withoutLongSilences(schedule: Schedule): Schedule {
  const calm = { burstRatio: 0, bandwidthKbitPerS: null };
  const links = schedule.links.map((row) =>
    row.map((link) => ({ ...link, ...calm, lossRatio: Math.min(link.lossRatio, 0.1) })),
  );
  return { ...schedule, links, partitions: [], hiddenTabs: [] };
}

/** A page comes back about when the others give up on it. */
function race(seed: number, playerCount: number, onDeparture: "end" | "neutral") {
  const environment = orbitEnvironment({ playerCount });
  const base = withoutLongSilences(makeSchedule(seed, { playerCount, frames: FRAMES }));
  const schedule = {
    ...base,
    session: { ...base.session, disconnectedAfterMs: 1_500, onDeparture },
    returns: [{ peer: 0, atMs: 500 + ((seed * 97) % 2_000), afterMs: 1_000 + ((seed * 53) % 900) }],
  };
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  cluster.run(RUN_MS_MAX);
  return { cluster, schedule, environment };
}

describe("a return when the others give up", () => {
  it.each([
    [2, "end"],
    [3, "end"],
    [3, "neutral"],
    [4, "neutral"],
  ] as const)(
    "[SE12] of %i players, on departure `%s`, never splits the group",
    (count, policy) => {
      const seen = { returned: 0, refused: 0 };
      for (let seed = 1; seed <= 24; seed++) {
        const { cluster, schedule, environment } = race(seed, count, policy);
        const [own, ...others] = cluster.peers as [ClusterPeer, ...ClusterPeer[]];
        const context = `seed ${seed}: ${JSON.stringify(own.session.status)}`;
        const cuts = others.map(({ events }) => events.filter(({ kind }) => kind === "departed"));
        const frames = cuts.map((events) => events.map((event) => "frame" in event && event.frame));
        for (const cut of frames) expect(cut, context).toEqual(frames[0]);
        const logs = others.map((other) => canonicalJson(logOf(other)));
        for (const log of logs) expect(log, context).toBe(logs[0]);
        if (own.session.status.kind === "ended") {
          seen.returned++;
          expect(judgeDisturbed({ cluster, environment, schedule, hasher }), context).toEqual([]);
        } else {
          seen.refused++;
          expect(own.session.status, context).toMatchObject({ kind: "aborted" });
          expect(frames[0]?.length, context).toBeGreaterThan(0);
        }
      }
      expect(seen.returned).toBeGreaterThan(0);
      expect(seen.refused).toBeGreaterThan(0);
    },
  );
});

describe("a return while another leaves for good", () => {
  it.each([3, 4, 8])("[SE11][SE9] of %i players, plays on with the seat empty", (playerCount) => {
    let ended = 0;
    for (let seed = 1; seed <= 16; seed++) {
      const environment = orbitEnvironment({ playerCount });
      const base = withoutLongSilences(makeSchedule(seed, { playerCount, frames: FRAMES }));
      const schedule = {
        ...base,
        session: {
          ...base.session,
          disconnectedAfterMs: 1_500,
          onDeparture: "neutral" as const,
        },
        departures: [{ peer: 1, atMs: 700 }],
        returns: [{ peer: 0, atMs: 600 + ((seed * 271) % 2_600), afterMs: 300 }],
      };
      const cluster = new Cluster({ environment, config: null, schedule, hasher });
      cluster.run(RUN_MS_MAX);
      const here = cluster.peers.filter((_, peer) => peer !== 1);
      const [own] = here as [ClusterPeer];
      const context = `seed ${seed}: ${JSON.stringify(here.map(({ session }) => session.status))}`;
      for (const { session, events } of here) {
        expect(
          events.filter(({ kind }) => kind === "desync"),
          context,
        ).toEqual([]);
        expect(["ended", "aborted"], context).toContain(session.status.kind);
      }
      if (own.session.status.kind === "ended") ended++;
      const toTheEnd = here.filter(({ session }) => session.status.kind === "ended").map(logOf);
      for (const log of toTheEnd) {
        expect(canonicalJson(log), context).toBe(canonicalJson(toTheEnd[0]));
        expect(log.actions, context).toHaveLength(FRAMES);
      }
    }
    expect(ended).toBeGreaterThan(4);
  });
});

describe("a return where the links choose the input delay", () => {
  it("[SE11][RB10] has the delay of the others, whether they had agreed or not", () => {
    for (let seed = 1; seed <= 24; seed++) {
      const playerCount = 2 + (seed % 2);
      const environment = orbitEnvironment({ playerCount });
      const base = withoutLongSilences(makeSchedule(seed, { playerCount, frames: FRAMES }));
      const schedule = {
        ...base,
        session: {
          ...base.session,
          inputDelayFrames: { fromLink: { minFrames: 1, maxFrames: 9 } },
        },
        returns: [{ peer: seed % playerCount, atMs: 100 + 90 * seed, afterMs: 300 }],
      };
      const cluster = new Cluster({ environment, config: null, schedule, hasher });
      cluster.run(RUN_MS_MAX);
      expect(judgeDisturbed({ cluster, environment, schedule, hasher }), `seed ${seed}`).toEqual(
        [],
      );
      const delays = cluster.peers.map(({ session }) => session.metrics().inputDelay.delayFrames);
      expect(new Set(delays).size, `seed ${seed}: ${delays}`).toBe(1);
    }
  });
});

describe("a return into a game that waits", () => {
  it("[SE11] waits as long as the others, whether the pause is before, at or after the state", () => {
    const environment = orbitEnvironment();
    for (let seed = 1; seed <= 8; seed++) {
      const base = makeSchedule(seed, { playerCount: 2, frames: FRAMES });
      const pausing = {
        onHidden: "pause",
        onInterruption: "pause",
        resumeCountdownMs: 500,
      } as const;
      const schedule = {
        ...base,
        partitions: [],
        session: { ...base.session, ...pausing, pauseLimitMs: 1_500 },
        returns: [{ peer: 1, atMs: 900 + 420 * seed, afterMs: 400 }],
      };
      const isFocusedOf = (frame: number, player: number) => player !== 0 || frame % 90 > 25;
      const cluster = new Cluster({ environment, config: null, schedule, hasher, isFocusedOf });
      cluster.run(RUN_MS_MAX);
      const [first, second] = cluster.peers as [ClusterPeer, ClusterPeer];
      expect(first.session.status, `seed ${seed}`).toMatchObject({ kind: "ended" });
      expect(canonicalJson(logOf(second)), `seed ${seed}`).toBe(canonicalJson(logOf(first)));
      expect(second.session.status).toEqual(first.session.status);
      expect(first.world.frame).toBeGreaterThan(FRAMES + 50);
    }
  });
});

describe("what is handed over", () => {
  const environment = orbitEnvironment({ playerCount: 3 });
  const makeRun = (alter: (cluster: Cluster) => void) => {
    const base = makeSchedule(3, { playerCount: 3, frames: FRAMES });
    const schedule = {
      ...base,
      partitions: [],
      session: { ...base.session, disconnectedAfterMs: 4_000, onDeparture: "neutral" as const },
      returns: [{ peer: 2, atMs: 1_500, afterMs: 700 }],
    };
    const cluster = new Cluster({ environment, config: null, schedule, hasher });
    alter(cluster);
    cluster.run(RUN_MS_MAX);
    return { cluster, faults: judgeDisturbed({ cluster, environment, schedule, hasher }) };
  };

  it("[SE11] is told by events and metrics, and by nothing where this page saw nothing itself", () => {
    const { cluster, faults } = makeRun((one) => {
      // As if nothing of the page before had been stored.
      one.clock.at(1_600_000, () => one.peers[2]?.confirmed.splice(0));
    });
    expect(faults).toEqual([]);
    const [first, , own] = cluster.peers as [ClusterPeer, ClusterPeer, ClusterPeer];
    const kinds = first.events.flatMap((event) =>
      event.kind === "interrupted" || event.kind === "returned" ? [event.kind] : [],
    );
    expect(kinds).toEqual(["interrupted", "returned"]);
    const metrics = first.session.metrics();
    expect(metrics.returns).toMatchObject([{ peer: 2, playerIndex: 2 }]);
    expect(metrics.interruptions[0]?.durationMs).toBeGreaterThan(0);
    const [{ observer }] = own.confirmed as [ClusterPeer["confirmed"][0]];
    expect(observer.simulatedAtMs[0]).toBeNull();
    expect(observer.rollbackDepthFrames[0]).toBeNull();
    expect(observer.arrivalTick[20]).toEqual([null, null, null]);
    expect(observer.wasPredicted[0]).toEqual([null, null, null]);
    expect(own.confirmed.at(-1)?.observer.simulatedAtMs.at(-1)).not.toBeNull();
  });

  it.each([
    ["a digit of the state", { from: /"score":\d+/, to: '"score":77' }, "to have the hash"],
    ["the end of the state", { from: /.$/, to: "" }, "to be JSON"],
    [
      "a number that no state holds",
      { from: /"score":\d+/, to: '"score":-0' },
      "to be handed over",
    ],
  ])("[SE11] with %s changed is refused, and the others go on", (_, { from, to }, detail) => {
    const { cluster } = makeRun((one) => {
      alterControl(one, (message) =>
        message.kind === "snapshot"
          ? { ...message, text: message.text.replace(from, to) }
          : message,
      );
    });
    const [first, second, own] = cluster.peers as [ClusterPeer, ClusterPeer, ClusterPeer];
    expect(own.session.status).toMatchObject({ kind: "aborted", reason: "technical" });
    expect(JSON.stringify(own.session.status)).toContain(detail);
    for (const { session } of [first, second]) {
      expect(session.status).toEqual({ kind: "ended", endFrame: FRAMES });
    }
  });

  it("[SE11][PR1] never throws and never ends with another log, whatever is lost or changed", () => {
    const random = seedRandom([0, 0, 0, 0], 5);
    let ended = 0;
    for (let i = 0; i < 16; i++) {
      const { cluster } = makeRun((one) => {
        alterControl(one, (message) =>
          nextInt(random, 8) === 0 ? spoil(message, random) : message,
        );
      });
      const [first, second, own] = cluster.peers as [ClusterPeer, ClusterPeer, ClusterPeer];
      if (own.session.status.kind === "handshaking") expect.fail("Waits for ever");
      if (own.session.status.kind !== "ended") continue;
      ended++;
      if (second.session.status.kind !== "ended") continue;
      expect(logOf(second).actions.length).toBe(logOf(first).actions.length);
    }
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThan(16);
  });

  it("[SE11] a page that comes back to nobody who has the episode ends in time", () => {
    const { cluster } = makeRun((one) => {
      one.peers.forEach(({ transport }, peer) => {
        if (peer !== 2) one.clock.at(1_600_000, () => transport.close());
      });
      alterControl(one, (message) => (message.kind === "welcome" ? null : message));
    });
    expect(cluster.peers[2]?.session.status).toMatchObject({
      kind: "aborted",
      reason: "peer-disconnected",
      detail: "Nobody let this page back into the episode",
    });
  });
});

/** The same message with something of it wrong, or lost. */
function spoil(message: ControlMessage, random: number[]): ControlMessage | null {
  switch (message.kind) {
    case "log":
      return nextInt(random, 2) === 0
        ? { ...message, fromFrame: message.fromFrame + nextInt(random, 3) }
        : { ...message, hashes: message.hashes.slice(nextInt(random, 4)) };
    case "snapshot":
      return {
        ...message,
        frame: nextInt(random, 300),
        text: message.text.slice(nextInt(random, 9)),
      };
    case "welcome":
      return { ...message, currentFrame: nextInt(random, 600_000), mine: nextInt(random, 3) };
    case "ask":
    case "followed":
      return null;
    default:
      return message;
  }
}
