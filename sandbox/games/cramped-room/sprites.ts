/** Pictures of a kitchen's things; each is drawn inside a tile of side `s` centred on `x`, `y`. */
import type { Color, Shape } from "../../../engine/index.ts";
import { circle, clockArc, INK, line, PAPER, pill, polygon, rect } from "../shapes.ts";
import type { Item } from "./kitchen.ts";
import type { Tile } from "./layout.ts";

const FLOOR: readonly [Color, Color] = ["#efe7d8", "#e6dcc9"];
const WOOD_TOP: Color = "#c99f6d";
const WOOD_LIGHT: Color = "#d6b083";
const WOOD_FRONT: Color = "#94683f";
const ONION: Color = "#a4558f";
const ONION_DARK: Color = "#743865";
const LEAF: Color = "#5f9b4c";
const STEEL: Color = "#59666f";
const STEEL_DARK: Color = "#333d44";
const BROTH: Color = "#8fb6c4";
const SOUP: Color = "#e8b33a";
const SOUP_DARK: Color = "#b07d12";
const PLATE_RIM: Color = "#8d9aa3";
const WINDOW: Color = "#2f8f7f";
const WINDOW_DARK: Color = "#1f6a5e";
const SKIN: Color = "#f3cfa8";
const DONE: Color = "#2e9e4f";

/** Height of the front face that a counter shows above the floor, in tiles. */
const FRONT_HEIGHT = 0.2;

function onion(x: number, y: number, r: number): Shape[] {
  return [
    line([x, y - r * 0.8, x - r * 0.35, y - r * 1.5], { stroke: LEAF, strokeWidth: r * 0.32 }),
    line([x, y - r * 0.8, x + r * 0.35, y - r * 1.5], { stroke: LEAF, strokeWidth: r * 0.32 }),
    circle(x, y, r, { fill: ONION, stroke: ONION_DARK, strokeWidth: r * 0.18 }),
    circle(x - r * 0.3, y - r * 0.25, r * 0.28, { fill: PAPER, alpha: 0.55 }),
  ];
}

function plate(x: number, y: number, r: number): Shape[] {
  return [
    circle(x, y, r, { fill: PAPER, stroke: PLATE_RIM, strokeWidth: r * 0.14 }),
    circle(x, y, r * 0.58, { fill: "#e9eef1" }),
  ];
}

function soup(x: number, y: number, r: number): Shape[] {
  return [
    circle(x, y, r, { fill: PAPER, stroke: PLATE_RIM, strokeWidth: r * 0.14 }),
    circle(x, y, r * 0.72, { fill: SOUP, stroke: SOUP_DARK, strokeWidth: r * 0.12 }),
    circle(x - r * 0.22, y - r * 0.15, r * 0.16, { fill: ONION }),
    circle(x + r * 0.26, y + r * 0.14, r * 0.13, { fill: ONION }),
    circle(x + r * 0.08, y - r * 0.34, r * 0.1, { fill: LEAF }),
  ];
}

/** Anything a chef can carry, about `2r` across. */
export function itemSprite(item: Item, x: number, y: number, r: number): Shape[] {
  if (item === "onion") return onion(x, y + r * 0.2, r * 0.8);
  return item === "dish" ? plate(x, y, r) : soup(x, y, r);
}

function counterTop(x: number, y: number, s: number, hasFront: boolean): Shape[] {
  const left = x - s / 2;
  const top = y - s / 2;
  const front = hasFront ? s * FRONT_HEIGHT : 0;
  const shapes = [
    rect(left, top, s, s, { fill: WOOD_TOP }),
    rect(left + 2, top + 2, s - 4, s - front - 4, { fill: WOOD_LIGHT, cornerRadius: s * 0.07 }),
  ];
  if (hasFront) shapes.push(rect(left, top + s - front, s, front, { fill: WOOD_FRONT }));
  return shapes;
}

function onionCrate(x: number, y: number, s: number): Shape[] {
  const r = s * 0.13;
  return [
    rect(x - s * 0.34, y - s * 0.33, s * 0.68, s * 0.6, {
      fill: "#7d5632",
      stroke: "#553818",
      strokeWidth: 2,
      cornerRadius: s * 0.06,
    }),
    ...onion(x - s * 0.16, y - s * 0.08, r),
    ...onion(x + s * 0.16, y - s * 0.08, r),
    ...onion(x, y + s * 0.09, r),
  ];
}

