/** `tandem simulate`: runs a study with simulated participants and prints what came of it. */
import { type Command, InvalidArgumentError } from "commander";
import type { SimulationReport } from "./simulation/simulation.ts";

const EXIT_CODES = { passed: 0, failed: 1, unusable: 2 } as const;

const PARTICIPANTS_MAX = 10_000;
const SEED_MAX = 2 ** 32 - 1;
/** What a busy hour of a recruiting panel brings. */
const DEFAULT_ARRIVALS_PER_MINUTE = "30";
/** People's half minute for a page becomes three seconds: a dry run of minutes. */
const DEFAULT_SPEED = "10";

function parseNumber(text: string, low: number, high: number, isWhole: boolean): number {
  const value = Number(text);
  const isRight = text.trim() !== "" && value >= low && value <= high;
  if (isRight && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? "an integer" : "a number";
  throw new InvalidArgumentError(`Expected ${kind} ${low}–${high}.`);
}

const integer = (low: number, high: number) => (text: string) => parseNumber(text, low, high, true);
const number = (low: number, high: number) => (text: string) => parseNumber(text, low, high, false);

/** One line per fact; columns as those of `tandem run`. */
function linesOf(report: SimulationReport): readonly string[] {
  const { acknowledgements, episodes, outcomes, loopDelaysMs: loops } = report;
  const line = (name: string, text: string) => `${name.padEnd(19)}${text}`;
  const rows = Object.entries(acknowledgements).map(([event, latency]) => {
    const { count, p50Ms, p95Ms, p99Ms, maxMs } = latency;
    return line(`  ${event}`, `${count}: ${p50Ms} / ${p95Ms} / ${p99Ms} / ${maxMs} ms`);
  });
  return [
    line("Participants", `${report.participants}, seed ${report.seed}`),
    line("Duration", `${Math.round(report.durationMs / 1_000)} s`),
    ...Object.entries(outcomes).map(([name, count]) => line(`  ${name}`, ` ${count}`)),
    line("Waiting for ever", `${report.waitingForEver}`),
    line("Acknowledgements", "count: median / 95th / 99th percentile / longest"),
    ...rows,
    line(
      "Late timers",
      `participants ${loops.participants} ms, server ${loops.server} ms (95th percentile)`,
    ),
    line(
      "Episodes",
      `${episodes.verified} verified, ${episodes.partial} partial, ${episodes.disputed} disputed`,
    ),
    line("Files", `${report.filesChecked} checked against their schemas`),
    line("Unhandled", `${report.unhandledRejections} rejections`),
    line("Data folder", report.dataPath),
    ...report.findings.map((finding) => line("Finding", finding)),
    report.findings.length === 0 ? "Passed" : "Failed",
  ];
}

interface Options {
  readonly participants: number;
  readonly dropout: number;
  readonly reload: number;
  readonly seed: number;
  readonly speed: number;
  readonly arrivalsPerMinute: number;
  readonly dataDir?: string;
  readonly json?: boolean;
}

async function run(studyPath: string, options: Options): Promise<void> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const [{ buildPage }, { simulate }, { StudyError }, { DataError }] = await Promise.all([
    import("./page-build.ts"),
    import("./simulation/simulation.ts"),
    import("./study/index.ts"),
    import("./store/data-folder.ts"),
  ]);
  try {
    await buildPage(() => say("Building the participant page …"));
    const report = await simulate({
      studyPath,
      participants: options.participants,
      dropoutRatio: options.dropout,
      reloadRatio: options.reload,
      arrivalsPerMinute: options.arrivalsPerMinute,
      speed: options.speed,
      seed: options.seed,
      dataDir: options.dataDir ?? null,
      onProgress: (ended, participants) => say(`${ended} of ${participants} have ended`),
    });
    const lines = options.json ? [JSON.stringify(report, null, 1)] : linesOf(report);
    for (const line of lines) process.stdout.write(`${line}\n`);
    process.exitCode = report.findings.length === 0 ? EXIT_CODES.passed : EXIT_CODES.failed;
  } catch (error) {
    say((error as Error).message ?? String(error));
    const isInput = error instanceof StudyError || error instanceof DataError;
    process.exitCode = isInput ? EXIT_CODES.unusable : EXIT_CODES.failed;
  }
}

/** Adds the command to the program. */
export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .description("Run a whole study with simulated participants, on a server of its own.")
    .argument("<study.ts>", "file that exports `study`")
    .option("--participants <number>", "how many come", integer(1, PARTICIPANTS_MAX), 20)
    .option("--dropout <ratio>", "share that vanishes at a random moment", number(0, 1), 0)
    .option("--reload <ratio>", "share that reloads the page at a random moment", number(0, 1), 0)
    .option("--seed <number>", "what everything random is drawn from", integer(0, SEED_MAX), 1)
    .option(
      "--arrivals-per-minute <number>",
      "how fast they come",
      number(0.01, 100_000),
      Number(DEFAULT_ARRIVALS_PER_MINUTE),
    )
    .option(
      "--speed <factor>",
      "how many times faster than people they read and answer; games take their time",
      number(0.01, 1_000),
      Number(DEFAULT_SPEED),
    )
    .option("--data-dir <folder>", "where the data go; a new temporary folder, which is kept")
    .option("--json", "print the report as JSON")
    .action(run);
}
