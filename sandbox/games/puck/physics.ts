/** What one frame does to a match: paddles, the puck's flight and goals. */
import type { Action, StepResult } from "../../../engine/index.ts";
import {
  at,
  GOAL_BOTTOM,
  GOAL_TOP,
  MIDDLE_X,
  MIDDLE_Y,
  NOBODY,
  PADDLE_RADIUS,
  PUCK_RADIUS,
  type PuckState,
  prepareServe,
  TABLE,
  winner,
} from "./table.ts";

/** One over the square root of two, so that a diagonal is as fast as a straight run. */
const DIAGONAL = Math.SQRT1_2;

/** Direction of each action: stay, the four sides, the four diagonals. */
const DIRECTION_X: readonly number[] = [0, 0, 0, -1, 1, -DIAGONAL, DIAGONAL, -DIAGONAL, DIAGONAL];
const DIRECTION_Y: readonly number[] = [0, -1, 1, 0, 0, -DIAGONAL, -DIAGONAL, DIAGONAL, DIAGONAL];

/** With the friction below: 7 units per frame at most, most of it within a quarter of a second. */
const PADDLE_ACCELERATION = 0.955;
const PADDLE_FRICTION = 0.88;

/** The puck loses a fifth of its speed per second. */
const PUCK_FRICTION = 0.9963;

/** Share of the speed that a bounce keeps. */
const WALL_BOUNCE = 0.92;
const PADDLE_BOUNCE = 0.9;

/** A paddle weighs six pucks: it feels a hard hit without losing its way. */
const PUCK_SHARE = 6 / 7;
const PADDLE_SHARE = 1 / 7;

/** Two halves keep the fastest allowed puck from passing half a paddle between two checks. */
const SUBSTEPS = 2;

/** Below this speed, in units per frame, for this many frames, the puck is served anew. */
const IDLE_SPEED = 0.25;
const IDLE_FRAMES_MAX = 180;

interface MatchEvents extends Record<string, unknown> {
  goals: number;
  /** Frames in which the paddle struck the puck. */
  hits: number;
}

const rewards: [number, number] = [0, 0];
const terminateds: [boolean, boolean] = [false, false];
const events: [MatchEvents, MatchEvents] = [
  { goals: 0, hits: 0 },
  { goals: 0, hits: 0 },
];
const result: StepResult = {
  rewards,
  terminateds,
  truncateds: [false, false],
  infos: events,
};

/** A disc's way into the rounded corner's wall; written by `cornerContact`. */
const contact = { x: 0, y: 0, depth: 0 };

/** Whether a disc has entered a corner's wall; if so `contact` holds the way back and how far. */
function cornerContact(x: number, y: number, radius: number): boolean {
  const { left, right, top, bottom, cornerRadius } = TABLE;
  const isLeft = x < left + cornerRadius;
  const isTop = y < top + cornerRadius;
  if (!isLeft && x <= right - cornerRadius) return false;
  if (!isTop && y <= bottom - cornerRadius) return false;
  const dx = x - (isLeft ? left + cornerRadius : right - cornerRadius);
  const dy = y - (isTop ? top + cornerRadius : bottom - cornerRadius);
  const distance = Math.sqrt(dx * dx + dy * dy);
  const reach = cornerRadius - radius;
  if (distance <= reach) return false;
  contact.x = -dx / distance;
  contact.y = -dy / distance;
  contact.depth = distance - reach;
  return true;
}

/** Keeps a paddle in its half; what it runs into takes the speed towards it. */
function confinePaddle(state: PuckState, i: number): void {
  const { paddleX, paddleY, paddleVx, paddleVy } = state;
  const low = (i === 0 ? TABLE.left : MIDDLE_X) + PADDLE_RADIUS;
  const high = (i === 0 ? MIDDLE_X : TABLE.right) - PADDLE_RADIUS;
  const x = Math.min(high, Math.max(low, at(paddleX, i)));
  const top = TABLE.top + PADDLE_RADIUS;
  const bottom = TABLE.bottom - PADDLE_RADIUS;
  const y = Math.min(bottom, Math.max(top, at(paddleY, i)));
  if (x !== at(paddleX, i)) paddleVx[i] = 0;
  if (y !== at(paddleY, i)) paddleVy[i] = 0;
  paddleX[i] = x;
  paddleY[i] = y;
  if (!cornerContact(x, y, PADDLE_RADIUS)) return;
  paddleX[i] = x + contact.x * contact.depth;
  paddleY[i] = y + contact.y * contact.depth;
  const speed = at(paddleVx, i) * contact.x + at(paddleVy, i) * contact.y;
  if (speed >= 0) return;
  paddleVx[i] = at(paddleVx, i) - speed * contact.x;
  paddleVy[i] = at(paddleVy, i) - speed * contact.y;
}

