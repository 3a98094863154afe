import { beforeAll, describe, expect, it } from "vitest";
import {
  DEFAULT_SESSION_CONFIG,
  type Environment,
  fulfil,
  type Hasher,
  handshakeDigest,
  loadHasher,
  P2PSession,
  replayEpisode,
  type SessionConfig,
  World,
} from "../../engine/index.ts";
import { PlayWriter } from "../../engine/protocol/play-packet.ts";
import { inputLayouts } from "../../engine/rollback/input-layout.ts";
import { InputQueue } from "../../engine/rollback/input-queue.ts";
import { predictNeutral } from "../../engine/rollback/predictor.ts";
import type { SessionPacket } from "../../engine/session/session.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import type { Schedule } from "../../engine/simulation/schedule.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const FRAME_MS = 1000 / 60;
const environment = orbitEnvironment();

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

interface Side {
  readonly session: P2PSession;
  readonly world: World;
}

function makeSide(
  peer: number,
  changes: { readonly seed?: number; readonly config?: Partial<SessionConfig> } = {},
): Side {
  const config = { ...DEFAULT_SESSION_CONFIG, inputDelayFrames: 0, ...changes.config };
  const seed = changes.seed ?? 5;
  const options = { environment, maxSteps: 120, seed, episode: 0, config };
  const digest = handshakeDigest({ ...options, environmentDigest: "code", configDigest: "none" });
  const players = [0, 1].map((player) =>
    player === peer ? ({ kind: "local" } as const) : ({ kind: "remote", peer: player } as const),
  );
  return {
    session: new P2PSession({ environment, players, episode: 0, config, digest }),
    world: new World({ ...options, config: null, hasher }),
  };
}

/** One tick of `side`; what it sends is given to `other` unless `isCut`. */
function tick(side: Side, other: Side, peer: number, nowMs: number, isCut = false): void {
  side.session.addLocalInput(peer, { action: Math.floor(nowMs / 100) % 5, isFocused: true });
  fulfil(side.session.advance(nowMs), side.world, side.session);
  const packets = side.session.takeOutgoing().map((packet) => ({
    peer,
    channel: packet.channel,
    bytes: packet.bytes.slice(),
  }));
  if (!isCut) other.session.receive(packets, nowMs);
}

function run(sides: readonly [Side, Side], ticks: number, fromTick = 0, isCut = false): number {
  for (let i = fromTick; i < fromTick + ticks; i++) {
    tick(sides[0], sides[1], 0, i * FRAME_MS, isCut);
    tick(sides[1], sides[0], 1, i * FRAME_MS + FRAME_MS / 2, isCut);
  }
  return fromTick + ticks;
}

describe("handshake", () => {
  it("[PR5] refuses to start and names the first difference", () => {
    const sides = [makeSide(0), makeSide(1, { seed: 6 })] as const;
    run(sides, 10);
    expect(sides[1].session.status).toMatchObject({
      kind: "aborted",
      reason: "handshake-refused",
      detail: "Expected the partner's `seed` to be 6, got 5",
      confirmedFrame: 0,
    });
    expect(sides[0].session.currentFrame).toBe(0);
  });

  it("[PR5] starts both sides when one makes its session a second later", () => {
    const [first, second] = [makeSide(0), makeSide(1)];
    for (let i = 0; i < 60; i++) tick(first, second, 0, i * FRAME_MS, true);
    expect(first.session.status.kind).toBe("handshaking");
    run([first, second], 30, 60);
    expect(first.session.takeEvents()).toContainEqual(expect.objectContaining({ kind: "started" }));
    expect(second.session.currentFrame).toBeGreaterThan(20);
  });

  it("[PR5] a wrong configuration is refused when the session is made", () => {
    expect(() => makeSide(0, { config: { inputDelayFrames: 99 } })).toThrow(
      "Expected `inputDelayFrames` to be an integer 0–15, got 99",
    );
  });
});

describe("stall", () => {
  it("[RB4] stops at the window's edge, says who is waited for, samples nothing, and goes on", () => {
    const sides = [makeSide(0), makeSide(1)] as const;
    let at = run(sides, 20);
    for (const { session } of sides) session.takeEvents();
    at = run(sides, 40, at, true);
    const { session } = sides[0];
    expect(session.currentFrame - session.confirmedFrame).toBe(8);
    expect(session.sampledFrame).toBe(session.currentFrame);
    expect(session.status).toMatchObject({ kind: "stalled", waitingFor: [1] });
    const stalledAtMs = session.takeEvents().find((event) => event.kind === "stalled")?.atMs;
    expect(session.status).toMatchObject({ sinceMs: stalledAtMs });
    run(sides, 20, at);
    expect(session.status.kind).toBe("running");
    expect(session.metrics().stalls).toHaveLength(1);
    expect(session.metrics().stalls[0]?.durationMs).toBeGreaterThan(20 * FRAME_MS);
  });
});

