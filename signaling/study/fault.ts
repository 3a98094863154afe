/** What is wrong with a study, said so that its author finds the place. */

/** Thrown once for all faults of a study; `message` has one line per fault. */
export class StudyError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "StudyError";
    this.faults = faults;
  }
}

const SHOWN_LENGTH_MAX = 80;

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value).slice(0, SHOWN_LENGTH_MAX);
  } catch {
    return "an object that is not JSON";
  }
}

/** Collects the faults of one place; `place` is the scene or the study, named in each sentence. */
export class FaultList {
  readonly faults: string[] = [];
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  add(sentence: string): void {
    this.faults.push(`${sentence} (${this.#place})`);
  }

  expect(isRight: boolean, name: string, what: string, value: unknown): void {
    if (!isRight) this.add(`Expected \`${name}\` to be ${what}, got ${show(value)}`);
  }

  integer(name: string, value: unknown, low: number, high: number): void {
    const isRight = Number.isInteger(value) && Number(value) >= low && Number(value) <= high;
    this.expect(isRight, name, `an integer ${low}–${high}`, value);
  }

  boolean(name: string, value: unknown): void {
    this.expect(typeof value === "boolean", name, "true or false", value);
  }

  text(name: string, value: unknown): void {
    this.expect(typeof value === "string", name, "a text", value);
  }

  filledText(name: string, value: unknown): void {
    const isRight = typeof value === "string" && value.trim() !== "";
    this.expect(isRight, name, "a text that is not empty", value);
  }

  texts(name: string, value: unknown, countMin: number): void {
    const isRight =
      Array.isArray(value) &&
      value.length >= countMin &&
      value.every((entry) => typeof entry === "string" && entry.trim() !== "");
    this.expect(isRight, name, `a list of at least ${countMin} texts, none empty`, value);
  }

  /** Two answers with one text could not be told apart. */
  options(name: string, value: unknown): void {
    this.texts(name, value, 2);
    const areOnce = !Array.isArray(value) || new Set(value).size === value.length;
    this.expect(areOnce, name, "texts that differ", value);
  }

  oneOf(name: string, value: unknown, choices: readonly string[]): void {
    this.expect(choices.includes(value as string), name, choices.join(" or "), value);
  }

  webUrl(name: string, value: unknown): void {
    const isRight = typeof value === "string" && /^https?:\/\/[^\s]+$/.test(value);
    this.expect(isRight, name, "a URL that begins with http:// or https://", value);
  }

  /** Type stripping checks no types, so a misspelt parameter would be silently ignored. */
  known(method: string, given: object, names: readonly string[]): void {
    for (const name of Object.keys(given)) {
      if (!names.includes(name)) {
        this.add(`Unknown parameter \`${name}\` in ${method}; known are ${names.join(", ")}`);
      }
    }
  }
}
