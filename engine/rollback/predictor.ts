/** Guesses at inputs that have not come yet. */
import { FLAG_FOCUSED } from "./input-layout.ts";
import type { InputQueue } from "./input-queue.ts";

/** Writes the guess for `frame` to `row`; a pure function of the queue's known inputs. */
export type Predictor = (queue: InputQueue, frame: number, row: Uint32Array) => void;

/** People hold keys for many frames, so the last known input is right most of the time. */
export const predictRepeatLast: Predictor = (queue, _frame, row) => {
  if (queue.length === 0) row.set(queue.layout.neutralRow);
  else {
    const offset = queue.offsetOf(queue.length - 1);
    for (let i = 0; i < row.length; i++) row[i] = queue.rows[offset + i] as number;
  }
};

/** For games of single presses, where repeating would act twice. */
export const predictNeutral: Predictor = (queue, _frame, row) => {
  row.set(queue.layout.neutralRow);
  row[0] = FLAG_FOCUSED;
};