describe("silence", () => {
  it("[SE4] is told as interrupted and resumed, with times", () => {
    const sides = [makeSide(0), makeSide(1)] as const;
    const at = run(sides, 20);
    const cutAtMs = at * FRAME_MS;
    const again = run(sides, 60, at, true);
    run(sides, 5, again);
    const events = sides[0].session.takeEvents();
    const interrupted = events.find((event) => event.kind === "interrupted");
    expect(interrupted?.atMs).toBeGreaterThanOrEqual(cutAtMs + 500 - 2 * FRAME_MS);
    expect(interrupted?.atMs).toBeLessThan(cutAtMs + 500 + 2 * FRAME_MS);
    const resumed = events.find((event) => event.kind === "resumed");
    expect(resumed?.silentMs).toBeGreaterThan(900);
    expect(sides[0].session.metrics().interruptions).toHaveLength(1);
    expect(sides[0].session.metrics().interruptions[0]?.durationMs).not.toBeNull();
  });

  it("[SE4][SE6] ends the session at the confirmed frame when it lasts, and only that is data", () => {
    const sides = [makeSide(0), makeSide(1)] as const;
    const at = run(sides, 20);
    run(sides, 700, at, true);
    const { session } = sides[0];
    const { status } = session;
    expect(status).toMatchObject({ kind: "aborted", reason: "peer-disconnected" });
    const confirmed = session.takeConfirmed();
    const confirmedFrame = status.kind === "aborted" ? status.confirmedFrame : -1;
    expect(confirmed?.actions).toHaveLength(confirmedFrame);
    expect(confirmedFrame).toBeGreaterThan(10);
    expect(session.currentFrame).toBeGreaterThan(confirmedFrame);
    expect(session.takeConfirmed()).toBeNull();
  });
});

const perfect: Schedule = {
  seed: 3,
  playerCount: 2,
  frames: 300,
  session: { inputDelayFrames: 3, predictionWindowFrames: 8, predictor: "repeat-last" },
  links: [0, 1].map(() => [0, 1].map(() => PERFECT_LINK)),
  partitions: [],
  pauses: [],
  hiddenTabs: [],
  departures: [],
  returns: [],
  clocks: [0, 1].map(() => ({ startMs: 0, driftPpm: 0, grainMs: 0 })),
  holdFrames: [1, 1],
};

