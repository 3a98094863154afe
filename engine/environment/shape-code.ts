/**
 * Walks objects of one shape. The code is generated for each shape, because a loop over key names boxes every
 * number it reads; where a content security policy forbids that, loops do the same job at twice the cost.
 */
import { TAG_OBJECT, type Tape } from "./tape.ts";

export type PlainObject = Record<string, unknown>;

/** Steps of the walk that do not depend on the shape. */
export interface Walker {
  /** Writes anything but a finite number; throws on what no state may hold. */
  saveOther(value: unknown, tape: Tape): void;
  /** Reads the tagged value at the tape's cursor. */
  loadOther(tape: Tape): unknown;
}

export interface ShapeCode {
  /** Whether `object` is plain and has just these keys in this order. */
  matches(object: PlainObject): boolean;
  /**
   * Saves the elements of `list` from index `from` on as long as they have this shape.
   * Returns the index of the first that has not.
   */
  saveRun(list: readonly unknown[], from: number, tape: Tape): number;
  /** Overwrites every key of `object` from the tape; the cursor stands behind the header's ref. */
  load(object: PlainObject, tape: Tape): void;
  create(): PlainObject;
}

export interface ShapeKeys {
  /** Number within this process. */
  readonly id: number;
  /** In order of insertion. */
  readonly keys: readonly string[];
  readonly keyHash: number;
  /** Keys whose value was a number in the first object seen: only a guess, for speed. */
  readonly numeric: ReadonlySet<string>;
}

/** Loops with the same effect as the generated code. */
export function interpretShape(
  { id, keys, keyHash, numeric }: ShapeKeys,
  walker: Walker,
): ShapeCode {
  const sorted = [...keys].sort();
  const matches = (object: PlainObject) => {
    if (Object.getPrototypeOf(object) !== Object.prototype) return false;
    let i = 0;
    for (const key in object) if (key !== keys[i++]) return false;
    return i === keys.length;
  };
  const save = (object: PlainObject, tape: Tape) => {
    tape.halves[2 * tape.length] = keyHash;
    tape.halves[2 * tape.length + 1] = TAG_OBJECT;
    tape.length++;
    tape.refs[tape.refCount++] = id;
    for (const key of sorted) {
      const value = object[key];
      if (typeof value === "number" && value - value === 0) tape.words[tape.length++] = value;
      else walker.saveOther(value, tape);
    }
  };
  return {
    matches,
    saveRun(list, from, tape) {
      let i = from;
      for (; i < list.length; i++) {
        const object = list[i];
        if (typeof object !== "object" || object === null) break;
        if (!matches(object as PlainObject)) break;
        save(object as PlainObject, tape);
      }
      return i;
    },
    load(object, tape) {
      tape.length++;
      for (const key of sorted) {
        const word = tape.words[tape.length] as number;
        if (Number.isNaN(word)) object[key] = walker.loadOther(tape);
        else {
          object[key] = word;
          tape.length++;
        }
      }
    },
    create() {
      const object: PlainObject = {};
      for (const key of keys) object[key] = numeric.has(key) ? 0.5 : null;
      return object;
    },
  };
}

/** Null where generating code is forbidden. */
export function compileShape(shape: ShapeKeys, walker: Walker): ShapeCode | null {
  const { keys } = shape;
  const source = `"use strict";
    const PlainObject = Object;
    return {
      matches(o) {
        if (${foreignTest(keys)}) return false;
        let i = 0;
        for (const key in o) if (key !== keys[i++]) return false;
        return i === ${keys.length};
      },
      saveRun(list, from, t) {
        ${saveRunSource(shape)}
      },
      load(o, t) {
        const w = t.words;
        let v, at = t.length + 1;
        ${loadSource(keys)}
        t.length = at;
      },
      create() { return { ${createSource(shape)} }; },
    };`;
  try {
    return new Function("keys", "walker", source)(keys, walker) as ShapeCode;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}

/** Reading `constructor` costs a third of asking for the prototype, and tells as much where no key hides it. */
function foreignTest(keys: readonly string[]): string {
  return keys.includes("constructor")
    ? "PlainObject.getPrototypeOf(o) !== PlainObject.prototype"
    : "o.constructor !== PlainObject";
}

function saveRunSource({ id, keys, keyHash, numeric }: ShapeKeys): string {
  const groups = groupKeys([...keys].sort(), numeric).map((group) => {
    const locals = group.map((_, i) => `v${i}`);
    const isNumeric = group.length > 1 || numeric.has(group[0] as string);
    const test = isNumeric
      ? `${locals.map((v) => `typeof ${v} === "number"`).join(" && ")} && ${locals.map((v) => `(${v} - ${v})`).join(" + ")} === 0`
      : "false";
    return `{
      const ${group.map((key, i) => `v${i} = o[${JSON.stringify(key)}]`).join(", ")};
      if (${test}) {
        ${locals.map((v, i) => `w[at + ${i}] = ${v};`).join(" ")}
        at += ${group.length};
      } else {
        ${locals
          .map(
            (v) => `if (typeof ${v} === "number" && ${v} - ${v} === 0) w[at++] = ${v};
            else {
              t.length = at; t.refCount = refCount;
              walker.saveOther(${v}, t);
              at = t.length; refCount = t.refCount;
            }`,
          )
          .join("\n")}
      }
    }`;
  });
  return `const w = t.words, h = t.halves, refs = t.refs;
    let at = t.length, refCount = t.refCount, i = from;
    for (; i < list.length; i++) {
      const o = list[i];
      if (typeof o !== "object" || o === null || ${foreignTest(keys)}) break;
      let k = 0, same = true;
      for (const key in o) if (key !== keys[k++]) { same = false; break; }
      if (!same || k !== ${keys.length}) break;
      h[2 * at] = ${keyHash}; h[2 * at + 1] = ${TAG_OBJECT}; at++;
      refs[refCount++] = ${id};
      ${groups.join("\n")}
    }
    t.length = at;
    t.refCount = refCount;
    return i;`;
}

/** A fraction where a number stood: the engine then keeps the field unboxed, and writing it makes no garbage. */
function createSource({ keys, numeric }: ShapeKeys): string {
  return keys
    .map((key) => `[${JSON.stringify(key)}]: ${numeric.has(key) ? "0.5" : "null"}`)
    .join(", ");
}

/** Neighbours that were numbers are tested and written together. */
function groupKeys(
  sorted: readonly string[],
  numeric: ReadonlySet<string>,
): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let isOpen = false;
  for (const key of sorted) {
    if (isOpen && numeric.has(key)) groups.at(-1)?.push(key);
    else groups.push([key]);
    isOpen = numeric.has(key);
  }
  return groups;
}

function loadSource(keys: readonly string[]): string {
  return [...keys]
    .sort()
    .map((key) => {
      const property = `o[${JSON.stringify(key)}]`;
      return `v = w[at];
        if (v === v) { ${property} = v; at++; }
        else { t.length = at; ${property} = walker.loadOther(t); at = t.length; }`;
    })
    .join("\n");
}
