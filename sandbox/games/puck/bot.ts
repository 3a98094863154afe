/** A player that keeps between the puck and its own goal, and strikes the puck when it comes into reach. */
import {
  at,
  GOAL_BOTTOM,
  GOAL_TOP,
  MIDDLE_X,
  MIDDLE_Y,
  type PuckState,
  playerCountOf,
  sideOf,
  TABLE,
} from "./table.ts";

/** Action by the row and column of a direction: up to down, left to right. */
const ACTIONS: readonly (readonly number[])[] = [
  [5, 1, 6],
  [3, 0, 4],
  [7, 2, 8],
];

/** Nearer than this counts as there: with less the paddle, which glides, would tremble about the place. */
const NEAR = 6;
/** Where it waits, in units from its goal line: out far enough to cover the goal's corners. */
const GUARD = 90;
/** How far behind the puck it takes its run: both radii and a little. */
const RUN_UP = 60;
/** Frames that it looks ahead for the puck: about what the paddle needs to get up to speed. */
const FORESIGHT_FRAMES = 8;

function side(distance: number): number {
  if (distance > NEAR) return 2;
  return distance < -NEAR ? 0 : 1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Of two on a side only one runs for the puck. */
function isNearest(state: PuckState, playerIndex: number): boolean {
  const mate = playerIndex ^ 2;
  if (mate >= playerCountOf(state)) return true;
  const squared = (player: number) => {
    const dx = at(state.puckX) - at(state.paddleX, player);
    const dy = at(state.puckY) - at(state.paddleY, player);
    return dx * dx + dy * dy;
  };
  const [own, others] = [squared(playerIndex), squared(mate)];
  return own < others || (own === others && playerIndex < mate);
}

/** What the paddle in seat `playerIndex` does next. */
export function chase(state: PuckState, playerIndex: number): number {
  const isLeft = sideOf(playerIndex) === 0;
  /** Towards the other goal. */
  const forward = isLeft ? 1 : -1;
  const goalX = isLeft ? TABLE.left : TABLE.right;
  const x = at(state.paddleX, playerIndex);
  const y = at(state.paddleY, playerIndex);
  const puckX = at(state.puckX) + at(state.puckVx) * FORESIGHT_FRAMES;
  const puckY = at(state.puckY) + at(state.puckVy) * FORESIGHT_FRAMES;
  const isHere = at(state.freezeFrames) === 0 && (MIDDLE_X - puckX) * forward > 0;
  const isMine = isHere && isNearest(state, playerIndex);
  const aheadX = (puckX - x) * forward;
  if (isMine && aheadX > 0) return ACTIONS[side(puckY - y)]?.[side(puckX - x)] as number;
  // Behind the puck's back first: a stroke from the wrong side would be an own goal.
  const targetX = isMine ? puckX - forward * RUN_UP : goalX + forward * GUARD;
  const targetY = isMine
    ? MIDDLE_Y
    : clamp(MIDDLE_Y + (puckY - MIDDLE_Y) / 2, GOAL_TOP, GOAL_BOTTOM);
  return ACTIONS[side(targetY - y)]?.[side(targetX - x)] as number;
}
