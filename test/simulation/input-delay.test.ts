/** The input delay that a group takes from its links, on paths that the test knows. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  checkSessionConfig,
  DEFAULT_SESSION_CONFIG,
  type Hasher,
  handshakeDigest,
  loadHasher,
  P2PSession,
  type Seat,
} from "../../engine/index.ts";
import {
  type ControlMessage,
  decodeControl,
  encodeControl,
} from "../../engine/protocol/control-message.ts";
import { proposeDelay } from "../../engine/session/input-delay.ts";
import { OPENING_MS_MAX } from "../../engine/session/opening.ts";
import type { SessionPacket } from "../../engine/session/session.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { type LinkProfile, PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";
import { judge } from "./oracle.ts";

const FRAME_MS = 1000 / 60;
const BOUNDS = { minFrames: 1, maxFrames: 10 };

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

/** Plays an episode over links as given, and judges it. */
function play(
  playerCount: number,
  linkOf: (from: number, to: number) => Partial<LinkProfile>,
  fromLink = BOUNDS,
  seed = 1,
) {
  const players = Array.from({ length: playerCount }, (_, i) => i);
  const schedule: Schedule = {
    seed,
    playerCount,
    frames: 120,
    session: {
      inputDelayFrames: { fromLink },
      predictionWindowFrames: 8,
      predictor: "repeat-last",
    },
    links: players.map((from) => players.map((to) => ({ ...PERFECT_LINK, ...linkOf(from, to) }))),
    partitions: [],
    pauses: [],
    hiddenTabs: [],
    departures: [],
    returns: [],
    clocks: players.map((peer) => ({ startMs: 70 * peer, driftPpm: 0, grainMs: 0 })),
    holdFrames: players.map(() => 5),
  };
  const environment = orbitEnvironment({ playerCount });
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  cluster.run(120_000);
  expect(judge(cluster, environment, null, schedule).faults).toEqual([]);
  return cluster;
}

/** What everybody agreed on; the events of all peers must tell the same. */
function agreed({ peers }: Cluster) {
  const [first] = peers;
  if (first === undefined) throw new Error("Expected a peer");
  const told = peers.map(({ events }) =>
    events.flatMap((event) => (event.kind === "input-delay" ? [event] : [])),
  );
  const { delayFrames, proposals } = first.session.metrics().inputDelay;
  for (const events of told) {
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ delayFrames, proposals });
  }
  expect(delayFrames).toBe(Math.max(...proposals.map((proposal) => proposal.delayFrames)));
  return { delayFrames: delayFrames as number, proposals };
}

describe("input delay from the link", () => {
  it("[RB10] is the least that the study allows in one room", () => {
    const { delayFrames, proposals } = agreed(play(2, () => ({ delayMs: 1 })));
    expect(delayFrames).toBe(1);
    for (const { rttP95Ms, samples } of proposals) {
      expect(rttP95Ms).toBeLessThan(40);
      expect(samples).toBeGreaterThanOrEqual(60);
    }
  });

  it("[RB10] grows with the way, and stays within the study's range", () => {
    const delayAt = (delayMs: number, bounds = BOUNDS) =>
      agreed(play(2, () => ({ delayMs }), bounds)).delayFrames;
    const near = delayAt(60);
    const far = delayAt(150);
    expect(near).toBeGreaterThan(1);
    expect(far).toBeGreaterThan(near);
    expect(far).toBeLessThan(10);
    expect(delayAt(150, { minFrames: 0, maxFrames: 4 })).toBe(4);
    expect(delayAt(300)).toBe(10);
  });

  it("[RB10] grows with the jitter", () => {
    const delayAt = (jitterMs: number) =>
      agreed(play(2, () => ({ delayMs: 60, jitterMs }))).delayFrames;
    expect(delayAt(40)).toBeGreaterThan(delayAt(0));
  });

  it.each([2, 3, 4])("[RB10] is one for a group of %i whose links differ both ways", (players) => {
    for (let seed = 1; seed <= 5; seed++) {
      const cluster = play(
        players,
        (from, to) => ({ delayMs: 10 + 37 * ((from * 3 + to * seed) % 4), jitterMs: 5 }),
        BOUNDS,
        seed,
      );
      expect(agreed(cluster).proposals.map(({ playerIndex }) => playerIndex)).toEqual(
        Array.from({ length: players }, (_, i) => i),
      );
    }
  });

  it("[RB10] is agreed on while 30 of 100 packets are lost", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const link = { delayMs: 80, jitterMs: 20, lossRatio: 0.3 };
      const { delayFrames, proposals } = agreed(play(3, () => link, BOUNDS, seed));
      expect(delayFrames).toBeGreaterThan(2);
      expect(proposals.every(({ samples }) => samples >= 60)).toBe(true);
    }
  });

  it("[RB10] holds in every schedule of faults", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const base = makeSchedule(seed, { playerCount: 2 + (seed % 3), frames: 120 });
      const session = { ...base.session, inputDelayFrames: { fromLink: BOUNDS } };
      const schedule: Schedule = { ...base, session };
      const environment = orbitEnvironment({ playerCount: base.playerCount });
      const cluster = new Cluster({ environment, config: null, schedule, hasher });
      cluster.run(200_000);
      expect(judge(cluster, environment, null, schedule).faults, `seed ${seed}`).toEqual([]);
      agreed(cluster);
    }
  });
});