function drivePaddle(state: PuckState, i: number, action: number): void {
  const { paddleX, paddleY, paddleVx, paddleVy } = state;
  const pushX = (DIRECTION_X[action] as number) * PADDLE_ACCELERATION;
  const pushY = (DIRECTION_Y[action] as number) * PADDLE_ACCELERATION;
  paddleVx[i] = (at(paddleVx, i) + pushX) * PADDLE_FRICTION;
  paddleVy[i] = (at(paddleVy, i) + pushY) * PADDLE_FRICTION;
  paddleX[i] = at(paddleX, i) + at(paddleVx, i);
  paddleY[i] = at(paddleY, i) + at(paddleVy, i);
  confinePaddle(state, i);
}

/** Whether paddle i overlaps the puck; if so `contact` points from the paddle to the puck. */
function paddleContact(state: PuckState, i: number): boolean {
  const dx = at(state.puckX) - at(state.paddleX, i);
  const dy = at(state.puckY) - at(state.paddleY, i);
  const reach = PUCK_RADIUS + PADDLE_RADIUS;
  const squared = dx * dx + dy * dy;
  if (squared >= reach * reach) return false;
  const distance = Math.sqrt(squared);
  const isCentred = distance === 0;
  contact.x = isCentred ? (i === 0 ? 1 : -1) : dx / distance;
  contact.y = isCentred ? 0 : dy / distance;
  contact.depth = reach - distance;
  return true;
}

/** The puck is held against a wall or waits for its serve: the paddle gives way. */
function pushPaddleOff(state: PuckState, i: number): void {
  if (!paddleContact(state, i)) return;
  const { x, y, depth } = contact;
  state.paddleX[i] = at(state.paddleX, i) - x * depth;
  state.paddleY[i] = at(state.paddleY, i) - y * depth;
  confinePaddle(state, i);
}

function strikePuck(state: PuckState, i: number): void {
  if (!paddleContact(state, i)) return;
  const { puckX, puckY, puckVx, puckVy, paddleVx, paddleVy } = state;
  const { x, y, depth } = contact;
  puckX[0] = at(puckX) + x * depth;
  puckY[0] = at(puckY) + y * depth;
  const speedX = at(puckVx) - at(paddleVx, i);
  const speedY = at(puckVy) - at(paddleVy, i);
  const approach = speedX * x + speedY * y;
  if (approach >= 0) return;
  const push = -(1 + PADDLE_BOUNCE) * approach;
  puckVx[0] = at(puckVx) + push * PUCK_SHARE * x;
  puckVy[0] = at(puckVy) + push * PUCK_SHARE * y;
  paddleVx[i] = at(paddleVx, i) - push * PADDLE_SHARE * x;
  paddleVy[i] = at(paddleVy, i) - push * PADDLE_SHARE * y;
  (events[i] as MatchEvents).hits = 1;
}

/** Sends back what moves against the wall whose inner side is `contact`. */
function bounceOffContact(state: PuckState): void {
  const { puckX, puckY, puckVx, puckVy } = state;
  const { x, y, depth } = contact;
  puckX[0] = at(puckX) + x * depth;
  puckY[0] = at(puckY) + y * depth;
  const speed = at(puckVx) * x + at(puckVy) * y;
  if (speed >= 0) return;
  puckVx[0] = at(puckVx) - (1 + WALL_BOUNCE) * speed * x;
  puckVy[0] = at(puckVy) - (1 + WALL_BOUNCE) * speed * y;
}

/** Keeps entry 0 of `position` in [low, high], turning `velocity` round at either end. */
function bounceBetween(position: Float64Array, velocity: Float64Array, low: number, high: number) {
  const p = at(position);
  const v = at(velocity);
  if (p < low) {
    position[0] = low;
    if (v < 0) velocity[0] = -v * WALL_BOUNCE;
  } else if (p > high) {
    position[0] = high;
    if (v > 0) velocity[0] = -v * WALL_BOUNCE;
  }
}

