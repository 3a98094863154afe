/**
 * One episode of an environment with its saved states: what a host holds to fulfil a session's requests.
 * A terminal state absorbs: stepping it changes nothing, so peers may run past a predicted end safely.
 */
import { assert, fail } from "../determinism/assert.ts";
import { type Hasher, hashHex } from "../determinism/hash.ts";
import { FlatMemory } from "../state/flat-memory.ts";
import { PlainMemory } from "../state/plain-memory.ts";
import type { StateMemory } from "../state/state-memory.ts";
import type { Environment, StepResult } from "./environment.ts";
import { FLAG_BOT } from "./input-flag.ts";
import { PauseClock, type PausePolicy, type PauseState } from "./pause-clock.ts";
import type { Action } from "./space.ts";

export interface WorldOptions {
  readonly environment: Environment;
  readonly config: unknown;
  readonly seed: number;
  /** Steps after which every player is truncated; frames that wait are none. */
  readonly maxSteps: number;
  readonly hasher: Hasher;
  /** States kept, a power of two; 128 covers the widest window with two seconds for verification. */
  readonly snapshotCount?: number;
  /** False walks plain states by loops, as under a policy that forbids generated code. */
  readonly isCompiled?: boolean;
  /** When frames wait; without it none does. */
  readonly pausePolicy?: PausePolicy | undefined;
}

const DEFAULT_SNAPSHOT_COUNT = 128;
const NO_FLAGS: readonly number[] = [];
const NEVER_PAUSED: PausePolicy = { countdownFrames: 0, limitFrames: 0 };

export class World {
  readonly environment: Environment;
  readonly maxSteps: number;
  readonly seed: number;
  readonly #memory: StateMemory<unknown, unknown>;
  readonly #snapshots: unknown[] = [];
  readonly #frames: Int32Array;
  readonly #terminals: Uint8Array;
  readonly #mask: number;
  readonly #actions: Action[] = [];
  /** Null where nobody can pause, so that it costs nothing there. */
  readonly #pause: PauseClock | null;
  readonly #waitResult: StepResult;
  #state: unknown;
  #frame = 0;
  #isTerminal = false;

