import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Environment, type Hasher, loadHasher } from "../../engine/index.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import {
  type FailingSchedule,
  failingSchedule,
  scheduledGame,
} from "../../sandbox/workbench/failing-schedule.ts";
import { defaultSetUp } from "../../sandbox/workbench/set-up.ts";
import { runToEnd } from "../../sandbox/workbench/summary.ts";
import { FIRST_SEED, SIMULATION_SEEDS } from "../support/budget.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "../support/orbit-environment.ts";
import { judge, type Verdict } from "./oracle.ts";
import { shrink } from "./shrinker.ts";

/** Virtual time after which a run that has not ended will not: the worst link needs some 20 s. */
const RUN_MS_MAX = 120_000;
const FRAMES = 240;
/** Schedules of one test, so that a failure names a narrow range. */
const BATCH = 50;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

/** Games and group sizes take turns: one seed in ten has three to eight players. */
function environmentOf(seed: number): Environment {
  const playerCount = seed % 10 === 9 ? 3 + (Math.floor(seed / 10) % 6) : 2;
  if (seed % 3 === 0) return flatOrbitEnvironment(playerCount);
  return orbitEnvironment(seed % 4 === 1 ? { playerCount, scoreToWin: 20 } : { playerCount });
}

function run(schedule: Schedule, environment: Environment): { cluster: Cluster; verdict: Verdict } {
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  cluster.run(RUN_MS_MAX);
  return { cluster, verdict: judge(cluster, environment, null, schedule) };
}

/** Runs an entry that the sandbox exported. */
function runAgain(entry: FailingSchedule): { cluster: Cluster; verdict: Verdict } {
  const { environment, config, actionOf } = scheduledGame(entry);
  const { schedule } = entry;
  const cluster = new Cluster({ environment, config, schedule, hasher, actionOf });
  cluster.run(RUN_MS_MAX);
  return { cluster, verdict: judge(cluster, environment, config, schedule) };
}

/** Schedules that once failed, made small; run always. */
const CORPUS = join(import.meta.dirname, "corpus");

/** Kept by the fuzzed runs; the sandbox's entries name a game instead. */
interface CorpusEntry {
  /** What was wrong then. */
  readonly note: string;
  /** Chooses the game, as in the fuzzed runs. */
  readonly environmentSeed: number;
  readonly schedule: Schedule;
}

/** Shrinks a failing schedule into the corpus and tells where it is. */
function keepInCorpus(seed: number, schedule: Schedule): string {
  const environment = environmentOf(seed);
  const smallest = shrink(schedule, (candidate) => {
    return run(candidate, environment).verdict.faults.length > 0;
  });
  const path = join(CORPUS, `seed-${seed}.json`);
  const entry: CorpusEntry = { note: "", environmentSeed: seed, schedule: smallest };
  writeFileSync(path, `${JSON.stringify(entry, null, 2)}\n`);
  return path;
}

const batches = Array.from(
  { length: Math.ceil(SIMULATION_SEEDS / BATCH) },
  (_, i) => FIRST_SEED + i * BATCH,
);

describe("simulated networks", () => {
  it.each(batches)("[SE1][SE2][SE3][PR3] seeds from %i agree with the oracle", (first) => {
    const seen = { rollbacks: 0, stalls: 0, lostPackets: 0 };
    for (let seed = first; seed < first + BATCH; seed++) {
      const environment = environmentOf(seed);
      const schedule = makeSchedule(seed, {
        playerCount: environment.agentIds.length,
        frames: FRAMES,
      });
      const { verdict } = run(schedule, environment);
      if (verdict.faults.length > 0) {
        const path = keepInCorpus(seed, schedule);
        expect.fail(`Seed ${seed}, shrunk to ${path}: ${verdict.faults.join("; ")}`);
      }
      seen.rollbacks += verdict.rollbacks;
      seen.stalls += verdict.stalls;
      seen.lostPackets += verdict.lostPackets;
    }
    // The run is only worth something if the network really misbehaved.
    expect(seen.rollbacks).toBeGreaterThan(BATCH);
    expect(seen.stalls).toBeGreaterThan(0);
    expect(seen.lostPackets).toBeGreaterThan(BATCH);
  });

  it("[NS1] the same seed gives the same run to the last packet", () => {
    const trace = () => {
      const environment = orbitEnvironment();
      const schedule = makeSchedule(4_711, { playerCount: 2, frames: FRAMES });
      const { cluster } = run(schedule, environment);
      return JSON.stringify(
        cluster.peers.map(({ session, confirmed, events }) => [
          session.metrics(),
          confirmed,
          events,
        ]),
      );
    };
    expect(trace()).toBe(trace());
  });
});

