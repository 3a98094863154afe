/** A cook that anybody can cook with: fetches what the soup lacks, hands over what it cannot carry on, makes way. */
import {
  type Chef,
  facedTile,
  type Item,
  isSoupDone,
  type KitchenState,
  ONIONS_PER_SOUP,
  STEP_X,
  STEP_Y,
} from "./kitchen.ts";
import { LAYOUTS, type Layout, type Tile } from "./layout.ts";
import { INTERACT } from "./rules.ts";

const WAIT = 0;
/** Two cooks in each other's way try the next side after so many frames: longer than one step takes. */
const YIELD_FRAMES = 8;

/** What a cook can see of the kitchen from where it stands. */
interface View {
  readonly state: KitchenState;
  readonly layout: Layout;
  readonly own: Chef;
  readonly other: Chef;
  readonly player: number;
  /** `steps[tile]` to stand on a floor tile or to face another, whoever is in the way; absent: never. */
  readonly steps: ReadonlyMap<number, number>;
  readonly otherSteps: ReadonlyMap<number, number>;
}

function tileOf({ width }: Layout, { x, y }: Chef): number {
  return y * width + x;
}

function neighbour({ width }: Layout, tile: number, direction: number): number {
  return tile + (STEP_X[direction] as number) + (STEP_Y[direction] as number) * width;
}

/** Steps from `start` to every tile that can be walked on or faced, breadth first, not through `blocked`. */
function stepsFrom(layout: Layout, start: number, blocked: number | null): Map<number, number> {
  const steps = new Map([[start, 0]]);
  const queue = [start];
  for (const tile of queue) {
    for (let direction = 1; direction <= 4; direction++) {
      const next = neighbour(layout, tile, direction);
      if (steps.has(next) || next === blocked) continue;
      steps.set(next, (steps.get(tile) as number) + 1);
      if (layout.tiles[next] === "floor") queue.push(next);
    }
  }
  return steps;
}

/** The nearest reachable tile that passes, or null. */
function nearest(view: View, isWanted: (tile: number) => boolean): number | null {
  let best: number | null = null;
  let bestSteps = Number.POSITIVE_INFINITY;
  for (const [tile, steps] of view.steps) {
    if (steps >= bestSteps || !isWanted(tile)) continue;
    best = tile;
    bestSteps = steps;
  }
  return best;
}

function isKind({ layout }: View, kind: Tile): (tile: number) => boolean {
  return (tile) => layout.tiles[tile] === kind;
}

function potsWith(view: View, isWanted: (pot: KitchenState["pots"][number]) => boolean) {
  const { layout, state } = view;
  return (tile: number) => {
    const pot = state.pots[layout.pots.indexOf(tile)];
    return pot !== undefined && isWanted(pot);
  };
}

/** Where to put down what cannot be carried on: within the other's reach if there is such a place. */
function handOver(view: View): number | null {
  const { layout, state, otherSteps } = view;
  const isFree = (tile: number) =>
    layout.tiles[tile] === "counter" && state.counters[tile] === null;
  return nearest(view, (tile) => isFree(tile) && otherSteps.has(tile)) ?? nearest(view, isFree);
}

/** Where to take an item: from a counter if this cook can carry it on, from its dispenser otherwise. */
function source(view: View, item: Item, dispenser: Tile, target: Tile): number | null {
  const { layout, state, steps } = view;
  const canCarryOn = [...steps.keys()].some(isKind(view, target));
  return nearest(
    view,
    (tile) => layout.tiles[tile] === dispenser || (canCarryOn && state.counters[tile] === item),
  );
}

function countItems({ state, other }: View, item: Item): number {
  const lying = state.counters.filter((one) => one === item).length;
  return lying + (other.held === item ? 1 : 0);
}

/** What an empty-handed cook fetches. */
function fetchTarget(view: View): number | null {
  const { state } = view;
  const soup = nearest(view, (tile) => state.counters[tile] === "soup");
  const reachesWindow = [...view.steps.keys()].some(isKind(view, "window"));
  if (soup !== null && reachesWindow) return soup;
  const reachesPot = [...view.steps.keys()].some(isKind(view, "pot"));
  const full = state.pots.filter(({ onions }) => onions === ONIONS_PER_SOUP).length;
  const lacksDish = countItems(view, "dish") < full;
  const lyingDish = nearest(view, (tile) => state.counters[tile] === "dish");
  if (full > 0 && reachesPot && lyingDish !== null && view.other.held !== "dish") return lyingDish;
  if (lacksDish) {
    const dish = source(view, "dish", "dishes", "pot");
    if (dish !== null) return dish;
  }
  const room = state.pots.reduce((sum, { onions }) => sum + ONIONS_PER_SOUP - onions, 0);
  const onTheWay = reachesPot ? Number(view.other.held === "onion") : countItems(view, "onion");
  return onTheWay < room ? source(view, "onion", "onions", "pot") : null;
}