interface Side {
  readonly session: P2PSession;
  readonly sent: SessionPacket[];
}

function makeSide(
  peer: number,
  inputDelayFrames: Parameters<typeof proposeDelay>[1] | number,
): Side {
  const environment = orbitEnvironment();
  const delay =
    typeof inputDelayFrames === "number" ? inputDelayFrames : { fromLink: inputDelayFrames };
  const config = { ...DEFAULT_SESSION_CONFIG, inputDelayFrames: delay };
  const options = { environment, maxSteps: 120, seed: 5, episode: 0, config };
  const digest = handshakeDigest({ ...options, environmentDigest: "code", configDigest: "none" });
  const players = [0, 1].map(
    (player): Seat => (player === peer ? { kind: "local" } : { kind: "remote", peer: player }),
  );
  return { session: new P2PSession({ ...options, players, digest }), sent: [] };
}

/** Ticks both sides; `carry` says what comes through, perhaps changed. */
function exchange(
  sides: readonly [Side, Side],
  ticks: number,
  carry: (packet: SessionPacket, from: number) => SessionPacket | null,
  fromTick = 0,
): void {
  for (let i = fromTick; i < fromTick + ticks; i++) {
    for (const [peer, { session, sent }] of sides.entries()) {
      session.addLocalInput(peer, { action: 1, isFocused: true });
      session.advance(i * FRAME_MS);
      for (const packet of session.takeOutgoing()) {
        const copy = { ...packet, peer, bytes: packet.bytes.slice() };
        sent.push(copy);
        const carried = carry(copy, peer);
        if (carried !== null) sides[peer === 0 ? 1 : 0].session.receive([carried], i * FRAME_MS);
      }
    }
  }
}

const controlsOf = ({ sent }: Side): ControlMessage[] =>
  sent.flatMap(({ channel, bytes }) =>
    channel === "control" ? (decodeControl(bytes)?.message ?? []) : [],
  );

