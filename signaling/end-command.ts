/** `tandem end`: ends a study, or some of its participants, while it runs. */
import type { Command } from "commander";
import { DataError } from "./store/data-folder.ts";
import { orSentence, say } from "./terminal.ts";

/** Somebody who was named is not there, or had ended before. */
const EXIT_NOT_ALL = 1;

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
  for (const subjectId of ended) say(`${subjectId}: ended`);
  for (const subjectId of over) say(`${subjectId}: had ended before`);
  for (const subjectId of unknown) say(`${subjectId}: nobody of that id`);
  if (all && ended.length === 0) say("Nobody is on their way.");
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
    .action((dataDir: string, options: EndOptions) => orSentence(() => runEnd(dataDir, options)));
}
