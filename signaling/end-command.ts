/** `tandem end`: ends a study, or some of its participants, while it runs. */
import type { Command } from "commander";
import { DataError } from "./store/data-folder.ts";

const EXIT_NOT_ALL = 1;
const EXIT_UNUSABLE = 2;

interface EndOptions {
  readonly participant?: readonly string[];
  readonly all?: boolean;
}

async function runEnd(dataDir: string, { participant, all = false }: EndOptions): Promise<void> {
  if (all === (participant !== undefined)) {
    throw new DataError("Expected either --participant with ids or --all.");
  }
  const { askToEnd } = await import("./admin-door.ts");
  const { ended, over, unknown } = await askToEnd(dataDir, participant ?? null);
  for (const subjectId of ended) process.stdout.write(`${subjectId}: ended\n`);
  for (const subjectId of over) process.stdout.write(`${subjectId}: had ended before\n`);
  for (const subjectId of unknown) process.stdout.write(`${subjectId}: nobody of that id\n`);
  if (over.length + unknown.length > 0) process.exitCode = EXIT_NOT_ALL;
}

export function addEndCommand(program: Command): void {
  program
    .command("end")
    .description(
      "End a running study for participants: they see why, and get their code (outcome researcher_ended).",
    )
    .argument("<data-dir>", "data folder of the running server")
    .option("--participant <ids...>", "subject ids")
    .option("--all", "everybody who is on their way")
    .action(async (dataDir: string, options: EndOptions) => {
      try {
        await runEnd(dataDir, options);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = EXIT_UNUSABLE;
      }
    });
}
