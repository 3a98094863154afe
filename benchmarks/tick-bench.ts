/**
 * Cost of one tick of one peer of our engine: take in the packet, roll back, simulate, hash,
 * encode.
 */
import type { Hasher } from "../engine/index.ts";
import type { InputMode } from "./input-script.ts";
import { type FrameBudget, LATENCY_TICKS, type PairBenchRow, runPairBench } from "./pair-bench.ts";
import { TandemPeer } from "./peers/tandem-peer.ts";
import { flatSwarm, plainSwarm } from "./swarm.ts";

/** How a state is kept; `plain-loops` is what a page under a strict policy does. */
export type StateForm = "flat" | "plain" | "plain-loops";

export interface TickTask {
  readonly form: StateForm;
  readonly bodies: number;
  readonly mode: InputMode;
  readonly seed: number;
  /** False leaves the state hash out of the timing, as peers without one are timed. */
  readonly isHashed: boolean;
  readonly budget: FrameBudget;
}

export type TickBenchRow = PairBenchRow;

export function runTickBench(task: TickTask, hasher: Hasher): TickBenchRow {
  const { form, bodies, mode, seed, isHashed, budget } = task;
  const environment = form === "flat" ? flatSwarm(bodies) : plainSwarm(bodies);
  const makePeer = (player: number) =>
    new TandemPeer({
      player,
      environment,
      seed,
      hasher,
      isHashed,
      isCompiled: form !== "plain-loops",
      config: { predictionWindowFrames: LATENCY_TICKS + 4, isTimeSyncOn: false },
    });
  const [first, second] = runPairBench({ makePeer, bodies, seed, mode, budget });
  if (first === undefined || second === undefined) throw new Error("Expected a row of each side");
  // A pair is only right if both sides are.
  return { ...first, matchesOffline: first.matchesOffline && second.matchesOffline };
}
