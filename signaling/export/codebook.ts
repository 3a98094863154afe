/** The codebook of an export: what every column of every table means, as CSV and as Markdown. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { csvText } from "../store/csv-text.ts";
import type { Column } from "./column.ts";

/** A table as far as the codebook tells of it. */
interface Described {
  readonly name: string;
  readonly columns: readonly Column[];
}

const HEADER = ["table", "column", "type", "unit", "source", "description"] as const;

const ABOUT: Readonly<Record<string, string>> = {
  participants: "One row per participant.",
  visits: "One row per pass of a participant through a scene with a metadata file.",
  answers: "One row per answer; one per option where several could be chosen.",
  episodes: "One row per episode and participant, also those that are unverified or cut short.",
  frames: "One row per frame, episode and participant: all rows of all episode files.",
  metrics: "One row per participant and game with partners.",
  monitoring: "One row per screening of a participant, and per game in which they were watched.",
  pings: "One row per round trip that the server measured to a page.",
  decisions: "One row per admission, warning, exclusion and failed callback.",
  matches: "One row per line of the match logs: a decision of a waiting room.",
};

const cell = (text: string) => text.replace(/\|/g, "\\|").replace(/\s+/g, " ");

function section({ name, columns }: Described): string {
  const rows = columns.map(({ name: column, type, unit, source, description }) =>
    [`\`${column}\``, type, unit, source, description].map(cell).join(" | "),
  );
  return [
    `## ${name}\n`,
    `${ABOUT[name]} Files: \`${name}.csv\`, \`${name}.parquet\`.\n`,
    "| column | type | unit | source | description |",
    "|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
  ].join("\n");
}

const PREFACE = `# Codebook

Empty cells are absent values. \`json\` is JSON in a text. In CSV a text that a spreadsheet would compute has an
apostrophe before it; Parquet files hold the texts as they were given.`;

export async function writeCodebook(dir: string, tables: readonly Described[]): Promise<void> {
  const rows = tables.flatMap(({ name: table, columns }) =>
    columns.map((column) =>
      HEADER.map((key) => (key === "table" ? table : column[key === "column" ? "name" : key])),
    ),
  );
  await writeFile(join(dir, "codebook.csv"), csvText([[...HEADER], ...rows]));
  await writeFile(join(dir, "codebook.md"), `${[PREFACE, ...tables.map(section)].join("\n\n")}\n`);
}