/** The tile to act on next; null when there is nothing to do. */
function chooseTarget(view: View): number | null {
  const { state, own } = view;
  switch (own.held) {
    case null:
      return fetchTarget(view);
    case "onion":
      return (
        nearest(
          view,
          potsWith(view, ({ onions }) => onions < ONIONS_PER_SOUP),
        ) ?? handOver(view)
      );
    case "dish":
      return (
        nearest(
          view,
          potsWith(view, (pot) => isSoupDone(state, pot)),
        ) ??
        nearest(
          view,
          potsWith(view, ({ onions }) => onions === ONIONS_PER_SOUP),
        ) ??
        handOver(view)
      );
    case "soup":
      return nearest(view, isKind(view, "window")) ?? handOver(view);
  }
}

/** The first step of a shortest way to `target`, or 0. Seats look round in opposite order, and so part. */
function stepTowards(
  { layout, own, player }: View,
  target: number,
  blocked: number | null,
): number {
  const back = stepsFrom(layout, target, blocked);
  const here = tileOf(layout, own);
  let best = 0;
  let bestSteps = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= 4; i++) {
    const direction = player === 0 ? i : 5 - i;
    const next = neighbour(layout, here, direction);
    const isWay = next === target || layout.tiles[next] === "floor";
    const steps = next === target ? 0 : back.get(next);
    if (!isWay || next === blocked || steps === undefined || steps >= bestSteps) continue;
    best = direction;
    bestSteps = steps;
  }
  return best;
}

/** A step onto free floor; which one changes from time to time, so that two cooks do not mirror each other for ever. */
function makeWay({ layout, own, other, state, player }: View): number {
  const turn = Math.floor(state.frame / YIELD_FRAMES) + player;
  if (turn % 3 === 0) return WAIT;
  for (let i = 0; i < 4; i++) {
    const direction = 1 + ((turn + i) % 4);
    const next = neighbour(layout, tileOf(layout, own), direction);
    if (layout.tiles[next] === "floor" && next !== tileOf(layout, other)) return direction;
  }
  return WAIT;
}

/** A tile that both stand beside is taken in turns: if both step there, neither may. */
function isOthersTurn({ layout, other, state, player }: View, tile: number): boolean {
  const distance =
    Math.abs((tile % layout.width) - other.x) + Math.abs(Math.floor(tile / layout.width) - other.y);
  return distance === 1 && Math.floor(state.frame / YIELD_FRAMES) % 2 !== player;
}

/** What the cook in seat `playerIndex` does next: a direction, an interaction, or nothing. */
export function cook(state: KitchenState, playerIndex: number): number {
  const layout = LAYOUTS[state.layout];
  const [own, other] = playerIndex === 0 ? state.chefs : [state.chefs[1], state.chefs[0]];
  const [here, there] = [tileOf(layout, own), tileOf(layout, other)];
  const steps = stepsFrom(layout, here, null);
  const otherSteps = stepsFrom(layout, there, null);
  const view: View = { state, layout, own, other, player: playerIndex, steps, otherSteps };
  const target = chooseTarget(view);
  if (target === null) return own.cooldown > 0 ? WAIT : makeWay(view);
  if (steps.get(target) === 1) {
    if (facedTile(layout, own) !== target) return stepTowards(view, target, null);
    const pot = state.pots[layout.pots.indexOf(target)];
    const isEarly = own.held === "dish" && pot !== undefined && !isSoupDone(state, pot);
    return isEarly || own.previousAction === INTERACT ? WAIT : INTERACT;
  }
  if (own.cooldown > 0) return WAIT;
  const around = stepTowards(view, target, there);
  if (around === 0) return makeWay(view);
  return isOthersTurn(view, neighbour(layout, here, around)) ? WAIT : around;
}
