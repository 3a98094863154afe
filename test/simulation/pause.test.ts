/**
 * Pauses over bad links: every peer must wait in the same frames. The judge is a bare loop that knows the rule in
 * another form than the engine: a frame waits if somebody's asking counted in it or in the countdown before it.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { FLAG_FOCUSED, FLAG_PAUSED } from "../../engine/environment/input-flag.ts";
import type { Action } from "../../engine/environment/space.ts";
import {
  canonicalJson,
  deriveSeed,
  type Hasher,
  loadHasher,
  type PausePolicy,
  pausePolicyOf,
  replayEpisode,
} from "../../engine/index.ts";
import { DEFAULT_SESSION_CONFIG } from "../../engine/session/config.ts";
import { Cluster, type ClusterPeer } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";
import { logOf, waitsOf } from "./disturbed-run.ts";

const FRAMES = 300;
const SEEDS = 12;
const RUN_MS_MAX = 120_000;
const CUT = { startMs: 1_800, durationMs: 2_000 };

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const isAway = (seed: number, frame: number, player: number) =>
  (frame + 41 * player + 13 * seed) % 97 < 12 + 7 * (seed % 3);

function scheduleOf(seed: number, playerCount: number, rules: Schedule["session"]): Schedule {
  const base = makeSchedule(seed, { playerCount, frames: FRAMES });
  return { ...base, session: { ...base.session, ...rules }, partitions: [], hiddenTabs: [] };
}

const SHORT = { resumeCountdownMs: 200, pauseLimitMs: 700 } as const;

interface PausedRun {
  readonly cluster: Cluster;
  readonly schedule: Schedule;
  readonly policy: PausePolicy;
}

function run(schedule: Schedule, tamper?: ConstructorParameters<typeof Cluster>[0]["tamper"]) {
  const environment = orbitEnvironment({ playerCount: schedule.playerCount });
  const cluster = new Cluster({
    ...{ environment, config: null, schedule, hasher },
    isFocusedOf: (frame, player) => !isAway(schedule.seed, frame, player),
    ...(tamper === undefined ? {} : { tamper }),
  });
  cluster.run(RUN_MS_MAX);
  const rules = { ...DEFAULT_SESSION_CONFIG, ...schedule.session };
  return { cluster, schedule, policy: pausePolicyOf(rules, environment.fps) };
}

/** One sentence for each thing that is wrong; none if the run was right. */
function faultsOf({ cluster, schedule, policy }: PausedRun): string[] {
  const environment = orbitEnvironment({ playerCount: schedule.playerCount });
  const [first, ...others] = cluster.peers.map(logOf);
  if (first === undefined) return ["no peer"];
  const faults: string[] = [];
  const { actions, flags, hashes } = first;
  if (others.some((log) => canonicalJson(log) !== canonicalJson(first))) {
    faults.push("the logs differ");
  }
  const seed = deriveSeed(schedule.seed, 4);
  const state = environment.reset(seed, null);
  const waits = waitsOf(flags, policy);
  for (const [frame, row] of actions.entries()) {
    if (!waits[frame]) environment.step(state, row as readonly Action[]);
    faults.push(...inputFaults(cluster, schedule, frame, row, flags[frame] ?? []));
  }
  const steps = waits.filter((isWaiting) => !isWaiting).length;
  if (steps !== FRAMES) faults.push(`${steps} steps, expected ${FRAMES}`);
  for (const [peer, { session, world, events }] of cluster.peers.entries()) {
    const { kind } = session.status;
    if (kind !== "ended" || session.confirmedFrame !== actions.length) {
      faults.push(`peer ${peer} is ${kind} at ${session.confirmedFrame} of ${actions.length}`);
    }
    if (session.metrics().verifiedFrame !== session.confirmedFrame) {
      faults.push(`peer ${peer} verified ${session.metrics().verifiedFrame} frames`);
    }
    if (events.some((event) => event.kind === "desync")) faults.push(`peer ${peer} saw a desync`);
    const isKept = world.hasSnapshot(actions.length);
    if (isKept && canonicalJson(world.copyState(actions.length)) !== canonicalJson(state)) {
      faults.push(`peer ${peer} ended in another state`);
    }
  }
  const recording = { environment, config: null, seed, maxSteps: FRAMES, episode: 0 };
  const replay = replayEpisode({ ...recording, actions, flags, pausePolicy: policy, hasher });
  if (canonicalJson(replay.hashes) !== canonicalJson(hashes)) faults.push("a replay differs");
  return faults;
}

