/** A kitchen as a player sees it: score and orders above, the room, what is in hand below. */
import type { Color, Drawing, Shape } from "../../../engine/index.ts";
import { circle, clockText, INK, label, PAPER, pill, playerColor, rect } from "../shapes.ts";
import {
  CHEER_FRAMES,
  type Chef,
  FPS,
  facedTile,
  framesLeft,
  isSoupDone,
  type KitchenState,
  MOVE_FRAMES,
  ONIONS_PER_SOUP,
  STEP_X,
  STEP_Y,
} from "./kitchen.ts";
import { LAYOUTS, type Layout, type LayoutName } from "./layout.ts";
import {
  type ChefPose,
  chefSprite,
  itemSprite,
  ownLabel,
  potSprite,
  tileSprite,
} from "./sprites.ts";

export const WIDTH = 720;
export const HEIGHT = 480;

const TOP_BAR = 62;
const BOTTOM_BAR = 46;

/** Tiles grow to fill the room, but not past the size at which the sprites still look crisp. */
const TILE_MAX = 84;

const BACKGROUND: Color = "#dcd2bf";
const BAR: Color = "#2b3a42";
const BAR_TEXT_SOFT: Color = "#b9c6cd";
const BAR_LINE: Color = "#455964";

/** Below 10 s the clock changes colour; enough for one last delivery. */
const HURRY_SECONDS = 10;
const HURRY: Color = "#ffb35c";

/** Where the room lies on the drawing; depends on the layout alone. */
interface Room {
  readonly layout: Layout;
  readonly left: number;
  readonly top: number;
  readonly side: number;
  readonly backdrop: readonly Shape[];
}

function buildRoom(layout: Layout): Room {
  const space = HEIGHT - TOP_BAR - BOTTOM_BAR - 24;
  const side = Math.floor(Math.min(TILE_MAX, space / layout.height, (WIDTH - 48) / layout.width));
  const left = Math.floor((WIDTH - side * layout.width) / 2);
  const top = Math.floor(TOP_BAR + 12 + (space - side * layout.height) / 2);
  const backdrop: Shape[] = [
    rect(left - 5, top - 5, side * layout.width + 10, side * layout.height + 10, {
      fill: "#7a5735",
      cornerRadius: 8,
    }),
  ];
  layout.tiles.forEach((tile, i) => {
    const column = i % layout.width;
    const row = (i - column) / layout.width;
    const below = layout.tiles[i + layout.width];
    const look = {
      isOdd: (column + row) % 2 === 1,
      hasFront: below === undefined || below === "floor",
    };
    const x = left + (column + 0.5) * side;
    const y = top + (row + 0.5) * side;
    backdrop.push(...tileSprite(tile, x, y, side, look));
  });
  return { layout, left, top, side, backdrop };
}

const ROOMS: Readonly<Record<LayoutName, Room>> = {
  cramped_room: buildRoom(LAYOUTS.cramped_room),
  asymmetric_advantages: buildRoom(LAYOUTS.asymmetric_advantages),
  coordination_ring: buildRoom(LAYOUTS.coordination_ring),
  forced_coordination: buildRoom(LAYOUTS.forced_coordination),
};

function poseOf(room: Room, chef: Chef, playerIndex: number, isMine: boolean): ChefPose {
  const rest = Math.max(0, chef.cooldown - 1) / MOVE_FRAMES;
  return {
    x: room.left + (chef.x + (chef.fromX - chef.x) * rest + 0.5) * room.side,
    y: room.top + (chef.y + (chef.fromY - chef.y) * rest + 0.5) * room.side,
    facingX: STEP_X[chef.facing] as number,
    facingY: STEP_Y[chef.facing] as number,
    held: chef.held,
    color: playerColor(playerIndex),
    isMine,
  };
}

/** What Space would do now, in the player's words; empty when it would do nothing. */
function hint(state: KitchenState, layout: Layout, chef: Chef): string {
  const tileIndex = facedTile(layout, chef);
  const pot = state.pots[layout.pots.indexOf(tileIndex)];
  const lying = state.counters[tileIndex] ?? null;
  switch (layout.tiles[tileIndex]) {
    case "onions":
      return chef.held === null ? "take an onion" : "";
    case "dishes":
      return chef.held === null ? "take a dish" : "";
    case "window":
      return chef.held === "soup" ? "serve the soup" : "";
    case "pot":
      if (pot === undefined) return "";
      if (chef.held === "onion" && pot.onions < ONIONS_PER_SOUP) return "put the onion in the pot";
      return chef.held === "dish" && isSoupDone(state, pot) ? "fill the dish with soup" : "";
    case "counter":
      if (chef.held === null) return lying === null ? "" : `pick up the ${lying}`;
      return lying === null ? `put down the ${chef.held}` : "";
    default:
      return "";
  }
}

function orderTickets(state: KitchenState): Shape[] {
  return state.orders.flatMap((table, i) => {
    const x = 232 + i * 90;
    const isNext = i === 0;
    return [
      rect(x, 10, 80, 42, { fill: PAPER, cornerRadius: 6, alpha: isNext ? 1 : 0.62 }),
      ...itemSprite("soup", x + 20, 31, 13),
      label(x + 40, 22, "TABLE", { sizeUnits: 10, fill: INK }),
      label(x + 40, 38, String(table), { sizeUnits: 18, fill: INK, bold: true }),
    ];
  });
}

