/** Keeps a peer's newest, guessed state until its frame is confirmed, and shows what the guess had wrong. */
import { listDifferences, type StateDifference } from "../../engine/index.ts";
import type { Run } from "./run.ts";

/** More than fits on a screen. */
export const DIFFERENCES_MAX = 60;

export interface Comparison {
  readonly frame: number;
  readonly differences: readonly StateDifference[];
}

export class GuessCheck {
  readonly #run: Run;
  readonly #peer: number;
  #guess: { readonly frame: number; readonly state: unknown } | null = null;
  /** The newest guess whose frame is confirmed. */
  last: Comparison | null = null;
  /** The newest that was wrong. */
  lastWrong: Comparison | null = null;

  constructor(run: Run, peer: number) {
    this.#run = run;
    this.#peer = peer;
  }

  /** Call it often: a state is kept for two seconds only. */
  update(): void {
    const { session, world } = this.#run.peer(this.#peer);
    const guess = this.#guess;
    if (guess !== null && session.confirmedFrame < guess.frame) return;
    if (guess !== null && world.hasSnapshot(guess.frame)) {
      const differences = listDifferences(
        guess.state,
        world.copyState(guess.frame),
        DIFFERENCES_MAX,
      );
      this.last = { frame: guess.frame, differences };
      if (differences.length > 0) this.lastWrong = this.last;
    }
    const { frame } = world;
    this.#guess = world.hasSnapshot(frame) ? { frame, state: world.copyState(frame) } : null;
  }
}

/** Two peers' states of the newest frame that both have confirmed and kept; null before there is one. */
export function comparePeers(run: Run, one: number, other: number): Comparison | null {
  const [a, b] = [run.peer(one), run.peer(other)];
  const frame = Math.min(
    a.session.confirmedFrame,
    b.session.confirmedFrame,
    a.world.frame,
    b.world.frame,
  );
  if (!a.world.hasSnapshot(frame) || !b.world.hasSnapshot(frame)) return null;
  const ours = a.world.copyState(frame);
  return { frame, differences: listDifferences(ours, b.world.copyState(frame), DIFFERENCES_MAX) };
}
