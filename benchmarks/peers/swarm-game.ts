/**
 * The swarm as the other libraries play it: the flat form, which steps fastest, so that their
 * figures show the library and not the game. Kept by them as numbers for JSON or as bytes,
 * whichever they take.
 */
import type { Environment } from "../../engine/index.ts";
import { flatSwarm } from "../swarm.ts";

interface FlatSwarm {
  readonly bytes: Uint8Array;
  readonly time: Float64Array;
  readonly bodies: Float64Array;
}

export class SwarmGame {
  readonly #environment: Environment;
  readonly #state: FlatSwarm;
  readonly #words: Float64Array;
  readonly #actions = [0, 0];
  steps = 0;

  constructor(bodies: number, seed: number) {
    this.#environment = flatSwarm(bodies);
    this.#state = this.#environment.reset(seed, null) as unknown as FlatSwarm;
    const { buffer, byteOffset, byteLength } = this.#state.bytes;
    this.#words = new Float64Array(buffer, byteOffset, byteLength / 8);
  }

  step(first: number, second: number): void {
    this.#actions[0] = first;
    this.#actions[1] = second;
    this.#environment.step(this.#state, this.#actions);
    this.steps++;
  }

  /** A copy as an array that JSON can write; some 18 characters a number. */
  toNumbers(): number[] {
    return Array.from(this.#words);
  }

  fromNumbers(numbers: readonly number[]): void {
    for (let i = 0; i < numbers.length; i++) this.#words[i] = numbers[i] as number;
  }

  /** A copy of the bytes. */
  toBytes(): Uint8Array {
    return this.#state.bytes.slice();
  }

  fromBytes(bytes: Uint8Array): void {
    this.#state.bytes.set(bytes);
  }
}
