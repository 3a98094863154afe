/** Every profile on stdout, ours under the published row, then the targets. */
import { loadHasher } from "../engine/index.ts";
import { tableHead, tableRow } from "./markdown-table.ts";
import { type ProfileInput, type ProfileRow, runProfile } from "./profile-run.ts";
import { PROFILES, type Profile, type ProfileFigures } from "./profiles.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";
import { atMost, isMet, type Target, targetTable } from "./target.ts";

const HEADINGS = [
  "profile",
  "loss / RTT / jitter",
  "figures",
  "rollbacks/100 f",
  "p99 depth",
  "KiB/s/player",
  "mean/max lag",
  "stalls/min",
  "offline",
];

const PREAMBLE = [
  "Virtual time, 5,000 updates of 16 ms, input delay 0, window 8, repeat-last guesses, every frame",
  "saved, every confirmed frame hashed. Inputs have 4 bytes. `each-frame`: the word of the",
  "published harness, 31 × frame + 7 × player + 1; `held`: a random word, held for 10 frames on",
  "average. Our engine is made for up to 8 players; 16 is shown because it was published.",
  "",
];

const INPUTS: readonly ProfileInput[] = ["each-frame", "held"];

function figureCells(figures: ProfileFigures): readonly (string | number)[] {
  return [
    figures.rollbacksPer100Frames.toFixed(2),
    figures.rollbackDepthP99,
    figures.kibPerSecondPerPlayer.toFixed(2),
    `${figures.confirmationLagMean.toFixed(2)} / ${figures.confirmationLagMax}`,
    Math.round(figures.stallsPerMinute),
  ];
}

/** As published: the least round trip, and what is added to each way. */
function linkText({ link }: Profile): string {
  const { delayMs, jitterMs: halfMs, lossRatio } = link;
  const [rttMs, jitterMs] = [2 * (delayMs - halfMs), 2 * halfMs];
  return `${lossRatio * 100} % / ${rttMs} ms / ${jitterMs} ms`;
}

/** Of the inputs that were published; bytes at most half of what was. */
function profileTargets(rows: readonly ProfileRow[]): readonly Target[] {
  return PROFILES.filter(({ isTarget }) => isTarget).flatMap(({ name, published }) => {
    const row = rows.find(({ profile, input }) => profile === name && input === "each-frame");
    const kib = published.kibPerSecondPerPlayer / 2;
    return [
      atMost(`${name}: p99 depth`, published.rollbackDepthP99, row?.rollbackDepthP99),
      atMost(`${name}: stalls per minute`, published.stallsPerMinute, row?.stallsPerMinute),
      atMost(`${name}: KiB/s/player`, kib, row?.kibPerSecondPerPlayer),
    ];
  });
}

/** True if every run was right and every target is met. */
export async function reportProfiles(options: ReportOptions): Promise<boolean> {
  const { seed, print } = options;
  const source = printSource(options);
  for (const line of PREAMBLE) print(line);
  print(tableHead(HEADINGS));
  const hasher = await loadHasher();
  const rows: ProfileRow[] = [];
  for (const profile of PROFILES) {
    const { name } = profile;
    print(tableRow([name, linkText(profile), "published", ...figureCells(profile.published), ""]));
    for (const input of INPUTS) {
      const row = runProfile({ profile, input, seed }, hasher);
      rows.push(row);
      const offline = row.matchesOffline ? "equal" : "DIFFERS";
      print(tableRow(["", "", `ours, ${input}`, ...figureCells(row), offline]));
    }
  }
  const targets = profileTargets(rows);
  print(`\n${targetTable(targets)}`);
  writeResult(options, source, { rows, published: PROFILES, targets });
  return rows.every(({ matchesOffline }) => matchesOffline) && targets.every(isMet);
}
