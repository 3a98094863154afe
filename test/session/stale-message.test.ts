/** Control messages of a page that is gone, or meant for one: bytes of an earlier conversation may come at any time. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Hasher, loadHasher } from "../../engine/index.ts";
import { type ControlMessage, encodeControl } from "../../engine/protocol/control-message.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import type { Schedule } from "../../engine/simulation/schedule.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const PLAYERS = [0, 1, 2];
/** The page of this peer dies and comes back once: the conversations with it are of epoch 1 from then on. */
const RETURNED = 1;
const LATER_MS = 3_000;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const schedule: Schedule = {
  seed: 11,
  playerCount: PLAYERS.length,
  frames: 400,
  session: {
    inputDelayFrames: 2,
    predictionWindowFrames: 8,
    predictor: "repeat-last",
    onDeparture: "neutral",
    onDesync: "recover",
  },
  links: PLAYERS.map(() => PLAYERS.map(() => PERFECT_LINK)),
  partitions: [],
  pauses: [],
  hiddenTabs: [],
  departures: [],
  returns: [{ peer: RETURNED, atMs: 1_000, afterMs: 300 }],
  clocks: PLAYERS.map(() => ({ startMs: 0, driftPpm: 0, grainMs: 0 })),
  holdFrames: PLAYERS.map(() => 4),
};

/** Runs the schedule; `message` comes from one peer to another, with that epoch, while everybody plays. */
function run(message: ControlMessage, epoch: number, from: number, to: number) {
  const environment = orbitEnvironment({ playerCount: PLAYERS.length });
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  cluster.clock.at(LATER_MS * 1_000, () => {
    expect(cluster.peers.map(({ session }) => session.status.kind)).toEqual(
      PLAYERS.map(() => "running"),
    );
    const bytes = encodeControl(message, epoch);
    cluster.network.carry(from, { peer: to, channel: "control", bytes });
  });
  cluster.run(60_000);
  return cluster;
}

const lie = { episode: 0, generation: 0, frame: 60, agreedFrame: 59 } as const;

const ORDERS: readonly [string, ControlMessage, string][] = [
  [
    "to give up on a player",
    {
      kind: "departed",
      episode: 0,
      held: { player: 2, length: 30, rows: [] },
      isSettled: true,
    },
    "departed",
  ],
  [
    "that a state differs",
    {
      kind: "hashes",
      episode: 0,
      generation: 0,
      fromFrame: 60,
      hashes: ["0123456789abcdef"],
      isReply: true,
    },
    "desync",
  ],
  ["to go back", { ...lie, kind: "recover", generation: 1, chain: 7 }, "unrecovered"],
];

describe("an order in a control message", () => {
  for (const [what, message, obeyed] of ORDERS) {
    for (const [from, to] of [
      [RETURNED, 0],
      [0, RETURNED],
    ] as const) {
      const kindsAt = (epoch: number) =>
        run(message, epoch, from, to).peers[to]?.events.map(({ kind }) => kind as string);

      it(`[PR8] ${what}, of an earlier conversation, is not obeyed by peer ${to}`, () => {
        const cluster = run(message, 0, from, to);
        for (const { session, events } of cluster.peers) {
          expect(session.status).toEqual({ kind: "ended", endFrame: schedule.frames });
          expect(events.map(({ kind }) => kind)).not.toContain(obeyed);
        }
        expect(kindsAt(2), "of a page that is not there yet").not.toContain(obeyed);
      });

      it(`[PR8] ${what}, of the present conversation, is obeyed by peer ${to}`, () => {
        expect(kindsAt(1)).toContain(obeyed);
      });
    }
  }
});
