/**
 * A plain state as one run of 64-bit words in canonical order (keys sorted), so that a snapshot is one
 * walk, its hash one pass over bytes, and keeping it costs no garbage. Numbers are stored as they are;
 * everything else is a NaN (which no state may hold) with a tag in its high word and a payload in its low.
 * What restoring needs but the hash must not see (key order, string identity) goes to `refs`.
 */

/** High words of the tagged words; all are quiet NaNs that arithmetic never yields. */
export const TAG_FALSE = 0xfff90001;
export const TAG_TRUE = 0xfff90002;
export const TAG_NULL = 0xfff90003;
/** Followed by one word: the 64-bit hash of the text. */
export const TAG_STRING = 0xfff90004;
/** Low word: hash of the sorted key names; followed by the values. */
export const TAG_OBJECT = 0xfff90005;
/** Low word: length; followed by the elements. */
export const TAG_ARRAY = 0xfff90006;

export interface Tape {
  words: Float64Array;
  /** Same bytes as `words`; word i has its low half at 2i, its high half at 2i + 1 (little-endian). */
  halves: Uint32Array;
  /** Shape and string numbers of this process, in the order of the walk. */
  refs: Int32Array;
  /** Words and refs in use. */
  length: number;
  refCount: number;
}

/** Room for a small game; a larger state grows its tapes once. */
const INITIAL_WORDS = 256;

export function createTape(): Tape {
  const words = new Float64Array(INITIAL_WORDS);
  return {
    words,
    halves: new Uint32Array(words.buffer),
    refs: new Int32Array(INITIAL_WORDS),
    length: 0,
    refCount: 0,
  };
}

/** Makes room for `words` and `refs` more than are asked for; contents are lost. */
export function growTape(tape: Tape, words: number, refs: number): void {
  tape.words = new Float64Array(Math.max(tape.words.length, words * 2));
  tape.halves = new Uint32Array(tape.words.buffer);
  tape.refs = new Int32Array(Math.max(tape.refs.length, refs * 2));
}

/**
 * The writers below only count past the end, so that a walk over a tape that is too small measures it. They ask first:
 * once a typed array has dropped one write, the engine compiles all others for slower code.
 */
export function pushNumber(tape: Tape, value: number): void {
  if (tape.length < tape.words.length) tape.words[tape.length] = value;
  tape.length++;
}

/** One word by its halves. */
export function pushWord(tape: Tape, low: number, high: number): void {
  if (tape.length < tape.words.length) {
    tape.halves[2 * tape.length] = low;
    tape.halves[2 * tape.length + 1] = high;
  }
  tape.length++;
}

export function pushRef(tape: Tape, ref: number): void {
  if (tape.refCount < tape.refs.length) tape.refs[tape.refCount] = ref;
  tape.refCount++;
}

/** The bytes in use; a view, valid until the tape is written again. */
export function tapeBytes(tape: Tape): Uint8Array {
  return new Uint8Array(tape.words.buffer, 0, tape.length * 8);
}
