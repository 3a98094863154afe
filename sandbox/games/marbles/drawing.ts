/** The tray from above; one's own bumper has a ring. */
import type { Color, Drawing, Shape } from "../../../engine/index.ts";
import { circle, INK, label, PAPER, playerColor, rect } from "../shapes.ts";
import { BUMPER_RADIUS, HEIGHT, NOBODY, type TrayState, WIDTH } from "./tray.ts";

const FELT: Color = "#dfe5e8";
const GLASS: Color = "#8a979e";
/** A little smaller than it bounces, so that touching marbles can be told apart. */
const SHOWN_RADIUS = 6.5;

function tally(state: TrayState, playerIndex: number): Shape[] {
  const width = 64;
  const left = (WIDTH - width * state.counts.length) / 2;
  return state.counts.flatMap((count, i) => {
    const x = left + width * i;
    return [
      rect(x + 3, 8, width - 6, 24, {
        fill: playerColor(i),
        cornerRadius: 12,
        ...(i === playerIndex ? { stroke: INK, strokeWidth: 2 } : {}),
      }),
      label(x + width / 2, 20, String(count), {
        sizeUnits: 15,
        fill: PAPER,
        align: "center",
        bold: true,
      }),
    ];
  });
}

export function drawTray(state: TrayState, playerIndex: number): Drawing {
  const own = state.bumpers[playerIndex];
  return {
    background: FELT,
    shapes: [
      ...state.marbles.map(({ x, y, owner }) =>
        circle(x, y, SHOWN_RADIUS, { fill: owner === NOBODY ? GLASS : playerColor(owner) }),
      ),
      ...state.bumpers.map(({ x, y }, i) =>
        circle(x, y, BUMPER_RADIUS - 1, { fill: playerColor(i), stroke: INK, strokeWidth: 2 }),
      ),
      ...(own === undefined
        ? []
        : [circle(own.x, own.y, BUMPER_RADIUS + 4, { stroke: INK, strokeWidth: 2 })]),
      ...tally(state, playerIndex),
      rect(1, 1, WIDTH - 2, HEIGHT - 2, { stroke: INK, strokeWidth: 2 }),
    ],
  };
}