  constructor(options: WorldOptions) {
    const count = options.snapshotCount ?? DEFAULT_SNAPSHOT_COUNT;
    assert((count & (count - 1)) === 0, () => `Expected a power of two, got ${count} snapshots`);
    this.environment = options.environment;
    this.maxSteps = options.maxSteps;
    this.seed = options.seed >>> 0;
    const layout = options.environment.stateLayout;
    this.#memory = (
      layout === undefined
        ? new PlainMemory(options.hasher, options.isCompiled ?? true)
        : new FlatMemory(layout, options.hasher)
    ) as StateMemory<unknown, unknown>;
    for (let i = 0; i < count; i++) this.#snapshots.push(this.#memory.createSnapshot());
    this.#frames = new Int32Array(count).fill(-1);
    this.#terminals = new Uint8Array(count);
    this.#mask = count - 1;
    const playerCount = options.environment.agentIds.length;
    const { pausePolicy = NEVER_PAUSED } = options;
    this.#pause =
      pausePolicy.limitFrames === 0 ? null : new PauseClock(pausePolicy, playerCount, count);
    this.#waitResult = waitResult(playerCount);
    this.#state = options.environment.reset(this.seed, options.config);
    this.#isTerminal = options.maxSteps === 0;
    this.save(0);
  }

  /** The present state; borrowed until the next `load`. */
  get state(): unknown {
    return this.#state;
  }

  /** Frame of the present state. */
  get frame(): number {
    return this.#frame;
  }

  /** Whether the present state ends the episode. */
  get isTerminal(): boolean {
    return this.#isTerminal;
  }

  /** Whether the game waits in the present state, and for whom; borrowed. Null where nobody can pause. */
  get pause(): PauseState | null {
    return this.#pause;
  }

  /** Frames up to the present state that did not wait: until the end, the environment's steps. */
  get stepCount(): number {
    return this.#frame - (this.#pause?.waitedFrames ?? 0);
  }

  save(frame: number): void {
    if (frame !== this.#frame) fail(`Expected to save frame ${this.#frame}, got ${frame}`);
    const slot = frame & this.#mask;
    this.#memory.save(this.#state, this.#snapshots[slot]);
    this.#frames[slot] = frame;
    this.#terminals[slot] = this.#isTerminal ? 1 : 0;
    this.#pause?.save(slot);
  }

  load(frame: number): void {
    const slot = this.#slotOf(frame);
    this.#state = this.#memory.load(this.#snapshots[slot]);
    this.#frame = frame;
    this.#isTerminal = this.#terminals[slot] === 1;
    this.#pause?.load(slot);
  }

  /** What each player did in the last frame, bots included; borrowed until the next one. */
  get actions(): readonly Action[] {
    return this.#actions;
  }

  /**
   * Goes on by one frame; null when the state was terminal. A frame that waits leaves the state as it was and gives
   * nothing to anybody. `flags[playerIndex]`, bits as in `input-flag.ts`, may be left out when none steps otherwise.
   */
  step(actions: readonly Action[], flags: readonly number[] = NO_FLAGS): StepResult | null {
    if (this.#isTerminal) {
      this.#frame++;
      return null;
    }
    if (this.#pause?.advance(flags)) return this.#wait(actions);
    for (let i = 0; i < actions.length; i++) {
      const isBot = ((flags[i] ?? 0) & FLAG_BOT) !== 0;
      this.#actions[i] = isBot ? this.#botAction(i) : (actions[i] as Action);
    }
    const result = this.environment.step(this.#state, this.#actions);
    this.#frame++;
    this.#isTerminal = this.stepCount >= this.maxSteps || isOver(result);
    return result;
  }

  hasSnapshot(frame: number): boolean {
    return this.#frames[frame & this.#mask] === frame;
  }

  /** Hash of a saved state as a number; `hash` is the same in text. */
  hashValue(frame: number): bigint {
    return this.#memory.hash(this.#snapshots[this.#slotOf(frame)]);
  }

  /** Hash of a saved state, as 16 hexadecimal digits. */
  hash(frame: number): string {
    return hashHex(this.hashValue(frame));
  }

  /** Size of a saved state. */
  snapshotBytes(frame: number): number {
    return this.#memory.sizeBytes(this.#snapshots[this.#slotOf(frame)]);
  }

  isTerminalAt(frame: number): boolean {
    return this.#terminals[this.#slotOf(frame)] === 1;
  }

  /** A JSON-like copy of a saved state; the present state is put aside and brought back. */
  copyState(frame: number): unknown {
    const slot = this.#slotOf(frame);
    const aside = this.#memory.createSnapshot();
    this.#memory.save(this.#state, aside);
    const copy = this.#memory.toJson(this.#memory.load(this.#snapshots[slot]));
    this.#state = this.#memory.load(aside);
    return copy;
  }

  #wait(actions: readonly Action[]): StepResult {
    for (let i = 0; i < actions.length; i++) this.#actions[i] = actions[i] as Action;
    this.#frame++;
    return this.#waitResult;
  }

  /**
   * Makes a JSON-like copy of another peer's state the present and saved one; false, and nothing changed, if it is no
   * such state. `flags[frame][playerIndex]` of all frames before tell what waits.
   */
  restore(frame: number, json: unknown, flags: readonly (readonly number[])[]): boolean {
    const slot = frame & this.#mask;
    try {
      const state = this.#memory.fromJson(json);
      if (state === null) return false;
      const snapshot = this.#memory.createSnapshot();
      this.#memory.save(state, snapshot);
      this.#memory.hash(snapshot);
      this.#snapshots[slot] = snapshot;
      this.#state = state;
    } catch {
      // Whatever a state from elsewhere breaks is no fault of this side.
      return false;
    }
    this.#frames[slot] = frame;
    this.#terminals[slot] = 0;
    this.#frame = frame;
    this.#isTerminal = false;
    this.#pause?.replay(flags);
    this.#pause?.save(slot);
    return true;
  }

  /** A game without bots leaves the seat with the neutral action. */
  #botAction(playerIndex: number): Action {
    const { environment } = this;
    const action = environment.botAction?.(this.#state, playerIndex);
    return action ?? (environment.neutralActions[playerIndex] as Action);
  }

  #slotOf(frame: number): number {
    const slot = frame & this.#mask;
    if (this.#frames[slot] !== frame) {
      fail(`Expected a snapshot of frame ${frame}, got one of frame ${this.#frames[slot]}`);
    }
    return slot;
  }
}

function waitResult(playerCount: number): StepResult {
  const perPlayer = <T>(value: T): T[] => Array.from({ length: playerCount }, () => value);
  return {
    rewards: perPlayer(0),
    terminateds: perPlayer(false),
    truncateds: perPlayer(false),
    infos: perPlayer({}),
  };
}

function isOver(result: StepResult): boolean {
  const { terminateds, truncateds } = result;
  for (let i = 0; i < terminateds.length; i++) {
    if (terminateds[i] !== true && truncateds[i] !== true) return false;
  }
  return true;
}
