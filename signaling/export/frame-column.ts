/** The columns of episode files: what each means, and what kind of values the data hold in it. */
import { isPlainNumber } from "../store/csv-text.ts";
import { DataError } from "../store/data-folder.ts";
import type { Column, ColumnType } from "./column.ts";

interface Meaning {
  readonly pattern: RegExp;
  /** Null: as the values are. */
  readonly type: ColumnType | null;
  readonly unit: string;
  readonly description: string;
}

const meaning = (pattern: RegExp, type: ColumnType | null, unit: string, description: string) => ({
  pattern,
  type,
  unit,
  description,
});

/** In the order in which the columns of an export stand. */
const MEANINGS: readonly Meaning[] = [
  meaning(/^t$/, "integer", "frames", "Frame, from 0."),
  meaning(/^episode_num$/, "integer", "", "Episode, from 0."),
  meaning(
    /^observations\./,
    null,
    "",
    "What the agent could observe before the frame; nested keys joined with dots.",
  ),
  meaning(/^actions\./, null, "", "What the agent did in the frame."),
  meaning(/^rewards\./, "number", "", "The agent's reward of the frame."),
  meaning(/^terminateds\./, "boolean", "", "Whether the game ended with the frame."),
  meaning(
    /^truncateds\./,
    "boolean",
    "",
    "Whether the step limit ended the episode with the frame.",
  ),
  meaning(/^infos\./, null, "", "The environment's remark on the frame."),
  meaning(
    /^isFocused\./,
    "boolean",
    "",
    "Whether the player's page had their attention; agreed on by all pages.",
  ),
  meaning(
    /^isDefaultAction\./,
    "boolean",
    "",
    "Whether nobody told the agent what to do: the neutral action.",
  ),
  meaning(/^isBot\./, "boolean", "", "Whether nobody sat there and the game's own bot decided."),
  meaning(/^isPaused$/, "boolean", "", "Whether the frame waited: nothing moved."),
  meaning(
    /^player_subjects\./,
    "text",
    "",
    "Subject id of the player; empty for a seat that nobody took.",
  ),
  meaning(
    /^conditions\./,
    null,
    "",
    "Value of the game's block of the conditions file; nested keys joined with dots.",
  ),
  meaning(
    /^observer\.simulated_at_tick$/,
    "integer",
    "ticks",
    "Tick of this page's loop that first simulated the frame.",
  ),
  meaning(
    /^observer\.arrival_tick\./,
    "integer",
    "ticks",
    "Tick at which the agent's input for the frame was known to this page.",
  ),
  meaning(
    /^observer\.was_predicted\./,
    "boolean",
    "",
    "Whether this page first simulated the frame with a guess for the agent.",
  ),
  meaning(
    /^observer\.rollback_depth_frames$/,
    "integer",
    "frames",
    "Deepest rollback of this page that simulated the frame again; 0 for none.",
  ),
  meaning(
    /^observer\.simulated_at_ms$/,
    "number",
    "ms since 1970-01-01 UTC",
    "When this page first simulated the frame, by its own clock.",
  ),
];

function rankOf(name: string): number {
  return MEANINGS.findIndex(({ pattern }) => pattern.test(name));
}

/** What has been seen of one column: numbers that are all whole, numbers, booleans, or anything. */
function seenType(before: ColumnType | null, cell: string): ColumnType {
  const own: ColumnType =
    cell === "true" || cell === "false"
      ? "boolean"
      : !isPlainNumber(cell)
        ? "text"
        : Number.isSafeInteger(Number(cell)) && /^-?\d+$/.test(cell)
          ? "integer"
          : "number";
  if (before === null || before === own) return own;
  const areNumbers = [before, own].every((type) => type === "integer" || type === "number");
  return areNumbers ? "number" : "text";
}

/** What a column holds in which these cells follow others; empty ones say nothing. */
function typeOfCells(
  before: ColumnType | null,
  rows: readonly (readonly string[])[],
  place: number,
): ColumnType | null {
  let type = before;
  let last = "";
  for (const row of rows) {
    const cell = row[place] as string;
    if (cell === last || cell === "") continue;
    last = cell;
    type = seenType(type, cell);
    if (type === "text") break;
  }
  return type;
}

/** Learns the columns of all files, then knows one table that holds them all. */
export class FrameColumns {
  readonly #types = new Map<string, ColumnType | null>();

  /** @throws DataError for a column that no codebook could explain. */
  see(path: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
    for (const [place, name] of header.entries()) {
      const known = MEANINGS[rankOf(name)];
      if (known === undefined) {
        throw new DataError(`${path} has a column \`${name}\` that no episode file has.`);
      }
      const type = known.type ?? this.#types.get(name) ?? null;
      this.#types.set(name, known.type ?? typeOfCells(type, rows, place));
    }
  }

  /** In the order of the groups, within one as first seen. */
  columns(): readonly Column[] {
    return [...this.#types.entries()]
      .sort(([a], [b]) => rankOf(a) - rankOf(b))
      .map(([name, type]) => {
        const { unit, description } = MEANINGS[rankOf(name)] as Meaning;
        return { name, type: type ?? "text", unit, source: `episode: ${name}`, description };
      });
  }
}
