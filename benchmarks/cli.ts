/**
 * `npm run bench`: Markdown tables on stdout, JSON where asked; exit 1 if something is not as it
 * must be.
 */
import { Command } from "commander";
import { reportConditions } from "./conditions-report.ts";
import { reportFaults } from "./fault-report.ts";
import { reportFloor } from "./floor-report.ts";
import { reportPeers } from "./peer-report.ts";
import { reportProfiles } from "./profile-report.ts";
import type { ReportOptions } from "./report.ts";
import { reportTicks } from "./tick-report.ts";
import { reportTuning } from "./tuning-report.ts";

interface Flags {
  readonly seed: string;
  readonly json?: string;
}

type Report = (options: ReportOptions) => Promise<boolean>;

const program = new Command("bench").description("Measure the engine on this machine.");

function add(name: string, description: string, report: Report, isDefault = false): void {
  program
    .command(name, { isDefault })
    .description(description)
    .option("--seed <number>", "seed of states and inputs", "1")
    .option("--json <file>", "also write the rows there")
    .action(async ({ seed, json }: Flags) => {
      const isGood = await report({
        seed: Number(seed),
        file: json ?? null,
        print: (line) => process.stdout.write(`${line}\n`),
      });
      process.exitCode = isGood ? 0 : 1;
    });
}

add("tick", "One peer's tick in every form of state, with its targets.", reportTicks, true);
add("peers", "Beside the JavaScript rollback libraries, on one game, link and input.", reportPeers);
add("profiles", "Six published link profiles, beside the published figures.", reportProfiles);
add("faults", "Which engine survives which loss, reordering, burst and drift.", reportFaults);
add("tuning", "What input delay and window do on each network profile.", reportTuning);
add("floor", "Snapshots and hashes beside copying and hashing the same bytes.", reportFloor);
add("conditions", "How fast conditions are expanded and served.", reportConditions);

await program.parseAsync();
