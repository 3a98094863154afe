/** The tick benchmark over every way of keeping a state, and its targets. */
import type { InputMode } from "./input-script.ts";
import { expectDone, runIsolated } from "./isolation.ts";
import type { FrameBudget } from "./pair-bench.ts";
import { bestOfRounds } from "./repetition.ts";
import { SWARM_SIZES } from "./swarm.ts";
import { atMost, type Target } from "./target.ts";
import type { StateForm, TickBenchRow } from "./tick-bench.ts";

export interface TickTableRow extends TickBenchRow {
  readonly engine: StateForm;
  readonly stateKb: number;
  readonly mode: InputMode;
  readonly isHashed: boolean;
}

const SIZES = [2, 20] as const;
const FORMS: readonly StateForm[] = ["flat", "plain", "plain-loops"];
const MODES: readonly InputMode[] = ["worst", "human", "idle"];
const BUDGET: FrameBudget = { warmUp: 1_200, timed: 3_000, heap: 1_500 };
/** Some seconds are enough for any row. */
const ROW_MS_MAX = 120_000;

/** Runs everything; two minutes. `onRow` hears of each row when it is final. */
export function tickTable(
  seed: number,
  onRow: (row: TickTableRow) => void,
): Promise<readonly TickTableRow[]> {
  const tasks = SIZES.flatMap((stateKb) =>
    FORMS.flatMap((form) =>
      MODES.flatMap((mode) => [false, true].map((isHashed) => ({ stateKb, form, mode, isHashed }))),
    ),
  );
  const run = async ({ stateKb, form, mode, isHashed }: (typeof tasks)[number]) => {
    const bodies = SWARM_SIZES[stateKb];
    const task = { form, bodies, mode, seed, isHashed, budget: BUDGET };
    const cost = expectDone(await runIsolated("tick", task, ROW_MS_MAX), form);
    return [{ engine: form, stateKb, mode, isHashed, ...cost }];
  };
  return bestOfRounds(tasks, run, onRow);
}

/** What the engine must reach on two cores, at 20 KB with an 8-frame rollback in each tick. */
export function tickTargets(rows: readonly TickTableRow[]): readonly Target[] {
  const large = (form: StateForm, isHashed: boolean) =>
    rows.filter((row) => row.engine === form && row.stateKb === 20 && row.isHashed === isHashed);
  const worst = (form: StateForm, isHashed: boolean) =>
    large(form, isHashed).find(({ mode }) => mode === "worst");
  const forForm = (form: StateForm, msLimit: number, hashMsLimit: number): readonly Target[] => {
    const bare = worst(form, false);
    const hashed = worst(form, true);
    const msMean = bare?.msMean ?? Number.NaN;
    const heapBytes = Math.max(
      ...large(form, false).map(({ heapBytesPerTick }) => heapBytesPerTick),
    );
    const hashMs = (hashed?.msMean ?? Number.NaN) - msMean;
    return [
      atMost(`${form}: ms mean`, msLimit, msMean),
      atMost(`${form}: p99 over mean`, 3, (bare?.msP99 ?? Number.NaN) / msMean),
      atMost(`${form}: ms more with the state hash`, hashMsLimit, hashMs),
      atMost(`${form}: heap bytes per tick, any inputs`, 1_024, heapBytes),
    ];
  };
  const bytes = Math.max(...rows.map(({ bytesPerFrame }) => bytesPerFrame));
  const packets = Math.max(...rows.map(({ packetsPerFrame }) => packetsPerFrame));
  return [
    ...forForm("flat", 0.025, 0.003),
    ...forForm("plain", 0.06, 0.01),
    atMost("payload bytes per frame and peer, any mode", 22, bytes),
    atMost("packets per frame and peer, any mode", 1, packets),
  ];
}
