/**
 * Which frames wait because a player asked for it: counted from the flags of the inputs alone, so that every
 * simulation of them waits alike, and kept with each saved state without being a part of it.
 */
import { FLAG_FOCUSED, FLAG_PAUSED } from "./input-flag.ts";

export interface PausePolicy {
  /** Frames that still wait after the last one in which somebody asked. */
  readonly countdownFrames: number;
  /** Frames per player and episode in which asking counts; 0: never, null: always. */
  readonly limitFrames: number | null;
}

/** What a host may show of a pause. */
export interface PauseState {
  /** A bit per player who asked in the last frame; 0 in the countdown. */
  readonly asking: number;
  /** Those who have asked since the game last moved; 0 while it moves. */
  readonly askers: number;
  /** Those of the askers whose page did not have their attention then. */
  readonly unfocusedAskers: number;
  /** Frames that wait still, or would if nobody asked any more. */
  readonly leftFrames: number;
  /** Frames of the episode that waited. */
  readonly waitedFrames: number;
}

/** Places of the words that are kept; those after the last count each player's frames of asking. */
const ASKING = 0;
const ASKERS = 1;
const UNFOCUSED = 2;
const LEFT = 3;
const WAITED = 4;
const USED = 5;

/** Most frames of an episode of `maxSteps` steps: everybody spends their limit, each frame with a countdown. */
export function episodeFramesMax(
  { countdownFrames, limitFrames }: PausePolicy,
  maxSteps: number,
  playerCount: number,
): number {
  const askedFrames = playerCount * (limitFrames ?? Number.POSITIVE_INFINITY);
  return maxSteps + askedFrames * (1 + countdownFrames);
}

export class PauseClock implements PauseState {
  readonly #countdownFrames: number;
  readonly #limitFrames: number;
  readonly #words: Int32Array;
  readonly #saved: Int32Array;

  constructor(policy: PausePolicy, playerCount: number, snapshotCount: number) {
    this.#countdownFrames = policy.countdownFrames;
    this.#limitFrames = policy.limitFrames ?? Number.POSITIVE_INFINITY;
    this.#words = new Int32Array(USED + playerCount);
    this.#saved = new Int32Array(this.#words.length * snapshotCount);
  }

  get asking(): number {
    return this.#words[ASKING] as number;
  }

  get askers(): number {
    return this.#words[ASKERS] as number;
  }

  get unfocusedAskers(): number {
    return this.#words[UNFOCUSED] as number;
  }

  get leftFrames(): number {
    return this.#words[LEFT] as number;
  }

  get waitedFrames(): number {
    return this.#words[WAITED] as number;
  }

  /** Takes the flags of the next frame; true if it waits. */
  advance(flags: readonly number[]): boolean {
    const words = this.#words;
    this.#count(flags);
    if (this.asking !== 0) words[LEFT] = this.#countdownFrames;
    else if (this.leftFrames > 0) words[LEFT] = this.leftFrames - 1;
    else {
      words[ASKERS] = 0;
      words[UNFOCUSED] = 0;
      return false;
    }
    words[WAITED] = this.waitedFrames + 1;
    return true;
  }

  /** Counts anew from the episode's first frame. */
  replay(flags: readonly (readonly number[])[]): void {
    this.#words.fill(0);
    for (const row of flags) this.advance(row);
  }

  save(slot: number): void {
    this.#saved.set(this.#words, slot * this.#words.length);
  }

  load(slot: number): void {
    const words = this.#words;
    const at = slot * words.length;
    for (let i = 0; i < words.length; i++) words[i] = this.#saved[at + i] as number;
  }

  /** Notes who asks, of those who have not spent their limit. */
  #count(flags: readonly number[]): void {
    const words = this.#words;
    words[ASKING] = 0;
    for (let player = 0; player < words.length - USED; player++) {
      const bits = flags[player] ?? 0;
      const used = words[USED + player] as number;
      if ((bits & FLAG_PAUSED) === 0 || used >= this.#limitFrames) continue;
      words[USED + player] = used + 1;
      words[ASKING] = this.asking | (1 << player);
      words[ASKERS] = this.askers | (1 << player);
      if ((bits & FLAG_FOCUSED) === 0) words[UNFOCUSED] = this.unfocusedAskers | (1 << player);
    }
  }
}
