/** What one frame does to a match: paddles, the puck's flight and goals. */
import type { Action, StepResult } from "../../../engine/index.ts";
import { contact, cornerContact, paddleContact, postContact } from "./contact.ts";
import { confinePaddle, drivePaddle, partMates } from "./paddle.ts";
import {
  at,
  GOAL_BOTTOM,
  GOAL_TOP,
  NOBODY,
  PUCK_RADIUS,
  type PuckState,
  playerCountOf,
  prepareServe,
  sideOf,
  TABLE,
  winner,
} from "./table.ts";

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

/** What a step gives, by player. */
interface MatchResult extends StepResult {
  readonly rewards: number[];
  readonly terminateds: boolean[];
  readonly infos: readonly MatchEvents[];
}

function makeResult(playerCount: number): MatchResult {
  const each = <T>(value: () => T): T[] => Array.from({ length: playerCount }, value);
  return {
    rewards: each(() => 0),
    terminateds: each(() => false),
    truncateds: each(() => false),
    infos: each(() => ({ goals: 0, hits: 0 })),
  };
}

/** The puck is held against a wall or waits for its serve: the paddle gives way. */
function pushPaddleOff(state: PuckState, i: number): void {
  if (!paddleContact(state, i)) return;
  const { x, y, depth } = contact;
  state.paddleX[i] = at(state.paddleX, i) - x * depth;
  state.paddleY[i] = at(state.paddleY, i) - y * depth;
  confinePaddle(state, i);
}

function strikePuck(state: PuckState, i: number, events: MatchEvents): void {
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
  events.hits = 1;
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

function movePuck(state: PuckState, { infos }: MatchResult): void {
  state.puckVx[0] = at(state.puckVx) * PUCK_FRICTION;
  state.puckVy[0] = at(state.puckVy) * PUCK_FRICTION;
  for (let i = 0; i < SUBSTEPS; i++) {
    state.puckX[0] = at(state.puckX) + at(state.puckVx) / SUBSTEPS;
    state.puckY[0] = at(state.puckY) + at(state.puckVy) / SUBSTEPS;
    for (const [player, events] of infos.entries()) strikePuck(state, player, events);
    bouncePuck(state);
  }
  limitPuckSpeed(state);
  pushPaddlesOff(state);
}

function pushPaddlesOff(state: PuckState): void {
  for (let player = 0; player < playerCountOf(state); player++) pushPaddleOff(state, player);
}

function scoreGoal(state: PuckState, scorer: number, { rewards, infos }: MatchResult): void {
  state.score[scorer] = at(state.score, scorer) + 1;
  state.lastScorer[0] = scorer;
  for (const [player, events] of infos.entries()) {
    const isScorer = sideOf(player) === scorer;
    rewards[player] = isScorer ? 1 : -1;
    events.goals = isScorer ? 1 : 0;
  }
  prepareServe(state);
}

function serveIdlePuck(state: PuckState): void {
  state.lastScorer[0] = NOBODY;
  prepareServe(state);
}

/**
 * Makes what advances a match by one frame; its result object is the same one each time.
 * A goal counts once the whole puck is behind the line; a match that is won does not move.
 */
export function matchStep(
  playerCount: number,
): (state: PuckState, actions: readonly Action[]) => StepResult {
  const result = makeResult(playerCount);
  return (state, actions) => {
    result.rewards.fill(0);
    for (const events of result.infos) {
      events.goals = 0;
      events.hits = 0;
    }
    if (winner(state) === NOBODY) playFrame(state, actions, result);
    result.terminateds.fill(winner(state) !== NOBODY);
    return result;
  };
}

function playFrame(state: PuckState, actions: readonly Action[], result: MatchResult): void {
  state.frame[0] = at(state.frame) + 1;
  for (const [player, action] of actions.entries()) drivePaddle(state, player, action as number);
  partMates(state);
  if (at(state.freezeFrames) > 0) {
    state.freezeFrames[0] = at(state.freezeFrames) - 1;
    pushPaddlesOff(state);
    return;
  }
  movePuck(state, result);
  if (at(state.puckX) < TABLE.left - PUCK_RADIUS) scoreGoal(state, 1, result);
  else if (at(state.puckX) > TABLE.right + PUCK_RADIUS) scoreGoal(state, 0, result);
  else if (at(state.idleFrames) > IDLE_FRAMES_MAX) serveIdlePuck(state);
}