function plateStack(x: number, y: number, s: number): Shape[] {
  return [0.1, 0.04, -0.02, -0.08].flatMap((dy) => plate(x, y + dy * s, s * 0.27));
}

/** Upper half of the unit circle in eighths, x and y alternating. */
const DOME: readonly number[] = [
  -1, 0, -0.92, -0.38, -0.71, -0.71, -0.38, -0.92, 0, -1, 0.38, -0.92, 0.71, -0.71, 0.92, -0.38, 1,
  0,
];

function servingWindow(x: number, y: number, s: number): Shape[] {
  const r = s * 0.21;
  const base = y + s * 0.08;
  const dome = DOME.map((unit, i) => (i % 2 === 0 ? x : base) + unit * r);
  return [
    rect(x - s * 0.42, y - s * 0.4, s * 0.84, s * 0.66, {
      fill: WINDOW,
      stroke: WINDOW_DARK,
      strokeWidth: 3,
      cornerRadius: s * 0.08,
    }),
    circle(x, base - r - s * 0.03, s * 0.045, { fill: SOUP, stroke: SOUP_DARK, strokeWidth: 2 }),
    polygon(dome, { fill: SOUP, stroke: SOUP_DARK, strokeWidth: 2 }),
    rect(x - s * 0.29, base, s * 0.58, s * 0.07, { fill: PAPER, cornerRadius: s * 0.03 }),
  ];
}

function stove(x: number, y: number, s: number): Shape[] {
  return [
    rect(x - s * 0.44, y - s * 0.44, s * 0.88, s * 0.8, {
      fill: STEEL,
      stroke: STEEL_DARK,
      strokeWidth: 2,
      cornerRadius: s * 0.1,
    }),
  ];
}

/** What never changes about a tile. */
export function tileSprite(
  tile: Tile,
  x: number,
  y: number,
  s: number,
  look: { readonly isOdd: boolean; readonly hasFront: boolean },
): Shape[] {
  if (tile === "floor") {
    return [rect(x - s / 2, y - s / 2, s, s, { fill: look.isOdd ? FLOOR[1] : FLOOR[0] })];
  }
  const shapes = counterTop(x, y, s, look.hasFront);
  if (tile === "onions") shapes.push(...onionCrate(x, y, s));
  if (tile === "dishes") shapes.push(...plateStack(x, y, s));
  if (tile === "window") shapes.push(...servingWindow(x, y, s));
  if (tile === "pot") shapes.push(...stove(x, y, s));
  return shapes;
}

/** A pot as it is now; `progress` runs from 0 to 1 once it holds the onions it wants. */
export function potSprite(
  x: number,
  y: number,
  s: number,
  pot: { readonly onions: number; readonly wanted: number; readonly progress: number },
): Shape[] {
  const cy = y - s * 0.06;
  const isDone = pot.progress >= 1;
  const isFull = pot.onions === pot.wanted;
  const surface = pot.onions === 0 ? STEEL_DARK : isFull ? SOUP : BROTH;
  const shapes: Shape[] = [
    rect(x - s * 0.41, cy - s * 0.05, s * 0.82, s * 0.1, { fill: STEEL_DARK, cornerRadius: 3 }),
    circle(x, cy, s * 0.31, { fill: "#a9b4bb", stroke: STEEL_DARK, strokeWidth: 3 }),
    circle(x, cy, s * 0.24, { fill: surface }),
  ];
  if (!isFull) {
    const spots = [-0.1, 0.1, 0];
    for (let i = 0; i < pot.onions; i++) {
      shapes.push(
        ...onion(x + (spots[i] as number) * s, cy + (i === 2 ? 0.12 : -0.02) * s, s * 0.08),
      );
    }
    for (let i = 0; i < pot.wanted; i++) {
      const fill = i < pot.onions ? SOUP : STEEL_DARK;
      const pipX = x + (i - (pot.wanted - 1) / 2) * s * 0.17;
      shapes.push(circle(pipX, y + s * 0.29, s * 0.055, { fill, stroke: PAPER, strokeWidth: 1.5 }));
    }
    return shapes;
  }
  const ring = { strokeWidth: s * 0.085 };
  shapes.push(circle(x, cy, s * 0.34, { stroke: STEEL_DARK, ...ring }));
  if (!isDone) {
    shapes.push(clockArc(x, cy, s * 0.34, pot.progress, { stroke: PAPER, ...ring }));
    return shapes;
  }
  const tick = [x - s * 0.1, cy, x - s * 0.03, cy + s * 0.08, x + s * 0.12, cy - s * 0.09];
  shapes.push(
    circle(x, cy, s * 0.34, { stroke: DONE, ...ring }),
    circle(x, cy, s * 0.19, { fill: DONE, stroke: PAPER, strokeWidth: 2 }),
    line(tick, { stroke: PAPER, strokeWidth: s * 0.06 }),
  );
  return shapes;
}

