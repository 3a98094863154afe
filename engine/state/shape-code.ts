/**
 * Walks objects of one shape. The code is generated for each shape, because a loop over key names boxes every
 * number it reads; where a content security policy forbids that, loops do the same job at six times the cost.
 */
import { pushNumber, pushRef, pushWord, TAG_OBJECT, type Tape } from "./tape.ts";

export type PlainObject = Record<string, unknown>;

/** Steps of the walk that do not depend on the shape. */
export interface Walker {
  /** Writes anything but a finite number; throws on what no state may hold. */
  saveOther(value: unknown, tape: Tape): void;
  /** Reads the tagged value at the tape's cursor. */
  loadOther(tape: Tape): unknown;
}

/** Objects of one shape to restore into; the first `used` are part of the state restored last. */
export interface ShapePool {
  readonly objects: PlainObject[];
  used: number;
}

export interface ShapeCode {
  /**
   * Saves the elements of `list` from index `from` on as long as they have this shape.
   * Returns the index of the first that has not.
   */
  saveRun(list: readonly unknown[], from: number, tape: Tape): number;
  /**
   * Restores elements of `list` from index `from` on as long as the tape holds objects of this shape, into objects of
   * `pool`; one that the game has reshaped is replaced. Returns the index of the first that was not restored.
   */
  loadRun(list: unknown[], from: number, tape: Tape, pool: ShapePool): number;
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
  const matches = (object: unknown): object is PlainObject => {
    if (typeof object !== "object" || object === null) return false;
    if (Object.getPrototypeOf(object) !== Object.prototype) return false;
    let i = 0;
    for (const key in object) if (key !== keys[i++]) return false;
    return i === keys.length;
  };
  const save = (object: PlainObject, tape: Tape) => {
    pushWord(tape, keyHash, TAG_OBJECT);
    pushRef(tape, id);
    for (const key of sorted) {
      const value = object[key];
      if (typeof value === "number" && value - value === 0) pushNumber(tape, value);
      else walker.saveOther(value, tape);
    }
  };
  const load = (object: PlainObject, tape: Tape) => {
    for (const key of sorted) {
      const word = tape.words[tape.length] as number;
      if (Number.isNaN(word)) object[key] = walker.loadOther(tape);
      else {
        object[key] = word;
        tape.length++;
      }
    }
  };
  const create = (): PlainObject =>
    Object.fromEntries(keys.map((key) => [key, numeric.has(key) ? 0.5 : null]));
  return {
    saveRun(list, from, tape) {
      let i = from;
      for (; i < list.length; i++) {
        const object = list[i];
        if (!matches(object)) break;
        save(object, tape);
      }
      return i;
    },
    loadRun(list, from, tape, pool) {
      let i = from;
      for (; i < list.length; i++) {
        if (tape.halves[2 * tape.length + 1] !== TAG_OBJECT) break;
        if (tape.refs[tape.refCount] !== id) break;
        tape.length++;
        tape.refCount++;
        let object = pool.objects[pool.used];
        if (!matches(object)) {
          object = create();
          pool.objects[pool.used] = object;
        }
        pool.used++;
        load(object, tape);
        list[i] = object;
      }
      return i;
    },
  };
}

/**
 * Null where generating code is forbidden. In the source, `| 0` spares a test for overflow at each step of a cursor,
 * and writes ask for room first, for the reason given in `tape.ts`.
 */
