/**
 * The best of several rounds: other programs of a shared machine only ever add time. A round is the
 * whole table, each row in a thread of its own, so that one noisy minute cannot spoil every run of
 * a row.
 */

/** Rounds of everything that is timed. */
const ROUNDS = 3;

interface Timed {
  readonly msMean: number;
  readonly matchesOffline: boolean;
}

/**
 * One list of rows for each of `tasks`; `onRow` hears of each row in the last round, when it is
 * final.
 */
export async function bestOfRounds<Task, Row extends Timed>(
  tasks: readonly Task[],
  run: (task: Task) => Promise<readonly Row[]>,
  onRow: (row: Row) => void,
): Promise<readonly Row[]> {
  const runs = tasks.map((): (readonly Row[])[] => []);
  const rows: Row[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [i, task] of tasks.entries()) {
      const soFar = runs[i] as (readonly Row[])[];
      soFar.push(await run(task));
      if (round < ROUNDS) continue;
      for (let side = 0; side < (soFar[0]?.length ?? 0); side++) {
        const row = bestOf(soFar.map((each) => each[side] as Row));
        rows.push(row);
        onRow(row);
      }
    }
  }
  return rows;
}

/** The run with the least mean; it only matches if all of them did. */
function bestOf<Row extends Timed>(runs: readonly Row[]): Row {
  const best = runs.reduce((a, b) => (a.msMean <= b.msMean ? a : b));
  return { ...best, matchesOffline: runs.every(({ matchesOffline }) => matchesOffline) };
}
