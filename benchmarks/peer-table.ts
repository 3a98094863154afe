/** Our engine beside the JavaScript rollback libraries, and the targets of that comparison. */
import type { InputMode } from "./input-script.ts";
import { expectDone, runIsolated } from "./isolation.ts";
import type { FrameBudget } from "./pair-bench.ts";
import type { PeerTask, SideRow, StateKb } from "./peer-measure.ts";
import { ENGINES, type Engine } from "./peers/engine.ts";
import { bestOfRounds } from "./repetition.ts";
import { atLeast, atMost, type Target } from "./target.ts";

const SIZES: readonly StateKb[] = [2, 20];
const MODES: readonly InputMode[] = ["worst", "human", "idle"];
const BUDGET: FrameBudget = { warmUp: 1_200, timed: 3_000, heap: 1_500 };
/**
 * The slowest takes 10 ms for a tick of both sides at 20 KB: minutes, where ours takes a second.
 */
const SLOW_BUDGET: FrameBudget = { warmUp: 600, timed: 3_000, heap: 200 };
const ROW_MS_MAX = 900_000;

/** Only measured to be fair: not how its README keeps states, and not a row of the results. */
const EXTRA_ENGINE: Engine = "telegraph-binary";

/** How many times faster our engine must be. */
const RATIOS = [
  ["netplayjs-client", 100],
  ["telegraph", 20],
  ["rollback-netcode-binary", 1],
] as const;

/** What a result file holds of a row. */
export interface PeerTableRow {
  readonly engine: string;
  readonly stateKb: number;
  readonly mode: InputMode;
  readonly msMean: number;
  readonly msP99: number;
  readonly bytesPerFrame: number;
  readonly heapBytesPerTick: number;
  readonly matchesOffline: boolean;
}

/** Runs everything; some ten minutes. `onRow` hears of each row when it is final. */
export function peerTable(
  seed: number,
  onRow: (row: SideRow) => void,
): Promise<readonly SideRow[]> {
  const tasks = SIZES.flatMap((stateKb) =>
    ENGINES.flatMap((engine) =>
      MODES.map((mode) => {
        const budget = engine === "netplayjs" ? SLOW_BUDGET : BUDGET;
        return { engine, stateKb, mode, seed, budget };
      }),
    ),
  );
  const run = async (task: PeerTask) =>
    expectDone(await runIsolated("peers", task, ROW_MS_MAX), task.engine);
  return bestOfRounds(tasks, run, onRow);
}

/** The rows as they are written to a file, without what was only measured for information. */
export function resultRows(rows: readonly SideRow[]): readonly PeerTableRow[] {
  return rows
    .filter(({ engine }) => engine !== EXTRA_ENGINE)
    .map((row) => ({
      engine: row.engine,
      stateKb: row.stateKb,
      mode: row.mode,
      msMean: row.msMean,
      msP99: row.msP99,
      bytesPerFrame: row.bytesPerFrame,
      heapBytesPerTick: row.heapBytesPerTick,
      matchesOffline: row.matchesOffline,
    }));
}

/** At 20 KB with an 8-frame rollback in each tick. */
export function peerTargets(rows: readonly SideRow[]): readonly Target[] {
  const worst = (engine: string) =>
    rows.find((row) => row.engine === engine && row.stateKb === 20 && row.mode === "worst");
  const ms = (engine: string) => worst(engine)?.msMean ?? Number.NaN;
  const forEngine = (ours: string, msLimit: number): readonly Target[] => {
    const timesFaster = (theirs: string) => ms(theirs) / ms(ours);
    return [
      atMost(`${ours}: ms mean`, msLimit, ms(ours)),
      atMost(`${ours}: p99 over mean`, 3, (worst(ours)?.msP99 ?? Number.NaN) / ms(ours)),
      atMost(`${ours}: heap bytes per tick`, 1_024, worst(ours)?.heapBytesPerTick),
      ...RATIOS.map(([theirs, limit]) =>
        atLeast(`${ours}: times faster than ${theirs}`, limit, timesFaster(theirs)),
      ),
    ];
  };
  const ours = rows.filter(({ engine }) => engine.startsWith("tandem"));
  const bytes = Math.max(...ours.map(({ bytesPerFrame }) => bytesPerFrame));
  const packets = Math.max(...ours.map(({ packetsPerFrame }) => packetsPerFrame));
  return [
    ...forEngine("tandem-flat", 0.025),
    ...forEngine("tandem-plain", 0.06),
    atMost("tandem: payload bytes per frame", 22, bytes),
    atMost("tandem: packets per frame", 1, packets),
  ];
}