describe("the agreement on an input delay", () => {
  it("[RB10] takes the most after the time-out when no measuring packet comes through", () => {
    const sides = [makeSide(0, BOUNDS), makeSide(1, BOUNDS)] as const;
    const isControl = (packet: SessionPacket) => (packet.channel === "control" ? packet : null);
    exchange(sides, 4 * 60 - 5, isControl);
    expect(sides[0].session.status.kind).toBe("handshaking");
    exchange(sides, 20, isControl, 4 * 60 - 5);
    for (const { session } of sides) {
      expect(session.status.kind).not.toBe("handshaking");
      const { delayFrames, proposals } = session.metrics().inputDelay;
      expect(delayFrames).toBe(10);
      expect(proposals.map(({ samples, rttP95Ms }) => [samples, rttP95Ms])).toEqual([
        [0, null],
        [0, null],
      ]);
    }
  });

  it("[SE16][SE4] tells of a silence while it is measured, and of its end; frame 0 waits for it", () => {
    const sides = [makeSide(0, BOUNDS), makeSide(1, BOUNDS)] as const;
    exchange(sides, 30, (packet) => packet);
    exchange(sides, 60, () => null, 30);
    expect(sides[0].session.status.kind).toBe("handshaking");
    exchange(sides, 120, (packet) => packet, 90);
    const events = sides[0].session.takeEvents();
    expect(events.map(({ kind }) => kind).slice(0, 4)).toEqual([
      "interrupted",
      "resumed",
      "input-delay",
      "started",
    ]);
    const [interrupted] = events;
    expect(interrupted).toMatchObject({ peer: 1 });
    expect((interrupted as { atMs: number }).atMs).toBeCloseTo(30 * FRAME_MS + 500, -2);
  });

  it("[SE16][SE4] ends with a peer that stays silent while it is measured, by its name", () => {
    const sides = [makeSide(0, BOUNDS), makeSide(1, BOUNDS)] as const;
    exchange(sides, 30, (packet) => packet);
    exchange(sides, 20 * 60, () => null, 30);
    const { session } = sides[0];
    expect(session.status).toEqual({
      kind: "aborted",
      reason: "peer-disconnected",
      detail: "Play did not begin for want of player 1",
      confirmedFrame: 0,
    });
    const events = session.takeEvents();
    expect(events.map(({ kind }) => kind)).toEqual(["interrupted", "disconnected"]);
    const lostAtMs = (events[1] as { atMs: number }).atMs;
    expect(lostAtMs).toBeCloseTo(30 * FRAME_MS + DEFAULT_SESSION_CONFIG.disconnectedAfterMs, -2);
    expect(session.metrics().interruptions).toMatchObject([{ peer: 1, durationMs: null }]);
  });

  it("[SE16] ends a minute after the first tick when the other side never greets", () => {
    const { session } = makeSide(0, 3);
    session.advance(500);
    session.advance(500 + OPENING_MS_MAX - 1);
    expect(session.status.kind).toBe("handshaking");
    session.advance(500 + OPENING_MS_MAX);
    expect(session.status).toMatchObject({
      kind: "aborted",
      reason: "peer-disconnected",
      detail: "Play did not begin for want of player 1",
    });
    const lost = { kind: "disconnected", peer: 1, atMs: 500 + OPENING_MS_MAX };
    expect(session.takeEvents()).toEqual([lost]);
    expect(session.advance(600 + OPENING_MS_MAX)).toEqual([]);
    expect(session.takeEvents()).toEqual([]);
  });

  it.each([
    ["beyond the study's range", { delayFrames: 15 }, 10],
    ["below the study's range", { delayFrames: 0 }, 1],
  ])("[RB10] bounds a proposal %s", (_name, lie, delayFrames) => {
    const sides = [makeSide(0, BOUNDS), makeSide(1, BOUNDS)] as const;
    exchange(sides, 200, (packet, from) => {
      const envelope = packet.channel === "control" ? decodeControl(packet.bytes) : null;
      const message = envelope?.message;
      if (from !== 1 || message?.kind !== "input-delay") return packet;
      return { ...packet, bytes: encodeControl({ ...message, ...lie }, 0) };
    });
    expect(sides[0].session.metrics().inputDelay.delayFrames).toBe(delayFrames);
  });

  it.each([
    { delayFrames: 16 },
    { delayFrames: -1 },
    { delayFrames: 2.5 },
    { rttP95Ms: -1 },
    { jitterMs: 1e9 },
    { samples: -1 },
    { rttP95Ms: "far" },
  ])("[PR1] drops a proposal with %o", (lie) => {
    const measured = { delayFrames: 3, rttP95Ms: 10, jitterMs: 1, samples: 60 };
    const message = { kind: "input-delay" as const, episode: 0, ...measured };
    expect(decodeControl(encodeControl(message, 0))).toEqual({ epoch: 0, message });
    expect(decodeControl(encodeControl({ ...message, ...lie } as ControlMessage, 0))).toBeNull();
  });

  it("[RB10] samples no input before frame 0, and none for the frames of the delay", () => {
    const sides = [
      makeSide(0, { minFrames: 4, maxFrames: 4 }),
      makeSide(1, { minFrames: 4, maxFrames: 4 }),
    ] as const;
    exchange(sides, 30, (packet) => packet);
    expect(sides[0].session.sampledFrame).toBe(0);
    exchange(sides, 100, (packet) => packet, 30);
    const log = sides[0].session.metrics();
    expect(log.inputDelay.delayFrames).toBe(4);
    expect(sides[0].session.sampledFrame).toBeGreaterThanOrEqual(4);
  });

  it("[RB10] changes nothing on the wire when the delay is fixed", () => {
    const sides = [makeSide(0, 3), makeSide(1, 3)] as const;
    exchange(sides, 30, (packet) => packet);
    for (const side of sides) {
      expect(new Set(controlsOf(side).map(({ kind }) => kind))).toEqual(new Set(["hello"]));
      const hello = controlsOf(side)[0];
      expect(hello?.kind === "hello" && hello.digest.inputDelayFrames).toBe("3");
      expect(side.session.metrics().inputDelay).toEqual({ delayFrames: 3, proposals: [] });
    }
    const started = sides[0].session.takeEvents().map(({ kind }) => kind);
    expect(started).toContain("started");
    expect(started).not.toContain("input-delay");
    expect(sides[0].sent.filter(({ channel }) => channel === "play").length).toBeGreaterThan(25);
  });

  it("[PR5] refuses a partner with another setting", () => {
    const sides = [makeSide(0, 3), makeSide(1, BOUNDS)] as const;
    exchange(sides, 5, (packet) => packet);
    expect(sides[1].session.status).toMatchObject({
      kind: "aborted",
      detail: "Expected the partner's `inputDelayFrames` to be 1–10 from the link, got 3",
    });
  });
});

