/** What a sync test found, in words that its author can act on. */

import type { StateDifference } from "../state/state-difference.ts";
import type { Problem } from "./inspection.ts";

export type FindingKind =
  /** Something was called that is not the same on every machine. */
  | "banned-call"
  /** A state, observation or result that no snapshot or file could hold. */
  | "value"
  /** The same frame came out differently after a rollback. */
  | "re-simulation"
  /** Equal values, but keys in another order after a rollback. */
  | "key-order"
  /** The same seed and inputs gave another episode the second time. */
  | "second-run"
  /** `observe`, `draw` or `botAction` changed the state. */
  | "view"
  /** `botAction` gave two answers in one state. */
  | "bot"
  /** The environment threw. */
  | "exception";

export interface Finding {
  readonly kind: FindingKind;
  /** Frame of the state concerned; null while the code was loaded. */
  readonly frame: number | null;
  /** Such as `state.bodies.1.x`, `observe(player 0).score` or `step`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** What to do: whole sentences. */
  readonly advice: string;
}

/** A call that was trapped. */
export interface BannedCall {
  readonly name: string;
  /** The line of code, where it is known. */
  readonly line: string | null;
  readonly advice: string;
}

/** Reports calls that are not reproducible; a host makes one, because it has to change globals. */
export interface CallTrap {
  /** Reports from now on. */
  arm(): void;
  /** Stops reporting; returns the first call since `arm`. */
  disarm(): BannedCall | null;
}

/** One paragraph: where, what was expected, what was got, what to do. */
export function describeFinding(finding: Finding): string {
  const { frame, path, expected, got, advice } = finding;
  const where = frame === null ? "While the code is loaded" : `At frame ${frame}`;
  return `${where}, ${path}: expected ${expected}, got ${got}. ${advice}`;
}

export function valueFinding(frame: number, owner: string, problem: Problem): Finding {
  const { path, expected, got, advice } = problem;
  return { kind: "value", frame, path: pathIn(owner, path), expected, got, advice };
}

export function callFinding(frame: number | null, where: string, call: BannedCall): Finding {
  const line = call.line === null ? "" : ` in \`${call.line}\``;
  return {
    kind: "banned-call",
    frame,
    path: where,
    expected: "only calls that give the same result on every machine",
    got: `${call.name}${line}`,
    advice: call.advice,
  };
}

export function exceptionFinding(frame: number, where: string, error: unknown): Finding {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  return {
    kind: "exception",
    frame,
    path: where,
    expected: "no exception",
    got: name === "" ? message : `${name}: ${message}`,
    advice: "Environments must take every legal action in every state they can reach.",
  };
}

/** `difference` null: the values are equal as JSON and only their bytes differ. */
export function differenceFinding(
  kind: "re-simulation" | "second-run" | "key-order" | "view",
  frame: number,
  difference: StateDifference | null,
  advice: string,
): Finding {
  return {
    kind,
    frame,
    path: pathIn("state", difference?.path ?? ""),
    expected: difference === null ? "the same bytes" : show(difference.ours),
    got:
      difference === null
        ? "other bytes, equal as JSON (such as −0 for 0)"
        : show(difference.theirs),
    advice,
  };
}

/** Long enough for any number and most texts; a paragraph should stay one. */
const SHOWN_LENGTH_MAX = 200;

function show(value: unknown): string {
  const text = Object.is(value, -0) ? "-0" : (JSON.stringify(value) ?? "nothing");
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)} …` : text;
}

function pathIn(owner: string, path: string): string {
  return path === "" ? owner : `${owner}.${path}`;
}
