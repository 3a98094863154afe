/** The tick table on stdout, row by row, then its targets. */
import { tableHead, tableRow } from "./markdown-table.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";
import { isMet, targetTable } from "./target.ts";
import { type TickTableRow, tickTable, tickTargets } from "./tick-table.ts";

const HEADINGS = [
  "state",
  "KB",
  "inputs",
  "hash",
  "ms mean",
  "ms p99",
  "bytes/frame",
  "heap bytes/tick",
  "steps/frame",
  "offline",
];

function rowLine(row: TickTableRow): string {
  return tableRow([
    row.engine,
    row.stateKb,
    row.mode,
    row.isHashed ? "yes" : "no",
    row.msMean.toFixed(4),
    row.msP99.toFixed(4),
    row.bytesPerFrame.toFixed(1),
    Math.round(row.heapBytesPerTick),
    row.stepsPerFrame.toFixed(2),
    row.matchesOffline ? "equal" : "DIFFERS",
  ]);
}

/** True if every run was right and every target is met. */
export async function reportTicks(options: ReportOptions): Promise<boolean> {
  const { seed, print } = options;
  const source = printSource(options);
  print(
    "Two peers, 8 ticks of one-way latency, one peer timed: decode, roll back, step, encode.\n",
  );
  print(tableHead(HEADINGS));
  const rows = await tickTable(seed, (row) => print(rowLine(row)));
  const targets = tickTargets(rows);
  print(`\n${targetTable(targets)}`);
  writeResult(options, source, { rows, targets });
  return rows.every(({ matchesOffline }) => matchesOffline) && targets.every(isMet);
}
