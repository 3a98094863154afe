/** What is wrong with study conditions, said so that their author finds the place. */

/** One thing to put right; `line` from 1, `key` such as `blocks[1].config.colour`, null for the file as a whole. */
export interface ConditionsFault {
  readonly line: number | null;
  readonly key: string | null;
  readonly text: string;
}

function sentenceOf({ line, key, text }: ConditionsFault): string {
  const place = [line === null ? null : `line ${line}`, key === null ? null : `\`${key}\``];
  const shown = place.filter((part) => part !== null).join(", ");
  return shown === "" ? text : `${text} (${shown})`;
}

/** Thrown once for all faults found; `message` has one line per fault. */
export class ConditionsError extends Error {
  override readonly name = "ConditionsError";
  readonly faults: readonly ConditionsFault[];

  constructor(faults: readonly ConditionsFault[]) {
    super(faults.map(sentenceOf).join("\n"));
    this.faults = faults;
  }
}

/** The exception that experiment-server 0.3.8 ends with in the same situation. */
export class PythonError extends Error {
  /** The exception's class, such as `KeyError`. */
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.name = kind;
    this.kind = kind;
  }
}

/** The class of what experiment-server finds wrong with a configuration. */
export function configurationError(message: string): PythonError {
  return new PythonError("ExperimentServerConfigurationException", message);
}
