/** `tandem export` and `tandem reconcile`: what comes after a study. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Finding, Suggestion } from "./export/reconciliation.ts";
import { DataError } from "./store/data-folder.ts";
import { orSentence, say } from "./terminal.ts";

const EXIT_LOOK = 1;

interface ExportOptions {
  readonly out: string;
  readonly json?: boolean;
}

async function runExport(dataDir: string, { out, json }: ExportOptions): Promise<void> {
  const { exportFolder } = await import("./export/export.ts");
  const report = await exportFolder(dataDir, out);
  if (json) return say(JSON.stringify(report, null, 1));
  for (const { name, rows, columns } of report.tables) {
    say(`${name.padEnd(19)}${rows} rows, ${columns} columns`);
  }
  const counts = Object.entries(report.episodes).map(([status, count]) => `${count} ${status}`);
  say(`Episode files      ${counts.join(", ")}`);
  say(`Written to         ${report.out} (CSV, Parquet, codebook)`);
}

const SUGGESTIONS: readonly Suggestion[] = ["reject", "check", "approve", "none"];

function lineOf(finding: Finding): string {
  const { suggestion, participantId, subjectId, status, reason } = finding;
  const who = subjectId === null || subjectId === participantId ? "" : ` (${subjectId})`;
  return `${suggestion.padEnd(9)}${participantId}${who}, ${status ?? "no submission"}: ${reason}`;
}

interface ReconcileOptions {
  readonly json?: boolean;
}

async function runReconcile(
  dataDir: string,
  prolificPath: string,
  { json }: ReconcileOptions,
): Promise<void> {
  const text = await readFile(prolificPath, "utf8").catch(() => {
    throw new DataError(`The file ${prolificPath} cannot be read.`);
  });
  const { parseProlificFile } = await import("./export/prolific-file.ts");
  const { DataReader } = await import("./export/data-reader.ts");
  const { participantsOf } = await import("./export/participant-record.ts");
  const { reconcile } = await import("./export/reconciliation.ts");
  const submissions = parseProlificFile(prolificPath, text);
  const reader = await DataReader.open(dataDir);
  const findings = reconcile(participantsOf(await reader.metadata()), submissions);
  const countOf = (wanted: Suggestion) =>
    findings.filter(({ suggestion }) => suggestion === wanted).length;
  const counts = Object.fromEntries(SUGGESTIONS.map((name) => [name, countOf(name)]));
  const needsLook = countOf("check") + countOf("reject") > 0;
  if (json) say(JSON.stringify({ counts, findings }, null, 1));
  else {
    for (const wanted of SUGGESTIONS) {
      for (const finding of findings) if (finding.suggestion === wanted) say(lineOf(finding));
    }
    say(SUGGESTIONS.map((name) => `${counts[name]} ${name}`).join(", "));
  }
  process.exitCode = needsLook ? EXIT_LOOK : 0;
}

export function addDataCommands(program: Command): void {
  program
    .command("export")
    .description("Merge all data below a folder into tidy CSV and Parquet tables with a codebook.")
    .argument("<data-dir>", "data folder")
    .option("--out <folder>", "where the tables go", "./export")
    .option("--json", "print what was written as JSON")
    .action((dataDir: string, options: ExportOptions) =>
      orSentence(() => runExport(dataDir, options)),
    );
  program
    .command("reconcile")
    .description(
      "Hold an export of Prolific's submissions against the data: approve, check, reject.",
    )
    .argument("<data-dir>", "data folder")
    .argument("<prolific.csv>", "submissions as Prolific exports them")
    .option("--json", "print the findings as JSON")
    .action((dataDir: string, path: string, options: ReconcileOptions) =>
      orSentence(() => runReconcile(dataDir, path, options)),
    );
}