describe("the formula", () => {
  const at60 = { frameMs: FRAME_MS, windowFrames: 8 };
  const propose = (trips: number[], options = at60) =>
    proposeDelay(trips, { minFrames: 0, maxFrames: 15 }, options);

  it("takes half the 95th round trip and the jitter, less what rollback hides", () => {
    // 95 of 100 at 200 ms: 100 ms there, 50 ms hidden, 3 frames of 16.7 ms.
    const trips = [...new Array<number>(95).fill(200), ...new Array<number>(5).fill(900)];
    expect(propose(trips.slice(0, 95))).toEqual({
      ...{ delayFrames: 3, rttP95Ms: 200, jitterMs: 0, samples: 95 },
    });
    expect(propose(trips)).toMatchObject({ rttP95Ms: 200, jitterMs: 700 / 99 });
    expect(propose([80])).toMatchObject({ delayFrames: 0, jitterMs: 0, samples: 1 });
    expect(propose([])).toMatchObject({ delayFrames: 15, rttP95Ms: null });
  });

  it("hides no more than the prediction window", () => {
    expect(propose([200], { ...at60, windowFrames: 1 }).delayFrames).toBe(5);
  });
});

describe("its setting", () => {
  it.each([
    [{ fromLink: { minFrames: 3, maxFrames: 2 } }, "3 and 2"],
    [{ fromLink: { minFrames: 0, maxFrames: 16 } }, "0 and 16"],
    [{ fromLink: {} }, "undefined and undefined"],
    [{}, "undefined and undefined"],
  ])("refuses %o", (inputDelayFrames, got) => {
    const config = { ...DEFAULT_SESSION_CONFIG, inputDelayFrames } as never;
    expect(checkSessionConfig(config)).toEqual([
      `Expected \`inputDelayFrames.fromLink\` to be minFrames ≤ maxFrames, integers 0–15, got ${got}`,
    ]);
  });
});
