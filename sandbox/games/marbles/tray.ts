/** A tray of marbles that bounce off each other, and the bumpers that players drive through them. */
import {
  type Action,
  nextFloat,
  nextInt,
  type StepResult,
  seedRandom,
} from "../../../engine/index.ts";

export const FPS = 60;
/** One minute. */
export const MAX_STEPS = 3_600;

export const WIDTH = 640;
export const HEIGHT = 480;

/** As JSON the state is then some 20 KB: what a study with a hundred objects would have. */
const MARBLES = 180;
const MARBLE_RADIUS = 7;
export const BUMPER_RADIUS = 22;
/** Mass by area, a marble's being 1. */
const BUMPER_MASS = (BUMPER_RADIUS * BUMPER_RADIUS) / (MARBLE_RADIUS * MARBLE_RADIUS);

/** Units per frame and frame: a bumper crosses the tray in a second and a half. */
const THRUST = 0.32;
/** What a frame leaves of a speed: felt under glass, and bumpers that stop when let go. */
const MARBLE_DRAG = 0.992;
const BUMPER_DRAG = 0.95;
/** What a bounce leaves of the speed along it. */
const RESTITUTION = 0.92;
/** Units per frame; less than a radius, so that nothing passes through anything. */
const SPEED_MAX = 6;

/** Stands for a player's index where nobody is meant. */
export const NOBODY = -1;

/** What a study may set. */
export interface TrayConfig {
  readonly marbles?: number;
}

/** Positions in drawing units, velocities in units per frame. */
interface Body {
  x: number;
  y: number;
  vx: number;
  vy: number;
}

export interface Marble extends Body {
  /** The last player whose bumper touched it. */
  owner: number;
}

export interface TrayState {
  frame: number;
  readonly random: number[];
  readonly bumpers: Body[];
  readonly marbles: Marble[];
  readonly counts: number[];
}

/** Thrust of the nine actions: still, then clockwise from up. */
const DIAGONAL = THRUST * Math.SQRT1_2;
const THRUSTS: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, -THRUST],
  [DIAGONAL, -DIAGONAL],
  [THRUST, 0],
  [DIAGONAL, DIAGONAL],
  [0, THRUST],
  [-DIAGONAL, DIAGONAL],
  [-THRUST, 0],
  [-DIAGONAL, -DIAGONAL],
];
export const ACTION_COUNT = THRUSTS.length;

export function createTray(seed: number, config: TrayConfig, playerCount: number): TrayState {
  const random = seedRandom([0, 0, 0, 0], seed);
  const place = (low: number, high: number) => low + nextFloat(random) * (high - low);
  return {
    frame: 0,
    random,
    bumpers: Array.from({ length: playerCount }, (_, i) => ({
      x: WIDTH * (i % 2 === 0 ? 0.15 : 0.85),
      y: HEIGHT * (i % 4 < 2 ? 0.2 : 0.8),
      vx: 0,
      vy: 0,
    })),
    marbles: Array.from({ length: config.marbles ?? MARBLES }, () => ({
      x: place(WIDTH * 0.25, WIDTH * 0.75),
      y: place(HEIGHT * 0.1, HEIGHT * 0.9),
      vx: place(-2, 2),
      vy: place(-2, 2),
      owner: NOBODY,
    })),
    counts: Array.from({ length: playerCount }, () => 0),
  };
}

export function stepTray(state: TrayState, actions: readonly Action[]): StepResult {
  const before = [...state.counts];
  state.frame++;
  state.bumpers.forEach((bumper, i) => {
    const [ax, ay] = THRUSTS[actions[i] as number] as readonly [number, number];
    bumper.vx = (bumper.vx + ax) * BUMPER_DRAG;
    bumper.vy = (bumper.vy + ay) * BUMPER_DRAG;
    move(bumper, BUMPER_RADIUS);
  });
  for (const marble of state.marbles) {
    marble.vx *= MARBLE_DRAG;
    marble.vy *= MARBLE_DRAG;
    move(marble, MARBLE_RADIUS);
  }
  stir(state);
  collide(state);
  const perPlayer = <T>(value: (player: number) => T) => state.bumpers.map((_, i) => value(i));
  return {
    rewards: perPlayer((i) => (state.counts[i] as number) - (before[i] as number)),
    terminateds: perPlayer(() => false),
    truncateds: perPlayer(() => false),
    infos: perPlayer((i) => ({ marbles: state.counts[i] })),
  };
}

