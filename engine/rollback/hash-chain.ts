/**
 * Hashes of confirmed states and a running chain over them: one 32-bit value stands for every frame
 * up to it, so a packet that is lost never leaves a frame unchecked and nothing is sent twice.
 */
import { hashHex } from "../determinism/hash.ts";

/** Odd constants of splitmix32; each step is invertible, so one differing hash changes every later value. */
const MULTIPLIER_A = 0x21f0aaad;
const MULTIPLIER_B = 0x735a2d97;

/** Frames in a fresh chain; it doubles when they are used up. */
const INITIAL_FRAMES = 1_024;

export class HashChain {
  #hashes = new BigUint64Array(INITIAL_FRAMES);
  /** The same hashes as halves: word 2i is the low one of frame i. */
  #halves = new Uint32Array(this.#hashes.buffer);
  #chain = new Uint32Array(INITIAL_FRAMES);
  #length = 1;
  #generation = 0;

  /** Newest frame with a hash; 0 before any. The state of frame 0 is known from the seed. */
  get newestFrame(): number {
    return this.#length - 1;
  }

  /** How often the chain was cut: values of two generations say nothing about each other. */
  get generation(): number {
    return this.#generation;
  }

  /** Forgets every frame after `frame`, at most `newestFrame`: what is hashed from now on is of another generation. */
  cut(frame: number, generation = this.#generation + 1): void {
    this.#length = frame + 1;
    this.#generation = generation;
  }

  /** Adds the hash of the next frame's state. */
  push(hash: bigint): void {
    if (this.#length === this.#hashes.length) this.#grow();
    const frame = this.#length++;
    this.#hashes[frame] = hash;
    let link = this.#chain[frame - 1] as number;
    link = Math.imul(link ^ (this.#halves[2 * frame] as number), MULTIPLIER_A);
    link = Math.imul(
      (link ^ (link >>> 16)) + (this.#halves[2 * frame + 1] as number),
      MULTIPLIER_B,
    );
    this.#chain[frame] = (link ^ (link >>> 15)) >>> 0;
  }

  /** Chain value of `frame`, from 0 to `newestFrame`. */
  chainAt(frame: number): number {
    return this.#chain[frame] as number;
  }

  hashValueAt(frame: number): bigint {
    return this.#hashes[frame] as bigint;
  }

  /** Hash of `frame`'s state as 16 hexadecimal digits; frame from 1 to `newestFrame`. */
  hashAt(frame: number): string {
    return hashHex(this.#hashes[frame] as bigint);
  }

  #grow(): void {
    const hashes = new BigUint64Array(this.#hashes.length * 2);
    const chain = new Uint32Array(this.#chain.length * 2);
    hashes.set(this.#hashes);
    chain.set(this.#chain);
    this.#hashes = hashes;
    this.#halves = new Uint32Array(hashes.buffer);
    this.#chain = chain;
  }
}