/** The log must hold what each player did: nothing while they were away, their action otherwise. */
function inputFaults(
  cluster: Cluster,
  { seed, session }: Schedule,
  frame: number,
  actions: readonly Action[],
  flags: readonly number[],
): string[] {
  return cluster.peers.flatMap(({ sampled }, player) => {
    if (frame < (session.inputDelayFrames as number)) return [];
    const isHere = !isAway(seed, frame, player);
    const action = isHere ? sampled[frame] : 0;
    const isAsked = ((flags[player] ?? 0) & FLAG_PAUSED) !== 0;
    const isWrong =
      actions[player] !== action ||
      ((flags[player] ?? 0) & FLAG_FOCUSED) !== (isHere ? FLAG_FOCUSED : 0) ||
      (session.onHidden === "pause" && !isHere && !isAsked);
    return isWrong ? [`frame ${frame} holds ${actions[player]} of player ${player}`] : [];
  });
}

/** Rollbacks that simulated a frame again in which a pause begins or ends. */
function edgeRollbacks({ cluster, policy }: PausedRun): number {
  const waits = waitsOf(logOf(cluster.peers[0] as ClusterPeer).flags, policy);
  const edges = waits.flatMap((isWaiting, i) => (i > 0 && isWaiting !== waits[i - 1] ? [i] : []));
  const all = cluster.peers.flatMap(({ session }) => session.metrics().rollbacks);
  return all.filter(({ frame, currentFrame }) =>
    edges.some((edge) => edge >= frame && edge < currentFrame),
  ).length;
}

function pauseCount({ cluster, policy }: PausedRun): number {
  const waits = waitsOf(logOf(cluster.peers[0] as ClusterPeer).flags, policy);
  return waits.filter((isWaiting, i) => isWaiting && !waits[i - 1]).length;
}

const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);

describe.each([2, 4])("pauses of %i players over bad links", (playerCount) => {
  it("[PA1][PA2][PA3][PA6] by hidden pages are the same frames for everybody", () => {
    let edges = 0;
    let pauses = 0;
    for (const seed of seeds) {
      const base = makeSchedule(seed, { playerCount, frames: FRAMES }).session;
      const done = run(scheduleOf(seed, playerCount, { ...base, ...SHORT, onHidden: "pause" }));
      expect(faultsOf(done), `seed ${seed}`).toEqual([]);
      edges += edgeRollbacks(done);
      pauses += pauseCount(done);
    }
    expect(pauses).toBeGreaterThan(2 * SEEDS);
    expect(edges).toBeGreaterThan(SEEDS);
  });

  it("[PA5] after 2 s without a link are the same frames for everybody", () => {
    let edges = 0;
    for (const seed of seeds) {
      const base = makeSchedule(seed, { playerCount, frames: FRAMES }).session;
      const rules = { ...base, ...SHORT, onInterruption: "pause" } as const;
      const cuts = [
        { from: 0, to: 1, ...CUT },
        { from: 1, to: 0, ...CUT },
      ];
      const done = run({ ...scheduleOf(seed, playerCount, rules), partitions: cuts });
      expect(faultsOf(done), `seed ${seed}`).toEqual([]);
      const { flags } = logOf(done.cluster.peers[0] as ClusterPeer);
      for (const player of [0, 1]) {
        const asked = flags.filter((row) => ((row[player] ?? 0) & FLAG_PAUSED) !== 0);
        expect(asked.length, `seed ${seed}, player ${player}`).toBeGreaterThan(0);
      }
      expect(pauseCount(done), `seed ${seed}`).toBeGreaterThan(0);
      edges += edgeRollbacks(done);
    }
    expect(edges).toBeGreaterThan(SEEDS / 2);
  });
});

describe("negative controls", () => {
  const rules = { ...makeSchedule(1, { playerCount: 2, frames: FRAMES }).session, ...SHORT };
  const pausing = { ...rules, onHidden: "pause" } as const;

  it("[SE5] a peer that does not see a pause is caught", () => {
    const done = run(scheduleOf(1, 2, pausing), (peer, requests) => {
      if (peer !== 1) return;
      for (const request of requests) {
        if (request.kind !== "advance") continue;
        const flags = request.flags as number[];
        flags.forEach((bits, player) => {
          flags[player] = bits & ~FLAG_PAUSED;
        });
      }
    });
    expect(faultsOf(done).join("; ")).toContain("saw a desync");
  });

  it.each([
    ["countdown", { countdownFrames: 1, limitFrames: 0 }],
    ["limit", { countdownFrames: 0, limitFrames: -1 }],
  ])("[PA2] a judge with a %s one frame off says so", (_, change) => {
    const done = run(scheduleOf(1, 2, pausing));
    expect(faultsOf(done)).toEqual([]);
    const { countdownFrames, limitFrames } = done.policy;
    const policy = {
      countdownFrames: countdownFrames + change.countdownFrames,
      limitFrames: (limitFrames ?? 0) + change.limitFrames,
    };
    expect(faultsOf({ ...done, policy })).not.toEqual([]);
  });
});
