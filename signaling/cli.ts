#!/usr/bin/env node
/** The command line: run a study, verify its data, test an environment, expand conditions. */
import { Command, InvalidArgumentError } from "commander";
import { addConditionsCommands } from "./conditions-command.ts";
import { buildPage } from "./page-build.ts";
import { type RunningServer, startServer } from "./server.ts";
import { addSyncTestCommand } from "./sync-test-command.ts";
import { verifyFolder } from "./verify.ts";

/** Something the person at the keyboard has to put right. */
const EXIT_UNUSABLE = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);

function parsePort(text: string): number {
  const port = Number(text);
  if (/^[0-9]+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected an integer 0–65535.");
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

/** A second Ctrl-C does not wait for the files. */
function stopOnSignal(server: RunningServer): void {
  const stop = () => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    void server.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

interface RunOptions {
  readonly port: number;
  readonly dataDir: string;
}

async function run(studyPath: string, { port, dataDir }: RunOptions): Promise<void> {
  let server: RunningServer | null = null;
  try {
    server = await startServer({ studyPath, port, dataDir });
    await buildPage(() => say("Building the participant page …"));
    say(`Participant link   ${server.url}/`);
    say(`Data folder        ${server.dataPath}`);
    say("To play alone      open the link in two tabs: each becomes a participant of its own.");
    say("Stop               Ctrl-C");
    stopOnSignal(server);
  } catch (error) {
    process.stderr.write(`${sentenceOf(error, port)}\n`);
    await server?.close();
    process.exitCode = EXIT_UNUSABLE;
  }
}

async function verify(dir: string, { json }: { readonly json?: boolean }): Promise<void> {
  const report = await verifyFolder(dir);
  if (json) say(JSON.stringify(report, null, 1));
  else for (const line of report.lines) say(line);
  if (report.fault !== null) process.stderr.write(`${report.fault}\n`);
  process.exitCode = report.exitCode;
}

const program = new Command("tandem")
  .description("Real-time paired human studies in the browser.")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_UNUSABLE));
program
  .command("run")
  .description("Serve a study to participants.")
  .argument("<study.ts>", "file that exports `study`")
  .option("--port <number>", "port to listen on; 0 takes any free one", parsePort)
  .option("--data-dir <folder>", "where the data go", "./data")
  .action((studyPath: string, options: Partial<RunOptions> & { dataDir: string }) => {
    try {
      const port = options.port ?? parsePort(process.env.PORT ?? "8000");
      return run(studyPath, { dataDir: options.dataDir, port });
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
  .action(verify);
addSyncTestCommand(program);
addConditionsCommands(program);
await program.parseAsync();
