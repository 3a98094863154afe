import { beforeAll, describe, expect, it } from "vitest";
import { type Hasher, loadHasher, replayEpisode, runSyncTest } from "../../engine/index.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { makeSchedule } from "../../engine/simulation/schedule.ts";
import { noticeEnvironment as environment } from "../support/notice-environment.ts";
import { judge } from "./oracle.ts";

type Peer = Cluster["peers"][number];

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

describe("JSON actions", () => {
  it("[SE1][PR2] cross lossy paths unchanged, in packets that stay within bounds", () => {
    let lostPackets = 0;
    let rollbacks = 0;
    let largest = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const base = makeSchedule(seed, { playerCount: 2, frames: 200 });
      const links = base.links.map((row) => row.map((link) => ({ ...link, lossRatio: 0.2 })));
      const schedule = { ...base, links };
      const cluster = new Cluster({ environment, config: null, schedule, hasher });
      const carry = cluster.network.carry.bind(cluster.network);
      cluster.network.carry = (from, packet) => {
        largest = Math.max(largest, packet.bytes.length);
        carry(from, packet);
      };
      cluster.run(120_000);
      const verdict = judge(cluster, environment, null, schedule);
      expect(verdict.faults, `seed ${seed}`).toEqual([]);
      lostPackets += verdict.lostPackets;
      rollbacks += verdict.rollbacks;
    }
    expect(lostPackets).toBeGreaterThan(100);
    expect(rollbacks).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(1_200);
  });

  it("cost a held value no more than its bit", () => {
    const bytesOf = (holdFrames: number) => {
      const base = makeSchedule(4, { playerCount: 2, frames: 200 });
      const schedule = { ...base, holdFrames: [holdFrames, holdFrames] };
      const cluster = new Cluster({ environment, config: null, schedule, hasher });
      cluster.run(120_000);
      return (cluster.peers[0] as Peer).session.metrics().links[0]?.bytesSent as number;
    };
    expect(bytesOf(60)).toBeLessThan(bytesOf(1) / 2);
  });

  it("pass the sync test and become flat columns", () => {
    const options = { environment, config: null, seed: 1, frames: 150, depthFramesMax: 6, hasher };
    expect(runSyncTest(options)).toMatchObject({ kind: "passed" });
    const { table } = replayEpisode({
      ...{ environment, config: null, seed: 1, maxSteps: 9, episode: 0, hasher },
      actions: [
        [{ pin: ["a", 1] }, null],
        ["b", { pass: true }],
      ],
      flags: [
        [1, 1],
        [1, 1],
      ],
    });
    const cell = (row: number, name: string) => table.rows[row]?.[table.columns.indexOf(name)];
    expect(cell(0, "actions.left.pin.0")).toBe("a");
    expect(cell(0, "actions.left.pin.1")).toBe(1);
    expect(cell(1, "actions.left")).toBe("b");
    expect(cell(1, "actions.right.pass")).toBe(true);
  });
});
