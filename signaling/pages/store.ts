/** A value that views follow. */
import { useEffect, useState } from "preact/hooks";

export class Store<T> {
  private current: T;
  private readonly listeners = new Set<() => void>();

  constructor(initial: T) {
    this.current = initial;
  }

  get value(): T {
    return this.current;
  }

  set(value: T): void {
    if (Object.is(value, this.current)) return;
    this.current = value;
    for (const listener of this.listeners) listener();
  }

  /** Replaces the named members; nobody is told when they are what they were. */
  patch(part: Partial<T>): void {
    const names = Object.keys(part) as (keyof T)[];
    if (names.some((name) => !Object.is(part[name], this.current[name]))) {
      this.set({ ...this.current, ...part });
    }
  }

  /** Returns the function that ends it. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** The store's value now; the component is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => {
    let seen = store.value;
    const listener = () => {
      if (store.value === seen) return;
      seen = store.value;
      redraw((count) => count + 1);
    };
    redraw((count) => count + 1);
    return store.subscribe(listener);
  }, [store]);
  return store.value;
}
