/** What is wrong with the values an environment hands out: states, observations and results of steps. */
import type { FlatLayout, FlatState } from "../state/flat-layout.ts";
import { findHazard } from "../state/plain-hazard.ts";

export interface Problem {
  /** Keys and indices joined with dots; empty for the value itself. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly advice: string;
}

const JSON_EXPECTED =
  "a finite number other than −0, a string, a boolean, null, an array or a plain object";
const JSON_ADVICE =
  "JSON cannot give this value back, so two players could differ with equal data: keep numbers finite, write null for “none”, and keep lists instead of a Map, a Set, a Date or a class instance.";

/** The first offender, or null. Linear in the size of the state; `layout` absent means a plain state. */
export function inspectState(layout: FlatLayout | undefined, state: unknown): Problem | null {
  return layout === undefined
    ? (findShared(state) ?? inspectJson(state))
    : inspectFlat(layout, state as FlatState | null | undefined);
}

/** The first part of `value` that JSON would lose or change, or null. */
export function inspectJson(value: unknown, path = ""): Problem | null {
  const hazard = findHazard(value, path);
  if (hazard === null) return null;
  return {
    path: hazard.path,
    expected: JSON_EXPECTED,
    got: hazard.found,
    advice: JSON_ADVICE,
  };
}

/** The first fault of what `step` returned, or null. */
export function inspectStepResult(result: unknown, playerCount: number): Problem | null {
  const fields = (typeof result === "object" ? result : null) as Record<string, unknown> | null;
  const advice =
    "Return rewards, terminateds, truncateds and infos, each an array with one entry per player.";
  for (const [name, type] of RESULT_FIELDS) {
    const list = fields?.[name];
    if (!Array.isArray(list) || list.length !== playerCount) {
      const got = Array.isArray(list) ? `${list.length} entries` : nameOf(list);
      return { path: name, expected: `an array of ${playerCount} entries`, got, advice };
    }
    for (const [i, entry] of list.entries()) {
      const path = `${name}.${i}`;
      // A −0 among rewards is what `0 * -1` gives, and is written as 0.
      const problem = Object.is(entry, -0) ? null : inspectJson(entry, path);
      if (problem !== null) return problem;
      if (typeof entry !== type) return { path, expected: `a ${type}`, got: nameOf(entry), advice };
    }
  }
  return null;
}

const RESULT_FIELDS = [
  ["rewards", "number"],
  ["terminateds", "boolean"],
  ["truncateds", "boolean"],
  ["infos", "object"],
] as const;

/** The first object that stands in two places: a restored state would hold two of it. */
function findShared(state: unknown): Problem | null {
  const pathOf = new Map<object, string>();
  const walk = (value: unknown, path: string): Problem | null => {
    if (typeof value !== "object" || value === null) return null;
    const first = pathOf.get(value);
    if (first !== undefined) {
      return {
        path,
        expected: "an object of its own",
        got: `the object that also stands at ${first === "" ? "the top of the state" : `state.${first}`}`,
        advice:
          "A restored state holds two separate objects there, so a change of one no longer shows in the other: store a copy, or an index or key that names the other place.",
      };
    }
    pathOf.set(value, path);
    for (const key of Object.keys(value)) {
      const at = path === "" ? key : `${path}.${key}`;
      const problem = walk((value as Record<string, unknown>)[key], at);
      if (problem !== null) return problem;
    }
    return null;
  };
  return walk(state, "");
}

function inspectFlat(layout: FlatLayout, state: FlatState | null | undefined): Problem | null {
  if (!(state?.bytes instanceof Uint8Array) || state.bytes.length !== layout.sizeBytes) {
    const expected = `a state of ${layout.sizeBytes} bytes made by \`create\` of the layout`;
    return {
      path: "",
      expected,
      got: nameOf(state),
      advice: "Make the state with `stateLayout.create()`, or leave `stateLayout` out.",
    };
  }
  for (const name of Object.keys(state)) {
    if (name === "bytes") continue;
    const values = state[name];
    if (layout.fields[name] === undefined || values?.buffer !== state.bytes.buffer) {
      return {
        path: name,
        expected: "no property but the fields of the layout, each a view of the state's bytes",
        got: nameOf(values),
        advice: "Only the declared bytes are saved and restored: declare it as a field.",
      };
    }
    const at = values.findIndex(Number.isNaN);
    if (at >= 0) {
      return {
        path: `${name}.${at}`,
        expected: "a number",
        got: "NaN",
        advice:
          "The bits of NaN may differ between browsers, and so would the hash: guard the sum.",
      };
    }
  }
  return null;
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return `a ${(value as object).constructor?.name ?? "null-prototype"} object`;
}
