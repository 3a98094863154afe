/** Saves, restores and hashes flat states: one copy of bytes each. */
import type { Hasher } from "../determinism/hash.ts";
import type { FlatLayout, FlatState } from "./flat-layout.ts";
import type { StateMemory } from "./state-memory.ts";

/** JSON has no word for these numbers, which a flat state may hold: they are written as texts. */
function jsonNumber(value: number): number | string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

export class FlatMemory implements StateMemory<FlatState, Uint8Array> {
  readonly #layout: FlatLayout;
  readonly #hasher: Hasher;
  readonly #restored: FlatState;

  constructor(layout: FlatLayout, hasher: Hasher) {
    this.#layout = layout;
    this.#hasher = hasher;
    this.#restored = layout.create();
  }

  createSnapshot(): Uint8Array {
    return new Uint8Array(this.#layout.sizeBytes);
  }

  save(state: FlatState, snapshot: Uint8Array): void {
    snapshot.set(state.bytes);
  }

  load(snapshot: Uint8Array): FlatState {
    this.#restored.bytes.set(snapshot);
    return this.#restored;
  }

  hash(snapshot: Uint8Array): bigint {
    return this.#hasher.hashBytes(snapshot);
  }

  sizeBytes(snapshot: Uint8Array): number {
    return snapshot.length;
  }

  toJson(state: FlatState): unknown {
    return Object.fromEntries(
      Object.keys(this.#layout.fields).map((name) => [
        name,
        Array.from(state[name] ?? [], jsonNumber),
      ]),
    );
  }

  fromJson(json: unknown): FlatState | null {
    const state = this.#layout.create();
    for (const [name, { length }] of Object.entries(this.#layout.fields)) {
      const values = (json as Record<string, unknown> | null)?.[name];
      if (!Array.isArray(values) || values.length !== length) return null;
      state[name]?.set(values.map(Number));
    }
    return state;
  }
}
