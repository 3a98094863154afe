/** The comparison on stdout, row by row, then the targets of it. */
import { tableHead, tableRow } from "./markdown-table.ts";
import type { SideRow } from "./peer-measure.ts";
import { peerTable, peerTargets, resultRows } from "./peer-table.ts";
import { TELEGRAPH_CHANGES } from "./peers/telegraph-peer.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";
import { isMet, targetTable } from "./target.ts";

const HEADINGS = [
  "engine",
  "KB",
  "inputs",
  "ms mean",
  "ms p99",
  "bytes/frame",
  "packets/frame",
  "heap bytes/tick",
  "steps/frame",
  "offline",
];

const PREAMBLE = [
  "One game, one link of 8 ticks one-way, one script of inputs; one side timed: decode, handlers,",
  "tick, encode. No engine hashes states here. Best of three runs by mean.",
  `Not as published: ${TELEGRAPH_CHANGES}.`,
  "`telegraph-binary` keeps states as bytes, which it allows but does not show; for information.",
  "",
];

function rowLine(row: SideRow): string {
  return tableRow([
    row.engine,
    row.stateKb,
    row.mode,
    row.msMean.toFixed(4),
    row.msP99.toFixed(4),
    row.bytesPerFrame.toFixed(1),
    row.packetsPerFrame.toFixed(2),
    Math.round(row.heapBytesPerTick),
    row.stepsPerFrame.toFixed(2),
    row.matchesOffline ? "equal" : "DIFFERS",
  ]);
}

/** True if every run of every engine was right and every target is met. */
export async function reportPeers(options: ReportOptions): Promise<boolean> {
  const { seed, print } = options;
  const source = printSource(options);
  for (const line of PREAMBLE) print(line);
  print(tableHead(HEADINGS));
  const rows = await peerTable(seed, (row) => print(rowLine(row)));
  const targets = peerTargets(rows);
  print(`\n${targetTable(targets)}`);
  writeResult(options, source, { rows: resultRows(rows) });
  return rows.every(({ matchesOffline }) => matchesOffline) && targets.every(isMet);
}
