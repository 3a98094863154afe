#!/usr/bin/env node
/**
 * The command line: run a study, verify and export its data, repeat a difference, test an environment, expand conditions.
 * Each command loads what it needs when it is called, so that the short ones start at once.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { addConditionsCommands, parseParticipantIndex } from "./conditions/command.ts";
import type { ConditionsRunOptions } from "./conditions/run.ts";
import { addDataCommands } from "./data-command.ts";
import { addEndCommand } from "./end-command.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits/limits.ts";
import type { RunningServer } from "./server.ts";
import { addSimulateCommand } from "./simulate-command.ts";
import { addSyncTestCommand } from "./sync-test-command.ts";
import { EXIT_UNUSABLE, say } from "./terminal.ts";

/** As shells count an end by Ctrl-C. */
const EXIT_INTERRUPTED = 130;

function parsePort(text: string): number {
  const port = Number(text);
  if (/^[0-9]+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected an integer 0–65535.");
}

function parseLimit(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 1) return value;
  throw new InvalidArgumentError("Expected a number from 1 on.");
}

/** One clear sentence, or one per fault of a study; never a stack. */
function sentenceOf(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return `Port ${port} is already in use; choose another with --port.`;
  }
  if (code === "EACCES") return `Port ${port} may not be opened; choose another with --port.`;
  return message ?? String(error);
}

/**
 * A second Ctrl-C does not wait for the files. It listens on after the first: while a file is written, its
 * writer listens, too, and ends the process if nobody else does.
 */
function stopOnSignal(server: Pick<RunningServer, "close">): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(EXIT_INTERRUPTED);
    isStopping = true;
    void server.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

interface RunOptions extends ConditionsRunOptions {
  readonly trustProxy?: string;
  readonly connectionsPerSecond?: number;
  readonly requestsPerMinute?: number;
}

/** As many at once as the defaults allow for each per second. */
const BURST_SECONDS = DEFAULT_LIMITS.connectionBurst / DEFAULT_LIMITS.connectionsPerSecond;

function limitsOf({ connectionsPerSecond, requestsPerMinute }: RunOptions): Partial<Limits> {
  const burst = (perSecond: number) => Math.max(1, perSecond * BURST_SECONDS);
  return {
    ...(connectionsPerSecond === undefined
      ? {}
      : { connectionsPerSecond, connectionBurst: burst(connectionsPerSecond) }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  };
}

/** An empty one would open the door to everybody. */
function adminTokenOf({ TANDEM_ADMIN_TOKEN: adminToken = "" }): { adminToken?: string } {
  return adminToken === "" ? {} : { adminToken };
}

async function run(studyPath: string, options: RunOptions): Promise<void> {
  const { port, dataDir, host, trustProxy = null } = options;
  const token = adminTokenOf(process.env);
  let server: RunningServer | null = null;
  try {
    if (studyPath.endsWith(".toml")) {
      const { runConditions } = await import("./conditions/run.ts");
      return stopOnSignal(await runConditions(studyPath, { ...options, ...token }));
    }
    const [{ startServer }, { buildPage }] = await Promise.all([
      import("./server.ts"),
      import("./page-build.ts"),
    ]);
    const place = host === undefined ? {} : { host };
    server = await startServer({
      studyPath,
      port,
      dataDir,
      ...place,
      ...token,
      trustProxy,
      limits: limitsOf(options),
    });
    stopOnSignal(server);
    await buildPage(() => say("Building the participant page …"));
    say(`Participant link   ${server.url}/`);
    say(`Data folder        ${server.dataPath}`);
    say("To play alone      open the link in two tabs: each becomes a participant of its own.");
    say("Stop               Ctrl-C");
  } catch (error) {
    process.stderr.write(`${sentenceOf(error, port)}\n`);
    await server?.close();
    process.exitCode = EXIT_UNUSABLE;
  }
}

type Compute = (path: string) => Promise<{
  readonly exitCode: number;
  readonly fault: string | null;
  readonly lines: readonly string[];
}>;

/** Prints what was computed again. */
const printing =
  (compute: Compute) =>
  async (path: string, { json }: { readonly json?: boolean }) => {
    const report = await compute(path);
    if (json) say(JSON.stringify(report, null, 1));
    else for (const line of report.lines) say(line);
    if (report.fault !== null) process.stderr.write(`${report.fault}\n`);
    process.exitCode = report.exitCode;
  };

const program = new Command("tandem")
  .description("Real-time paired human studies in the browser.")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_UNUSABLE));
program
  .command("run")
  .description("Serve a study to participants, or a conditions file over REST.")
  .argument("<study.ts or file.toml>", "file that exports `study`, or conditions file")
  .option("--port <number>", "port to listen on; 0 takes any free one", parsePort)
  .addOption(
    new Option("--data-dir <folder>", "where the data go").env("DATA_DIR").default("./data"),
  )
  .option("--trust-proxy <addresses>", "proxies in front whose X-Forwarded-For is believed")
  .option("--connections-per-second <number>", "from one address, in the long run", parseLimit)
  .option("--requests-per-minute <number>", "from one address", parseLimit)
  .option("--host <address>", "who may connect: an address of this machine")
  .option(
    "-i, --default-participant-index <number>",
    "conditions: who is meant",
    parseParticipantIndex,
  )
  .option("--allow-origin <origins...>", "conditions: sites whose pages may ask")
  .action((studyPath: string, options: Partial<RunOptions> & { dataDir: string }) => {
    try {
      const port = options.port ?? parsePort(process.env.PORT ?? "8000");
      return run(studyPath, { ...options, port });
    } catch {
      process.stderr.write(`Expected PORT to be an integer 0–65535, got ${process.env.PORT}.\n`);
      process.exitCode = EXIT_UNUSABLE;
    }
  });
program
  .command("verify")
  .description("Compute every episode below a folder again and compare it with its files.")
  .argument("<dir>", "data folder")
  .option("--json", "print the report as JSON")
  .action(printing(async (dir) => (await import("./verify.ts")).verifyFolder(dir)));
program
  .command("reproduce")
  .description("Compute a frame again in which two pages differed, and say whose page was right.")
  .argument("<bundle.json>", "`…_desync.json` in a data folder")
  .option("--json", "print the report as JSON")
  .action(printing(async (path) => (await import("./reproduce.ts")).reproduceBundle(path)));
addEndCommand(program);
addSimulateCommand(program);
addSyncTestCommand(program);
addConditionsCommands(program);
addDataCommands(program);
await program.parseAsync();
