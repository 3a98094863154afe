/** Saves, restores and hashes plain states by way of tapes; one instance per world. */
import { InvariantError } from "../determinism/assert.ts";
import type { Hasher } from "../determinism/hash.ts";
import { describeHazard, findHazard } from "./plain-hazard.ts";
import { isExactNumber, makeShape, type Shape, type Walker } from "./shape.ts";
import type { StateMemory } from "./state-memory.ts";
import {
  createTape,
  growTape,
  TAG_ARRAY,
  TAG_FALSE,
  TAG_NULL,
  TAG_STRING,
  TAG_TRUE,
  type Tape,
  tapeBytes,
} from "./tape.ts";

type PlainObject = Record<string, unknown>;

/** What the tape needs to know of one text; `low` and `high` are its 64-bit hash. */
interface KnownText {
  readonly id: number;
  readonly low: number;
  readonly high: number;
}

/** States that make new texts each frame would fill the table; past this it starts anew. */
const KNOWN_TEXTS_MAX = 65_536;

export class PlainMemory implements StateMemory<unknown, Tape>, Walker {
  readonly #hasher: Hasher;
  readonly #isCompiled: boolean;
  readonly #shapes: Shape[] = [];
  readonly #shapeByKeys = new Map<string, Shape>();
  readonly #textByContent = new Map<string, KnownText>();
  readonly #texts: string[] = [];
  readonly #arrays: unknown[][] = [];
  #arraysUsed = 0;
  #recent: Shape | null = null;

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
        // Writes past the end of a typed array are dropped, so the walk only measured.
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
    for (const shape of this.#shapes) shape.poolUsed = 0;
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

  hash(tape: Tape): bigint {
    return this.#hasher.hashBytes(tapeBytes(tape));
  }

  toJson(state: unknown): unknown {
    return JSON.parse(JSON.stringify(state)) as unknown;
  }

  #saveValue(value: unknown, tape: Tape): void {
    if (typeof value === "number" && isExactNumber(value)) tape.words[tape.length++] = value;
    else this.saveOther(value, tape);
  }

  saveOther(value: unknown, tape: Tape): void {
    if (value === null) pushTag(tape, TAG_NULL, 0);
    else if (typeof value === "boolean") pushTag(tape, value ? TAG_TRUE : TAG_FALSE, 0);
    else if (typeof value === "string") this.#saveText(value, tape);
    else if (typeof value !== "object") throw new InvariantError(`Expected plain data`);
    else if (Array.isArray(value)) this.#saveArray(value, tape);
    else this.#shapeOf(value as PlainObject).save(value as PlainObject, tape);
  }

  #saveText(text: string, tape: Tape): void {
    const known = this.#textByContent.get(text) ?? this.#learnText(text);
    pushTag(tape, TAG_STRING, 0);
    tape.halves[2 * tape.length] = known.low;
    tape.halves[2 * tape.length + 1] = known.high;
    tape.length++;
    tape.refs[tape.refCount++] = known.id;
  }

  #saveArray(array: readonly unknown[], tape: Tape): void {
    pushTag(tape, TAG_ARRAY, array.length);
    for (let i = 0; i < array.length; i++) {
      const value = array[i];
      if (typeof value === "number" && isExactNumber(value)) tape.words[tape.length++] = value;
      else if (this.#recent !== null && isObject(value) && this.#recent.matches(value)) {
        this.#recent.save(value, tape);
      } else this.saveOther(value, tape);
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
      default:
        return this.#loadObject(tape);
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
    for (let i = 0; i < length; i++) {
      const word = tape.words[tape.length] as number;
      if (Number.isNaN(word)) array[i] = this.loadOther(tape);
      else {
        array[i] = word;
        tape.length++;
      }
    }
    return array;
  }

  #loadObject(tape: Tape): PlainObject {
    const shape = this.#shapes[tape.refs[tape.refCount++] as number] as Shape;
    let object = shape.pool[shape.poolUsed];
    if (object === undefined || !shape.matches(object)) {
      object = shape.create();
      shape.pool[shape.poolUsed] = object;
    }
    shape.poolUsed++;
    shape.load(object, tape);
    return object;
  }

  #shapeOf(object: PlainObject): Shape {
    const recent = this.#recent;
    if (recent?.matches(object)) return recent;
    for (const shape of this.#shapes) {
      if (shape.matches(object)) {
        this.#recent = shape;
        return shape;
      }
    }
    return this.#learnShape(object);
  }

  #learnShape(object: PlainObject): Shape {
    if (Object.getPrototypeOf(object) !== Object.prototype) {
      throw new InvariantError(`Expected a plain object`);
    }
    const keys = Object.keys(object);
    const name = JSON.stringify(keys);
    const known = this.#shapeByKeys.get(name);
    if (known !== undefined) return known;
    const keyHash = Number(this.#hasher.hashText(JSON.stringify([...keys].sort())) & 0xffffffffn);
    const shape = makeShape(this.#shapes.length, keys, keyHash, this, this.#isCompiled);
    this.#shapes.push(shape);
    this.#shapeByKeys.set(name, shape);
    return shape;
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

function isObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null;
}

function pushTag(tape: Tape, tag: number, payload: number): void {
  tape.halves[2 * tape.length] = payload;
  tape.halves[2 * tape.length + 1] = tag;
  tape.length++;
}
