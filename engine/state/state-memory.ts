/** How the states of one environment are kept: the only place that knows plain from flat. */

export interface StateMemory<State, Snapshot> {
  createSnapshot(): Snapshot;
  /** Overwrites `snapshot` with `state`; `state` is borrowed. */
  save(state: State, snapshot: Snapshot): void;
  /** Returns the state; it stays valid until the next load. */
  load(snapshot: Snapshot): State;
  hash(snapshot: Snapshot): bigint;
  /** Bytes in use. */
  sizeBytes(snapshot: Snapshot): number;
  /** A JSON-like copy of the state that nothing will overwrite; JSON text keeps all of it. */
  toJson(state: State): unknown;
  /** The state of which `toJson` made this, taking over its objects; null if it is of another form. */
  fromJson(json: unknown): State | null;
}