describe("schedules that failed before", () => {
  it.each(readdirSync(CORPUS))("[SE1][SE2][SE3] %s agrees with the oracle now", (name) => {
    const text = readFileSync(join(CORPUS, name), "utf8");
    const entry = JSON.parse(text) as CorpusEntry | FailingSchedule;
    const { verdict } =
      "game" in entry ? runAgain(entry) : run(entry.schedule, environmentOf(entry.environmentSeed));
    expect(verdict.faults).toEqual([]);
  });

  it("[SB5] an entry from the sandbox plays what was played there", async () => {
    const setUp = { ...defaultSetUp("puck", 2), frames: FRAMES, inputs: ["hold", "idle"] as const };
    const played = runToEnd(setUp, hasher, RUN_MS_MAX);
    const entry = JSON.parse(JSON.stringify(failingSchedule(played, ""))) as FailingSchedule;
    const { cluster, verdict } = runAgain(entry);
    expect(verdict.faults).toEqual([]);
    const hashes = cluster.peers[0]?.confirmed.flatMap((chunk) => chunk.hashes);
    expect(hashes).toEqual(played.logs[0]?.hashes);
    const wrong = runAgain({ ...entry, inputs: [null, null] });
    expect(wrong.cluster.peers[0]?.confirmed.flatMap((chunk) => chunk.hashes)).not.toEqual(hashes);
  });
});

describe("bad links", () => {
  it.each([
    ["30 % loss", { lossRatio: 0.3 }],
    ["bursts of 60 packets", { burstRatio: 0.004, burstPackets: 60 }],
    ["reordering", { reorderRatio: 0.3, reorderMs: 80 }],
    ["duplication", { duplicateRatio: 0.5 }],
    ["300 ms round trips with 100 ms of jitter", { delayMs: 150, jitterMs: 100 }],
    ["64 kbit/s", { bandwidthKbitPerS: 64 }],
    [
      "all of it",
      {
        lossRatio: 0.3,
        burstRatio: 0.004,
        burstPackets: 60,
        reorderRatio: 0.3,
        reorderMs: 80,
        duplicateRatio: 0.5,
        delayMs: 150,
        jitterMs: 100,
        bandwidthKbitPerS: 64,
      },
    ],
  ])("[SE3] play goes on or stalls and recovers over %s", (_, faults) => {
    const environment = orbitEnvironment();
    const base = makeSchedule(5, { playerCount: 2, frames: 600 });
    const link = { ...PERFECT_LINK, delayMs: 40, ...faults };
    const schedule = {
      ...base,
      links: [
        [link, link],
        [link, link],
      ],
      partitions: [],
    };
    const { verdict } = run(schedule, environment);
    expect(verdict.faults).toEqual([]);
    expect(verdict.rollbacks).toBeGreaterThan(20);
  });

  it("[SE3][SE4] a 3 s partition is a stall for both, told and recovered from", () => {
    const environment = orbitEnvironment();
    const base = makeSchedule(6, { playerCount: 2, frames: 600 });
    const link = { ...PERFECT_LINK, delayMs: 40 };
    const cut = { startMs: 2_000, durationMs: 3_000 };
    const schedule = {
      ...base,
      links: [
        [link, link],
        [link, link],
      ],
      pauses: [],
      hiddenTabs: [],
      partitions: [
        { from: 0, to: 1, ...cut },
        { from: 1, to: 0, ...cut },
      ],
    };
    const { cluster, verdict } = run(schedule, environment);
    expect(verdict.faults).toEqual([]);
    for (const { session } of cluster.peers) {
      const { stalls, interruptions } = session.metrics();
      expect(Math.max(...stalls.map(({ durationMs }) => durationMs))).toBeGreaterThan(2_500);
      expect(interruptions).toHaveLength(1);
      expect(interruptions[0]?.durationMs).toBeGreaterThan(2_000);
    }
  });
});

