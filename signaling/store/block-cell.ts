/** A block of the conditions file as columns, named as texts of scenes name its values: `conditions.<key>`. */
import { flatten } from "../../engine/index.ts";
import type { BlockConfig } from "./block-table.ts";
import type { Cell } from "./csv-text.ts";

/** By column; nested values are flattened with dots. Empty without a block. */
export function blockCells(block: BlockConfig | null | undefined): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  if (block) flatten("conditions", block, cells);
  return cells;
}