/** Whether the puck has run into a goal post; if so `contact` points from the post to the puck. */
function postContact(x: number, y: number): boolean {
  const dx = x - (x < MIDDLE_X ? TABLE.left : TABLE.right);
  const dy = y - (y < MIDDLE_Y ? GOAL_TOP : GOAL_BOTTOM);
  const distance = Math.sqrt(dx * dx + dy * dy);
  if (distance >= PUCK_RADIUS || distance === 0) return false;
  contact.x = dx / distance;
  contact.y = dy / distance;
  contact.depth = PUCK_RADIUS - distance;
  return true;
}

function bouncePuck(state: PuckState): void {
  const { puckX, puckY, puckVx, puckVy } = state;
  const { left, right, top, bottom } = TABLE;
  if (at(puckX) < left || at(puckX) > right) {
    bounceBetween(puckY, puckVy, GOAL_TOP + PUCK_RADIUS, GOAL_BOTTOM - PUCK_RADIUS);
    return;
  }
  if (at(puckY) > GOAL_TOP && at(puckY) < GOAL_BOTTOM) {
    if (postContact(at(puckX), at(puckY))) bounceOffContact(state);
    return;
  }
  bounceBetween(puckX, puckVx, left + PUCK_RADIUS, right - PUCK_RADIUS);
  bounceBetween(puckY, puckVy, top + PUCK_RADIUS, bottom - PUCK_RADIUS);
  if (cornerContact(at(puckX), at(puckY), PUCK_RADIUS)) bounceOffContact(state);
}

function limitPuckSpeed(state: PuckState): void {
  const vx = at(state.puckVx);
  const vy = at(state.puckVy);
  const max = at(state.puckSpeedMax);
  const squared = vx * vx + vy * vy;
  if (squared > max * max) {
    const scale = max / Math.sqrt(squared);
    state.puckVx[0] = vx * scale;
    state.puckVy[0] = vy * scale;
  }
  state.idleFrames[0] = squared < IDLE_SPEED * IDLE_SPEED ? at(state.idleFrames) + 1 : 0;
}

function movePuck(state: PuckState): void {
  state.puckVx[0] = at(state.puckVx) * PUCK_FRICTION;
  state.puckVy[0] = at(state.puckVy) * PUCK_FRICTION;
  for (let i = 0; i < SUBSTEPS; i++) {
    state.puckX[0] = at(state.puckX) + at(state.puckVx) / SUBSTEPS;
    state.puckY[0] = at(state.puckY) + at(state.puckVy) / SUBSTEPS;
    strikePuck(state, 0);
    strikePuck(state, 1);
    bouncePuck(state);
  }
  limitPuckSpeed(state);
  pushPaddleOff(state, 0);
  pushPaddleOff(state, 1);
}

function scoreGoal(state: PuckState, scorer: number): void {
  state.score[scorer] = at(state.score, scorer) + 1;
  state.lastScorer[0] = scorer;
  rewards[scorer] = 1;
  rewards[1 - scorer] = -1;
  (events[scorer] as MatchEvents).goals = 1;
  prepareServe(state);
}

function serveIdlePuck(state: PuckState): void {
  state.lastScorer[0] = NOBODY;
  prepareServe(state);
}

/**
 * Advances the match by one frame; the result object is the same one each time.
 * A goal counts once the whole puck is behind the line; a match that is won does not move.
 */
export function stepMatch(state: PuckState, actions: readonly Action[]): StepResult {
  rewards.fill(0);
  for (const event of events) {
    event.goals = 0;
    event.hits = 0;
  }
  if (winner(state) === NOBODY) {
    state.frame[0] = at(state.frame) + 1;
    drivePaddle(state, 0, actions[0] as number);
    drivePaddle(state, 1, actions[1] as number);
    if (at(state.freezeFrames) > 0) {
      state.freezeFrames[0] = at(state.freezeFrames) - 1;
      pushPaddleOff(state, 0);
      pushPaddleOff(state, 1);
    } else {
      movePuck(state);
      if (at(state.puckX) < TABLE.left - PUCK_RADIUS) scoreGoal(state, 1);
      else if (at(state.puckX) > TABLE.right + PUCK_RADIUS) scoreGoal(state, 0);
      else if (at(state.idleFrames) > IDLE_FRAMES_MAX) serveIdlePuck(state);
    }
  }
  terminateds.fill(winner(state) !== NOBODY);
  return result;
}