describe("a whole episode", () => {
  it("[RB3] never rolls back on a path shorter than the input delay", () => {
    const cluster = new Cluster({ environment, config: null, schedule: perfect, hasher });
    cluster.run(60_000);
    for (const { session } of cluster.peers) {
      expect(session.status).toEqual({ kind: "ended", endFrame: 300 });
      expect(session.metrics().rollbacks).toEqual([]);
    }
  });

  it("[RB5] plays the neutral action below the delay, marked as absent", () => {
    const cluster = new Cluster({ environment, config: null, schedule: perfect, hasher });
    cluster.run(60_000);
    const [first] = cluster.peers[0]?.confirmed ?? [];
    expect(first?.actions.slice(0, 3)).toEqual(
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ].slice(0, first?.actions.length),
    );
    expect(first?.flags[0]).toEqual([3, 3]);
    const all = cluster.peers[0]?.confirmed.flatMap(({ flags }) => flags) ?? [];
    expect(all[2]).toEqual([3, 3]);
    expect(all[3]).toEqual([1, 1]);
  });

  it("[RB3][SE8] rolls back at most once a tick, no deeper than the late inputs reach", () => {
    const late = { ...PERFECT_LINK, delayMs: 70 };
    const schedule = {
      ...perfect,
      session: { ...perfect.session, inputDelayFrames: 0 },
      links: [0, 1].map(() => [late, late]),
    };
    const cluster = new Cluster({ environment, config: null, schedule, hasher });
    cluster.run(60_000);
    for (const { session } of cluster.peers) {
      const { rollbacks, ticks, framesResimulated, links } = session.metrics();
      expect(rollbacks.length).toBeGreaterThan(100);
      expect(rollbacks.length).toBeLessThanOrEqual(ticks);
      expect(Math.max(...rollbacks.map(({ depthFrames }) => depthFrames))).toBeLessThanOrEqual(7);
      const resimulated = rollbacks.reduce((sum, { depthFrames }) => sum + depthFrames, 0);
      expect(framesResimulated).toBe(resimulated);
      expect(links[0]?.rttMs).toBeGreaterThan(139);
      expect(links[0]?.rttMs).toBeLessThan(140 + 2 * FRAME_MS);
    }
  });

  it("[SE6][SE7] hands out each frame once, in order, and a replay gives the same hashes", () => {
    const cluster = new Cluster({ environment, config: null, schedule: perfect, hasher });
    cluster.run(60_000);
    for (const { confirmed, world } of cluster.peers) {
      let next = 0;
      for (const { fromFrame, actions } of confirmed) {
        expect(fromFrame).toBe(next);
        next += actions.length;
      }
      expect(next).toBe(300);
      const replay = replayEpisode({
        environment,
        config: null,
        seed: seedOf(cluster),
        maxSteps: 300,
        episode: 0,
        actions: confirmed.flatMap(({ actions }) => actions),
        flags: confirmed.flatMap(({ flags }) => flags),
        hasher,
      });
      expect(replay.hashes).toEqual(confirmed.flatMap(({ hashes }) => hashes));
      expect(replay.hashes.at(-1)).toBe(world.hash(300));
      expect(replay.isTerminal).toBe(true);
      expect(replay.table.rows).toHaveLength(300);
      expect(replay.table.columns.slice(0, 3)).toEqual([
        "t",
        "episode_num",
        "observations.body_0.me.x",
      ]);
      for (const row of replay.table.rows) expect(row).toHaveLength(replay.table.columns.length);
    }
  });

  it("[RB7][SE8] brings a peer that starts 200 ms late level without a skip", () => {
    const frames = 900;
    const path = { ...PERFECT_LINK, delayMs: 30 };
    const schedule = {
      ...perfect,
      frames,
      links: [0, 1].map(() => [path, path]),
      clocks: [
        { startMs: 0, driftPpm: 0, grainMs: 0 },
        { startMs: 100, driftPpm: 0, grainMs: 0 },
      ],
    };
    const cluster = new Cluster({ environment, config: null, schedule, hasher });
    cluster.run(60_000);
    for (const { session } of cluster.peers) {
      const [link] = session.metrics().links;
      expect(Math.abs(link?.advantageFrames ?? Number.NaN)).toBeLessThan(0.5);
      expect(link?.advantageBoundFrames).toBeCloseTo((link?.rttMs ?? 0) / 2 / FRAME_MS, 5);
    }
  });
});

function seedOf(cluster: Cluster): number {
  const { world } = cluster.peers[0] as Cluster["peers"][0];
  return world.seed;
}

describe("greetings", () => {
  it("[PR5] a flood of greetings is answered once in a quarter of a second", () => {
    const [first, second] = [makeSide(0), makeSide(1)];
    tick(second, first, 1, 0);
    tick(first, second, 0, 1, true);
    const answers: number[] = [];
    for (let i = 0; i < 60; i++) {
      const nowMs = 10 + i * FRAME_MS;
      const greeter = makeSide(1);
      tick(greeter, first, 1, nowMs);
      fulfil(first.session.advance(nowMs), first.world, first.session);
      const control = first.session.takeOutgoing().filter(({ channel }) => channel === "control");
      if (control.length > 0) answers.push(nowMs);
    }
    expect(answers.length).toBeGreaterThanOrEqual(3);
    expect(answers.length).toBeLessThanOrEqual(5);
  });
});

describe("a hostile peer", () => {
  it("[PR1] that sends inputs of the far future neither overruns the queues nor stops play", () => {
    const sides = [makeSide(0), makeSide(1)] as const;
    const at = run(sides, 20);
    const [victim] = sides;
    const [layout] = inputLayouts(environment);
    if (layout === undefined) throw new Error("Expected a layout");
    const queues = [0, 1].map(() => new InputQueue(layout, predictNeutral));
    const writer = new PlayWriter([1]);
    for (let frame = 0; frame < 2_000; frame++) {
      for (const queue of queues) queue.push(Uint32Array.of(1, frame % 5), 0);
      const header = {
        episode: 0,
        epoch: 0,
        sequence: 1_000 + frame,
        newestFrame: frame + 1,
        inputCount: Math.min(frame + 1, 100),
        acks: Int32Array.of(1_000_000, frame + 1),
        echoSequence: null,
        echoHoldMs: 0,
        hashFrame: frame,
        chain: 1,
        generation: 0,
      };
      const bytes = writer.write(header, queues).slice();
      victim.session.receive([{ peer: 1, channel: "play", bytes }], at * FRAME_MS);
    }
    for (let i = 0; i < 100; i++) {
      fulfil(victim.session.advance((at + i) * FRAME_MS), victim.world, victim.session);
      victim.session.takeOutgoing();
    }
    expect(victim.session.currentFrame).toBeGreaterThan(100);
  });
});

