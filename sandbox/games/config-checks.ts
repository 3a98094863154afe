/** Sentences about what is wrong with a study's configuration of a game. */

/** The range an optional integer of a configuration must lie in. */
interface IntegerRange {
  readonly low: number;
  readonly high: number;
}

/** Twelve hours at 20 frames per second: beyond any study, and still an exact small integer. */
export const MAX_STEPS_RANGE: IntegerRange = { low: 1, high: 864_000 };

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

/** Faults of the value as a whole: not an object, or keys that nobody reads. */
export function checkKeys(config: unknown, keys: readonly string[]): string[] {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    return [`Expected the configuration to be an object, got ${shown(config)}`];
  }
  return Object.keys(config)
    .filter((key) => !keys.includes(key))
    .map((key) => `Expected only the keys ${keys.join(", ")}, got \`${key}\``);
}

/** Faults of `config[key]`, which may be absent. */
export function checkInteger(config: unknown, key: string, range: IntegerRange): string[] {
  const value = Object(config)[key] as unknown;
  const { low, high } = range;
  if (value === undefined) return [];
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) {
    return [];
  }
  return [`Expected \`${key}\` to be an integer from ${low} to ${high}, got ${shown(value)}`];
}

/** Faults of `config[key]`, which must be one of `choices`. */
export function checkChoice(config: unknown, key: string, choices: readonly string[]): string[] {
  const value = Object(config)[key] as unknown;
  if (typeof value === "string" && choices.includes(value)) return [];
  return [`Expected \`${key}\` to be one of ${choices.join(", ")}, got ${shown(value)}`];
}
