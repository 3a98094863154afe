/**
 * Small JSON values as actions: the canonical text, four characters to a word, with its length before it.
 * The null action has length 0, so it fits everywhere and stands for whatever is no action.
 */
import { asciiJson } from "../determinism/ascii-json.ts";
import { canonicalJson } from "../determinism/hash.ts";
import { findHazard } from "../state/plain-hazard.ts";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Restoring a state would take it for the object's prototype. */
const PROTOTYPE_KEY = '"__proto__":';

const CHARACTERS_PER_WORD = 4;

/** Words that follow the length. */
export function jsonWords(maxBytes: number): number {
  return Math.ceil(maxBytes / CHARACTERS_PER_WORD);
}

/** The text that travels; null for what JSON cannot give back or what is longer than `maxBytes`. */
function textOf(value: unknown, maxBytes: number): string | null {
  try {
    if (value === null) return "";
    if (findHazard(value) !== null) return null;
    const text = asciiJson(canonicalJson(value));
    return text.length <= maxBytes && !text.includes(PROTOTYPE_KEY) ? text : null;
  } catch {
    // A value that holds itself.
    return null;
  }
}

/** Whether `value` can be given back exactly from at most `maxBytes` bytes. */
export function isJsonAction(value: unknown, maxBytes: number): value is Json {
  return textOf(value, maxBytes) !== null;
}

/** Writes the length and `jsonWords(maxBytes)` words; what is no action is written as null. */
export function writeJson(
  value: unknown,
  maxBytes: number,
  words: Uint32Array,
  offset: number,
): void {
  const text = textOf(value, maxBytes) ?? "";
  words[offset] = text.length;
  for (let word = 0; word < jsonWords(maxBytes); word++) {
    let packed = 0;
    for (let i = 0; i < CHARACTERS_PER_WORD; i++) {
      const at = word * CHARACTERS_PER_WORD + i;
      if (at < text.length) packed |= text.charCodeAt(at) << (8 * i);
    }
    words[offset + 1 + word] = packed >>> 0;
  }
}

/** Reads the value back; words that no action could have written give null. Never throws. */
export function readJson(maxBytes: number, words: Uint32Array, offset: number): Json {
  const length = Math.min(words[offset] as number, maxBytes);
  let text = "";
  for (let at = 0; at < length; at++) {
    const word = words[offset + 1 + Math.floor(at / CHARACTERS_PER_WORD)] as number;
    text += String.fromCharCode((word >>> (8 * (at % CHARACTERS_PER_WORD))) & 0xff);
  }
  if (text === "") return null;
  try {
    const value = JSON.parse(text) as Json;
    return textOf(value, maxBytes) === text ? value : null;
  } catch {
    // Not JSON: a hostile peer's bytes.
    return null;
  }
}
