/**
 * Every fault against every engine on stdout; a library that hangs or throws is a row like any
 * other.
 */
import type { FaultEngine, FaultVerdict } from "./fault-run.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { type Outcome, runIsolated } from "./isolation.ts";
import { tableHead, tableRow } from "./markdown-table.ts";
import { TELEGRAPH_CHANGES } from "./peers/telegraph-peer.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";

/** Keeping states as JSON or as bytes decides nothing here: one form of each library. */
const ENGINES: readonly FaultEngine[] = [
  "tandem-flat",
  "tandem-plain",
  "netplayjs",
  "netplayjs-reliable",
  "telegraph",
  "rollback-netcode-binary",
];

/** The slowest takes some five seconds. */
const RUN_MS_MAX = 60_000;

const PREAMBLE = [
  "Two peers, 4 ticks one-way, keys held for 10 frames on average; in virtual time. Passed is a",
  "run of 1,500 ticks after which both states are those of an offline simulation of the inputs;",
  "for drift, peers within ½ frame and their rollback work within 15 %, from 10 s to 60 s.",
  "`netplayjs` demands a reliable channel: raw packets break its contract, `netplayjs-reliable`",
  "keeps it.",
  `Not as published: ${TELEGRAPH_CHANGES}.`,
  "",
];

function verdictOf(outcome: Outcome<FaultVerdict>): FaultVerdict {
  switch (outcome.kind) {
    case "done":
      return outcome.result;
    case "threw":
      return { isPassed: false, reason: `throws: ${outcome.message.split("\n")[0]}` };
    case "hung":
      return { isPassed: false, reason: `hangs for ${outcome.boundMs} ms` };
  }
}

/** True if our engine passes everything. */
export async function reportFaults(options: ReportOptions): Promise<boolean> {
  const { seed, print } = options;
  const source = printSource(options);
  for (const line of PREAMBLE) print(line);
  print(tableHead(["engine", "fault", "", "reason"]));
  const rows: ({ engine: FaultEngine; fault: string } & FaultVerdict)[] = [];
  for (const engine of ENGINES) {
    for (const fault of FAULTS as readonly Fault[]) {
      const outcome = await runIsolated("fault", { engine, fault, seed }, RUN_MS_MAX);
      const verdict = verdictOf(outcome);
      rows.push({ engine, fault: fault.name, ...verdict });
      print(tableRow([engine, fault.name, verdict.isPassed ? "pass" : "FAIL", verdict.reason]));
    }
  }
  writeResult(options, source, { rows });
  return rows.every(({ engine, isPassed }) => isPassed || !engine.startsWith("tandem"));
}
