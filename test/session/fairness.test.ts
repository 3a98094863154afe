/** Two peers must come level by rate alone, whatever they start with, and then share the rollbacks. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Hasher, loadHasher } from "../../engine/index.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { type LinkProfile, PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const FRAME_MS = 1000 / 60;
const FRAMES = 3_600;
/** Ten seconds: by then two peers must be level. */
const LEVEL_FRAME = 600;

/** Soon after both have agreed to start. */
const LATE_FROM_MS = 150;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

interface Race {
  readonly links: readonly [Partial<LinkProfile>, Partial<LinkProfile>];
  readonly isTimeSyncOn: boolean;
  /** The second peer does nothing for these frames; the greeting's own offset adds to it. */
  readonly pausedFrames: number;
  readonly driftPpm: readonly [number, number];
  /** Frames an input is held; 1 makes every guess wrong. */
  readonly holdFrames: number;
}

const EVEN: Race = {
  links: [{ delayMs: 40 }, { delayMs: 40 }],
  isTimeSyncOn: true,
  pausedFrames: 5,
  driftPpm: [0, 0],
  holdFrames: 1,
};

/** Runs the race and notes when each peer came to each frame. */
function run(race: Race) {
  const link = (profile: Partial<LinkProfile>) => ({ ...PERFECT_LINK, ...profile });
  const cluster = new Cluster({
    environment: orbitEnvironment(),
    config: null,
    hasher,
    schedule: {
      seed: 11,
      playerCount: 2,
      frames: FRAMES,
      session: {
        inputDelayFrames: 0,
        predictionWindowFrames: 20,
        predictor: "repeat-last",
        isTimeSyncOn: race.isTimeSyncOn,
      },
      links: [
        [PERFECT_LINK, link(race.links[0])],
        [link(race.links[1]), PERFECT_LINK],
      ],
      partitions: [],
      pauses: [{ peer: 1, startMs: LATE_FROM_MS, durationMs: race.pausedFrames * FRAME_MS }],
      hiddenTabs: [],
      departures: [],
      returns: [],
      clocks: race.driftPpm.map((driftPpm) => ({ startMs: 0, driftPpm, grainMs: 0 })),
      holdFrames: [race.holdFrames, race.holdFrames],
    },
  });
  const reachedAtMs: number[][] = cluster.peers.map(() => []);
  while (cluster.peers.some(({ session }) => session.status.kind !== "ended")) {
    cluster.clock.step();
    cluster.peers.forEach(({ session }, peer) => {
      const times = reachedAtMs[peer] as number[];
      while (times.length <= session.currentFrame) times.push(cluster.clock.nowMs);
    });
  }
  /** Mean frames by which the first peer is ahead over frames [from, to). */
  const gapFrames = (from: number, to: number) => {
    let sum = 0;
    for (let frame = from; frame < to; frame++) {
      sum += (reachedAtMs[1]?.[frame] ?? 0) - (reachedAtMs[0]?.[frame] ?? 0);
    }
    return sum / (to - from) / FRAME_MS;
  };
  const metrics = cluster.peers.map(({ session }) => session.metrics());
  const rollbacks = metrics.map(
    ({ rollbacks }) => rollbacks.filter(({ frame }) => frame > LEVEL_FRAME).length,
  );
  return { gapFrames, metrics, rollbacks };
}

describe("fairness", () => {
  it.each([
    ["a path of 40 ms", EVEN],
    ["held keys", { ...EVEN, holdFrames: 10 }],
    [
      "jitter and loss",
      {
        ...EVEN,
        links: [
          { delayMs: 50, jitterMs: 20, lossRatio: 0.05 },
          { delayMs: 50, jitterMs: 20, lossRatio: 0.05 },
        ],
      },
    ],
    ["clocks that part by 200 ppm", { ...EVEN, pausedFrames: 6, driftPpm: [100, -100] }],
    ["clocks that part by 400 ppm", { ...EVEN, pausedFrames: 6, driftPpm: [200, -200] }],
  ] as const)("[RB7] a peer 5 frames late is level in 10 s and stays so, with %s", (_, race) => {
    const { gapFrames, metrics, rollbacks } = run(race);
    expect(Math.abs(gapFrames(20, 25))).toBeGreaterThan(4.5);
    expect(Math.abs(gapFrames(LEVEL_FRAME, LEVEL_FRAME + 60))).toBeLessThan(0.5);
    expect(Math.abs(gapFrames(FRAMES - 120, FRAMES - 60))).toBeLessThan(0.5);
    const [first = 0, second = 0] = rollbacks;
    expect(Math.min(first, second)).toBeGreaterThan(100);
    expect(Math.abs(first - second) / Math.max(first, second)).toBeLessThan(0.15);
    for (const { stalls, ticks } of metrics) {
      expect(stalls).toEqual([]);
      // No hard skip: every frame had its tick.
      expect(ticks).toBeGreaterThanOrEqual(FRAMES);
    }
  });

  it("[RB7] without time sync the late peer stays late and the other has all rollbacks", () => {
    const { gapFrames, rollbacks } = run({ ...EVEN, isTimeSyncOn: false });
    expect(Math.abs(gapFrames(FRAMES - 120, FRAMES - 60))).toBeGreaterThan(4.5);
    expect(Math.max(...rollbacks)).toBeGreaterThan(2 * Math.min(...rollbacks));
  });

  it("[RB7][SE8] an asymmetric path leaves an offset within the bound that is reported", () => {
    const { gapFrames, metrics } = run({ ...EVEN, links: [{ delayMs: 10 }, { delayMs: 110 }] });
    const trueGap = gapFrames(FRAMES - 600, FRAMES - 60);
    expect(Math.abs(trueGap)).toBeGreaterThan(1);
    for (const [peer, { links }] of metrics.entries()) {
      const { advantageFrames, advantageBoundFrames } = links[0] ?? {};
      const estimate = advantageFrames ?? Number.NaN;
      const bound = advantageBoundFrames ?? Number.NaN;
      const truth = peer === 0 ? trueGap : -trueGap;
      expect(Math.abs(estimate)).toBeLessThan(0.5);
      expect(Math.abs(truth - estimate)).toBeLessThanOrEqual(bound);
    }
  });
});
