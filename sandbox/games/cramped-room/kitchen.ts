/** The state of a kitchen: what it holds, how it begins and what a player may know of it. */
import { nextInt, seedRandom } from "../../../engine/index.ts";
import { LAYOUTS, type Layout, type LayoutName } from "./layout.ts";

export const FPS = 20;

/** 45 s at 20 frames per second: a pair finds its rhythm and can still repeat. */
export const MAX_STEPS = 900;

/** 6 s at 20 frames per second: time to fetch a dish, not time to get bored. */
const COOK_FRAMES = 120;

/** 200 ms per tile at 20 frames per second: five tiles per second with a key held. */
export const MOVE_FRAMES = 4;

export const ONIONS_PER_SOUP = 3;

/** How long the drawing celebrates a delivery: 1.2 s at 20 frames per second. */
export const CHEER_FRAMES = 24;

/** Tickets shown ahead; three fit above the kitchen. */
const ORDERS_SHOWN = 3;

/** Tables are numbered 1 to 9 so that a ticket needs one digit. */
const TABLES = 9;

export type Item = "onion" | "dish" | "soup";

/** What a study may set. */
export interface KitchenConfig {
  readonly layout: LayoutName;
  readonly maxSteps?: number;
  /** Frames from the third onion to a finished soup. */
  readonly cookFrames?: number;
}

export interface Chef {
  x: number;
  y: number;
  /** The tile the chef is coming from while `cooldown` runs; only drawn. */
  fromX: number;
  fromY: number;
  /** A direction's action, 1 to 4. */
  facing: number;
  held: Item | null;
  /** Frames before the next move. */
  cooldown: number;
  /** A direction pressed during the cooldown and not yet walked; 0 when none. */
  queuedMove: number;
  /** What the player did last frame, so that holding a key interacts once. */
  previousAction: number;
}

interface Pot {
  onions: number;
  /** From 0 to `cookFrames`; counts once the pot is full. */
  cookedFrames: number;
}

/** Everything that changes during an episode; the map itself is looked up by name. */
export interface KitchenState {
  readonly layout: LayoutName;
  readonly maxSteps: number;
  readonly cookFrames: number;
  frame: number;
  score: number;
  /** Soups delivered by each player. */
  delivered: number[];
  chefs: [Chef, Chef];
  pots: Pot[];
  /** What lies on each tile of the map. */
  counters: (Item | null)[];
  /** Tables waiting for soup, next first; a soup serves the first whichever it is. */
  orders: number[];
  /** The last delivery, while it is celebrated. */
  cheer: { framesLeft: number; player: number; x: number; y: number };
  random: number[];
}

/** Horizontal and vertical step of each action. */
export const STEP_X: readonly number[] = [0, 0, 0, -1, 1, 0];
export const STEP_Y: readonly number[] = [0, -1, 1, 0, 0, 0];

const DIRECTION_NAMES: readonly string[] = ["none", "up", "down", "left", "right"];
const DOWN = 2;

function chefAt(layout: Layout, tileIndex: number): Chef {
  const x = tileIndex % layout.width;
  const y = (tileIndex - x) / layout.width;
  return {
    x,
    y,
    fromX: x,
    fromY: y,
    facing: DOWN,
    held: null,
    cooldown: 0,
    queuedMove: 0,
    previousAction: 0,
  };
}

/** Adds the ticket of a random table that is not already waiting. */
export function addOrder(state: KitchenState): void {
  let table = 1 + nextInt(state.random, TABLES);
  while (state.orders.includes(table)) table = 1 + (table % TABLES);
  state.orders.push(table);
}

/** The seed decides who starts where and which tables order. */
export function createKitchen(seed: number, config: KitchenConfig): KitchenState {
  const layout = LAYOUTS[config.layout];
  const random = seedRandom([0, 0, 0, 0], seed);
  const isSwapped = nextInt(random, 2) === 1;
  const [first, second] = layout.starts;
  const state: KitchenState = {
    layout: config.layout,
    maxSteps: config.maxSteps ?? MAX_STEPS,
    cookFrames: config.cookFrames ?? COOK_FRAMES,
    frame: 0,
    score: 0,
    delivered: [0, 0],
    chefs: [chefAt(layout, isSwapped ? second : first), chefAt(layout, isSwapped ? first : second)],
    pots: layout.pots.map(() => ({ onions: 0, cookedFrames: 0 })),
    counters: layout.tiles.map(() => null),
    orders: [],
    cheer: { framesLeft: 0, player: 0, x: 0, y: 0 },
    random,
  };
  while (state.orders.length < ORDERS_SHOWN) addOrder(state);
  return state;
}

export function facedTile(layout: Layout, chef: Chef): number {
  const x = chef.x + (STEP_X[chef.facing] as number);
  const y = chef.y + (STEP_Y[chef.facing] as number);
  return y * layout.width + x;
}

export function isSoupDone(state: KitchenState, pot: Pot): boolean {
  return pot.onions === ONIONS_PER_SOUP && pot.cookedFrames >= state.cookFrames;
}

export function framesLeft(state: KitchenState): number {
  return Math.max(0, state.maxSteps - state.frame);
}

function observeChef(chef: Chef): unknown {
  return {
    position: [chef.x, chef.y],
    facing: DIRECTION_NAMES[chef.facing],
    held: chef.held,
  };
}

/** Both players see the whole kitchen; only who is "own" and who is "partner" differs. */
export function observeKitchen(state: KitchenState, playerIndex: number): unknown {
  const layout = LAYOUTS[state.layout];
  const position = (tileIndex: number) => {
    const x = tileIndex % layout.width;
    return [x, (tileIndex - x) / layout.width];
  };
  const [own, partner] = playerIndex === 0 ? state.chefs : [state.chefs[1], state.chefs[0]];
  return {
    layout: state.layout,
    own: observeChef(own),
    partner: observeChef(partner),
    pots: state.pots.map((pot, i) => ({
      position: position(layout.pots[i] as number),
      onions: pot.onions,
      cookedFrames: pot.cookedFrames,
      isDone: isSoupDone(state, pot),
    })),
    counters: state.counters.flatMap((item, i) =>
      item === null ? [] : [{ position: position(i), item }],
    ),
    orders: [...state.orders],
    score: state.score,
    framesLeft: framesLeft(state),
  };
}
