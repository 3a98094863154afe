/** Nested JSON-like values as columns: `{a: {b: [1, 2]}}` becomes `a.b.0` and `a.b.1`. */

/** Sets a cell for every leaf of `value` under `prefix`; empty objects and arrays leave none. */
export function flatten(
  prefix: string,
  value: unknown,
  row: Map<string, string | number | boolean | null>,
): void {
  if (value === undefined || value === null) row.set(prefix, null);
  else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const entries = value as ArrayLike<unknown>;
    for (let i = 0; i < entries.length; i++) flatten(`${prefix}.${i}`, entries[i], row);
  } else if (typeof value === "object") {
    for (const [key, entry] of Object.entries(value)) flatten(`${prefix}.${key}`, entry, row);
  } else if (typeof value === "number" || typeof value === "boolean") row.set(prefix, value);
  else row.set(prefix, String(value));
}
