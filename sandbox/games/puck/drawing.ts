/** A match as a player sees it: scores and clock above, the table below. */
import type { Color, Drawing, Shape } from "../../../engine/index.ts";
import {
  circle,
  clockText,
  INK,
  label,
  line,
  PAPER,
  playerColor,
  polygon,
  rect,
} from "../shapes.ts";
import {
  at,
  FPS,
  FREEZE_FRAMES,
  framesLeft,
  GOAL_BOTTOM,
  GOAL_TOP,
  MIDDLE_X,
  MIDDLE_Y,
  NOBODY,
  PADDLE_RADIUS,
  PUCK_RADIUS,
  type PuckState,
  playerCountOf,
  sideOf,
  TABLE,
  winner,
} from "./table.ts";

export const WIDTH = 800;
export const HEIGHT = 450;

const BACKGROUND: Color = "#22303a";
const RAIL: Color = "#3a4d59";
const RAIL_EDGE: Color = "#172128";
const SOFT: Color = "#aebcc5";
const MARKING: Color = "#b9c8d1";

/** Ice tinted towards the colour of the player who defends it. */
const HALF_TINT: readonly [Color, Color] = ["#e9f2f8", "#f9efe7"];

/** Inner discs of the paddles by player: lighter on the others', darker behind the word on one's own. */
const KNOB: readonly Color[] = ["#2b8fc9", "#ee8136", "#33b28f", "#dba3c1"];
const OWN_KNOB: readonly Color[] = ["#00507d", "#984300", "#006b4e", "#9a5a7c"];

const RAIL_WIDTH = 8;
const POCKET_DEPTH = 32;

/** Below 10 s the clock changes colour; enough for one last attack. */
const HURRY_SECONDS = 10;
const HURRY: Color = "#ffb35c";

/** Ghosts behind the puck, as multiples of its step per frame. */
const TRAIL: readonly number[] = [4.5, 3, 1.5];

/** Slower than this, in units per frame, the puck draws no trail: ghosts would only blur it. */
const TRAIL_SPEED = 3;

function pocket(playerIndex: number): Shape[] {
  const x = playerIndex === 0 ? TABLE.left - POCKET_DEPTH : TABLE.right - 4;
  const height = GOAL_BOTTOM - GOAL_TOP;
  const color = playerColor(playerIndex);
  return [
    rect(x - 2, GOAL_TOP - 8, POCKET_DEPTH + 8, height + 16, { fill: RAIL, cornerRadius: 12 }),
    rect(x + 2, GOAL_TOP, POCKET_DEPTH, height, { fill: RAIL_EDGE, cornerRadius: 8 }),
    rect(x + 2, GOAL_TOP, POCKET_DEPTH, height, { fill: color, alpha: 0.55, cornerRadius: 8 }),
  ];
}

function goalLine(playerIndex: number): Shape {
  const x = playerIndex === 0 ? TABLE.left : TABLE.right;
  return line([x, GOAL_TOP, x, GOAL_BOTTOM], { stroke: playerColor(playerIndex), strokeWidth: 6 });
}

/** What never changes: rail, ice, markings and goals in their defenders' colours. */
function buildTable(): readonly Shape[] {
  const { left, right, top, bottom, cornerRadius } = TABLE;
  const width = right - left;
  const height = bottom - top;
  const marking = { stroke: MARKING, strokeWidth: 3 };
  return [
    rect(left - RAIL_WIDTH, top - RAIL_WIDTH, width + 2 * RAIL_WIDTH, height + 2 * RAIL_WIDTH, {
      fill: RAIL,
      stroke: RAIL_EDGE,
      strokeWidth: 2,
      cornerRadius: cornerRadius + RAIL_WIDTH,
    }),
    ...pocket(0),
    ...pocket(1),
    rect(left, top, width, height, { fill: HALF_TINT[0], cornerRadius }),
    rect(MIDDLE_X, top, width / 2, height, { fill: HALF_TINT[1], cornerRadius }),
    rect(MIDDLE_X, top, cornerRadius, height, { fill: HALF_TINT[1] }),
    rect(left + 44, GOAL_TOP, 3, GOAL_BOTTOM - GOAL_TOP, { fill: MARKING, cornerRadius: 1 }),
    rect(right - 47, GOAL_TOP, 3, GOAL_BOTTOM - GOAL_TOP, { fill: MARKING, cornerRadius: 1 }),
    line([MIDDLE_X, top, MIDDLE_X, bottom], marking),
    circle(MIDDLE_X, MIDDLE_Y, 62, marking),
    circle(MIDDLE_X, MIDDLE_Y, 6, { fill: MARKING }),
    rect(left, top, width, height, { stroke: RAIL_EDGE, strokeWidth: 2, cornerRadius }),
    goalLine(0),
    goalLine(1),
  ];
}

