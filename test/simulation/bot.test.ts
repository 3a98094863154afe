import { beforeAll, describe, expect, it } from "vitest";
import { FLAG_BOT } from "../../engine/environment/input-flag.ts";
import {
  DEFAULT_SESSION_CONFIG,
  type Environment,
  fulfil,
  type Hasher,
  loadHasher,
  P2PSession,
  replayEpisode,
  type Seat,
  World,
} from "../../engine/index.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { makeSchedule, type Schedule } from "../../engine/simulation/schedule.ts";
import { environment as cramped } from "../../sandbox/games/cramped-room.ts";
import { environment as puck } from "../../sandbox/games/puck.ts";
import { aloneSession } from "../support/alone.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";
import { judge } from "./oracle.ts";

const FRAMES = 240;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

function run(environment: Environment, schedule: Schedule) {
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  cluster.run(120_000);
  return { cluster, verdict: judge(cluster, environment, null, schedule) };
}

describe("bot seats", () => {
  it.each([
    [2, 1],
    [2, 2],
    [4, 4],
  ])("[SE10] %i peers agree with a bare simulation while bots play %i seats", (peers, botSeats) => {
    const environment = orbitEnvironment({ playerCount: peers + botSeats, hasBots: true });
    let rollbacks = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const limits = { playerCount: peers, frames: FRAMES };
      const schedule: Schedule = { ...makeSchedule(seed, limits), botSeats };
      const { cluster, verdict } = run(environment, schedule);
      expect(verdict.faults, `seed ${seed}`).toEqual([]);
      rollbacks += verdict.rollbacks;
      for (const { session } of cluster.peers) {
        for (const { playerIndex } of session.metrics().rollbacks) {
          expect(playerIndex, "a bot is never guessed").toBeLessThan(peers);
        }
      }
    }
    expect(rollbacks).toBeGreaterThan(0);
  });

  it("[SE10] is caught when one peer's bot plays otherwise", () => {
    const environment = orbitEnvironment({ playerCount: 3, hasBots: true });
    const schedule: Schedule = {
      ...makeSchedule(3, { playerCount: 2, frames: FRAMES }),
      botSeats: 1,
    };
    const cluster = new Cluster({
      environment,
      config: null,
      schedule,
      hasher,
      tamper: (peer, requests) => {
        for (const request of requests) {
          if (peer !== 1 || request.kind !== "advance" || request.frame < 100) continue;
          (request.flags as number[])[2] = 0;
        }
      },
    });
    cluster.run(120_000);
    const desyncs = cluster.peers.flatMap(({ events }) =>
      events.filter(({ kind }) => kind === "desync"),
    );
    expect(desyncs).not.toEqual([]);
  });

  it("[SE10] replays a bot's seat from its flag alone, and marks its rows", () => {
    const environment = orbitEnvironment({ playerCount: 2, hasBots: true });
    const seats: Seat[] = [{ kind: "local" }, { kind: "bot" }];
    const session = aloneSession(environment, undefined, seats);
    const options = { environment, config: null, seed: 7, maxSteps: 50, hasher };
    const world = new World(options);
    for (let tick = 0; tick < 60; tick++) {
      session.addLocalInput(0, { action: tick % 5, isFocused: true });
      fulfil(session.advance(tick), world, session);
    }
    const log = session.takeConfirmed();
    if (log === null) throw new Error("Expected confirmed frames");
    expect(log.flags.every(([, bits = 0]) => (bits & FLAG_BOT) !== 0)).toBe(true);
    expect(log.actions.every(([, action]) => action === 0)).toBe(true);
    const replay = replayEpisode({ ...options, episode: 0, ...log });
    expect(replay.hashes).toEqual(log.hashes);
    const column = (name: string) => {
      const at = replay.table.columns.indexOf(name);
      return new Set(replay.table.rows.map((row) => row[at]));
    };
    expect(column("isBot.body_0")).toEqual(new Set([false]));
    expect(column("isBot.body_1")).toEqual(new Set([true]));
    expect(column("actions.body_1").size).toBeGreaterThan(1);
    const unmarked = log.flags.map(([bits = 0]) => [bits, 0]);
    const other = replayEpisode({ ...options, episode: 0, ...log, flags: unmarked });
    expect(other.hashes.at(-1)).not.toBe(log.hashes.at(-1));
  });

  it("[SE10] refuses bots in a game that has none, naming it", () => {
    const environment = orbitEnvironment();
    const seats: Seat[] = [{ kind: "local" }, { kind: "bot" }];
    const fault =
      "Expected `players[1]` to be local, remote or empty (orbit has no botAction), got bot";
    expect(() => aloneSession(environment, undefined, seats)).toThrow(fault);
    const pair: Seat[] = [{ kind: "local" }, { kind: "remote", peer: 1 }];
    const config = { ...DEFAULT_SESSION_CONFIG, onDeparture: "bot" as const };
    const options = { environment, players: pair, episode: 0, config, digest: {} };
    expect(() => new P2PSession(options)).toThrow(
      "Expected `onDeparture` to be end or neutral (orbit has no botAction), got bot",
    );
  });
});

describe.each([
  ["cramped-room", cramped as Environment, { layout: "cramped_room" }],
  ["puck", puck as Environment, {}],
])("%s with bots", (_name, environment, config) => {
  it("[SE10] is verified by two peers over a bad link when one leaves and its bot goes on", () => {
    const base = makeSchedule(5, { playerCount: 2, frames: 600 });
    const schedule: Schedule = {
      ...base,
      partitions: [],
      session: { ...base.session, disconnectedAfterMs: 2_000, onDeparture: "bot" },
      departures: [{ peer: 1, atMs: 2_500 }],
    };
    const cluster = new Cluster({ environment, config, schedule, hasher });
    cluster.run(120_000);
    const survivor = cluster.peers[0];
    if (survivor === undefined) throw new Error("Expected a survivor");
    expect(survivor.session.status.kind).toBe("ended");
    const { confirmed, world } = survivor;
    const replay = replayEpisode({
      ...{ environment, config, seed: world.seed, maxSteps: 600, episode: 0, hasher },
      actions: confirmed.flatMap(({ actions }) => actions),
      flags: confirmed.flatMap(({ flags }) => flags),
    });
    expect(replay.hashes).toEqual(confirmed.flatMap(({ hashes }) => hashes));
  });
});
