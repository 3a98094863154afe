/** Scripted chefs that find their way, for tests that need whole soups. */

import { type KitchenState, STEP_X, STEP_Y } from "../../../sandbox/games/cramped-room/kitchen.ts";
import { LAYOUTS, type Tile } from "../../../sandbox/games/cramped-room/layout.ts";
import { environment } from "../../../sandbox/games/cramped-room.ts";

const INTERACT = 5;

/** The keys to press to walk from a chef's tile and face `target`, around the other chef. */
function pathTo(state: KitchenState, player: number, target: number): number[] | null {
  const { width, tiles } = LAYOUTS[state.layout];
  const chef = state.chefs[player === 0 ? 0 : 1];
  const other = state.chefs[player === 0 ? 1 : 0];
  const blocked = other.y * width + other.x;
  const queue: { tile: number; path: number[] }[] = [{ tile: chef.y * width + chef.x, path: [] }];
  const seen = new Set(queue.map(({ tile }) => tile));
  for (const { tile, path } of queue) {
    for (let move = 1; move <= 4; move++) {
      const next = tile + (STEP_X[move] as number) + (STEP_Y[move] as number) * width;
      if (next === target) return [...path, move];
      if (tiles[next] !== "floor" || next === blocked || seen.has(next)) continue;
      seen.add(next);
      queue.push({ tile: next, path: [...path, move] });
    }
  }
  return null;
}

/** Tiles of one kind that a chef can reach now. */
function reachable(state: KitchenState, player: number, kind: Tile): number[] {
  const { tiles } = LAYOUTS[state.layout];
  return tiles.flatMap((tile, i) => (tile === kind && pathTo(state, player, i) ? [i] : []));
}

/** Lets one chef act on `target` while the other waits; returns one player's reward. */
function actOn(state: KitchenState, player: number, target: number): number {
  const keys = pathTo(state, player, target);
  if (keys === null) throw new Error("No way there.");
  let reward = 0;
  const press = (action: number) => {
    reward += environment.step(state, player === 0 ? [action, 0] : [0, action]).rewards[0] ?? 0;
  };
  for (const key of keys) {
    press(key);
    for (let i = 0; i < 4; i++) press(0);
  }
  press(INTERACT);
  press(0);
  return reward;
}

/** Carries one thing between kinds of tile, over a shared counter if no chef reaches both. */
function carry(state: KitchenState, from: Tile, to: Tile): number {
  for (const player of [0, 1]) {
    const [source] = reachable(state, player, from);
    const [goal] = reachable(state, player, to);
    if (source === undefined || goal === undefined) continue;
    return actOn(state, player, source) + actOn(state, player, goal);
  }
  for (const player of [0, 1]) {
    const [source] = reachable(state, player, from);
    const [goal] = reachable(state, 1 - player, to);
    const theirs = reachable(state, 1 - player, "counter");
    const shared = reachable(state, player, "counter").find((tile) => theirs.includes(tile));
    if (source === undefined || goal === undefined || shared === undefined) continue;
    actOn(state, player, source);
    actOn(state, player, shared);
    actOn(state, 1 - player, shared);
    return actOn(state, 1 - player, goal);
  }
  throw new Error(`Nobody can carry anything from ${from} to ${to}.`);
}

/** Lets a chef step aside, one way after another, until the other reaches a kind of tile. */
function stepAside(state: KitchenState, player: number, kind: Tile): void {
  for (let move = 1; move <= 4 && reachable(state, 1 - player, kind).length === 0; move++) {
    environment.step(state, player === 0 ? [move, 0] : [0, move]);
    for (let i = 0; i < 4; i++) environment.step(state, [0, 0]);
  }
}

/** Cooks and serves one soup; returns the reward of one player. */
export function serveOneSoup(state: KitchenState): number {
  let reward = 0;
  for (let i = 0; i < 3; i++) reward += carry(state, "onions", "pot");
  for (let i = 0; i < state.cookFrames; i++) environment.step(state, [0, 0]);
  reward += carry(state, "dishes", "pot");
  const server = state.chefs[0].held === "soup" ? 0 : 1;
  stepAside(state, 1 - server, "window");
  const [window] = reachable(state, server, "window");
  if (window === undefined) throw new Error("The soup cannot be served.");
  return reward + actOn(state, server, window);
}
