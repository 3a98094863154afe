/** Things to hand out later. A list is made with its first entry, so that most ticks make none or a short one. */
export class Outbox<T> {
  #items: T[] | null = null;

  push(item: T): void {
    if (this.#items === null) this.#items = [item];
    else this.#items.push(item);
  }

  /** What was pushed since the last call; the caller owns it. */
  take(): readonly T[] {
    const items = this.#items ?? [];
    this.#items = null;
    return items;
  }
}
