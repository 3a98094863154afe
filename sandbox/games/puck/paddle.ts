/** How paddles move, each in its half. */
import { contact, cornerContact } from "./contact.ts";
import {
  at,
  MIDDLE_X,
  PADDLE_RADIUS,
  type PuckState,
  playerCountOf,
  sideOf,
  TABLE,
} from "./table.ts";

/** One over the square root of two, so that a diagonal is as fast as a straight run. */
const DIAGONAL = Math.SQRT1_2;

/** Direction of each action: stay, the four sides, the four diagonals. */
const DIRECTION_X: readonly number[] = [0, 0, 0, -1, 1, -DIAGONAL, DIAGONAL, -DIAGONAL, DIAGONAL];
const DIRECTION_Y: readonly number[] = [0, -1, 1, 0, 0, -DIAGONAL, -DIAGONAL, DIAGONAL, DIAGONAL];

/** With the friction below: 7 units per frame at most, most of it within a quarter of a second. */
const PADDLE_ACCELERATION = 0.955;
const PADDLE_FRICTION = 0.88;

/** Keeps a paddle in its half; what it runs into takes the speed towards it. */
export function confinePaddle(state: PuckState, i: number): void {
  const { paddleX, paddleY, paddleVx, paddleVy } = state;
  const isLeft = sideOf(i) === 0;
  const low = (isLeft ? TABLE.left : MIDDLE_X) + PADDLE_RADIUS;
  const high = (isLeft ? MIDDLE_X : TABLE.right) - PADDLE_RADIUS;
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

export function drivePaddle(state: PuckState, i: number, action: number): void {
  const { paddleX, paddleY, paddleVx, paddleVy } = state;
  const pushX = (DIRECTION_X[action] as number) * PADDLE_ACCELERATION;
  const pushY = (DIRECTION_Y[action] as number) * PADDLE_ACCELERATION;
  paddleVx[i] = (at(paddleVx, i) + pushX) * PADDLE_FRICTION;
  paddleVy[i] = (at(paddleVy, i) + pushY) * PADDLE_FRICTION;
  paddleX[i] = at(paddleX, i) + at(paddleVx, i);
  paddleY[i] = at(paddleY, i) + at(paddleVy, i);
  confinePaddle(state, i);
}

/** Paddles of one side slide off each other, each by half of what they overlap. */
export function partMates(state: PuckState): void {
  const { paddleX, paddleY } = state;
  for (let one = 0, other = 2; other < playerCountOf(state); one++, other++) {
    const dx = at(paddleX, other) - at(paddleX, one);
    const dy = at(paddleY, other) - at(paddleY, one);
    const distance = Math.sqrt(dx * dx + dy * dy);
    const half = (2 * PADDLE_RADIUS - distance) / 2;
    if (half <= 0) continue;
    const [x, y] = distance === 0 ? [0, 1] : [dx / distance, dy / distance];
    paddleX[one] = at(paddleX, one) - x * half;
    paddleY[one] = at(paddleY, one) - y * half;
    paddleX[other] = at(paddleX, other) + x * half;
    paddleY[other] = at(paddleY, other) + y * half;
    confinePaddle(state, one);
    confinePaddle(state, other);
  }
}
