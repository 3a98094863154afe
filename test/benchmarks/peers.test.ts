import { describe, expect, it } from "vitest";
import { runPairBench } from "../../benchmarks/pair-bench.ts";
import { measurePeers } from "../../benchmarks/peer-measure.ts";
import { peerTargets, resultRows } from "../../benchmarks/peer-table.ts";
import { ENGINES, type Engine, loadEngine, type MakePeer } from "../../benchmarks/peers/engine.ts";
import { NetplayPeer } from "../../benchmarks/peers/netplayjs-peer.ts";
import type { RollbackPeer } from "../../benchmarks/peers/rollback-peer.ts";
import { SWARM_SIZES } from "../../benchmarks/swarm.ts";
import { loadHasher } from "../../engine/index.ts";

const hasher = await loadHasher();
const budget = { warmUp: 60, timed: 120, heap: 20 };
const bodies = SWARM_SIZES[2];
const options = { hasher, windowFrames: 12, isComplete: false };
/** Bundled once: that takes longer than playing. */
const makers = new Map(
  await Promise.all(
    ENGINES.map(async (engine) => [engine, await loadEngine(engine, options)] as const),
  ),
);

function pairOf(engine: Engine): (player: number) => RollbackPeer {
  const make = makers.get(engine) as MakePeer;
  return (player) => make({ player, bodies, seed: 3 });
}

const cases = ENGINES.flatMap((engine) =>
  (["worst", "human", "idle"] as const).map((mode) => [engine, mode] as const),
);

describe("peers of the comparison", () => {
  it.each(cases)("%s, %s: both sides end as the offline simulation does", (engine, mode) => {
    const rows = runPairBench({ makePeer: pairOf(engine), bodies, seed: 3, mode, budget });
    expect(rows.map(({ matchesOffline }) => matchesOffline)).toEqual([true, true]);
  });

  it.each(ENGINES)("%s steps 9 times a frame when every guess is wrong", (engine) => {
    const makePeer = pairOf(engine);
    const rows = runPairBench({ makePeer, bodies, seed: 3, mode: "worst", budget });
    // netplayjs' client simulates the window again for the input and for the host's state.
    const second = makePeer(1) instanceof NetplayPeer ? 25 : 9;
    expect(rows.map(({ stepsPerFrame }) => stepsPerFrame)).toEqual([9, second]);
  });

  it("a peer that plays another input than it was given is found out", () => {
    const makeHonest = pairOf("tandem-flat");
    const makePeer = (player: number): RollbackPeer => {
      const peer = makeHonest(player);
      if (player === 1) return peer;
      const tick = peer.tick.bind(peer);
      peer.tick = (arrived, actionOf, nowMs) =>
        tick(arrived, (frame) => (frame === 90 ? 5 : actionOf(frame)), nowMs);
      return peer;
    };
    const rows = runPairBench({ makePeer, bodies, seed: 3, mode: "idle", budget });
    expect(rows.map(({ matchesOffline }) => matchesOffline)).toEqual([false, false]);
  });

  it("writes rows of exactly the agreed shape, host and client apart", async () => {
    const task = { engine: "netplayjs", stateKb: 2, mode: "idle", seed: 1, budget } as const;
    const extra = { ...task, engine: "telegraph-binary" } as const;
    const rows = [...(await measurePeers(task, hasher)), ...(await measurePeers(extra, hasher))];
    const written = resultRows(rows);
    expect(written.map(({ engine }) => engine)).toEqual(["netplayjs-host", "netplayjs-client"]);
    expect(Object.keys(written[0] ?? {})).toEqual([
      "engine",
      "stateKb",
      "mode",
      "msMean",
      "msP99",
      "bytesPerFrame",
      "heapBytesPerTick",
      "matchesOffline",
    ]);
    for (const target of peerTargets(rows)) expect(Number.isFinite(target.measured)).toBe(false);
  });
});
