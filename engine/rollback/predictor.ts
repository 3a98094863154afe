/** Guesses at inputs that have not come yet. */

import { FLAG_FOCUSED, STEP_FLAGS } from "../environment/input-flag.ts";
import type { Action } from "../environment/space.ts";
import { type InputLayout, readRowAction, writeRow } from "./input-layout.ts";

/** The inputs of one player that a guess may rest on. */
export interface KnownInputs {
  readonly layout: InputLayout;
  readonly length: number;
  readonly rows: Uint32Array;
  offsetOf(frame: number): number;
}

/** Writes the guess for `frame` to `row`; a pure function of the known inputs. */
export type Predictor = (known: KnownInputs, frame: number, row: Uint32Array) => void;

/** People hold keys for many frames, so the last known input is right most of the time. */
export const predictRepeatLast: Predictor = (known, _frame, row) => {
  if (known.length === 0) row.set(known.layout.neutralRow);
  else {
    const offset = known.offsetOf(known.length - 1);
    for (let i = 0; i < row.length; i++) row[i] = known.rows[offset + i] as number;
  }
};

/** Asks `guess(lastAction, framesAgo)` of one player's game; what is no action of the space is never sent, only played. */
export function predictBy(guess: (lastAction: Action, framesAgo: number) => Action): Predictor {
  return (known, frame, row) => {
    const { layout, length } = known;
    const hasLast = length > 0;
    const rows = hasLast ? known.rows : layout.neutralRow;
    const offset = hasLast ? known.offsetOf(length - 1) : 0;
    const lastAction = readRowAction(layout, rows, offset);
    writeRow(layout, guess(lastAction, frame - length + 1), true, row);
    row[0] = FLAG_FOCUSED | lastStepFlags(known);
  };
}

/** For games of single presses, where repeating would act twice. */
export const predictNeutral: Predictor = (known, _frame, row) => {
  row.set(known.layout.neutralRow);
  row[0] = FLAG_FOCUSED | lastStepFlags(known);
};

/** Who waits, or plays by bot, is likely to go on doing so, whatever becomes of the action. */
function lastStepFlags(known: KnownInputs): number {
  if (known.length === 0) return 0;
  return (known.rows[known.offsetOf(known.length - 1)] as number) & STEP_FLAGS;
}