describe("shrinker", () => {
  it("finds the one fault that a failure needs", () => {
    const schedule = makeSchedule(77, { playerCount: 2, frames: FRAMES });
    const needed = { peer: 1, startMs: 500, durationMs: 321 };
    const noisy = { ...schedule, pauses: [...schedule.pauses, needed] };
    const smallest = shrink(noisy, ({ pauses }) =>
      pauses.some(({ durationMs }) => durationMs === 321),
    );
    expect(smallest.pauses).toEqual([needed]);
    expect(smallest.partitions).toEqual([]);
    expect(smallest.frames).toBe(1);
    expect(smallest.links.flat()).toEqual(smallest.links.flat().map(() => PERFECT_LINK));
  });
});

describe("negative controls", () => {
  it("[DE6] a game that draws from Math.random is caught", () => {
    const environment = orbitEnvironment({ isNondeterministic: true });
    const schedule = makeSchedule(1, { playerCount: 2, frames: FRAMES });
    const { verdict } = run(schedule, environment);
    expect(verdict.faults.join("\n")).toContain('"kind":"desync"');
  });

  it.each([1, 2, 3])(
    "[SE5] a peer that drops an input is caught at that frame, seed %i",
    (seed) => {
      const droppedFrame = 100;
      const schedule = { ...makeSchedule(seed, { playerCount: 2, frames: FRAMES }) };
      const environment = orbitEnvironment();
      const cluster = new Cluster({
        environment,
        config: null,
        schedule: { ...schedule, holdFrames: [1, 1] },
        hasher,
        tamper(peer, requests) {
          for (const request of requests) {
            if (peer !== 1 || request.kind !== "advance" || request.frame !== droppedFrame)
              continue;
            // Whatever player 0 did, this peer plays something else for it.
            const actions = request.actions as number[];
            actions[0] = actions[0] === 1 ? 2 : 1;
          }
        },
      });
      cluster.run(RUN_MS_MAX);
      const frames = cluster.peers.flatMap(({ events }) =>
        events.flatMap((event) => (event.kind === "desync" ? [event.frame] : [])),
      );
      expect(frames).toEqual([droppedFrame + 1, droppedFrame + 1]);
      for (const { session } of cluster.peers) {
        expect(session.metrics().verifiedFrame).toBe(droppedFrame);
      }
      expect(judge(cluster, environment, null, schedule).faults).not.toEqual([]);
    },
  );

  it("[SE1] an oracle that is fed other inputs than were played says so", () => {
    const environment = orbitEnvironment();
    const schedule = makeSchedule(2, { playerCount: 2, frames: FRAMES });
    const { cluster, verdict } = run(schedule, environment);
    expect(verdict.faults).toEqual([]);
    const { sampled } = cluster.peers[0] as Cluster["peers"][0];
    const at = sampled.findLastIndex((action, frame) => action !== undefined && frame < FRAMES);
    sampled[at] = sampled[at] === 1 ? 2 : 1;
    expect(judge(cluster, environment, null, schedule).faults.join()).toContain(`frame ${at}`);
  });
});