function topBar(state: KitchenState): Shape[] {
  const left = framesLeft(state);
  const seconds = Math.ceil(left / FPS);
  const clockColor = seconds <= HURRY_SECONDS ? HURRY : PAPER;
  const small = { sizeUnits: 12, fill: BAR_TEXT_SOFT };
  const share = left / state.maxSteps;
  return [
    rect(0, 0, WIDTH, TOP_BAR, { fill: BAR }),
    label(24, 17, "SCORE", small),
    label(24, 41, String(state.score), { sizeUnits: 28, fill: PAPER, bold: true }),
    label(110, 17, "SOUPS", small),
    label(110, 41, String((state.delivered[0] ?? 0) + (state.delivered[1] ?? 0)), {
      sizeUnits: 28,
      fill: PAPER,
      bold: true,
    }),
    ...orderTickets(state),
    label(WIDTH - 24, 17, "TIME LEFT", { ...small, align: "right" }),
    label(WIDTH - 24, 37, clockText(seconds), {
      sizeUnits: 24,
      fill: clockColor,
      align: "right",
      bold: true,
    }),
    rect(WIDTH - 144, 52, 120, 4, { fill: BAR_LINE, cornerRadius: 2 }),
    rect(WIDTH - 144, 52, 120 * share, 4, { fill: clockColor, cornerRadius: 2 }),
  ];
}

function handPanel(chef: Chef, name: string, color: Color, x: number): Shape[] {
  const y = HEIGHT - BOTTOM_BAR / 2;
  const shapes = [
    rect(x, y - 16, 158, 32, { fill: BAR_LINE, cornerRadius: 16 }),
    circle(x + 17, y, 9, { fill: color, stroke: PAPER, strokeWidth: 2 }),
    label(x + 32, y, name, { sizeUnits: 13, fill: PAPER, bold: true }),
  ];
  if (chef.held === null) {
    shapes.push(label(x + 150, y, "empty", { sizeUnits: 12, fill: BAR_TEXT_SOFT, align: "right" }));
  } else {
    shapes.push(...itemSprite(chef.held, x + 134, y, 12));
  }
  return shapes;
}

function bottomBar(state: KitchenState, layout: Layout, playerIndex: number): Shape[] {
  const partnerIndex = 1 - playerIndex;
  const own = state.chefs[playerIndex] as Chef;
  const partner = state.chefs[partnerIndex] as Chef;
  const y = HEIGHT - BOTTOM_BAR / 2;
  const deed = hint(state, layout, own);
  const shapes = [
    rect(0, HEIGHT - BOTTOM_BAR, WIDTH, BOTTOM_BAR, { fill: BAR }),
    ...handPanel(own, "YOU", playerColor(playerIndex), 16),
    ...handPanel(partner, "PARTNER", playerColor(partnerIndex), WIDTH - 174),
  ];
  if (deed !== "") {
    shapes.push(
      rect(192, y - 12, 60, 24, { fill: PAPER, cornerRadius: 5 }),
      label(222, y, "SPACE", { sizeUnits: 12, fill: INK, align: "center", bold: true }),
      label(262, y, deed, { sizeUnits: 15, fill: PAPER }),
    );
  }
  return shapes;
}

function cheer(state: KitchenState, room: Room): Shape[] {
  const { framesLeft: rest, player } = state.cheer;
  if (rest === 0) return [];
  const age = 1 - rest / CHEER_FRAMES;
  const x = room.left + (state.cheer.x + 0.5) * room.side;
  const y = room.top + (state.cheer.y + 0.5) * room.side;
  return [
    circle(x, y, room.side * (0.45 + 0.35 * age), {
      stroke: playerColor(player),
      strokeWidth: 5,
      alpha: 1 - age,
    }),
    ...pill(x, y - room.side * (0.1 + 0.3 * age), "+20", "#2e7d46"),
  ];
}

/** The picture for one player; the room is drawn the same for both. */
export function drawKitchen(state: KitchenState, playerIndex: number): Drawing {
  const room = ROOMS[state.layout];
  const { layout, left, top, side } = room;
  const shapes: Shape[] = [...topBar(state), ...room.backdrop];
  state.counters.forEach((item, i) => {
    if (item === null) return;
    const column = i % layout.width;
    const row = (i - column) / layout.width;
    const x = left + (column + 0.5) * side;
    shapes.push(...itemSprite(item, x, top + (row + 0.42) * side, side * 0.24));
  });
  state.pots.forEach((pot, i) => {
    const tileIndex = layout.pots[i] as number;
    const column = tileIndex % layout.width;
    const row = (tileIndex - column) / layout.width;
    shapes.push(
      ...potSprite(left + (column + 0.5) * side, top + (row + 0.5) * side, side, {
        onions: pot.onions,
        wanted: ONIONS_PER_SOUP,
        progress: pot.cookedFrames / state.cookFrames,
      }),
    );
  });
  const poses = state.chefs.map((chef, i) => poseOf(room, chef, i, i === playerIndex));
  const byDepth = [...poses].sort((a, b) => a.y - b.y);
  for (const pose of byDepth) shapes.push(...chefSprite(pose, side));
  for (const pose of poses) shapes.push(...ownLabel(pose, side));
  shapes.push(...cheer(state, room), ...bottomBar(state, layout, playerIndex));
  return { background: BACKGROUND, shapes };
}