const TABLE_SHAPES = buildTable();

/** Whom a side's score belongs to. */
function sideName(state: PuckState, isMine: boolean): string {
  if (playerCountOf(state) === 2) return isMine ? "YOU" : "PARTNER";
  return isMine ? "YOUR SIDE" : "OTHERS";
}

function scorePanel(state: PuckState, tableSide: number, isMine: boolean): Shape[] {
  const isLeft = tableSide === 0;
  const align = isLeft ? "left" : "right";
  const side = isLeft ? 1 : -1;
  const edge = isLeft ? 40 : WIDTH - 40;
  const score = String(at(state.score, tableSide));
  return [
    rect(isLeft ? edge : edge - 190, 9, 190, 38, {
      fill: playerColor(tableSide),
      cornerRadius: 19,
      ...(isMine ? { stroke: PAPER, strokeWidth: 2.5 } : {}),
    }),
    label(edge + side * 20, 28, sideName(state, isMine), {
      sizeUnits: 16,
      fill: PAPER,
      align,
      bold: true,
    }),
    label(edge + side * 164, 28, score, {
      sizeUnits: 28,
      fill: PAPER,
      align: "center",
      bold: true,
    }),
  ];
}

function hud(state: PuckState, playerIndex: number): Shape[] {
  const left = framesLeft(state);
  const seconds = Math.ceil(left / FPS);
  const clockColor = seconds <= HURRY_SECONDS ? HURRY : PAPER;
  const share = left / at(state.maxSteps);
  return [
    ...[0, 1].flatMap((each) => scorePanel(state, each, each === sideOf(playerIndex))),
    label(MIDDLE_X, 20, clockText(seconds), {
      sizeUnits: 24,
      fill: clockColor,
      align: "center",
      bold: true,
    }),
    rect(MIDDLE_X - 60, 35, 120, 3, { fill: RAIL, cornerRadius: 1.5 }),
    rect(MIDDLE_X - 60, 35, 120 * share, 3, { fill: clockColor, cornerRadius: 1.5 }),
    label(MIDDLE_X, 47, `first to ${at(state.goalsToWin)}`, {
      sizeUnits: 12,
      fill: SOFT,
      align: "center",
    }),
  ];
}

function paddle(state: PuckState, i: number, isMine: boolean): Shape[] {
  const x = at(state.paddleX, i);
  const y = at(state.paddleY, i);
  const knobs = isMine ? OWN_KNOB : KNOB;
  const shapes: Shape[] = [
    circle(x + 2, y + 4, PADDLE_RADIUS, { fill: INK, alpha: 0.2 }),
    circle(x, y, PADDLE_RADIUS - 1, { fill: playerColor(i), stroke: INK, strokeWidth: 2 }),
    circle(x, y, PADDLE_RADIUS * 0.7, { fill: knobs[i] as Color }),
  ];
  if (isMine) {
    shapes.push(
      circle(x, y, PADDLE_RADIUS + 5, { stroke: playerColor(i), strokeWidth: 3 }),
      label(x, y, "YOU", { sizeUnits: 14, fill: PAPER, align: "center", bold: true }),
    );
  }
  return shapes;
}

/** Names the halves, so that whose goal is whose needs no guess. */
function sideNames(playerIndex: number): Shape[] {
  return [0, 1].map((i) =>
    label(
      (MIDDLE_X + (i === 0 ? TABLE.left : TABLE.right)) / 2,
      TABLE.bottom - 22,
      i === sideOf(playerIndex) ? "YOU DEFEND THIS GOAL" : "SCORE IN THIS GOAL",
      { sizeUnits: 13, fill: playerColor(i), align: "center", bold: true, alpha: 0.6 },
    ),
  );
}