/** How a chef stands: `facingX` and `facingY` are the unit step it looks along. */
export interface ChefPose {
  readonly x: number;
  readonly y: number;
  readonly facingX: number;
  readonly facingY: number;
  readonly held: Item | null;
  readonly color: Color;
  readonly isMine: boolean;
}

function hat(x: number, y: number, s: number): Shape[] {
  const style = { fill: PAPER, stroke: INK, strokeWidth: 2 };
  return [
    circle(x - s * 0.11, y - s * 0.06, s * 0.1, style),
    circle(x + s * 0.11, y - s * 0.06, s * 0.1, style),
    circle(x, y - s * 0.1, s * 0.12, style),
    rect(x - s * 0.15, y - s * 0.06, s * 0.3, s * 0.11, { ...style, cornerRadius: 3 }),
    rect(x - s * 0.12, y - s * 0.11, s * 0.24, s * 0.09, { fill: PAPER }),
  ];
}

function head(pose: ChefPose, s: number): Shape[] {
  const { x, y, facingX, facingY } = pose;
  const headY = y - s * 0.1;
  const shapes: Shape[] = [circle(x, headY, s * 0.21, { fill: SKIN, stroke: INK, strokeWidth: 2 })];
  if (facingY >= 0) {
    for (const side of [-1, 1]) {
      const eyeX = x + facingX * s * 0.1 + side * s * 0.065;
      shapes.push(circle(eyeX, headY + s * 0.02, s * 0.028, { fill: INK }));
    }
  }
  return [...shapes, ...hat(x, headY - s * 0.15, s)];
}

/** Before the body, or beside it when the chef looks away and would hide it. */
function carried(pose: ChefPose, s: number): Shape[] {
  if (pose.held === null) return [];
  const isAway = pose.facingY < 0;
  const x = pose.x + (isAway ? 0.3 : pose.facingX * 0.32) * s;
  const y = pose.y + (isAway ? 0 : 0.14 + pose.facingY * 0.16) * s;
  return itemSprite(pose.held, x, y, s * 0.19);
}

/** One chef, with a ring and a name when it is the player's own. */
export function chefSprite(pose: ChefPose, s: number): Shape[] {
  const { x, y, facingX, facingY, color } = pose;
  const shapes: Shape[] = [circle(x, y + s * 0.16, s * 0.35, { fill: INK, alpha: 0.18 })];
  if (pose.isMine) {
    shapes.push(
      circle(x, y + s * 0.1, s * 0.43, { stroke: PAPER, strokeWidth: 6 }),
      circle(x, y + s * 0.1, s * 0.43, { stroke: color, strokeWidth: 3 }),
    );
  }
  shapes.push(
    circle(x, y + s * 0.13, s * 0.29, { fill: color, stroke: INK, strokeWidth: 2 }),
    ...head(pose, s),
  );
  for (const side of [-1, 1]) {
    const handX = x + facingX * s * 0.26 + (facingX === 0 ? side * s * 0.22 : 0);
    const handY = y + s * 0.17 + (facingX === 0 ? facingY * s * 0.08 : side * s * 0.1);
    shapes.push(circle(handX, handY, s * 0.075, { fill: SKIN, stroke: INK, strokeWidth: 2 }));
  }
  shapes.push(...carried(pose, s));
  const tipX = x + facingX * s * 0.52;
  const tipY = y + s * 0.1 + facingY * s * 0.52;
  if (pose.isMine) {
    const wide = s * 0.09;
    shapes.push(
      polygon(
        [
          tipX,
          tipY,
          tipX - facingX * wide - facingY * wide,
          tipY - facingY * wide + facingX * wide,
          tipX - facingX * wide + facingY * wide,
          tipY - facingY * wide - facingX * wide,
        ],
        { fill: color, stroke: PAPER, strokeWidth: 1.5 },
      ),
    );
  }
  return shapes;
}

/** The word over a player's own chef; drawn last so that nothing hides it. */
export function ownLabel(pose: ChefPose, s: number): Shape[] {
  return pose.isMine ? pill(pose.x, pose.y - s * 0.56, "YOU", pose.color) : [];
}
