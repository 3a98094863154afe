import { beforeAll, describe, expect, it } from "vitest";
import {
  canonicalJson,
  deriveSeed,
  type Environment,
  fulfil,
  type Hasher,
  handshakeDigest,
  loadHasher,
  SpectatorSession,
  World,
} from "../../engine/index.ts";
import { decodeControl, encodeControl } from "../../engine/protocol/control-message.ts";
import { DEFAULT_SESSION_CONFIG } from "../../engine/session/config.ts";
import { Cluster, type ClusterOptions } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "../support/orbit-environment.ts";

const FRAMES = 400;
const FRAME_US = 1_000_000 / 60;
/** The spectator's number; the players have the ones below. */
const WATCHER = 9;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

interface Watcher {
  readonly session: SpectatorSession;
  readonly world: World;
  readonly hashes: string[];
  /** `frames[tick]`: frames run in that tick. */
  readonly frames: number[];
}

function scheduleOf(seed: number, playerCount = 2): Schedule {
  return makeSchedule(seed, { playerCount, frames: FRAMES });
}

function clusterOf(
  environment: Environment,
  schedule: Schedule,
  isWatched = true,
  tamper: ClusterOptions["tamper"] = () => {},
): Cluster {
  const spectators = isWatched ? [[WATCHER]] : [];
  return new Cluster({ environment, config: null, schedule, hasher, spectators, tamper });
}

/** Lets somebody watch by way of player 0 from `startMs` on; ticks cease at `deadAtMs`, and for a while from `asleepMs` on. */
function watch(
  cluster: Cluster,
  environment: Environment,
  schedule: Schedule,
  { startMs = 0, deadAtMs = Number.POSITIVE_INFINITY, asleepMs = [0, 0], changes = {} } = {},
): Watcher {
  const seed = deriveSeed(schedule.seed, 4);
  const digest = handshakeDigest({
    environment,
    environmentDigest: environment.id,
    configDigest: "",
    seed,
    episode: 0,
    maxSteps: schedule.frames,
    config: { ...DEFAULT_SESSION_CONFIG, ...schedule.session },
    ...changes,
  });
  const session = new SpectatorSession({
    environment,
    peer: 0,
    episode: 0,
    digest,
    incarnation: 0,
  });
  const world = new World({ environment, config: null, seed, maxSteps: schedule.frames, hasher });
  const transport = cluster.network.connect(WATCHER);
  const watcher: Watcher = { session, world, hashes: [], frames: [] };
  const tick = (atUs: number) => {
    if (atUs > deadAtMs * 1_000) return;
    session.receive(transport.drain(), cluster.clock.nowMs);
    const before = session.currentFrame;
    fulfil(session.advance(cluster.clock.nowMs), world, session);
    watcher.frames.push(session.currentFrame - before);
    for (const packet of session.takeOutgoing()) transport.send(packet);
    const frames = session.takeConfirmed();
    if (frames !== null) watcher.hashes.push(...frames.hashes);
    const [fromMs = 0, toMs = 0] = asleepMs;
    const isAsleep = atUs >= fromMs * 1_000 && atUs < toMs * 1_000;
    const nextUs = isAsleep ? toMs * 1_000 : atUs + FRAME_US;
    cluster.clock.at(nextUs, () => tick(nextUs));
  };
  cluster.clock.at(startMs * 1_000, () => tick(startMs * 1_000));
  return watcher;
}

/** Runs until the players are done and then for a while, for whoever is behind or comes late. */
function run(cluster: Cluster, startMs = 0): void {
  cluster.run(120_000);
  const endMs = Math.max(cluster.clock.nowMs, startMs) + 5_000;
  while (cluster.clock.nowMs < endMs && cluster.clock.step());
}

const hashesOf = (cluster: Cluster, peer = 0) =>
  cluster.peers[peer]?.confirmed.flatMap(({ hashes }) => hashes);

