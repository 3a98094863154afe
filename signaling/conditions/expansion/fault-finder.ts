/** Collects what is wrong with a conditions file. */
import type { ConditionsFault } from "./error.ts";
import { shownJson } from "./python-text.ts";
import { keyOf, type TomlDocument } from "./toml-document.ts";
import type { Path, Table, Value } from "./value.ts";

export class FaultFinder {
  readonly #faults: ConditionsFault[] = [];
  readonly #document: TomlDocument;

  constructor(document: TomlDocument) {
    this.#document = document;
  }

  /** In the order of the file; those without a line first. */
  get faults(): readonly ConditionsFault[] {
    return this.#faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }

  add(path: Path, text: string): void {
    this.#faults.push(this.#document.fault(path, text));
  }

  /** Says whether it is right, so that a check that builds on this one can be left out. */
  expect(isRight: boolean, path: Path, what: string, value: Value | undefined): boolean {
    if (isRight) return true;
    const shown = value === undefined ? "nothing" : shownJson(value);
    const start = path.findLastIndex((step) => typeof step === "string");
    this.add(path, `Expected \`${keyOf(path.slice(start))}\` to be ${what}, got ${shown}`);
    return false;
  }

  /** A misspelt key would be silently ignored. */
  known(table: Table, path: Path, names: readonly string[]): void {
    for (const key of table.keys()) {
      if (names.includes(key)) continue;
      this.add([...path, key], `Unknown key \`${key}\`; known are ${names.join(", ")}`);
    }
  }
}
