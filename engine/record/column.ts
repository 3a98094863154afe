/** Numbers by index that grow without making an object for each. */

const INITIAL_LENGTH = 1_024;

export class Column {
  #values = new Float64Array(INITIAL_LENGTH);
  #length = 0;

  /** One past the highest index that was set. */
  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  push(value: number): void {
    this.set(this.#length, value);
  }

  /** O(1) but for a doubling; indices that were skipped hold 0. */
  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
    if (index >= this.#length) this.#length = index + 1;
  }

  /** `index` below `length`. */
  at(index: number): number {
    return this.#values[index] as number;
  }
}