describe("several players at one peer", () => {
  it("[SE1][SE2] two at one keyboard and one far away play the same game", () => {
    const trio = orbitEnvironment({ playerCount: 3 });
    const config = { ...DEFAULT_SESSION_CONFIG, inputDelayFrames: 1 };
    const options = { environment: trio, maxSteps: 200, seed: 9, episode: 0, config };
    const digest = handshakeDigest({ ...options, environmentDigest: "code", configDigest: "" });
    const seats = [
      [{ kind: "local" }, { kind: "local" }, { kind: "remote", peer: 2 }],
      [{ kind: "remote", peer: 0 }, { kind: "remote", peer: 0 }, { kind: "local" }],
    ] as const;
    const sides = seats.map((players) => ({
      session: new P2PSession({ environment: trio, players, episode: 0, config, digest }),
      world: new World({ ...options, config: null, hasher }),
    }));
    const inbox: { atTick: number; to: number; packet: SessionPacket }[] = [];
    const peerOf = [0, 2];
    for (let i = 0; i < 400; i++) {
      for (const [side, { session, world }] of sides.entries()) {
        const due = inbox.filter(({ to, atTick }) => to === side && atTick <= i);
        for (const entry of due) inbox.splice(inbox.indexOf(entry), 1);
        session.receive(
          due.map(({ packet }) => packet),
          i * FRAME_MS,
        );
        seats[side]?.forEach(({ kind }, player) => {
          const action = Math.floor(i / (3 + player)) % 5;
          if (kind === "local") session.addLocalInput(player, { action, isFocused: true });
        });
        fulfil(session.advance(i * FRAME_MS), world, session);
        for (const { channel, bytes } of session.takeOutgoing()) {
          const packet = { peer: peerOf[side] as number, channel, bytes: bytes.slice() };
          inbox.push({ atTick: i + 4, to: 1 - side, packet });
        }
      }
    }
    const logs = sides.map(({ session }) => session.takeConfirmed());
    expect(sides.map(({ session }) => session.status)).toEqual([
      { kind: "ended", endFrame: 200 },
      { kind: "ended", endFrame: 200 },
    ]);
    expect(logs[0]?.actions).toEqual(logs[1]?.actions);
    const state = trio.reset(9, null);
    for (const actions of logs[0]?.actions ?? []) trio.step(state, actions);
    for (const { session, world } of sides) {
      expect(session.metrics().rollbacks.length).toBeGreaterThan(10);
      expect(world.copyState(200)).toEqual(state);
    }
    for (const player of [0, 1, 2]) {
      expect(new Set(logs[0]?.actions.map((row) => row[player])).size).toBe(5);
    }
  });
});

describe("the environment's own predictor", () => {
  it("[RB8] that is right spares every rollback, also where repeating would always be wrong", () => {
    const cycling = orbitEnvironment();
    const late = { ...PERFECT_LINK, delayMs: 70 };
    const rollbacks = (["repeat-last", "environment"] as const).map((predictor) => {
      const foreseeing: Environment = {
        ...cycling,
        predictAction: (lastAction, framesAgo) => ((lastAction as number) + framesAgo) % 5,
      };
      const schedule = {
        ...perfect,
        session: { inputDelayFrames: 0, predictionWindowFrames: 8, predictor },
        links: [0, 1].map(() => [late, late]),
      };
      const cluster = new Cluster({
        environment: foreseeing,
        config: null,
        schedule,
        hasher,
        actionOf: (frame) => frame % 5,
      });
      cluster.run(60_000);
      for (const { session } of cluster.peers) {
        expect(session.status).toEqual({ kind: "ended", endFrame: 300 });
      }
      return cluster.peers[0]?.session.metrics().rollbacks.length ?? -1;
    });
    expect(rollbacks[0]).toBeGreaterThan(200);
    // The very first frames: nothing is known yet to guess from.
    expect(rollbacks[1]).toBeLessThan(5);
  });
});
