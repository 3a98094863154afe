/** What one frame does to a kitchen: walking, handling items and cooking. */
import type { Action, StepResult } from "../../../engine/index.ts";
import {
  addOrder,
  CHEER_FRAMES,
  type Chef,
  facedTile,
  isSoupDone,
  type KitchenState,
  MOVE_FRAMES,
  ONIONS_PER_SOUP,
  STEP_X,
  STEP_Y,
} from "./kitchen.ts";
import { LAYOUTS, type Layout } from "./layout.ts";

export const INTERACT = 5;

/** Points for one soup, to both players: the usual figure of Overcooked studies. */
const SOUP_REWARD = 20;

/** Event counts of one frame and one player. */
interface StepEvents extends Record<string, unknown> {
  onionsTaken: number;
  onionsPotted: number;
  dishesTaken: number;
  soupsTaken: number;
  soupsDelivered: number;
  itemsPutDown: number;
  itemsPickedUp: number;
  /** Moves refused because of the other chef. */
  movesBlocked: number;
}

function noEvents(): StepEvents {
  return {
    onionsTaken: 0,
    onionsPotted: 0,
    dishesTaken: 0,
    soupsTaken: 0,
    soupsDelivered: 0,
    itemsPutDown: 0,
    itemsPickedUp: 0,
    movesBlocked: 0,
  };
}

const rewards: [number, number] = [0, 0];
const events: [StepEvents, StepEvents] = [noEvents(), noEvents()];
const result: StepResult = {
  rewards,
  terminateds: [false, false],
  truncateds: [false, false],
  infos: events,
};

function clearResult(): void {
  rewards[0] = 0;
  rewards[1] = 0;
  for (const event of events) {
    event.onionsTaken = 0;
    event.onionsPotted = 0;
    event.dishesTaken = 0;
    event.soupsTaken = 0;
    event.soupsDelivered = 0;
    event.itemsPutDown = 0;
    event.itemsPickedUp = 0;
    event.movesBlocked = 0;
  }
}

function tileTowards(layout: Layout, chef: Chef, direction: number): number {
  const x = chef.x + (STEP_X[direction] as number);
  const y = chef.y + (STEP_Y[direction] as number);
  return y * layout.width + x;
}

/**
 * Turns the chef and returns the direction it now tries to walk, or 0.
 * Turning to something solid never waits; a step pressed during the cooldown is kept for its end,
 * so that a quick tap is not lost.
 */
function chooseMove(layout: Layout, chef: Chef, action: number): number {
  const isDirection = action >= 1 && action <= 4;
  if (isDirection && layout.tiles[tileTowards(layout, chef, action)] !== "floor") {
    chef.facing = action;
    chef.queuedMove = 0;
    return 0;
  }
  if (chef.cooldown > 0) {
    if (isDirection && action !== chef.previousAction) chef.queuedMove = action;
    return 0;
  }
  const move = isDirection ? action : chef.queuedMove;
  chef.queuedMove = 0;
  if (move === 0) return 0;
  chef.facing = move;
  return layout.tiles[tileTowards(layout, chef, move)] === "floor" ? move : 0;
}

function walk(chef: Chef, move: number): void {
  if (move === 0) return;
  chef.fromX = chef.x;
  chef.fromY = chef.y;
  chef.x += STEP_X[move] as number;
  chef.y += STEP_Y[move] as number;
  chef.cooldown = MOVE_FRAMES;
}

/** Moves both chefs by one symmetric rule: a tile wanted twice goes to nobody, nor do two swap. */
function moveChefs(layout: Layout, chefs: readonly [Chef, Chef], first: number, second: number) {
  const [a, b] = chefs;
  let moveA = chooseMove(layout, a, first);
  let moveB = chooseMove(layout, b, second);
  const targetA = tileTowards(layout, a, moveA);
  const targetB = tileTowards(layout, b, moveB);
  const isClash = targetA === targetB;
  const isSwap = targetA === b.y * layout.width + b.x && targetB === a.y * layout.width + a.x;
  if (isClash || isSwap) {
    if (moveA !== 0) events[0].movesBlocked = 1;
    if (moveB !== 0) events[1].movesBlocked = 1;
    moveA = 0;
    moveB = 0;
  }
  walk(a, moveA);
  walk(b, moveB);
}

