/**
 * One shape per set and order of keys. For each, code that walks its objects is generated, because a loop over
 * key names boxes every number it reads; where a content security policy forbids that, loops do the same job.
 */
import { TAG_OBJECT, type Tape } from "./tape.ts";

type PlainObject = Record<string, unknown>;

/** Steps of the walk that do not depend on the shape. */
export interface Walker {
  /** Writes anything but an accepted number; throws on what no state may hold. */
  saveOther(value: unknown, tape: Tape): void;
  /** Reads the tagged value at the tape's cursor. */
  loadOther(tape: Tape): unknown;
}

export interface Shape {
  /** Number within this process; never leaves it. */
  readonly id: number;
  /** Keys in order of insertion, which restoring brings back. */
  readonly keys: readonly string[];
  /** Low word of the header: hash of the sorted keys, the same on every peer. */
  readonly keyHash: number;
  /** Whether `object` is plain and has just these keys in this order. */
  matches(object: PlainObject): boolean;
  save(object: PlainObject, tape: Tape): void;
  /** Overwrites every key of `object` from the tape; the cursor stands behind the header's ref. */
  load(object: PlainObject, tape: Tape): void;
  create(): PlainObject;
  /** Objects that restoring may overwrite; `poolUsed` of them belong to the state being restored. */
  readonly pool: PlainObject[];
  poolUsed: number;
}

interface ShapeCode {
  matches(object: PlainObject): boolean;
  save(object: PlainObject, tape: Tape): void;
  load(object: PlainObject, tape: Tape): void;
  create(): PlainObject;
}

/** Finite and not −0: what JSON gives back as it was. */
export function isExactNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** Makes the shape of objects with `keys`; `isCompiled` false forces the loops. */
export function makeShape(
  id: number,
  keys: readonly string[],
  keyHash: number,
  walker: Walker,
  isCompiled: boolean,
): Shape {
  const sorted = [...keys].sort();
  const code =
    (isCompiled ? compile(id, keys, sorted, keyHash, walker) : null) ??
    interpret(id, keys, sorted, keyHash, walker);
  return { id, keys, keyHash, ...code, pool: [], poolUsed: 0 };
}

/** Loops with the same effect as the generated code. */
function interpret(
  id: number,
  keys: readonly string[],
  sorted: readonly string[],
  keyHash: number,
  walker: Walker,
): ShapeCode {
  return {
    matches(object) {
      if (Object.getPrototypeOf(object) !== Object.prototype) return false;
      let i = 0;
      for (const key in object) if (key !== keys[i++]) return false;
      return i === keys.length;
    },
    save(object, tape) {
      tape.halves[2 * tape.length] = keyHash;
      tape.halves[2 * tape.length + 1] = TAG_OBJECT;
      tape.length++;
      tape.refs[tape.refCount++] = id;
      for (const key of sorted) {
        const value = object[key];
        if (typeof value === "number" && isExactNumber(value)) tape.words[tape.length++] = value;
        else walker.saveOther(value, tape);
      }
    },
    load(object, tape) {
      tape.length++;
      for (const key of sorted) {
        const word = tape.words[tape.length] as number;
        // Only a tagged word is a NaN, the one value that differs from itself.
        if (Number.isNaN(word)) object[key] = walker.loadOther(tape);
        else {
          object[key] = word;
          tape.length++;
        }
      }
    },
    create() {
      const object: PlainObject = {};
      for (const key of keys) object[key] = null;
      return object;
    },
  };
}

/** Null where generating code is forbidden. */
function compile(
  id: number,
  keys: readonly string[],
  sorted: readonly string[],
  keyHash: number,
  walker: Walker,
): ShapeCode | null {
  const saves = sorted.map(
    (key) => `v = o[${JSON.stringify(key)}];
      if (typeof v === "number" && v - v === 0 && (v !== 0 || 1 / v > 0)) w[at++] = v;
      else { t.length = at; walker.saveOther(v, t); at = t.length; w = t.words; }`,
  );
  const loads = sorted.map((key) => {
    const property = `o[${JSON.stringify(key)}]`;
    return `v = w[at];
      if (v === v) { ${property} = v; at++; }
      else { t.length = at; ${property} = walker.loadOther(t); at = t.length; }`;
  });
  // Reading `constructor` costs a third of asking for the prototype, and tells as much where no key hides it.
  const isForeign = keys.includes("constructor")
    ? "PlainObject.getPrototypeOf(o) !== PlainObject.prototype"
    : "o.constructor !== PlainObject";
  const source = `"use strict";
    const PlainObject = Object;
    return {
      matches(o) {
        if (${isForeign}) return false;
        let i = 0;
        for (const key in o) if (key !== keys[i++]) return false;
        return i === ${keys.length};
      },
      save(o, t) {
        let v, at = t.length, w = t.words;
        t.halves[2 * at] = ${keyHash}; t.halves[2 * at + 1] = ${TAG_OBJECT}; at++;
        t.refs[t.refCount++] = ${id};
        ${saves.join("\n")}
        t.length = at;
      },
      load(o, t) {
        const w = t.words;
        let v, at = t.length + 1;
        ${loads.join("\n")}
        t.length = at;
      },
      create() { return { ${keys.map((key) => `[${JSON.stringify(key)}]: null`).join(", ")} }; },
    };`;
  try {
    return new Function("keys", "walker", source)(keys, walker) as ShapeCode;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}
