/** The table's measures and the state of a match: one flat buffer. */
import {
  type FlatState,
  flatLayout,
  float64,
  int32,
  nextFloat,
  seedRandom,
  uint32,
} from "../../../engine/index.ts";

export const FPS = 60;

/** 60 s at 60 frames per second: several goals, and no pause to get tired in. */
export const MAX_STEPS = 3600;

/** Rarely reached within the default minute, so that both ends of a match occur. */
const GOALS_TO_WIN = 7;

/** Drawing units per second: the table's length in four fifths of a second, still returnable. */
const PUCK_SPEED_MAX = 900;

/** The table in drawing units; the goals lie in the short sides. */
export const TABLE = { left: 40, right: 760, top: 68, bottom: 428, cornerRadius: 80 } as const;
export const MIDDLE_X = (TABLE.left + TABLE.right) / 2;
export const MIDDLE_Y = (TABLE.top + TABLE.bottom) / 2;

/** Two fifths of the short side: a paddle covers over a third of it. */
const GOAL_WIDTH = 144;
export const GOAL_TOP = MIDDLE_Y - GOAL_WIDTH / 2;
export const GOAL_BOTTOM = MIDDLE_Y + GOAL_WIDTH / 2;

export const PUCK_RADIUS = 15;
export const PADDLE_RADIUS = 27;

/** Three quarters of a second: long enough to see whose goal it was and where the serve goes. */
export const FREEZE_FRAMES = 45;

/** How far a paddle stands from its goal line at the start. */
const PADDLE_HOME = 110;
/** Between two paddles of one side at the start: each has its half of the goal. */
const MATES_APART = 120;

/** Speed of a serve along the table, in units per frame: 1.3 s from the centre to a goal. */
const SERVE_SPEED = 4.5;

/** Largest speed of a serve across the table, in units per frame: just wide of the goal. */
const SERVE_SLANT = 1.5;

/** What a study may set. */
export interface PuckConfig {
  readonly maxSteps?: number;
  readonly goalsToWin?: number;
  /** Drawing units per second. */
  readonly puckSpeedMax?: number;
}

/** Stands for a player's index where no player is meant. */
export const NOBODY = -1;

/**
 * Positions in drawing units, velocities in units per frame; entry i of a paddle's field is player i's, that of a
 * side's 0 the left one's.
 */
export const layoutFor = (playerCount: number) =>
  flatLayout({
    puckX: float64(),
    puckY: float64(),
    /** The velocity it will have when play resumes, while `freezeFrames` is above 0. */
    puckVx: float64(),
    puckVy: float64(),
    puckSpeedMax: float64(),
    paddleX: float64(playerCount),
    paddleY: float64(playerCount),
    paddleVx: float64(playerCount),
    paddleVy: float64(playerCount),
    score: int32(2),
    frame: int32(),
    maxSteps: int32(),
    goalsToWin: int32(),
    freezeFrames: int32(),
    /** Frames for which the puck has hardly moved. */
    idleFrames: int32(),
    /** Which side's goal led to the coming serve; `NOBODY` at the start and after an idle puck. */
    lastScorer: int32(),
    random: uint32(4),
  });

export type PuckLayout = ReturnType<typeof layoutFor>;
export type PuckState = FlatState<PuckLayout["fields"]>;

/** The side that a player defends: 0 the left one, 1 the right. */
export function sideOf(playerIndex: number): number {
  return playerIndex % 2;
}

export function playerCountOf(state: PuckState): number {
  return state.paddleX.length;
}

/** A state field's entry; every field has the entries its layout declares. */
export function at(field: Float64Array | Int32Array, i = 0): number {
  return field[i] as number;
}

/** Puts the puck in the centre, still, with a velocity towards a side that the seed draws. */
export function prepareServe(state: PuckState): void {
  const isLeftwards = nextFloat(state.random) < 0.5;
  state.puckX[0] = MIDDLE_X;
  state.puckY[0] = MIDDLE_Y;
  state.puckVx[0] = isLeftwards ? -SERVE_SPEED : SERVE_SPEED;
  state.puckVy[0] = (nextFloat(state.random) * 2 - 1) * SERVE_SLANT;
  state.freezeFrames[0] = FREEZE_FRAMES;
  state.idleFrames[0] = 0;
}

export function createMatch(seed: number, config: PuckConfig, layout: PuckLayout): PuckState {
  const state = layout.create();
  seedRandom(state.random, seed);
  for (let player = 0; player < playerCountOf(state); player++) placePaddle(state, player);
  state.puckSpeedMax[0] = (config.puckSpeedMax ?? PUCK_SPEED_MAX) / FPS;
  state.maxSteps[0] = config.maxSteps ?? MAX_STEPS;
  state.goalsToWin[0] = config.goalsToWin ?? GOALS_TO_WIN;
  state.lastScorer[0] = NOBODY;
  prepareServe(state);
  return state;
}

function placePaddle(state: PuckState, player: number): void {
  const isLeft = sideOf(player) === 0;
  const hasMate = (player ^ 2) < playerCountOf(state);
  const fromMiddle = hasMate ? (player < 2 ? -MATES_APART / 2 : MATES_APART / 2) : 0;
  state.paddleX[player] = isLeft ? TABLE.left + PADDLE_HOME : TABLE.right - PADDLE_HOME;
  state.paddleY[player] = MIDDLE_Y + fromMiddle;
}

/** The side that has won, or `NOBODY`. */
export function winner(state: PuckState): number {
  if (at(state.score, 0) >= at(state.goalsToWin)) return 0;
  return at(state.score, 1) >= at(state.goalsToWin) ? 1 : NOBODY;
}

export function framesLeft(state: PuckState): number {
  return Math.max(0, at(state.maxSteps) - at(state.frame));
}

/** Adding 0 turns -0 into 0, which JSON cannot tell apart. */
function body(x: number, y: number, vx: number, vy: number): unknown {
  return { position: [x + 0, y + 0], velocity: [vx + 0, vy + 0] };
}

function observePaddle(state: PuckState, i: number): unknown {
  const { paddleX, paddleY, paddleVx, paddleVy } = state;
  return body(at(paddleX, i), at(paddleY, i), at(paddleVx, i), at(paddleVy, i));
}

/** The partner of two; of more everybody else by their index. */
function observeOthers(state: PuckState, playerIndex: number): Record<string, unknown> {
  if (playerCountOf(state) === 2) return { partner: observePaddle(state, 1 - playerIndex) };
  const others = Array.from(state.paddleX, (_, player) => [`player_${player}`, player] as const);
  return Object.fromEntries(
    others
      .filter(([, player]) => player !== playerIndex)
      .map(([name, player]) => [name, observePaddle(state, player)]),
  );
}

/** All players see the whole table, in the same coordinates. */
export function observeMatch(state: PuckState, playerIndex: number): unknown {
  const side = sideOf(playerIndex);
  return {
    side: side === 0 ? "left" : "right",
    puck: body(at(state.puckX), at(state.puckY), at(state.puckVx), at(state.puckVy)),
    own: observePaddle(state, playerIndex),
    ...observeOthers(state, playerIndex),
    ownScore: at(state.score, side),
    partnerScore: at(state.score, 1 - side),
    isFrozen: at(state.freezeFrames) > 0,
    framesLeft: framesLeft(state),
  };
}
