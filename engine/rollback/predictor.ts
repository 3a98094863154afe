/** Guesses at inputs that have not come yet. */
import { FLAG_FOCUSED, type InputLayout } from "./input-layout.ts";

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

/** For games of single presses, where repeating would act twice. */
export const predictNeutral: Predictor = (known, _frame, row) => {
  row.set(known.layout.neutralRow);
  row[0] = FLAG_FOCUSED;
};
