/** Saves, restores and hashes plain states by way of tapes; one instance per world. */
import { InvariantError } from "../determinism/assert.ts";
import type { Hasher } from "../determinism/hash.ts";
import { describeHazard, findHazard } from "./plain-hazard.ts";
import { Shape } from "./shape.ts";
import type { PlainObject, Walker } from "./shape-code.ts";
import type { StateMemory } from "./state-memory.ts";
import {
  createTape,
  growTape,
  pushNumber,
  pushRef,
  pushWord,
  TAG_ARRAY,
  TAG_FALSE,
  TAG_NULL,
  TAG_OBJECT,
  TAG_STRING,
  TAG_TRUE,
  type Tape,
  tapeBytes,
} from "./tape.ts";

/** What the tape needs to know of one text; `low` and `high` are its 64-bit hash. */
interface KnownText {
  readonly id: number;
  readonly low: number;
  readonly high: number;
}

/** States that make new texts each frame would fill the table; past this it starts anew. */
const KNOWN_TEXTS_MAX = 65_536;

/** High half of −0; its low half is 0. */
const NEGATIVE_ZERO_HIGH = 0x80000000;

export class PlainMemory implements StateMemory<unknown, Tape>, Walker {
  readonly #hasher: Hasher;
  readonly #isCompiled: boolean;
  readonly #shapes: Shape[] = [];
  readonly #textByContent = new Map<string, KnownText>();
  readonly #texts: string[] = [];
  readonly #arrays: unknown[][] = [];
  #arraysUsed = 0;
  /** The object being saved or restored, as the list that a shape walks. */
  readonly #single: unknown[] = [null];

  /** `isCompiled` false walks by loops, as under a policy that forbids generated code. */
  constructor(hasher: Hasher, isCompiled = true) {
    this.#hasher = hasher;
    this.#isCompiled = isCompiled;
  }

  createSnapshot(): Tape {
    return createTape();
  }

  /** Throws an `InvariantError` that names the path of anything JSON could not give back. */
  save(state: unknown, tape: Tape): void {
    try {
      for (;;) {
        tape.length = 0;
        tape.refCount = 0;
        this.#saveValue(state, tape);
        if (tape.length <= tape.words.length && tape.refCount <= tape.refs.length) return;
        // The tape was too small, so the walk only measured.
        growTape(tape, tape.length, tape.refCount);
      }
    } catch (error) {
      const hazard = findHazard(state);
      if (hazard !== null) throw new InvariantError(describeHazard(hazard), { cause: error });
      throw error;
    }
  }

  /** Returns a state made of pooled objects: the one restored before is overwritten. */
  load(tape: Tape): unknown {
    for (let i = 0; i < this.#shapes.length; i++) (this.#shapes[i] as Shape).releaseAll();
    this.#arraysUsed = 0;
    tape.length = 0;
    tape.refCount = 0;
    const word = tape.words[0] as number;
    if (!Number.isNaN(word)) {
      tape.length = 1;
      return word;
    }
    return this.loadOther(tape);
  }

  /** Throws an `InvariantError` if the state holds a −0, which hashes unlike the 0 that it equals. */
  hash(tape: Tape): bigint {
    const { halves, length } = tape;
    for (let i = 1; i < 2 * length; i += 2) {
      if (halves[i] === NEGATIVE_ZERO_HIGH && halves[i - 1] === 0) this.#refuseNegativeZero(tape);
    }
    return this.#hasher.hashBytes(tapeBytes(tape));
  }

  sizeBytes(tape: Tape): number {
    return tape.length * 8 + tape.refCount * 4;
  }

  toJson(state: unknown): unknown {
    return JSON.parse(JSON.stringify(state)) as unknown;
  }

  fromJson(json: unknown): unknown {
    return json;
  }

  #saveValue(value: unknown, tape: Tape): void {
    if (typeof value === "number" && value - value === 0) pushNumber(tape, value);
    else this.saveOther(value, tape);
  }

