/** Time that moves only when told: a queue of moments, earliest first, ties in order of arrival. */

interface Moment {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock {
  readonly #heap: Moment[] = [];
  #nowUs = 0;
  #order = 0;

  /** Integer microseconds since the start. */
  get nowUs(): number {
    return this.#nowUs;
  }

  get nowMs(): number {
    return this.#nowUs / 1_000;
  }

  /** Of the next moment; infinite when there is none. */
  get nextUs(): number {
    return this.#heap[0]?.atUs ?? Number.POSITIVE_INFINITY;
  }

  /** Runs `run` at `atUs`, or now if that has passed; returns when that is. O(log n). */
  at(atUs: number, run: () => void): number {
    const moment = { atUs: Math.max(Math.round(atUs), this.#nowUs), order: this.#order++, run };
    const heap = this.#heap;
    heap.push(moment);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(heap[child] as Moment, heap[parent] as Moment)) break;
      swap(heap, child, parent);
      child = parent;
    }
    return moment.atUs;
  }

  /** Moves to the next moment and runs it; false when there is none. */
  step(): boolean {
    const heap = this.#heap;
    const next = heap[0];
    if (next === undefined) return false;
    const last = heap.pop() as Moment;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    this.#nowUs = next.atUs;
    next.run();
    return true;
  }

  #sink(): void {
    const heap = this.#heap;
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && isBefore(heap[child] as Moment, heap[least] as Moment)) {
          least = child;
        }
      }
      if (least === parent) return;
      swap(heap, parent, least);
      parent = least;
    }
  }
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}

function swap(heap: Moment[], i: number, j: number): void {
  const moment = heap[i] as Moment;
  heap[i] = heap[j] as Moment;
  heap[j] = moment;
}
