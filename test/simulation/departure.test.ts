import { beforeAll, describe, expect, it } from "vitest";
import type { Action } from "../../engine/environment/space.ts";
import { canonicalJson, deriveSeed, type Hasher, loadHasher } from "../../engine/index.ts";
import { Cluster, type ClusterPeer } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const FRAMES = 400;
const SEEDS = 60;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

type Policy = "end" | "neutral" | "bot";

function scheduleOf(seed: number, playerCount: number, onDeparture: Policy): Schedule {
  const base = makeSchedule(seed, { playerCount, frames: FRAMES });
  return {
    ...base,
    partitions: [],
    session: { ...base.session, disconnectedAfterMs: 3_000, onDeparture },
    departures: [{ peer: seed % playerCount, atMs: 1_500 + ((seed * 37) % 1_500) }],
  };
}

const logOf = ({ confirmed }: ClusterPeer): Action[][] =>
  confirmed.flatMap(({ actions }) => actions.map((row) => [...row]));

/** Runs one departure and checks what must hold for every survivor. */
function check(seed: number, playerCount: number, onDeparture: Policy): number {
  const environment = orbitEnvironment({ playerCount, hasBots: true });
  const schedule = scheduleOf(seed, playerCount, onDeparture);
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  cluster.run(120_000);
  const gone = seed % playerCount;
  const survivors = cluster.peers.filter((_, peer) => peer !== gone);
  const [first] = survivors;
  if (first === undefined) throw new Error("Expected a survivor");
  const cuts = survivors.map(({ events }) =>
    events.flatMap((event) => (event.kind === "departed" ? [event.frame] : [])),
  );
  const log = logOf(first);
  const context = `seed ${seed}, ${playerCount} players, ${onDeparture}`;
  for (const [i, survivor] of survivors.entries()) {
    expect(cuts[i], context).toEqual(cuts[0]);
    expect(logOf(survivor), context).toEqual(log);
    const { status } = survivor.session;
    if (onDeparture === "end")
      expect(status, context).toMatchObject({ kind: "aborted", confirmedFrame: cuts[0]?.[0] });
    else expect(status, context).toEqual({ kind: "ended", endFrame: FRAMES });
  }
  expect(cuts[0], context).toHaveLength(1);
  checkTruth(cluster, schedule, log, gone, cuts[0]?.[0] ?? -1, context);
  return cuts[0]?.[0] ?? -1;
}

/** The log is what everybody really did, with an empty seat from the cut on; the state follows from it. */
function checkTruth(
  cluster: Cluster,
  schedule: Schedule,
  log: readonly Action[][],
  gone: number,
  cut: number,
  context: string,
): void {
  const { playerCount, session } = schedule;
  const environment = orbitEnvironment({ playerCount, hasBots: true });
  const state = environment.reset(deriveSeed(schedule.seed, 4), null);
  for (const [frame, actions] of log.entries()) {
    const truth: Action[] = cluster.peers.map(({ sampled }, player) =>
      player === gone && frame >= cut ? 0 : (sampled[frame] ?? 0),
    );
    expect(actions, `${context}, frame ${frame}`).toEqual(truth);
    const isBot = session.onDeparture === "bot" && frame >= cut;
    if (isBot) truth[gone] = environment.botAction?.(state, gone) as Action;
    environment.step(state, truth);
  }
  const survivor = cluster.peers.find((_, peer) => peer !== gone);
  if (survivor === undefined || !survivor.world.hasSnapshot(log.length)) return;
  expect(canonicalJson(survivor.world.copyState(log.length)), context).toBe(canonicalJson(state));
}

describe("departures", () => {
  it.each([
    [3, "end"],
    [3, "neutral"],
    [5, "end"],
    [5, "neutral"],
    [8, "neutral"],
    [2, "neutral"],
    [2, "bot"],
    [3, "bot"],
  ] as const)(
    "[SE9][SE10] of %i players one leaves; `%s` at one frame for all who stay",
    (playerCount, policy) => {
      const cuts = new Set<number>();
      for (let seed = 1; seed <= SEEDS / playerCount + 5; seed++) {
        cuts.add(check(seed, playerCount, policy));
      }
      expect(cuts.size).toBeGreaterThan(5);
    },
  );

  it("[SE4] of two players the other ends at what it holds", () => {
    for (let seed = 1; seed <= 10; seed++) check(seed, 2, "end");
  });
});