  saveOther(value: unknown, tape: Tape): void {
    if (value === null) pushWord(tape, 0, TAG_NULL);
    else if (typeof value === "boolean") pushWord(tape, 0, value ? TAG_TRUE : TAG_FALSE);
    else if (typeof value === "string") this.#saveText(value, tape);
    else if (Array.isArray(value)) this.#saveArray(value, tape);
    else {
      const single = this.#single;
      single[0] = value;
      this.#saveObjects(single, 0, tape);
    }
  }

  /** Saves the object at `from` and those behind it that have the same shape; returns the next index. */
  #saveObjects(list: readonly unknown[], from: number, tape: Tape): number {
    for (let i = 0; i < this.#shapes.length; i++) {
      const next = (this.#shapes[i] as Shape).saveRun(list, from, tape);
      if (next > from) return next;
    }
    return this.#learnShape(list[from]).saveRun(list, from, tape);
  }

  #saveText(text: string, tape: Tape): void {
    const known = this.#textByContent.get(text) ?? this.#learnText(text);
    pushWord(tape, 0, TAG_STRING);
    pushWord(tape, known.low, known.high);
    pushRef(tape, known.id);
  }

  #saveArray(array: readonly unknown[], tape: Tape): void {
    pushWord(tape, array.length, TAG_ARRAY);
    for (let i = 0; i < array.length; ) {
      const value = array[i];
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        i = this.#saveObjects(array, i, tape);
      } else {
        this.#saveValue(value, tape);
        i++;
      }
    }
  }

  loadOther(tape: Tape): unknown {
    const at = tape.length;
    switch (tape.halves[2 * at + 1]) {
      case TAG_NULL:
        tape.length++;
        return null;
      case TAG_TRUE:
        tape.length++;
        return true;
      case TAG_FALSE:
        tape.length++;
        return false;
      case TAG_STRING:
        tape.length += 2;
        return this.#texts[tape.refs[tape.refCount++] as number];
      case TAG_ARRAY:
        return this.#loadArray(tape);
      default: {
        const single = this.#single;
        this.#loadObjects(single, 0, tape);
        return single[0];
      }
    }
  }

  #loadArray(tape: Tape): unknown[] {
    const length = tape.halves[2 * tape.length] as number;
    tape.length++;
    let array = this.#arrays[this.#arraysUsed];
    if (array === undefined) {
      array = [];
      this.#arrays.push(array);
    }
    this.#arraysUsed++;
    array.length = length;
    for (let i = 0; i < length; ) {
      const word = tape.words[tape.length] as number;
      if (!Number.isNaN(word)) {
        array[i++] = word;
        tape.length++;
      } else if (tape.halves[2 * tape.length + 1] === TAG_OBJECT) {
        i = this.#loadObjects(array, i, tape);
      } else {
        array[i++] = this.loadOther(tape);
      }
    }
    return array;
  }

  /** Restores the object at the tape's cursor to `list[from]`, then those of the same shape behind it. */
  #loadObjects(list: unknown[], from: number, tape: Tape): number {
    return (this.#shapes[tape.refs[tape.refCount] as number] as Shape).loadRun(list, from, tape);
  }

  #learnShape(value: unknown): Shape {
    if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) {
      throw new InvariantError("Expected plain data");
    }
    const object = value as PlainObject;
    const keys = Object.keys(object);
    const sortedNames = JSON.stringify([...keys].sort());
    const shape = new Shape(
      {
        id: this.#shapes.length,
        keys,
        keyHash: Number(this.#hasher.hashText(sortedNames) & 0xffffffffn),
        numeric: new Set(keys.filter((key) => typeof object[key] === "number")),
      },
      this,
      this.#isCompiled,
    );
    this.#shapes.push(shape);
    return shape;
  }

  #refuseNegativeZero(tape: Tape): void {
    const hazard = findHazard(this.load(tape));
    // Null for a text whose hash happens to have these bits.
    if (hazard !== null) throw new InvariantError(describeHazard(hazard));
  }

  #learnText(text: string): KnownText {
    if (this.#textByContent.size >= KNOWN_TEXTS_MAX) this.#textByContent.clear();
    const hash = this.#hasher.hashText(text);
    const known = {
      id: this.#texts.length,
      low: Number(hash & 0xffffffffn),
      high: Number(hash >> 32n),
    };
    this.#texts.push(text);
    this.#textByContent.set(text, known);
    return known;
  }
}
