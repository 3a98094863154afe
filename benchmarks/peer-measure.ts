/** One engine, one size of state, one kind of input: what each of its two sides costs. */
import type { Hasher } from "../engine/index.ts";
import type { InputMode } from "./input-script.ts";
import { type FrameBudget, LATENCY_TICKS, type PairBenchRow, runPairBench } from "./pair-bench.ts";
import { type Engine, loadEngine } from "./peers/engine.ts";
import { SWARM_SIZES } from "./swarm.ts";

export type StateKb = keyof typeof SWARM_SIZES;

export interface PeerTask {
  readonly engine: Engine;
  readonly stateKb: StateKb;
  readonly mode: InputMode;
  readonly seed: number;
  readonly budget: FrameBudget;
}

/** What one side cost, under the name that the table gives it. */
export interface SideRow extends PairBenchRow {
  readonly engine: string;
  readonly stateKb: number;
  readonly mode: InputMode;
}

/** Two rows for an engine whose sides differ, else one. Our engine runs without its state hash. */
export async function measurePeers(task: PeerTask, hasher: Hasher): Promise<readonly SideRow[]> {
  const { engine, stateKb, mode, seed, budget } = task;
  const bodies = SWARM_SIZES[stateKb];
  const windowFrames = LATENCY_TICKS + 4;
  const make = await loadEngine(engine, { hasher, windowFrames, isComplete: false });
  const makePeer = (player: number) => make({ player, bodies, seed });
  const sides = runPairBench({ makePeer, bodies, seed, mode, budget });
  const sideNames = engine === "netplayjs" ? ["netplayjs-host", "netplayjs-client"] : [engine];
  return sideNames.map((name, side) => ({
    engine: name,
    stateKb,
    mode,
    ...(sides[side] as PairBenchRow),
    // A pair is only right if both sides are.
    matchesOffline: sides.every(({ matchesOffline }) => matchesOffline),
  }));
}
