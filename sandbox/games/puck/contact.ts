/** What a disc on the table has run into. */
import {
  at,
  GOAL_BOTTOM,
  GOAL_TOP,
  MIDDLE_X,
  MIDDLE_Y,
  PADDLE_RADIUS,
  PUCK_RADIUS,
  type PuckState,
  sideOf,
  TABLE,
} from "./table.ts";

/** The way out of what a disc has run into, and how far it is in; written by the functions below. */
export const contact = { x: 0, y: 0, depth: 0 };

/** Whether a disc has entered a corner's wall; if so `contact` holds the way back and how far. */
export function cornerContact(x: number, y: number, radius: number): boolean {
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

/** Whether paddle i overlaps the puck; if so `contact` points from the paddle to the puck. */
export function paddleContact(state: PuckState, i: number): boolean {
  const dx = at(state.puckX) - at(state.paddleX, i);
  const dy = at(state.puckY) - at(state.paddleY, i);
  const reach = PUCK_RADIUS + PADDLE_RADIUS;
  const squared = dx * dx + dy * dy;
  if (squared >= reach * reach) return false;
  const distance = Math.sqrt(squared);
  const isCentred = distance === 0;
  contact.x = isCentred ? (sideOf(i) === 0 ? 1 : -1) : dx / distance;
  contact.y = isCentred ? 0 : dy / distance;
  contact.depth = reach - distance;
  return true;
}

/** Whether the puck has run into a goal post; if so `contact` points from the post to the puck. */
export function postContact(x: number, y: number): boolean {
  const dx = x - (x < MIDDLE_X ? TABLE.left : TABLE.right);
  const dy = y - (y < MIDDLE_Y ? GOAL_TOP : GOAL_BOTTOM);
  const distance = Math.sqrt(dx * dx + dy * dy);
  if (distance >= PUCK_RADIUS || distance === 0) return false;
  contact.x = dx / distance;
  contact.y = dy / distance;
  contact.depth = PUCK_RADIUS - distance;
  return true;
}