/** One marble a frame gets a nudge, so that the tray never comes to rest. */
function stir(state: TrayState): void {
  const marble = state.marbles[nextInt(state.random, state.marbles.length)] as Marble;
  marble.vx += (nextFloat(state.random) - 0.5) * 3;
  marble.vy += (nextFloat(state.random) - 0.5) * 3;
}

function move(body: Body, radius: number): void {
  body.vx = clamp(body.vx, -SPEED_MAX, SPEED_MAX);
  body.vy = clamp(body.vy, -SPEED_MAX, SPEED_MAX);
  body.x += body.vx;
  body.y += body.vy;
  if (body.x < radius || body.x > WIDTH - radius) body.vx *= -RESTITUTION;
  if (body.y < radius || body.y > HEIGHT - radius) body.vy *= -RESTITUTION;
  body.x = clamp(body.x, radius, WIDTH - radius);
  body.y = clamp(body.y, radius, HEIGHT - radius);
  // JSON cannot tell -0 from 0, so a state must not hold it.
  body.vx += 0;
  body.vy += 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function collide(state: TrayState): void {
  const { marbles, bumpers } = state;
  for (let i = 0; i < marbles.length; i++) {
    const a = marbles[i] as Marble;
    for (let j = i + 1; j < marbles.length; j++) {
      const b = marbles[j] as Marble;
      const gap = b.x - a.x;
      if (gap < 2 * MARBLE_RADIUS && gap > -2 * MARBLE_RADIUS) {
        bounce(a, b, 2 * MARBLE_RADIUS, 0.5);
      }
    }
  }
  for (let player = 0; player < bumpers.length; player++) {
    const bumper = bumpers[player] as Body;
    for (const marble of marbles) {
      const share = 1 / (1 + BUMPER_MASS);
      if (bounce(bumper, marble, BUMPER_RADIUS + MARBLE_RADIUS, share)) own(state, marble, player);
    }
    for (let other = player + 1; other < bumpers.length; other++) {
      bounce(bumper, bumpers[other] as Body, 2 * BUMPER_RADIUS, 0.5);
    }
  }
}

function own({ counts }: TrayState, marble: Marble, player: number): void {
  if (marble.owner !== NOBODY) (counts[marble.owner] as number)--;
  marble.owner = player;
  (counts[player] as number)++;
}

/** Parts two bodies that overlap and turns their speeds; `share` of it all falls to `a`. True if they touched. */
function bounce(a: Body, b: Body, distance: number, share: number): boolean {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const squared = dx * dx + dy * dy;
  if (squared >= distance * distance || squared === 0) return false;
  const length = Math.sqrt(squared);
  const nx = dx / length;
  const ny = dy / length;
  const overlap = distance - length;
  a.x -= nx * overlap * share;
  a.y -= ny * overlap * share;
  b.x += nx * overlap * (1 - share);
  b.y += ny * overlap * (1 - share);
  const closing = (a.vx - b.vx) * nx + (a.vy - b.vy) * ny;
  if (closing <= 0) return true;
  const impulse = (1 + RESTITUTION) * closing;
  a.vx -= impulse * share * nx;
  a.vy -= impulse * share * ny;
  b.vx += impulse * (1 - share) * nx;
  b.vy += impulse * (1 - share) * ny;
  return true;
}

/** Runs after the nearest marble that is not its own. */
export function botTray(state: TrayState, playerIndex: number): Action {
  const { x, y } = state.bumpers[playerIndex] as Body;
  let nearest: Marble | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const marble of state.marbles) {
    const dx = marble.x - x;
    const dy = marble.y - y;
    const squared = dx * dx + dy * dy;
    if (marble.owner === playerIndex || squared >= least) continue;
    least = squared;
    nearest = marble;
  }
  if (nearest === null) return 0;
  const column = Math.sign(Math.trunc((nearest.x - x) / BUMPER_RADIUS));
  const row = Math.sign(Math.trunc((nearest.y - y) / BUMPER_RADIUS));
  return [8, 1, 2, 7, 0, 3, 6, 5, 4][(row + 1) * 3 + column + 1] as number;
}

/** Everybody sees the whole tray; rounded to hundredths of a unit, as rows are for reading. */
export function observeTray(state: TrayState, playerIndex: number): unknown {
  const rounded = ({ x, y }: Body) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
  return {
    own: rounded(state.bumpers[playerIndex] as Body),
    others: state.bumpers.filter((_, i) => i !== playerIndex).map(rounded),
    counts: [...state.counts],
  };
}
