/** What a conditions server bears, with its target. */
import { conditionsRequestsPerSecond } from "./conditions-load.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";
import { atLeast, isMet, targetTable } from "./target.ts";

/** A laboratory of a hundred seats that asks twenty times a second each. */
const REQUESTS_PER_SECOND_MIN = 2_000;

/** True if the target is met. */
export async function reportConditions(options: ReportOptions): Promise<boolean> {
  const source = printSource(options);
  const measured = Math.round(await conditionsRequestsPerSecond());
  const target = atLeast("requests a second for `config`", REQUESTS_PER_SECOND_MIN, measured);
  options.print(targetTable([target]));
  writeResult(options, source, { targets: [target] });
  return isMet(target);
}
