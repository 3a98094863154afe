/** The CSV of a game whose episodes were not streamed: the rows of all of them, in one file. */
import { parse } from "csv-parse/sync";
import { csvOfCells } from "./csv-text.ts";

type Rows = readonly (readonly string[])[];

const EPISODE_COLUMN = "episode_num";

function tableOf(text: string): { readonly columns: readonly string[]; readonly rows: Rows } {
  const [columns = [], ...rows] = parse(text) as string[][];
  return { columns, rows };
}

/** The rows as they stand under other columns; a cell is empty where there was none. */
function laidOut(rows: Rows, from: readonly string[], to: readonly string[]): Rows {
  const places = to.map((name) => from.indexOf(name));
  return rows.map((row) => places.map((place) => row[place] ?? ""));
}

/** The game's file with the episode's rows in place of those it had; the same again changes nothing. */
export function withEpisode(gameText: string | null, episodeText: string, episode: number): string {
  const game = tableOf(gameText ?? "");
  const added = tableOf(episodeText);
  const columns = [...new Set([...game.columns, ...added.columns])];
  const place = columns.indexOf(EPISODE_COLUMN);
  const others = laidOut(game.rows, game.columns, columns).filter(
    (row) => row[place] !== String(episode),
  );
  const rows = [...others, ...laidOut(added.rows, added.columns, columns)];
  // Stable: the frames of an episode keep their order.
  const sorted = rows.toSorted((a, b) => Number(a[place]) - Number(b[place]));
  return csvOfCells([columns, ...sorted]);
}

/** The episode's part of a game's file: the given columns, and others only where they hold something. */
export function episodeOf(gameText: string, wanted: readonly string[], episode: number): string {
  const { columns, rows } = tableOf(gameText);
  const place = columns.indexOf(EPISODE_COLUMN);
  const own = rows.filter((row) => row[place] === String(episode));
  const isFilled = (name: string) => own.some((row) => row[columns.indexOf(name)] !== "");
  const extra = columns.filter((name) => !wanted.includes(name) && isFilled(name));
  const shown = [...wanted.filter((name) => columns.includes(name)), ...extra];
  return csvOfCells([shown, ...laidOut(own, columns, shown)]);
}
