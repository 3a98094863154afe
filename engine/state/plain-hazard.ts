/**
 * Finds what JSON cannot tell apart. Two peers holding NaN and null, or −0 and 0, would differ
 * with equal JSON; so a plain state may hold only what survives a round trip exactly.
 */

export interface Hazard {
  /** Keys and indices joined with dots; empty for the state itself. */
  readonly path: string;
  /** What was found there. */
  readonly found: string;
}

/** The first offender in depth-first order of sorted keys, or null. Linear in the size of the state. */
export function findHazard(value: unknown, path = ""): Hazard | null {
  if (value === null || typeof value === "boolean" || typeof value === "string") return null;
  if (typeof value === "number") {
    const found = describeNumber(value);
    return found === null ? null : { path, found };
  }
  if (typeof value !== "object") return { path, found: describeOther(value) };
  if (Array.isArray(value)) return findArrayHazard(value, path);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== Object.prototype) {
    return { path, found: `a ${(value as object).constructor?.name ?? "null-prototype"} object` };
  }
  for (const key of Object.keys(value).sort()) {
    const hazard = findHazard((value as Record<string, unknown>)[key], join(path, key));
    if (hazard !== null) return hazard;
  }
  return null;
}

/** A sentence for the author of the environment. */
export function describeHazard(hazard: Hazard): string {
  const where = hazard.path === "" ? "the state itself" : `state.${hazard.path}`;
  return `Expected ${where} to be a finite number other than −0, a string, a boolean, null, an array or a plain object, got ${hazard.found}`;
}

function findArrayHazard(array: readonly unknown[], path: string): Hazard | null {
  for (let i = 0; i < array.length; i++) {
    const hazard = findHazard(array[i], join(path, String(i)));
    if (hazard !== null) return hazard;
  }
  return null;
}

function describeNumber(value: number): string | null {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return Object.is(value, -0) ? "-0" : null;
}

function describeOther(value: unknown): string {
  return value === undefined ? "undefined" : `a ${typeof value}`;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
