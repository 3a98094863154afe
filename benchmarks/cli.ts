/** `npm run bench`: prints a Markdown table, and writes it as JSON where asked. */
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { loadHasher } from "../engine/index.ts";
import { provenance } from "./machine.ts";
import { type TickTableRow, tickTable, tickTargets } from "./tick-table.ts";

const print = (line: string) => process.stdout.write(`${line}\n`);
const cells = (values: readonly (string | number)[]) => `| ${values.join(" | ")} |`;

const HEADINGS = [
  "state",
  "KB",
  "inputs",
  "hash",
  "ms mean",
  "ms p99",
  "bytes/frame",
  "heap bytes/tick",
  "rollbacks",
  "offline",
];

function rowCells(row: TickTableRow): readonly (string | number)[] {
  return [
    row.engine,
    row.stateKb,
    row.mode,
    row.isHashed ? "yes" : "no",
    row.msMean.toFixed(4),
    row.msP99.toFixed(4),
    row.bytesPerFrame.toFixed(1),
    Math.round(row.heapBytesPerTick),
    row.rollbacks,
    row.matchesOffline ? "equal" : "DIFFERS",
  ];
}

async function bench(options: { readonly seed: string; readonly json?: string }): Promise<void> {
  const seed = Number(options.seed);
  const source = provenance(seed);
  const { machine } = source;
  print(
    `Commit ${source.commit}, seed ${seed}, ${machine.cpu}, ${machine.cores} cores, ${machine.node}`,
  );
  print(
    "Two peers, 8 ticks of one-way latency, one peer timed: decode, roll back, simulate, encode.\n",
  );
  print(cells(HEADINGS));
  print(cells(HEADINGS.map(() => "---")));
  const rows = tickTable(seed, await loadHasher(), (row) => print(cells(rowCells(row))));
  print(`\n${cells(["target", "limit", "measured", ""])}`);
  print(cells(["---", "---", "---", "---"]));
  const targets = tickTargets(rows);
  for (const { name, limit, measured } of targets) {
    print(cells([name, limit, measured.toFixed(4), measured <= limit ? "met" : "MISSED"]));
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ ...source, rows, targets }, null, 2)}\n`);
  }
  const isRight = rows.every(({ matchesOffline }) => matchesOffline);
  process.exitCode = isRight && targets.every(({ limit, measured }) => measured <= limit) ? 0 : 1;
}

await new Command("bench")
  .description("Time one peer's tick on this machine; exit 1 if a target is missed.")
  .option("--seed <number>", "seed of states and inputs", "1")
  .option("--json <file>", "also write the rows there")
  .action(bench)
  .parseAsync();
