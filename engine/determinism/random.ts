/**
 * Seeded generator whose state is plain data inside the game state, so that a
 * restored snapshot restores the stream too.
 * Algorithm: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state, seeded by splitmix32.
 */

/** Four unsigned 32-bit words; a plain array in a plain state, a `Uint32Array` in a flat one. */
export type RandomState = number[] | Uint32Array;

/** sfc32's author discards the first outputs while the counter mixes in; 12 is his figure. */
const WARM_UP_DRAWS = 12;

function splitmix32(seed: number): number {
  let z = (seed + 0x9e3779b9) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** Writes a fresh stream for `seed` into `state` and returns it. */
export function seedRandom<T extends RandomState>(state: T, seed: number): T {
  let word = seed >>> 0;
  for (let i = 0; i < 3; i++) {
    word = splitmix32(word + i);
    state[i] = word;
  }
  state[3] = 1;
  for (let i = 0; i < WARM_UP_DRAWS; i++) nextUint32(state);
  return state;
}

/** Advances `state` and returns an integer in [0, 2³²). */
export function nextUint32(state: RandomState): number {
  const a = state[0] as number;
  const b = state[1] as number;
  const c = state[2] as number;
  const counter = state[3] as number;
  const result = (a + b + counter) >>> 0;
  state[3] = (counter + 1) >>> 0;
  state[0] = (b ^ (b >>> 9)) >>> 0;
  state[1] = (c + (c << 3)) >>> 0;
  state[2] = (((c << 21) | (c >>> 11)) + result) >>> 0;
  return result;
}

/** Advances `state` and returns a number in [0, 1) with 32 random bits. */
export function nextFloat(state: RandomState): number {
  return nextUint32(state) / 0x100000000;
}

/** Advances `state` and returns an integer in [0, bound); `bound` from 1 to 2³². */
export function nextInt(state: RandomState, bound: number): number {
  return Math.floor(nextFloat(state) * bound);
}

/** Derives the seed of one named stream (an episode, a player, a link) from a parent seed. */
export function deriveSeed(seed: number, ...path: readonly number[]): number {
  let derived = splitmix32(seed >>> 0);
  // Not symmetric in seed and step: stream 2 of seed 1 is not stream 1 of seed 2.
  for (const step of path) derived = splitmix32((Math.imul(derived, 3) + step) >>> 0);
  return derived;
}