export function compileShape(shape: ShapeKeys, walker: Walker): ShapeCode | null {
  const source = `"use strict";
    const PlainObject = Object;
    ${matchesSource(shape)}
    return {
      saveRun(list, from, t) { ${saveRunSource(shape)} },
      loadRun(list, from, t, pool) { ${loadRunSource(shape)} },
    };`;
  try {
    return new Function("walker", source)(walker) as ShapeCode;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}

/**
 * Whether a value is plain and has just these keys in this order: half of a walk's time. Constant names need no check
 * of what kind of string they are, as elements of a list do, and a wrong key that spoils the count is cheaper than
 * leaving the loop.
 */
function matchesSource({ keys }: ShapeKeys): string {
  const cases = keys.map(
    (key, i) => `case ${i}: if (key !== ${JSON.stringify(key)}) k = ${keys.length}; break;`,
  );
  return `function matches(o) {
    if (o === null || o === undefined || ${foreignTest(keys)} || typeof o !== "object") return false;
    let k = 0;
    for (const key in o) {
      switch (k) { ${cases.join(" ")} }
      k = (k + 1) | 0;
    }
    return k === ${keys.length};
  }`;
}

/** Reading `constructor` costs a third of asking for the prototype, and tells as much where no key hides it. */
function foreignTest(keys: readonly string[]): string {
  return keys.includes("constructor")
    ? "PlainObject.getPrototypeOf(o) !== PlainObject.prototype"
    : "o.constructor !== PlainObject";
}

function saveRunSource({ id, keys, keyHash, numeric }: ShapeKeys): string {
  const groups = groupKeys(keys, numeric).map(({ names, isNumeric }) => {
    const locals = names.map((_, i) => `v${i}`);
    const slowly = locals.map(
      (v) => `if (typeof ${v} === "number" && ${v} - ${v} === 0) {
          if (at < end) w[at] = ${v};
          at = (at + 1) | 0;
        }
        else {
          t.length = at; t.refCount = refCount;
          walker.saveOther(${v}, t);
          at = t.length; refCount = t.refCount;
        }`,
    );
    return `{
      const ${names.map((name, i) => `v${i} = o[${JSON.stringify(name)}]`).join(", ")};
      ${
        isNumeric
          ? `if (${locals.map((v) => `typeof ${v} === "number"`).join(" && ")} && ${areFinite(locals)}) {
              if (at + ${names.length} <= end) { ${locals.map((v, i) => `w[at + ${i}] = ${v};`).join(" ")} }
              at = (at + ${names.length}) | 0;
            } else { ${slowly.join("\n")} }`
          : slowly.join("\n")
      }
    }`;
  });
  return `const w = t.words, h = t.halves, refs = t.refs, end = w.length, refEnd = refs.length;
    let at = t.length, refCount = t.refCount, i = from;
    for (; i < list.length; i++) {
      const o = list[i];
      if (!matches(o)) break;
      if (at < end) { h[2 * at] = ${keyHash}; h[2 * at + 1] = ${TAG_OBJECT}; }
      if (refCount < refEnd) refs[refCount] = ${id};
      at = (at + 1) | 0;
      refCount = (refCount + 1) | 0;
      ${groups.join("\n")}
    }
    t.length = at;
    t.refCount = refCount;
    return i;`;
}

function loadRunSource({ id, keys, numeric }: ShapeKeys): string {
  const groups = groupKeys(keys, numeric).map(({ names, isNumeric }) => {
    const locals = names.map((_, i) => `v${i}`);
    const properties = names.map((name) => `o[${JSON.stringify(name)}]`);
    const slowly = properties.map(
      (property) => `v = w[at];
        if (v === v) { ${property} = v; at = (at + 1) | 0; }
        else {
          t.length = at; t.refCount = refCount;
          ${property} = walker.loadOther(t);
          at = t.length; refCount = t.refCount;
        }`,
    );
    if (!isNumeric) return slowly.join("\n");
    return `{
      const ${locals.map((local, i) => `${local} = w[at + ${i}]`).join(", ")};
      if (${areFinite(locals)}) {
        ${properties.map((property, i) => `${property} = v${i};`).join(" ")}
        at = (at + ${names.length}) | 0;
      } else { ${slowly.join("\n")} }
    }`;
  });
  return `const w = t.words, h = t.halves, refs = t.refs, objects = pool.objects;
    let at = t.length, refCount = t.refCount, i = from, v;
    for (; i < list.length; i++) {
      if (h[2 * at + 1] !== ${TAG_OBJECT} || refs[refCount] !== ${id}) break;
      at = (at + 1) | 0;
      refCount = (refCount + 1) | 0;
      let o = objects[pool.used];
      if (!matches(o)) {
        o = { ${createSource(keys, numeric)} };
        objects[pool.used] = o;
      }
      pool.used++;
      ${groups.join("\n")}
      list[i] = o;
    }
    t.length = at;
    t.refCount = refCount;
    return i;`;
}

/** One test for many numbers: x − x is 0, or NaN if x is not finite. */
function areFinite(locals: readonly string[]): string {
  return `${locals.map((v) => `(${v} - ${v})`).join(" + ")} === 0`;
}

/**
 * A fraction where a number stood: the engine then keeps the field unboxed, and writing it makes no garbage. Names are
 * not computed, because the engine keeps all fields of such a literal inside the object; `__proto__` has to be.
 */
function createSource(keys: readonly string[], numeric: ReadonlySet<string>): string {
  return keys
    .map((key) => {
      const name = JSON.stringify(key);
      return `${key === "__proto__" ? `[${name}]` : name}: ${numeric.has(key) ? "0.5" : "null"}`;
    })
    .join(", ");
}

interface KeyGroup {
  readonly names: string[];
  readonly isNumeric: boolean;
}

/** In sorted order; neighbours that were numbers are tested and written together. */
function groupKeys(keys: readonly string[], numeric: ReadonlySet<string>): readonly KeyGroup[] {
  const groups: KeyGroup[] = [];
  for (const name of [...keys].sort()) {
    const last = groups.at(-1);
    if (last?.isNumeric && numeric.has(name)) last.names.push(name);
    else groups.push({ names: [name], isNumeric: numeric.has(name) });
  }
  return groups;
}
