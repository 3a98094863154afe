/** M of the last N: one bad measurement says little, several say that the connection is bad. */

export class PingWindow {
  readonly #size: number;
  readonly #required: number;
  /** Whether each of the newest measurements was too long, oldest first. */
  readonly #violations: boolean[] = [];

  /** `required` of the last `size`. */
  constructor(size: number, required: number) {
    this.#size = size;
    this.#required = required;
  }

  /** Call it once for each measurement. */
  add(isViolation: boolean): void {
    this.#violations.push(isViolation);
    if (this.#violations.length > this.#size) this.#violations.shift();
  }

  get isViolated(): boolean {
    return this.#violations.filter(Boolean).length >= this.#required;
  }
}
