/** Every key of a JSON value by its path, with all values that stand there. */

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Player indices are keys in some places; all of them are one documented key. */
const generic = (key: string) => key.replace(/^(recordedBy_)?\d+$/, "$1<pid>");

/** `a.b[].c` stands for key c of each element of list b; a list without objects is a value. */
export function valuesByPath(value: unknown): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  const walk = (node: unknown, path: string): void => {
    if (Array.isArray(node) && node.some(isRecord)) {
      for (const entry of node) walk(entry, `${path}[]`);
    } else if (isRecord(node) && Object.keys(node).length > 0) {
      for (const [key, entry] of Object.entries(node)) {
        walk(entry, path === "" ? generic(key) : `${path}.${generic(key)}`);
      }
    } else found.set(path, [...(found.get(path) ?? []), node]);
  };
  walk(value, "");
  return found;
}

/** The paths of a text in which a line `a.b[]: c d` stands for `a.b[].c` and `a.b[].d`. */
export function pathsIn(text: string): string[] {
  return text
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [place = "", keys = ""] = line.trim().split(": ");
      return keys.split(" ").map((key) => (place === "-" ? key : `${place}.${key}`));
    });
}

const isDefault = (value: unknown) =>
  value === null || value === 0 || value === "" || value === false || `${value}` === "";

/** Paths at which no value could tell a measurement from a constant. */
export function untold(values: ReadonlyMap<string, readonly unknown[]>): string[] {
  return [...values].filter(([, all]) => all.every(isDefault)).map(([path]) => path);
}
