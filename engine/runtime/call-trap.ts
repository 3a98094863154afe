/**
 * Finds calls that are not the same on every machine while an environment runs, by standing in for them.
 * What code took from the globals before the trap was set (`const { sin } = Math`) is not seen: set it first.
 */
import type { BannedCall, CallTrap } from "../inspection/finding.ts";

export interface InstalledCallTrap extends CallTrap {
  /** Reports a call that no stand-in can see, such as the operator `**`. */
  report(name: string): void;
  /** Puts the originals back. */
  remove(): void;
}

const RANDOM =
  "Draw from a generator whose state is in the game state: `seedRandom` and `nextFloat`.";
const MATHS =
  "Browsers round it differently: use `sin`, `cos`, `atan2`, `exp`, `ln` and `pow` of the engine, and `Math.sqrt`, which is exact, for lengths.";
const CLOCK = "Count frames in the state instead: `fps` of them are a second.";
const LOCALE =
  "It depends on the language of the machine: compare texts with `<`, and format in `draw`.";
const LATER = "Nothing may happen between frames: count frames in the state and act in `step`.";
const MACHINE = "Players' machines differ there: pass what the game needs in its configuration.";

const INEXACT_MATHS = [
  ..."sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh".split(" "),
  ..."exp expm1 log log2 log10 log1p pow hypot cbrt".split(" "),
];

/** Later entries may hold earlier ones: `Date.now` is replaced before `Date`. */
function bannedCalls(): readonly (readonly [object, string, readonly string[], string])[] {
  const globals = globalThis;
  const prototypes = [Object, Number, BigInt, Array, Date].map((maker) => maker.prototype);
  return [
    [Math, "Math.", ["random"], RANDOM],
    [Math, "Math.", INEXACT_MATHS, MATHS],
    [Date, "Date.", ["now", "parse"], CLOCK],
    [globals, "", ["Date"], CLOCK],
    [performance, "performance.", ["now"], CLOCK],
    [crypto, "crypto.", ["getRandomValues", "randomUUID"], RANDOM],
    [Intl, "Intl.", Object.getOwnPropertyNames(Intl), LOCALE],
    [String.prototype, "", ["localeCompare", "toLocaleLowerCase", "toLocaleUpperCase"], LOCALE],
    ...prototypes.map((prototype) => [prototype, "", ["toLocaleString"], LOCALE] as const),
    [Date.prototype, "", ["toLocaleDateString", "toLocaleTimeString"], LOCALE],
    [globals, "", ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"], LATER],
    [globals, "", ["requestAnimationFrame", "fetch", "XMLHttpRequest", "WebSocket"], LATER],
    [globals, "", ["WeakRef", "FinalizationRegistry"], LATER],
    [globals, "", ["navigator", "localStorage", "process"], MACHINE],
  ];
}

/** Where a property is defined: on the object or on one that it inherits from. */
function ownerOf(object: object, name: string): object | null {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return at;
  }
  return null;
}

/** The same property, telling `report` of every use; null where a browser does not allow that. */
function standIn(property: PropertyDescriptor, report: () => void): PropertyDescriptor | null {
  if (property.configurable !== true) return null;
  const { value, get } = property;
  if (get !== undefined) {
    return {
      ...property,
      get(this: unknown) {
        report();
        return get.call(this) as unknown;
      },
    };
  }
  if (typeof value !== "function") return null;
  const replacement = new Proxy(value as (...args: unknown[]) => unknown, {
    apply(target, self, args) {
      report();
      return Reflect.apply(target, self, args);
    },
    construct(target, args, newTarget) {
      report();
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  return { ...property, value: replacement };
}

/**
 * Replaces the calls by ones that report while armed and then do what the originals do.
 * `locate` finds the line of code in the stack of an error. Remove it when done: every use is slower.
 */
export function installCallTrap(locate: (stack: string) => string | null): InstalledCallTrap {
  let isArmed = false;
  let first: BannedCall | null = null;
  const notice = (name: string, advice: string) => {
    if (!isArmed || first !== null) return;
    // Looking for the line may use what is trapped.
    isArmed = false;
    first = { name, line: locate(new Error("trapped").stack ?? ""), advice };
    isArmed = true;
  };
  const undo: (() => void)[] = [];
  for (const [object, prefix, names, advice] of bannedCalls()) {
    for (const name of names) {
      const owner = ownerOf(object, name);
      const original = owner === null ? undefined : Object.getOwnPropertyDescriptor(owner, name);
      if (owner === null || original === undefined) continue;
      const replacement = standIn(original, () => notice(prefix + name, advice));
      if (replacement === null) continue;
      Object.defineProperty(owner, name, replacement);
      undo.unshift(() => Object.defineProperty(owner, name, original));
    }
  }
  return {
    arm() {
      first = null;
      isArmed = true;
    },
    disarm() {
      isArmed = false;
      return first;
    },
    report: (name) => notice(name, MATHS),
    remove() {
      isArmed = false;
      for (const restore of undo.splice(0)) restore();
    },
  };
}
