/** What input delay and prediction window do on each network profile: the figures of docs/tuning.md. */
import networkProfiles from "../data/network-profiles.json" with { type: "json" };
import { type Hasher, loadHasher } from "../engine/index.ts";
import { tableHead, tableRow } from "./markdown-table.ts";
import { type ProfileRow, runProfile } from "./profile-run.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";

const DELAYS_FRAMES = [0, 1, 2, 3, 4, 6, 8] as const;
const WINDOWS_FRAMES = [4, 6, 8, 12, 16] as const;
/** Usual for the other knob while one is swept. */
const USUAL = { inputDelayFrames: 2, windowFrames: 8 } as const;

type Knob = keyof typeof USUAL;
type NamedProfile = (typeof networkProfiles.profiles)[number];

interface TuningRow extends ProfileRow, Readonly<Record<Knob, number>> {}

const PREAMBLE = [
  "Virtual time, two players, 5,000 updates of 16 ms, keys held for 10 frames on average, repeat-last",
  "guesses. Each cell: rollbacks per 100 frames, p99 depth in frames, stalled ticks per minute.",
];

/** True if every run's confirmed states were the offline ones. */
export async function reportTuning(options: ReportOptions): Promise<boolean> {
  const source = printSource(options);
  const hasher = await loadHasher();
  for (const line of PREAMBLE) options.print(line);
  const rows = [
    ...sweep("inputDelayFrames", DELAYS_FRAMES, options, hasher),
    ...sweep("windowFrames", WINDOWS_FRAMES, options, hasher),
  ];
  writeResult(options, source, { rows });
  return rows.every(({ matchesOffline }) => matchesOffline);
}

function sweep(
  knob: Knob,
  values: readonly number[],
  { seed, print }: ReportOptions,
  hasher: Hasher,
): TuningRow[] {
  const name = knob === "inputDelayFrames" ? "input delay" : "prediction window";
  print("");
  print(tableHead([`link \\ ${name}`, ...values.map(String)]));
  return networkProfiles.profiles.flatMap(({ title, link }) => {
    const rows = values.map((value) =>
      measureCell({ title, link }, { [knob]: value }, seed, hasher),
    );
    print(tableRow([title, ...rows.map(cellText)]));
    return rows;
  });
}

/** One cell of a table. */
export function measureCell(
  { title, link }: Pick<NamedProfile, "title" | "link">,
  knob: Partial<Record<Knob, number>>,
  seed: number,
  hasher: Hasher,
): TuningRow {
  const knobs = { ...USUAL, ...knob };
  const profile = { name: title, playerCount: 2, link };
  return { ...runProfile({ profile, input: "held", seed, ...knobs }, hasher), ...knobs };
}

export function cellText({
  rollbacksPer100Frames,
  rollbackDepthP99,
  stallsPerMinute,
}: ProfileRow): string {
  const rollbacks = rollbacksPer100Frames.toFixed(1);
  return `${rollbacks} · ${rollbackDepthP99} · ${Math.round(stallsPerMinute)}`;
}
