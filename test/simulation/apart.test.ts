/** Players who are all there, but of whom two lose each other for longer than they wait, in a game that then goes on. */
import { beforeAll, describe, expect, it } from "vitest";
import { FLAG_ABSENT, FLAG_BOT } from "../../engine/environment/input-flag.ts";
import { type Hasher, loadHasher } from "../../engine/index.ts";
import { decodeControl } from "../../engine/protocol/control-message.ts";
import { Cluster, type ClusterPeer } from "../../engine/simulation/cluster.ts";
import { makeSchedule } from "../../engine/simulation/schedule.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const FRAMES = 400;
const SEEDS = 8;
const WAIT_MS = 1_500;
const CUT_MS = 2_500;
const FOR_GOOD_MS = 100_000;

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

type Policy = "end" | "neutral" | "bot";

/** The line between players 0 and 1 is dead from a moment on, both ways. */
function run(
  seed: number,
  playerCount: number,
  setting: { readonly onDeparture: Policy; readonly deadMs: number },
  alter: (cluster: Cluster) => void = () => {},
): Cluster {
  const environment = orbitEnvironment({ playerCount, hasBots: true });
  const base = makeSchedule(seed, { playerCount, frames: FRAMES });
  const calm = { burstRatio: 0, bandwidthKbitPerS: null, lossRatio: 0.02 };
  const links = base.links.map((row) => row.map((link) => ({ ...link, ...calm })));
  const dead = { startMs: CUT_MS + 97 * seed, durationMs: setting.deadMs };
  const schedule = {
    ...{ ...base, links, hiddenTabs: [], pauses: [] },
    partitions: [
      { from: 0, to: 1, ...dead },
      { from: 1, to: 0, ...dead },
    ],
    session: {
      ...{ ...base.session, disconnectedAfterMs: WAIT_MS },
      onDeparture: setting.onDeparture,
    },
  };
  const cluster = new Cluster({ environment, config: null, schedule, hasher });
  alter(cluster);
  cluster.run(60_000);
  return cluster;
}

const hashesOf = ({ confirmed }: ClusterPeer) => confirmed.flatMap(({ hashes }) => hashes).join();
const isWhole = ({ session }: ClusterPeer) => session.status.kind === "ended";

/** How many different games were played to their end. */
const gamesOf = ({ peers }: Cluster) => new Set(peers.filter(isWhole).map(hashesOf)).size;

/** What those who did not come to the end are told. */
const reasonsOf = ({ peers }: Cluster) =>
  peers.flatMap(({ session: { status } }) => (status.kind === "aborted" ? [status.reason] : []));

describe("a group of which two lose each other", () => {
  it.each([
    [3, "neutral", FOR_GOOD_MS],
    [3, "bot", WAIT_MS],
    [4, "neutral", FOR_GOOD_MS],
    [4, "neutral", WAIT_MS],
    [6, "bot", FOR_GOOD_MS],
  ] as const)(
    "[SE17] of %i plays one game on, policy `%s`, line dead for %i ms",
    (count, onDeparture, deadMs) => {
      let told = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const cluster = run(seed, count, { onDeparture, deadMs });
        const context = `seed ${seed}: ${cluster.peers.map(({ session }) => JSON.stringify(session.status))}`;
        expect(gamesOf(cluster), context).toBe(1);
        const [whole] = cluster.peers.filter(isWhole) as [ClusterPeer];
        // Those whom nobody has lost play on in any case, and whoever was told ends at what all others have, too.
        for (const peer of cluster.peers.slice(2)) expect(isWhole(peer), context).toBe(true);
        for (const peer of cluster.peers.filter((one) => !isWhole(one))) {
          told++;
          expect(peer.session.status, context).toMatchObject({ reason: "return-refused" });
          expect(hashesOf(whole).startsWith(hashesOf(peer)), context).toBe(true);
        }
      }
      if (deadMs === FOR_GOOD_MS) expect(told).toBeGreaterThanOrEqual(SEEDS);
    },
  );

  it("[SE17] of two leaves it to the lower seat when they hear of each other again", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { peers } = run(seed, 2, { onDeparture: "neutral", deadMs: 2 * WAIT_MS });
      const [first, second] = peers as [ClusterPeer, ClusterPeer];
      expect(first.session.status, `seed ${seed}`).toEqual({ kind: "ended", endFrame: FRAMES });
      expect(second.session.status, `seed ${seed}`).toMatchObject({
        kind: "aborted",
        reason: "return-refused",
        detail: "The others have gone on without this player",
      });
      expect(second.events.map(({ kind }) => kind)).toContain("return-refused");
    }
  });

  it("[SE17] of two who never hear of each other again plays two games, each with the other's seat marked", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const cluster = run(seed, 2, { onDeparture: "neutral", deadMs: FOR_GOOD_MS });
      expect(gamesOf(cluster), `seed ${seed}`).toBe(2);
      for (const [own, { confirmed }] of cluster.peers.entries()) {
        const last = confirmed.flatMap(({ flags }) => flags).at(-1);
        expect((last?.[1 - own] ?? 0) & (FLAG_ABSENT | FLAG_BOT)).not.toBe(0);
      }
    }
  });

  it("[SE17][SE4] tells nobody where the game ends for all: nobody is to blame", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const count of [2, 3]) {
        const cluster = run(seed, count, { onDeparture: "end", deadMs: 2 * WAIT_MS });
        expect(new Set(reasonsOf(cluster)), `seed ${seed}`).toEqual(new Set(["peer-disconnected"]));
      }
    }
  });
});

describe("negative control", () => {
  it("[SE17] without the word that others go on there are two games", () => {
    let split = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const cluster = run(
        seed,
        3,
        { onDeparture: "neutral", deadMs: FOR_GOOD_MS },
        ({ network }) => {
          const carry = network.carry.bind(network);
          network.carry = (from, packet) => {
            const envelope = packet.channel === "control" ? decodeControl(packet.bytes) : null;
            if (envelope?.message.kind !== "refused") carry(from, packet);
          };
        },
      );
      if (gamesOf(cluster) > 1) split++;
    }
    expect(split).toBeGreaterThan(SEEDS / 2);
  });
});
