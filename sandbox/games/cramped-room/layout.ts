/** Kitchens as text maps, and what the rules need to know about each tile. */

export type LayoutName =
  | "cramped_room"
  | "asymmetric_advantages"
  | "coordination_ring"
  | "forced_coordination";

export type Tile = "floor" | "counter" | "onions" | "dishes" | "pot" | "window";

/** A parsed map; tiles are indexed by `y * width + x`. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly tiles: readonly Tile[];
  /** Tile indices where the two chefs begin. */
  readonly starts: readonly [number, number];
  /** Tile indices of the pots; entry i is pot i of the state. */
  readonly pots: readonly number[];
}

const LEGEND: Readonly<Record<string, Tile>> = {
  ".": "floor",
  "1": "floor",
  "2": "floor",
  "#": "counter",
  O: "onions",
  D: "dishes",
  P: "pot",
  S: "window",
};

/** `.` floor, `#` counter, `O` onions, `D` dishes, `P` pot, `S` serving window, `1` `2` starts. */
const MAPS: Readonly<Record<LayoutName, readonly string[]>> = {
  cramped_room: [
    "##P###", //
    "O....O",
    "#1..2#",
    "#D##S#",
  ],
  asymmetric_advantages: [
    "###S#O###", //
    "O...#...S",
    "#.1.P.2.#",
    "#...P...#",
    "##D###D##",
  ],
  coordination_ring: [
    "##P#P##", //
    "#.....#",
    "D.###.S",
    "#1...2#",
    "##O#O##",
  ],
  forced_coordination: [
    "####P##", //
    "O..#..P",
    "#1.#.2#",
    "D..#..#",
    "#####S#",
  ],
};

export const LAYOUT_NAMES = Object.keys(MAPS) as readonly LayoutName[];

/**
 * Reads a text map.
 * @throws Error when a chef could leave the map, or a tile that a soup needs is missing.
 */
export function parseLayout(rows: readonly string[]): Layout {
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) throw new Error("Rows differ in length.");
  const cells = rows.join("");
  const tiles = Array.from(cells, (cell, index): Tile => {
    const tile = LEGEND[cell];
    if (tile === undefined) throw new Error(`Unknown tile "${cell}".`);
    const x = index % width;
    const y = (index - x) / width;
    const isEdge = x === 0 || y === 0 || x === width - 1 || y === height - 1;
    if (isEdge && tile === "floor") throw new Error(`The floor at ${x},${y} has no wall.`);
    return tile;
  });
  for (const cell of ["O", "D", "P", "S", "1", "2"]) {
    if (!cells.includes(cell)) throw new Error(`The map has no "${cell}".`);
  }
  const pots = tiles.flatMap((tile, index) => (tile === "pot" ? [index] : []));
  return { width, height, tiles, starts: [cells.indexOf("1"), cells.indexOf("2")], pots };
}

/** Every layout, parsed when the module loads so that a faulty map stops the program there. */
export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  cramped_room: parseLayout(MAPS.cramped_room),
  asymmetric_advantages: parseLayout(MAPS.asymmetric_advantages),
  coordination_ring: parseLayout(MAPS.coordination_ring),
  forced_coordination: parseLayout(MAPS.forced_coordination),
};