describe("spectators", () => {
  it.each([
    ["from the start", 0],
    ["from the middle", 3_000],
    ["when it is over", 20_000],
  ])("[SP1][SP2] follow to the same end, %s", (_, startMs) => {
    for (let seed = 1; seed <= 12; seed++) {
      const playerCount = 2 + (seed % 2);
      const environment =
        seed % 3 === 0 ? flatOrbitEnvironment(playerCount) : orbitEnvironment({ playerCount });
      const schedule = scheduleOf(seed, playerCount);
      const cluster = clusterOf(environment, schedule);
      const { session, world, hashes } = watch(cluster, environment, schedule, { startMs });
      run(cluster, startMs);
      expect(session.status, `seed ${seed}`).toEqual({ kind: "ended", endFrame: FRAMES });
      expect(hashes).toEqual(hashesOf(cluster));
      const players = cluster.peers[0]?.world.copyState(FRAMES);
      expect(canonicalJson(world.copyState(FRAMES))).toBe(canonicalJson(players));
    }
  });

  it("[SP2] who comes in the middle begins at a snapshot, and guesses nothing", () => {
    const environment = orbitEnvironment();
    const schedule = scheduleOf(2);
    const cluster = clusterOf(environment, schedule);
    const { session } = watch(cluster, environment, schedule, { startMs: 3_000 });
    run(cluster);
    const { framesSimulated, framesResimulated, rollbacks } = session.metrics();
    expect(framesSimulated).toBeLessThan(FRAMES - 100);
    expect(framesResimulated + rollbacks.length).toBe(0);
  });

  it.each([0, 1])(
    "[SP2][SE14] see nothing that a recovery takes back, of a fault of player %s",
    (wrong) => {
      const environment = orbitEnvironment();
      const base = scheduleOf(2);
      const schedule = { ...base, session: { ...base.session, onDesync: "recover" as const } };
      const cluster: Cluster = clusterOf(environment, schedule, true, (peer, requests) => {
        for (const request of requests) {
          const isWrong = peer === wrong && request.kind === "advance" && request.frame === 100;
          if (!isWrong || cluster.peers[peer]?.session.metrics().recoveries.length !== 0) continue;
          const actions = request.actions as number[];
          actions[0] = actions[0] === 1 ? 2 : 1;
        }
      });
      const { session, hashes } = watch(cluster, environment, schedule);
      run(cluster);
      const { recoveries } = cluster.peers[0]?.session.metrics() ?? {};
      expect(recoveries?.map(({ outcome }) => outcome)).toEqual(["restored"]);
      expect(session.status).toEqual({ kind: "ended", endFrame: FRAMES });
      expect(hashes).toEqual(hashesOf(cluster));
    },
  );

  it("[SP2] who slept hurries, by some frames a tick, until level", () => {
    const environment = orbitEnvironment();
    const schedule = scheduleOf(2);
    const cluster = clusterOf(environment, schedule);
    const asleepMs = [1_000, 4_000];
    const { session, frames } = watch(cluster, environment, schedule, { asleepMs });
    run(cluster);
    expect(session.status).toEqual({ kind: "ended", endFrame: FRAMES });
    expect(Math.max(...frames)).toBe(8);
    expect(frames.filter((count) => count > 1).length).toBeGreaterThan(5);
    expect(frames.filter((count) => count > 1).length).toBeLessThan(40);
  });

  it.each([
    ["on time", {}],
    ["slow and dying", { startMs: 1_000, deadAtMs: 2_500 }],
    ["who never answers", { startMs: 1_000, deadAtMs: 1_001 }],
  ])("[SP3] %s change nothing of the players' run", (_, times) => {
    for (let seed = 1; seed <= 6; seed++) {
      const environment = orbitEnvironment();
      const schedule = scheduleOf(seed);
      const [alone, watched] = [false, true].map((isWatched) => {
        const cluster = clusterOf(environment, schedule, isWatched);
        if (isWatched) watch(cluster, environment, schedule, times);
        run(cluster);
        return cluster.peers.map(({ session, confirmed, events }) => {
          // Links and ticks count on until the clock stops, which more moments reach later.
          const { links, ticks, ...metrics } = session.metrics();
          return { metrics, confirmed, events };
        });
      });
      expect(watched, `seed ${seed}`).toEqual(alone);
    }
  });

  it("[SP3] who does not answer is sent no more than the backlog", () => {
    const environment = orbitEnvironment();
    const schedule = { ...makeSchedule(4, { playerCount: 2, frames: 5_000 }), pauses: [] };
    const cluster = clusterOf(environment, schedule);
    watch(cluster, environment, schedule, { startMs: 500, deadAtMs: 501 });
    let newest = 0;
    const carry = cluster.network.carry.bind(cluster.network);
    cluster.network.carry = (from, packet) => {
      const message = packet.peer === WATCHER ? decodeControl(packet.bytes)?.message : null;
      if (message?.kind === "log") newest = message.fromFrame + message.hashes.length;
      carry(from, packet);
    };
    run(cluster);
    expect(cluster.peers[0]?.session.currentFrame).toBeGreaterThanOrEqual(5_000);
    expect(newest).toBeGreaterThan(2_500);
    expect(newest).toBeLessThanOrEqual(3_072);
  });

  it("[SP1] a game that differs from the player's is refused, by name", () => {
    const environment = orbitEnvironment();
    const schedule = scheduleOf(3);
    const cluster = clusterOf(environment, schedule);
    const { session } = watch(cluster, environment, schedule, { changes: { fps: 30, episode: 1 } });
    run(cluster);
    expect(session.status).toMatchObject({ kind: "aborted", reason: "handshake-refused" });
    for (const peer of cluster.peers) expect(peer.session.status.kind).toBe("ended");
  });

  it("[SP2] a log whose hash is not that of the state is caught at that frame", () => {
    const environment = orbitEnvironment();
    const schedule = scheduleOf(5);
    const cluster = clusterOf(environment, schedule);
    const carry = cluster.network.carry.bind(cluster.network);
    cluster.network.carry = (from, packet) => {
      const envelope = packet.peer === WATCHER ? decodeControl(packet.bytes) : null;
      if (envelope?.message.kind !== "log" || envelope.message.fromFrame < 100) {
        carry(from, packet);
        return;
      }
      const [first = "", ...rest] = envelope.message.hashes;
      const hashes = [first.replace(/^./, (digit) => (digit === "0" ? "1" : "0")), ...rest];
      carry(from, {
        ...packet,
        bytes: encodeControl({ ...envelope.message, hashes }, envelope.epoch),
      });
    };
    const { session } = watch(cluster, environment, schedule);
    run(cluster);
    expect(session.status).toMatchObject({ kind: "aborted", reason: "technical" });
    expect(JSON.stringify(session.status)).toContain("to have the hash");
  });
});
