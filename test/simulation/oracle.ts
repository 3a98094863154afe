/**
 * Judges a finished run by an independent simulation: a bare loop over the environment, fed with what the
 * players really did. Agreement of the peers is not correctness.
 */

import { deriveSeed } from "../../engine/determinism/random.ts";
import type { Action } from "../../engine/environment/space.ts";
import { canonicalJson, type Environment, type World } from "../../engine/index.ts";
import type { Cluster, ClusterPeer } from "../../engine/simulation/cluster.ts";
import type { Schedule } from "../../engine/simulation/schedule.ts";

export interface Verdict {
  /** One sentence per broken rule; none if the run was right. */
  readonly faults: readonly string[];
  readonly rollbacks: number;
  readonly stalls: number;
  readonly lostPackets: number;
}

export function judge(
  cluster: Cluster,
  environment: Environment,
  config: unknown,
  schedule: Schedule,
): Verdict {
  const faults: string[] = [];
  const { peers } = cluster;
  peers.forEach(({ session, events }, peer) => {
    if (session.status.kind !== "ended") {
      faults.push(`peer ${peer} is ${JSON.stringify(session.status)}`);
    }
    for (const event of events) {
      if (event.kind === "desync") faults.push(`peer ${peer} saw ${JSON.stringify(event)}`);
    }
    const { rollbacks, verifiedFrame, confirmedFrame, inputDelay } = session.metrics();
    const others = peers[0]?.session.metrics().inputDelay;
    if (canonicalJson(inputDelay) !== canonicalJson(others)) {
      faults.push(
        `peer ${peer} has ${JSON.stringify(inputDelay)}, peer 0 ${JSON.stringify(others)}`,
      );
    }
    const deepest = Math.max(0, ...rollbacks.map((rollback) => rollback.depthFrames));
    if (deepest > schedule.session.predictionWindowFrames) {
      faults.push(`peer ${peer} rolled back ${deepest} frames`);
    }
    if (verifiedFrame !== confirmedFrame) {
      faults.push(`peer ${peer} verified ${verifiedFrame} of ${confirmedFrame} frames`);
    }
  });
  if (faults.length === 0) faults.push(...compareWithTruth(peers, environment, config, schedule));
  const metrics = peers.map(({ session }) => session.metrics());
  return {
    faults,
    rollbacks: metrics.reduce((sum, { rollbacks }) => sum + rollbacks.length, 0),
    stalls: metrics.reduce((sum, { stalls }) => sum + stalls.length, 0),
    lostPackets: cluster.network.lostPackets,
  };
}

function compareWithTruth(
  peers: readonly ClusterPeer[],
  environment: Environment,
  config: unknown,
  schedule: Schedule,
): string[] {
  const faults: string[] = [];
  const state = environment.reset(deriveSeed(schedule.seed, 4), config);
  const delayFrames = peers[0]?.session.metrics().inputDelay.delayFrames ?? 0;
  let frame = 0;
  let isOver = false;
  for (; frame < schedule.frames && !isOver; frame++) {
    const inputs = environment.agentIds.map((_, player) =>
      truth(environment, peers[player]?.sampled ?? [], player, frame),
    );
    const isDelayed = frame < delayFrames;
    const actions = inputs.map((input, player) => {
      const isBot = player >= peers.length && !isDelayed;
      return isBot ? (environment.botAction?.(state, player) as Action) : input;
    });
    const { terminateds } = environment.step(state, actions);
    isOver = terminateds.every((isTerminated) => isTerminated);
    peers.forEach(({ confirmed }, peer) => {
      const logged = loggedActions(confirmed, frame);
      if (canonicalJson(logged) !== canonicalJson(inputs)) {
        faults.push(
          `peer ${peer} logged ${JSON.stringify(logged)} for frame ${frame}, expected ${JSON.stringify(inputs)}`,
        );
      }
    });
    if (faults.length > 0) return faults;
  }
  peers.forEach(({ session, world }, peer) => {
    if (session.confirmedFrame !== frame) {
      faults.push(`peer ${peer} ended at ${session.confirmedFrame}, expected ${frame}`);
    }
    const difference = stateDifference(environment, world, frame, state);
    if (difference !== null) faults.push(`peer ${peer}: ${difference}`);
  });
  return faults;
}

function truth(
  environment: Environment,
  sampled: readonly (Action | undefined)[],
  player: number,
  frame: number,
): Action {
  return sampled[frame] ?? (environment.neutralActions[player] as Action);
}

function loggedActions(confirmed: ClusterPeer["confirmed"], frame: number): unknown {
  const chunk = confirmed.find(
    ({ fromFrame, actions }) => frame >= fromFrame && frame < fromFrame + actions.length,
  );
  return chunk?.actions[frame - chunk.fromFrame];
}

function stateDifference(
  environment: Environment,
  world: World,
  frame: number,
  state: unknown,
): string | null {
  const ours = canonicalJson(world.copyState(frame));
  const expected = canonicalJson(
    environment.stateLayout === undefined ? state : flatToJson(environment, state),
  );
  return ours === expected ? null : `state of frame ${frame} is ${ours}, expected ${expected}`;
}

function flatToJson(environment: Environment, state: unknown): unknown {
  return Object.fromEntries(
    Object.keys(environment.stateLayout?.fields ?? {}).map((name) => [
      name,
      Array.from((state as Record<string, Float64Array>)[name] ?? []),
    ]),
  );
}
