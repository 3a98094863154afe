/**
 * Action spaces (Gymnasium's names): what one player may do in one frame,
 * and how that becomes a fixed row of unsigned words with a known number of bits each.
 */
import { assert } from "../determinism/assert.ts";
import { isJsonAction, type Json, jsonWords, readJson, writeJson } from "./json-action.ts";

export type Space =
  /** An integer in [0, n). */
  | { readonly kind: "discrete"; readonly n: number }
  /** An array of integers; entry i in [0, nvec[i]). */
  | { readonly kind: "multi-discrete"; readonly nvec: readonly number[] }
  /** An array of n zeros and ones. */
  | { readonly kind: "multi-binary"; readonly n: number }
  /** An array of `size` numbers in [low, high], rounded to float32. */
  | { readonly kind: "box"; readonly low: number; readonly high: number; readonly size: number }
  /** Any JSON value whose canonical text, escaped to ASCII, has at most `maxBytes` bytes (1 to 64). */
  | { readonly kind: "json"; readonly maxBytes: number };

/** One action: a number for `discrete`, any JSON value for `json`, an array of numbers for the others. */
export type Action = Json;

/** A few fit a packet with those that are not acknowledged; what is longer is no input but a document. */
const JSON_BYTES_MAX = 64;

/** One of n choices: an integer in [0, n). */
export const discrete = (n: number): Space => ({ kind: "discrete", n });
/** Several choices at once: entry i is an integer in [0, nvec[i]). */
export const multiDiscrete = (nvec: readonly number[]): Space => ({ kind: "multi-discrete", nvec });
/** n switches, each 0 or 1. */
export const multiBinary = (n: number): Space => ({ kind: "multi-binary", n });
/** `size` numbers in [low, high], rounded to float32. */
export const box = (low: number, high: number, size: number): Space => ({
  kind: "box",
  low,
  high,
  size,
});

/**
 * A small JSON value of at most so many bytes.
 * @throws InvariantError unless `maxBytes` is an integer 1–64.
 */
export function json({ maxBytes }: { readonly maxBytes: number }): Space {
  assert(
    Number.isInteger(maxBytes) && maxBytes >= 1 && maxBytes <= JSON_BYTES_MAX,
    () => `Expected \`maxBytes\` to be an integer 1–${JSON_BYTES_MAX}, got ${maxBytes}`,
  );
  return { kind: "json", maxBytes };
}

/** Bits needed for integers in [0, n). */
function bitWidth(n: number): number {
  return Math.max(1, 32 - Math.clz32(n - 1));
}

/** Bits of each word of an encoded action, in order. */
export function actionBitWidths(space: Space): readonly number[] {
  switch (space.kind) {
    case "discrete":
      return [bitWidth(space.n)];
    case "multi-discrete":
      return space.nvec.map(bitWidth);
    case "multi-binary":
      return new Array<number>(space.n).fill(1);
    case "box":
      return new Array<number>(space.size).fill(32);
    case "json": {
      const words = new Array<number>(jsonWords(space.maxBytes)).fill(32);
      return [bitWidth(space.maxBytes + 1), ...words];
    }
  }
}

/** Whether `value` is an action of `space`; used on everything that comes from a study or a peer. */
export function isAction(space: Space, value: unknown): value is Action {
  const isIndex = (entry: unknown, n: number) =>
    typeof entry === "number" && Number.isInteger(entry) && entry >= 0 && entry < n;
  if (space.kind === "discrete") return isIndex(value, space.n);
  if (space.kind === "json") return isJsonAction(value, space.maxBytes);
  if (!Array.isArray(value)) return false;
  switch (space.kind) {
    case "multi-discrete":
      return value.length === space.nvec.length && space.nvec.every((n, i) => isIndex(value[i], n));
    case "multi-binary":
      return value.length === space.n && value.every((entry) => isIndex(entry, 2));
    case "box":
      return (
        value.length === space.size &&
        value.every((x) => typeof x === "number" && x >= space.low && x <= space.high)
      );
  }
}

const scratchFloat = new Float32Array(1);
const scratchWord = new Uint32Array(scratchFloat.buffer);

/** Writes `action` as words from `words[offset]` on; one word per entry of `actionBitWidths`. */
export function writeAction(
  space: Space,
  action: Action,
  words: Uint32Array,
  offset: number,
): void {
  const { kind } = space;
  if (kind === "json") writeJson(action, space.maxBytes, words, offset);
  else if (kind === "discrete") words[offset] = action as number;
  else {
    const entries = action as readonly number[];
    for (let i = 0; i < entries.length; i++) {
      scratchFloat[0] = entries[i] as number;
      words[offset + i] = (kind === "box" ? scratchWord[0] : entries[i]) as number;
    }
  }
}

/**
 * Reads the action back. Words that no action could have written (a hostile peer's) are
 * clamped into the space, or are null in a `json` one, so that both peers still see the same legal action.
 */
export function readAction(space: Space, words: Uint32Array, offset: number): Action {
  switch (space.kind) {
    case "discrete":
      return Math.min(words[offset] as number, space.n - 1);
    case "multi-discrete":
      return space.nvec.map((n, i) => Math.min(words[offset + i] as number, n - 1));
    case "multi-binary":
      return Array.from({ length: space.n }, (_, i) => (words[offset + i] as number) & 1);
    case "box":
      return Array.from({ length: space.size }, (_, i) => {
        scratchWord[0] = words[offset + i] as number;
        const x = scratchFloat[0] as number;
        return x >= space.low ? Math.min(x, space.high) : space.low;
      });
    case "json":
      return readJson(space.maxBytes, words, offset);
  }
}