function puck(state: PuckState): Shape[] {
  const x = at(state.puckX);
  const y = at(state.puckY);
  const vx = at(state.puckVx);
  const vy = at(state.puckVy);
  const isFast = vx * vx + vy * vy > TRAIL_SPEED * TRAIL_SPEED;
  const shapes: Shape[] = [];
  if (isFast && at(state.freezeFrames) === 0) {
    TRAIL.forEach((steps, i) => {
      const radius = PUCK_RADIUS * (0.55 + 0.15 * i);
      shapes.push(
        circle(x - vx * steps, y - vy * steps, radius, { fill: INK, alpha: 0.06 + 0.05 * i }),
      );
    });
  }
  shapes.push(
    circle(x + 1.5, y + 3, PUCK_RADIUS, { fill: INK, alpha: 0.22 }),
    circle(x, y, PUCK_RADIUS - 1, { fill: "#2a3238", stroke: "#0f1518", strokeWidth: 2 }),
    circle(x, y, PUCK_RADIUS * 0.58, { stroke: "#f2c84b", strokeWidth: 2.5 }),
  );
  return shapes;
}

/** While the puck waits: where it will go, so that nobody is surprised by the draw. */
function serveArrow(state: PuckState): Shape[] {
  if (at(state.freezeFrames) === 0 || winner(state) !== NOBODY) return [];
  const side = at(state.puckVx) < 0 ? -1 : 1;
  const color = playerColor(side < 0 ? 0 : 1);
  return [32, 46].map((gap) => {
    const tip = MIDDLE_X + side * (gap + 9);
    const back = MIDDLE_X + side * gap;
    return polygon([tip, MIDDLE_Y, back, MIDDLE_Y - 9, back, MIDDLE_Y + 9], { fill: color });
  });
}

function bannerText(state: PuckState, playerIndex: number): string {
  const champion = winner(state);
  const scorer = at(state.lastScorer);
  if (champion === NOBODY && scorer === NOBODY) {
    return at(state.frame) < FREEZE_FRAMES ? "READY" : "NEW SERVE";
  }
  const isMine = (champion === NOBODY ? scorer : champion) === sideOf(playerIndex);
  const isPair = playerCountOf(state) === 2;
  const who = isMine ? (isPair ? "YOU" : "YOUR SIDE") : isPair ? "PARTNER" : "THEY";
  if (champion === NOBODY) return `${who} SCORED`;
  return who === "YOU" || who === "THEY" ? `${who} WIN` : `${who} WINS`;
}

function banner(state: PuckState, playerIndex: number): Shape[] {
  const champion = winner(state);
  const freeze = at(state.freezeFrames);
  if (freeze === 0 && champion === NOBODY) return [];
  const scorer = at(state.lastScorer);
  const fill = scorer === NOBODY ? INK : playerColor(scorer);
  const y = TABLE.top + 54;
  const shapes: Shape[] = [
    rect(MIDDLE_X - 140, y - 24, 280, 48, {
      fill,
      stroke: PAPER,
      strokeWidth: 3,
      cornerRadius: 24,
    }),
    label(MIDDLE_X, y, bannerText(state, playerIndex), {
      sizeUnits: 24,
      fill: PAPER,
      align: "center",
      bold: true,
    }),
  ];
  if (scorer !== NOBODY) {
    const x = scorer === 0 ? TABLE.right : TABLE.left;
    const age = 1 - freeze / FREEZE_FRAMES;
    const wave = { stroke: fill, strokeWidth: 6, alpha: 1 - age };
    shapes.push(circle(x, MIDDLE_Y, 20 + 70 * age, wave));
  }
  return shapes;
}

/** The picture for one player; the table is the same way round for both. */
export function drawMatch(state: PuckState, playerIndex: number): Drawing {
  return {
    background: BACKGROUND,
    shapes: [
      ...TABLE_SHAPES,
      ...sideNames(playerIndex),
      ...serveArrow(state),
      ...puck(state),
      ...Array.from(state.paddleX).flatMap((_, i) => paddle(state, i, i === playerIndex)),
      ...banner(state, playerIndex),
      ...hud(state, playerIndex),
    ],
  };
}
