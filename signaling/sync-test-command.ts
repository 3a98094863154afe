/** `tandem synctest`: tests an environment and prints the report. */
import { type Command, InvalidArgumentError } from "commander";
import type { SyncTestReport, SyncTestSettings } from "./sync-test.ts";

const EXIT_CODES = { passed: 0, failed: 1, unusable: 2 } as const;

/** A minute of a game at 20 frames per second. */
const DEFAULT_FRAMES = "1200";
const FRAMES_MAX = 1_000_000;

/** Enough to have every rule of most games at work. */
const DEFAULT_SEEDS = "1,2,3";
const SEED_MAX = 2 ** 32 - 1;

/** What a link of 130 ms one way asks for at 60 frames per second. */
const DEFAULT_DEPTH = "8";
const DEPTH_MAX = 120;

function parseInteger(text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && value >= low && value <= high) return value;
  throw new InvalidArgumentError(`Expected an integer ${low}–${high}.`);
}

const parseFrames = (text: string) => parseInteger(text, 1, FRAMES_MAX);
const parseDepth = (text: string) => parseInteger(text, 1, DEPTH_MAX);
const parseSeeds = (text: string) =>
  text.split(",").map((seed) => parseInteger(seed.trim(), 0, SEED_MAX));

const count = (n: number) => n.toLocaleString("en");
const micros = (us: number) => `${us.toFixed(us < 10 ? 2 : 1)} µs`;

/** One line per fact; columns as those of `tandem run`. */
function linesOf(report: SyncTestReport): readonly string[] {
  const { environment, runs, finding, speed, depthFramesMax } = report;
  if (environment === null) return [];
  const { id, digest, state, players, fps } = environment;
  const lines = [
    `Environment        ${id} (${digest}), ${state} state, ${players} players, ${fps} frames per second`,
    ...runs.map(
      ({ seed, frames, rollbacks, lastHash }) =>
        `Seed ${String(seed).padEnd(13)} ${count(frames)} frames, ${count(rollbacks)} rollbacks of 1–${depthFramesMax} frames, last hash ${lastHash}`,
    ),
  ];
  if (finding !== null)
    return [...lines, `Failed             Seed ${finding.seed}. ${finding.text}`];
  if (speed === null) return lines;
  const { stepUs, snapshotUs, restoreUs, hashUs, snapshotBytes } = speed;
  const rollbackUs = restoreUs + depthFramesMax * (stepUs + snapshotUs);
  return [
    ...lines,
    `Speed              step ${micros(stepUs)}, snapshot ${micros(snapshotUs)}, restore ${micros(restoreUs)}, hash ${micros(hashUs)}`,
    `Snapshot           ${count(snapshotBytes)} bytes`,
    `Deepest rollback   ${micros(rollbackUs)} of a frame's ${count(Math.round(1_000_000 / fps))} µs`,
    "Passed",
  ];
}

interface Options {
  readonly config: string;
  readonly frames: number;
  readonly seed: readonly number[];
  readonly depth: number;
  readonly json?: boolean;
}

async function syncTest(path: string, options: Options): Promise<void> {
  const settings: SyncTestSettings = {
    config: options.config,
    frames: options.frames,
    seeds: options.seed,
    depthFramesMax: options.depth,
  };
  const { testEnvironment } = await import("./sync-test.ts");
  const report = await testEnvironment(path, settings);
  const lines = options.json ? [JSON.stringify(report, null, 1)] : linesOf(report);
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (report.fault !== null) process.stderr.write(`${report.fault}\n`);
  process.exitCode = EXIT_CODES[report.status];
}

/** Adds the command to the program. */
export function addSyncTestCommand(program: Command): void {
  program
    .command("synctest")
    .description("Test that an environment is deterministic, and measure what it costs.")
    .argument("<environment.ts>", "file that exports `environment`")
    .option("--config <json>", "its configuration: JSON, or the name of a file of JSON", "{}")
    .option(
      "--frames <number>",
      "frames to play per seed",
      parseFrames,
      parseFrames(DEFAULT_FRAMES),
    )
    .option(
      "--seed <numbers>",
      "seeds, with commas between them",
      parseSeeds,
      parseSeeds(DEFAULT_SEEDS),
    )
    .option("--depth <frames>", "deepest rollback", parseDepth, parseDepth(DEFAULT_DEPTH))
    .option("--json", "print the report as JSON")
    .action(syncTest);
}
