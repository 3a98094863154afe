/** What conditions bear, with their targets. */
import { conditionsRequestsPerSecond, expansionSeconds } from "./conditions-load.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";
import { atLeast, atMost, isMet, targetTable } from "./target.ts";

/** A laboratory of a hundred seats that asks twenty times a second each. */
const REQUESTS_PER_SECOND_MIN = 2_000;

/** As long as somebody waits for a command without doubting it. */
const EXPANSION_SECONDS_MAX = 2;

/** True if the targets are met. */
export async function reportConditions(options: ReportOptions): Promise<boolean> {
  const source = printSource(options);
  const seconds = expansionSeconds();
  const measured = Math.round(await conditionsRequestsPerSecond());
  const targets = [
    atMost("seconds for 10,000 participants", EXPANSION_SECONDS_MAX, seconds),
    atLeast("requests a second for `config`", REQUESTS_PER_SECOND_MIN, measured),
  ];
  options.print(targetTable(targets));
  writeResult(options, source, { targets });
  return targets.every(isMet);
}
