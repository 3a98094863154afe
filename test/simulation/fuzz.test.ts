import { beforeAll, describe, expect, it } from "vitest";
import { type Environment, type Hasher, loadHasher } from "../../engine/index.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { FIRST_SEED, SIMULATION_SEEDS } from "../support/budget.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "../support/orbit-environment.ts";
import { judge, type Verdict } from "./oracle.ts";

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
      expect(verdict.faults, `seed ${seed}: ${JSON.stringify(schedule)}`).toEqual([]);
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
