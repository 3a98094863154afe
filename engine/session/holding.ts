/** What one peer has of a player's inputs, told to another so that nobody ends up with less than anybody had. */
import { DEPARTED_ROWS_MAX, type Holding } from "../protocol/control-message.ts";
import type { InputLayout } from "../rollback/input-layout.ts";
import { INPUT_QUEUE_FRAMES, type InputQueue } from "../rollback/input-queue.ts";
import type { Simulator } from "./simulator.ts";

/** The player's inputs below `cutFrame` that are still kept, as many as a message takes; all of them if it is null. */
export function holdingOf(
  { sync }: Simulator,
  player: number,
  cutFrame: number | null = null,
): Holding {
  const queue = sync.queues[player] as InputQueue;
  const { rows, layout } = queue;
  const length = cutFrame ?? queue.length;
  const first = Math.max(length - DEPARTED_ROWS_MAX, queue.length - INPUT_QUEUE_FRAMES, 0);
  return {
    player,
    length,
    rows: Array.from({ length: Math.max(0, length - first) }, (_, i) => {
      const at = queue.offsetOf(first + i);
      return Array.from(rows.subarray(at, at + layout.width));
    }),
  };
}

/** Appends the inputs that the sender had and this side has not. */
export function adoptHolding(simulator: Simulator, { player, length, rows }: Holding): void {
  const queue = simulator.sync.queues[player];
  if (queue === undefined) return;
  const first = length - rows.length;
  while (queue.length < length && queue.length >= first) {
    const row = rows[queue.length - first] as number[];
    if (row.length !== queue.layout.width || !isRow(queue.layout, row, 0)) return;
    simulator.pushRow(player, Uint32Array.from(row), 0);
  }
}

/** Whether the words from `offset` on fit the bits that a packet would carry them in. */
export function isRow(layout: InputLayout, words: readonly number[], offset: number): boolean {
  for (let i = 0; i < layout.width; i++) {
    const bits = layout.bitWidths[i] as number;
    if (bits < 32 && (words[offset + i] as number) >>> bits !== 0) return false;
  }
  return true;
}