function deliver(state: KitchenState, player: number): void {
  const chef = state.chefs[player] as Chef;
  chef.held = null;
  state.score += SOUP_REWARD;
  state.delivered[player] = (state.delivered[player] as number) + 1;
  rewards[0] += SOUP_REWARD;
  rewards[1] += SOUP_REWARD;
  state.orders.shift();
  addOrder(state);
  state.cheer.framesLeft = CHEER_FRAMES;
  state.cheer.player = player;
  state.cheer.x = chef.x + (STEP_X[chef.facing] as number);
  state.cheer.y = chef.y + (STEP_Y[chef.facing] as number);
  (events[player] as StepEvents).soupsDelivered = 1;
}

function usePot(state: KitchenState, chef: Chef, event: StepEvents, potIndex: number): void {
  const pot = state.pots[potIndex];
  if (pot === undefined) return;
  if (chef.held === "onion" && pot.onions < ONIONS_PER_SOUP) {
    chef.held = null;
    pot.onions += 1;
    event.onionsPotted = 1;
  } else if (chef.held === "dish" && isSoupDone(state, pot)) {
    chef.held = "soup";
    pot.onions = 0;
    pot.cookedFrames = 0;
    event.soupsTaken = 1;
  }
}

function useCounter(state: KitchenState, chef: Chef, event: StepEvents, tileIndex: number): void {
  const item = state.counters[tileIndex] ?? null;
  if (chef.held !== null && item === null) {
    state.counters[tileIndex] = chef.held;
    chef.held = null;
    event.itemsPutDown = 1;
  } else if (chef.held === null && item !== null) {
    chef.held = item;
    state.counters[tileIndex] = null;
    event.itemsPickedUp = 1;
  }
}

function interact(layout: Layout, state: KitchenState, player: number): void {
  const chef = state.chefs[player] as Chef;
  const event = events[player] as StepEvents;
  const tileIndex = facedTile(layout, chef);
  switch (layout.tiles[tileIndex]) {
    case "onions":
      if (chef.held !== null) return;
      chef.held = "onion";
      event.onionsTaken = 1;
      return;
    case "dishes":
      if (chef.held !== null) return;
      chef.held = "dish";
      event.dishesTaken = 1;
      return;
    case "pot":
      usePot(state, chef, event, layout.pots.indexOf(tileIndex));
      return;
    case "window":
      if (chef.held === "soup") deliver(state, player);
      return;
    case "counter":
      useCounter(state, chef, event, tileIndex);
  }
}

/** Advances the kitchen by one frame; the result object is the same one each time. */
export function stepKitchen(state: KitchenState, actions: readonly Action[]): StepResult {
  const layout = LAYOUTS[state.layout];
  const [a, b] = state.chefs;
  const actionA = actions[0] as number;
  const actionB = actions[1] as number;
  clearResult();
  if (a.cooldown > 0) a.cooldown -= 1;
  if (b.cooldown > 0) b.cooldown -= 1;
  if (state.cheer.framesLeft > 0) state.cheer.framesLeft -= 1;
  moveChefs(layout, state.chefs, actionA, actionB);
  const pressesA = actionA === INTERACT && a.previousAction !== INTERACT;
  const pressesB = actionB === INTERACT && b.previousAction !== INTERACT;
  // Who reaches for the same thing in the same frame wins in turns, so that neither seat is better.
  const isSecondFirst = state.frame % 2 === 1;
  if (pressesB && isSecondFirst) interact(layout, state, 1);
  if (pressesA) interact(layout, state, 0);
  if (pressesB && !isSecondFirst) interact(layout, state, 1);
  for (const pot of state.pots) {
    if (pot.onions === ONIONS_PER_SOUP && pot.cookedFrames < state.cookFrames) {
      pot.cookedFrames += 1;
    }
  }
  a.previousAction = actionA;
  b.previousAction = actionB;
  state.frame += 1;
  return result;
}
