/**
 * One player's input for one frame as a row of unsigned words: flags first, then the action.
 * Rows have the same length for a given player, so queues and packets need no objects.
 */
import type { Environment } from "../environment/environment.ts";
import { FLAG_ABSENT, FLAG_BITS, FLAG_BOT, FLAG_FOCUSED } from "../environment/input-flag.ts";
import {
  type Action,
  actionBitWidths,
  readAction,
  type Space,
  writeAction,
} from "../environment/space.ts";

export interface InputLayout {
  readonly space: Space;
  /** Words of a row, the flags included. */
  readonly width: number;
  /** `bitWidths[i]` bits carry word i on the wire; entry 0 is `FLAG_BITS`. */
  readonly bitWidths: readonly number[];
  /** The row of a player nobody told what to do. */
  readonly neutralRow: Uint32Array;
  /** The row of a seat that the game's bot plays: what it does is computed where it is played. */
  readonly botRow: Uint32Array;
}

/** `layouts[playerIndex]` for every player of the environment. */
export function inputLayouts(environment: Environment): readonly InputLayout[] {
  return environment.actionSpaces.map((space, playerIndex) => {
    const bitWidths = [FLAG_BITS, ...actionBitWidths(space)];
    const neutralRow = new Uint32Array(bitWidths.length);
    neutralRow[0] = FLAG_FOCUSED | FLAG_ABSENT;
    writeAction(space, environment.neutralActions[playerIndex] as Action, neutralRow, 1);
    const botRow = neutralRow.slice();
    botRow[0] = FLAG_FOCUSED | FLAG_BOT;
    return { space, width: bitWidths.length, bitWidths, neutralRow, botRow };
  });
}

/** Writes a row; a null action is the neutral one, marked as absent. */
export function writeRow(
  layout: InputLayout,
  action: Action | null,
  isFocused: boolean,
  row: Uint32Array,
): void {
  if (action === null) row.set(layout.neutralRow);
  else writeAction(layout.space, action, row, 1);
  row[0] = (isFocused ? FLAG_FOCUSED : 0) | (action === null ? FLAG_ABSENT : 0);
}

export function readRowAction(layout: InputLayout, rows: Uint32Array, offset: number): Action {
  return readAction(layout.space, rows, offset + 1);
}
