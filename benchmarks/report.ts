/** What every report has in common: where it came from, where it goes. */
import { writeFileSync } from "node:fs";
import { type Provenance, provenance } from "./machine.ts";

export interface ReportOptions {
  readonly seed: number;
  /** Where to write the result as JSON; null for nowhere. */
  readonly file: string | null;
  readonly print: (line: string) => void;
}

/** Prints what the figures belong to, and returns it. */
export function printSource({ seed, print }: ReportOptions): Provenance {
  const source = provenance(seed);
  const { cpu, cores, node } = source.machine;
  print(`Commit ${source.commit}, seed ${seed}, ${cpu}, ${cores} cores, ${node}\n`);
  return source;
}

/** Writes the source and the result, if a file was asked for. */
export function writeResult(
  { file }: ReportOptions,
  source: Provenance,
  result: Readonly<Record<string, unknown>>,
): void {
  if (file !== null) writeFileSync(file, `${JSON.stringify({ ...source, ...result }, null, 2)}\n`);
}
