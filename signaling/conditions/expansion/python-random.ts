/**
 * CPython's seeded generator: the same seed gives the draws of Python's `random` module.
 * MT19937 (Matsumoto and Nishimura 1998), seeded by `init_by_array`; `shuffle` and `choices` as in
 * CPython 3.2 and later (Lib/random.py, Modules/_randommodule.c).
 */
import type { Value } from "./value.ts";

const STATE_WORDS = 624;
const SHIFT_WORDS = 397;
const UPPER_BIT = 0x80000000;
const LOWER_BITS = 0x7fffffff;
const TWIST = 0x9908b0df;

/** The seed from which `init_by_array` starts. */
const ARRAY_SEED = 19_650_218;

/** CPython hashes numbers modulo this Mersenne prime. */
const HASH_BITS = 61;
const HASH_MODULUS = (1n << 61n) - 1n;

/** 32-bit words, the lowest first, of the absolute value. */
function keyWords(seed: bigint): number[] {
  let rest = seed < 0n ? -seed : seed;
  const words: number[] = [];
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
}

/** The integer that CPython seeds with for a float: its hash as an unsigned 64-bit number. */
export function floatSeed(seed: number): bigint {
  if (!Number.isFinite(seed)) return BigInt.asUintN(64, seed < 0 ? -314_159n : 314_159n);
  let numerator = Math.abs(seed);
  let halvings = 0;
  for (; !Number.isInteger(numerator); halvings++) numerator *= 2;
  const shift = BigInt((HASH_BITS - (halvings % HASH_BITS)) % HASH_BITS);
  const hash = (BigInt(numerator) << shift) % HASH_MODULUS;
  const signed = seed < 0 ? -hash : hash;
  return BigInt.asUintN(64, signed === -1n ? -2n : signed);
}

export class PythonRandom {
  readonly #state = new Uint32Array(STATE_WORDS);
  #next = STATE_WORDS;

  constructor(seed: bigint) {
    this.#seedPlainly(ARRAY_SEED);
    this.#mixIn(keyWords(seed));
  }

  /** A float in [0, 1) with 53 random bits. */
  random(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** An integer of `count` random bits, 1 to 32. */
  bits(count: number): number {
    return this.#word() >>> (32 - count);
  }

  /** An integer in [0, bound), without bias; `bound` from 1 to 2³². */
  below(bound: number): number {
    const count = 32 - Math.clz32(bound);
    let draw = this.bits(count);
    while (draw >= bound) draw = this.bits(count);
    return draw;
  }

  /** Permutes the list in place. */
  shuffle(list: unknown[]): void {
    for (let i = list.length - 1; i >= 1; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
  }

  /** `count` indices below `size`, each drawn alone. */
  indices(size: number, count: number): number[] {
    return Array.from({ length: count }, () => Math.floor(this.random() * size));
  }

  /** `count` indices, each as likely as its step in `cumulative`, which ascends to `total`. */
  weightedIndices(
    cumulative: readonly (number | bigint)[],
    total: number,
    count: number,
  ): number[] {
    return Array.from({ length: count }, () => {
      const point = this.random() * total;
      let low = 0;
      let high = cumulative.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (point < (cumulative[middle] as number)) high = middle;
        else low = middle + 1;
      }
      return low;
    });
  }

  #seedPlainly(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < STATE_WORDS; i++) {
      const before = state[i - 1] as number;
      state[i] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + i;
    }
  }

  #mixIn(key: readonly number[]): void {
    const state = this.#state;
    let i = 1;
    const mix = (multiplier: number, addend: number, sign: 1 | -1) => {
      const before = state[i - 1] as number;
      const mixed = (state[i] as number) ^ Math.imul(before ^ (before >>> 30), multiplier);
      state[i] = mixed + sign * addend;
      if (++i < STATE_WORDS) return;
      state[0] = state[STATE_WORDS - 1] as number;
      i = 1;
    };
    for (let step = 0; step < Math.max(STATE_WORDS, key.length); step++) {
      const j = step % key.length;
      mix(1_664_525, (key[j] as number) + j, 1);
    }
    for (let step = 1; step < STATE_WORDS; step++) mix(1_566_083_941, i, -1);
    state[0] = UPPER_BIT;
  }

  #word(): number {
    if (this.#next === STATE_WORDS) this.#twist();
    let word = this.#state[this.#next++] as number;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < STATE_WORDS; i++) {
      const after = state[(i + 1) % STATE_WORDS] as number;
      const mixed = ((state[i] as number) & UPPER_BIT) | (after & LOWER_BITS);
      const far = state[(i + SHIFT_WORDS) % STATE_WORDS] as number;
      state[i] = far ^ (mixed >>> 1) ^ (mixed & 1 ? TWIST : 0);
    }
    this.#next = 0;
  }
}

/** Something drawn from a participant's generator, as the allocation's log keeps it. */
export interface Draw {
  /** Decimal digits of the integer that the generator was seeded with. */
  readonly seed: string;
  /** What it was drawn for: `order`, or the place in the file of a function call. */
  readonly stream: string;
  readonly result: Value;
}
