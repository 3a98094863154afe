/** The tick benchmark over every way of keeping a state, and its targets. */
import type { Hasher } from "../engine/index.ts";
import { BODIES_2_KB, BODIES_20_KB, flatSwarm, plainSwarm } from "./swarm.ts";
import { type InputMode, runTickBench, type TickBenchRow } from "./tick-bench.ts";

/** How a state is kept; `plain-loops` is what a page under a strict policy does. */
type Engine = "flat" | "plain" | "plain-loops";

export interface TickTableRow extends TickBenchRow {
  readonly engine: Engine;
  readonly stateKb: number;
  readonly mode: InputMode;
  readonly isHashed: boolean;
}

export interface Target {
  readonly name: string;
  readonly limit: number;
  readonly measured: number;
}

const SIZES = [
  { stateKb: 2, bodies: BODIES_2_KB },
  { stateKb: 20, bodies: BODIES_20_KB },
] as const;
const ENGINES: readonly Engine[] = ["flat", "plain", "plain-loops"];
const MODES: readonly InputMode[] = ["worst", "human", "idle"];

/** Every row is the best of this many runs: other programs of a shared machine only ever add time. */
const REPETITIONS = 3;

/** Runs everything; some twenty seconds. `onRow` hears of each row as it is done. */
export function tickTable(
  seed: number,
  hasher: Hasher,
  onRow: (row: TickTableRow) => void,
): readonly TickTableRow[] {
  const rows: TickTableRow[] = [];
  for (const { stateKb, bodies } of SIZES) {
    for (const engine of ENGINES) {
      for (const mode of MODES) {
        for (const isHashed of [false, true]) {
          const environment = engine === "flat" ? flatSwarm(bodies) : plainSwarm(bodies);
          const isCompiled = engine !== "plain-loops";
          const runs = Array.from({ length: REPETITIONS }, () =>
            runTickBench({ environment, mode, seed, hasher, isHashed, isCompiled }),
          );
          const best = runs.reduce((a, b) => (a.msMean <= b.msMean ? a : b));
          const matchesOffline = runs.every((run) => run.matchesOffline);
          const row = { engine, stateKb, mode, isHashed, ...best, matchesOffline };
          rows.push(row);
          onRow(row);
        }
      }
    }
  }
  return rows;
}

/** What the engine must reach on two cores. */
export function tickTargets(rows: readonly TickTableRow[]): readonly Target[] {
  const worst = (engine: Engine) =>
    rows.find(
      (row) => row.engine === engine && row.stateKb === 20 && row.mode === "worst" && !row.isHashed,
    );
  const bytes = Math.max(...rows.map(({ bytesPerFrame }) => bytesPerFrame));
  return [
    {
      name: "20 KB plain, 8-frame rollback each tick: ms mean",
      limit: 0.15,
      measured: worst("plain")?.msMean ?? Number.NaN,
    },
    {
      name: "20 KB flat, 8-frame rollback each tick: ms mean",
      limit: 0.04,
      measured: worst("flat")?.msMean ?? Number.NaN,
    },
    { name: "payload bytes per frame and peer, any mode", limit: 30, measured: bytes },
  ];
}
