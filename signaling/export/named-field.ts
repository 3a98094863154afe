/** Columns whose names the study chose: one for each that any record has. */
import { type ColumnType, derived, type Field } from "./column.ts";
import { byText } from "./data-reader.ts";

/** What all the values are; JSON where they differ. */
function typeOfAll(values: readonly unknown[]): ColumnType {
  const types = new Set(values.map((value) => typeof value));
  const [only] = types.size === 1 ? types : [];
  if (only === "string") return "text";
  return only === "number" || only === "boolean" ? only : "json";
}

/** By column: `panel.PROLIFIC_PID`. */
type Named = ReadonlyMap<string, unknown>;

interface NamedFields<R> {
  /** What any record may hold. */
  readonly seen: readonly Named[];
  /** Where the columns' first word is found. */
  readonly source: string;
  /** Of a column, but for the name behind its first word. */
  readonly description: string;
  of(record: R): Named;
}

/** One column for each name that was seen. */
export function namedFields<R>({
  seen,
  source,
  description,
  of,
}: NamedFields<R>): readonly Field<R>[] {
  const columns = new Set(seen.flatMap((named) => [...named.keys()]));
  return [...columns].sort(byText).map((column) => {
    const values = seen.map((named) => named.get(column) ?? null).filter((value) => value !== null);
    const name = column.slice(column.indexOf(".") + 1);
    const text = `${description} \`${name}\`.`;
    return derived(column, typeOfAll(values), `${source}.${name}`, text, (record) =>
      of(record).get(column),
    );
  });
}
