/** Takes what is handed over of an episode: log and snapshot, checked for form, and each state by its hash. */
import { hashHex } from "../determinism/hash.ts";
import type { ControlMessage } from "../protocol/control-message.ts";
import { Column } from "../record/column.ts";
import type { InputLayout } from "../rollback/input-layout.ts";
import { isRow } from "./holding.ts";
import type { ConfirmedState } from "./session.ts";
import type { Inheritance } from "./simulator.ts";

type LogMessage = Extract<ControlMessage, { kind: "log" }>;
type SnapshotMessage = Extract<ControlMessage, { kind: "snapshot" }>;

/** Frames between a snapshot and the end of the log: inputs are kept for 256, and play needs room besides. */
const REACH_FRAMES = 128;

export class Intake implements Inheritance {
  readonly hashes: string[] = [];
  generation = 0;
  readonly #layouts: readonly InputLayout[];
  readonly #words: readonly Column[];
  #parts: string[] = [];
  #partsFrame = 0;
  #snapshot: Inheritance["snapshot"] | null = null;

  constructor(layouts: readonly InputLayout[]) {
    this.#layouts = layouts;
    this.#words = layouts.map(() => new Column());
  }

  get length(): number {
    return this.hashes.length;
  }

  /** The state to begin with, once it is here and the log reaches it. */
  get isComplete(): boolean {
    const { length } = this;
    const frame = this.#snapshot?.frame ?? Number.POSITIVE_INFINITY;
    return frame <= length && length - frame <= REACH_FRAMES;
  }

  /** Drops what has come: another peer begins anew. */
  clear(): void {
    this.hashes.length = 0;
    for (const words of this.#words) words.clear();
    this.#parts = [];
    this.#snapshot = null;
  }

  /** Only once `isComplete`. */
  get snapshot(): Inheritance["snapshot"] {
    return this.#snapshot ?? { frame: 0, state: null };
  }

  copyRow(playerIndex: number, frame: number, row: Uint32Array): void {
    const words = this.#words[playerIndex] as Column;
    for (let i = 0; i < row.length; i++) row[i] = words.at(frame * row.length + i);
  }

  flagsOf(frame: number): readonly number[] {
    return this.#layouts.map(({ width }, i) => (this.#words[i] as Column).at(frame * width));
  }

  /** Appends the frames that follow on what is here; false, and nothing taken, if they do not. */
  receiveLog({ fromFrame, words, hashes }: LogMessage): boolean {
    if (fromFrame !== this.length || words.length !== this.#layouts.length) return false;
    const isFitting = this.#layouts.every((layout, player) => {
      const theirs = words[player] as number[];
      if (theirs.length !== hashes.length * layout.width) return false;
      return hashes.every((_, i) => isRow(layout, theirs, i * layout.width));
    });
    if (!isFitting) return false;
    for (const [player, theirs] of words.entries()) {
      for (const word of theirs) (this.#words[player] as Column).push(word);
    }
    this.hashes.push(...hashes);
    return true;
  }

  /** False if the snapshot is no JSON; parts come in order. */
  receiveSnapshot({ frame, generation, part, parts, text }: SnapshotMessage): boolean {
    if (part === 0) {
      this.#parts = [];
      this.#partsFrame = frame;
    }
    if (frame !== this.#partsFrame || part !== this.#parts.length) return false;
    this.#parts.push(text);
    if (part + 1 < parts) return true;
    try {
      const state: unknown = frame === 0 ? null : JSON.parse(this.#parts.join(""));
      this.#snapshot = { frame, state };
      this.generation = generation;
      return true;
    } catch {
      // Another peer's text, not our fault.
      return false;
    }
  }

  /** A sentence if the state found here is not the one handed over; null if it is, or none was. */
  compare({ frame, hash }: ConfirmedState): string | null {
    const theirs = this.hashes[frame - 1];
    const ours = hashHex(hash);
    if (theirs === undefined || theirs === ours) return null;
    return `Expected the state of frame ${frame} to have the hash ${theirs} that was handed over, got ${ours}`;
  }
}
