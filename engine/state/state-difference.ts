/** Where two JSON-like states first part, by path. */

export interface StateDifference {
  /** Keys and indices joined with dots. */
  readonly path: string;
  /** Absent on one side is `undefined`. */
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** The first difference in depth-first order of sorted keys, or null. Linear in the size of the states. */
export function firstDifference(ours: unknown, theirs: unknown): StateDifference | null {
  return listDifferences(ours, theirs, 1)[0] ?? null;
}

/** The first differences, at most `countMax`, in depth-first order of sorted keys. */
export function listDifferences(
  ours: unknown,
  theirs: unknown,
  countMax: number,
): readonly StateDifference[] {
  const found: StateDifference[] = [];
  collectDifferences(ours, theirs, "", countMax, found);
  return found;
}

function collectDifferences(
  ours: unknown,
  theirs: unknown,
  path: string,
  countMax: number,
  into: StateDifference[],
): void {
  if (Object.is(ours, theirs)) return;
  if (!isBranch(ours) || !isBranch(theirs) || Array.isArray(ours) !== Array.isArray(theirs)) {
    into.push({ path, ours, theirs });
    return;
  }
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  if (!Array.isArray(ours)) keys.sort();
  for (const key of keys) {
    if (into.length >= countMax) return;
    const at = path === "" ? key : `${path}.${key}`;
    collectDifferences(ours[key], theirs[key], at, countMax, into);
  }
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The first object whose keys stand in another order in `theirs`, which is equal otherwise; or null. */
export function firstOrderDifference(
  ours: unknown,
  theirs: unknown,
  path = "",
): StateDifference | null {
  if (!isBranch(ours) || !isBranch(theirs)) return null;
  const [ourKeys, theirKeys] = [Object.keys(ours), Object.keys(theirs)];
  if (ourKeys.some((key, i) => key !== theirKeys[i])) {
    return { path, ours: ourKeys, theirs: theirKeys };
  }
  for (const key of ourKeys) {
    const at = path === "" ? key : `${path}.${key}`;
    const difference = firstOrderDifference(ours[key], theirs[key], at);
    if (difference !== null) return difference;
  }
  return null;
}
