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

/** Positions in drawing units, velocities in units per frame; entry i of a pair is player i's. */
export const layout = flatLayout({
  puckX: float64(),
  puckY: float64(),
  /** The velocity it will have when play resumes, while `freezeFrames` is above 0. */
  puckVx: float64(),
  puckVy: float64(),
  puckSpeedMax: float64(),
  paddleX: float64(2),
  paddleY: float64(2),
  paddleVx: float64(2),
  paddleVy: float64(2),
  score: int32(2),
  frame: int32(),
  maxSteps: int32(),
  goalsToWin: int32(),
  freezeFrames: int32(),
  /** Frames for which the puck has hardly moved. */
  idleFrames: int32(),
  /** Whose goal led to the coming serve; `NOBODY` at the start and after an idle puck. */
  lastScorer: int32(),
  random: uint32(4),
});

export type PuckState = FlatState<(typeof layout)["fields"]>;

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

export function createMatch(seed: number, config: PuckConfig): PuckState {
  const state = layout.create();
  seedRandom(state.random, seed);
  state.paddleX[0] = TABLE.left + PADDLE_HOME;
  state.paddleX[1] = TABLE.right - PADDLE_HOME;
  state.paddleY.fill(MIDDLE_Y);
  state.puckSpeedMax[0] = (config.puckSpeedMax ?? PUCK_SPEED_MAX) / FPS;
  state.maxSteps[0] = config.maxSteps ?? MAX_STEPS;
  state.goalsToWin[0] = config.goalsToWin ?? GOALS_TO_WIN;
  state.lastScorer[0] = NOBODY;
  prepareServe(state);
  return state;
}

/** The player who has won, or `NOBODY`. */
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

/** Both players see the whole table, in the same coordinates. */
export function observeMatch(state: PuckState, playerIndex: number): unknown {
  return {
    side: playerIndex === 0 ? "left" : "right",
    puck: body(at(state.puckX), at(state.puckY), at(state.puckVx), at(state.puckVy)),
    own: observePaddle(state, playerIndex),
    partner: observePaddle(state, 1 - playerIndex),
    ownScore: at(state.score, playerIndex),
    partnerScore: at(state.score, 1 - playerIndex),
    isFrozen: at(state.freezeFrames) > 0,
    framesLeft: framesLeft(state),
  };
}
