/** Short ways to write shapes, and the colours the games share. */
import type { Color, Shape } from "../../engine/index.ts";

/** Everything a shape may add to its geometry. */
interface Style {
  readonly fill?: Color;
  readonly stroke?: Color;
  readonly strokeWidth?: number;
  readonly alpha?: number;
}

/** How a label is set. */
interface TextStyle {
  readonly sizeUnits: number;
  readonly fill: Color;
  readonly align?: "left" | "center" | "right";
  readonly bold?: boolean;
  readonly alpha?: number;
}

/** Okabe and Ito's blue, vermilion, green and purple: told apart by every common form of colour vision. */
const PLAYER_COLORS: readonly Color[] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

export const INK: Color = "#263238";
export const PAPER: Color = "#ffffff";

export function playerColor(playerIndex: number): Color {
  return PLAYER_COLORS[playerIndex % PLAYER_COLORS.length] as Color;
}

export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  style: Style & { readonly cornerRadius?: number },
): Shape {
  return { kind: "rect", x, y, width, height, ...style };
}

export function circle(x: number, y: number, radius: number, style: Style): Shape {
  return { kind: "circle", x, y, radius, ...style };
}

export function line(points: readonly number[], style: Style): Shape {
  return { kind: "line", points, ...style };
}

export function polygon(points: readonly number[], style: Style): Shape {
  return { kind: "polygon", points, ...style };
}

/** An open arc from twelve o'clock, clockwise; `fraction` 1 is the full circle. */
export function clockArc(
  x: number,
  y: number,
  radius: number,
  fraction: number,
  style: Style,
): Shape {
  const startAngle = -Math.PI / 2;
  return {
    kind: "arc",
    x,
    y,
    radius,
    startAngle,
    endAngle: startAngle + 2 * Math.PI * fraction,
    ...style,
  };
}

/** A label whose letters are centred on `y`. */
export function label(x: number, y: number, text: string, style: TextStyle): Shape {
  return { kind: "text", x, y, text, ...style };
}

/** A filled capsule with a centred word in it. */
export function pill(x: number, y: number, text: string, fill: Color): Shape[] {
  const width = 14 + text.length * 8;
  return [
    rect(x - width / 2, y - 9, width, 18, {
      fill,
      stroke: PAPER,
      strokeWidth: 2,
      cornerRadius: 9,
    }),
    label(x, y, text, { sizeUnits: 12, fill: PAPER, align: "center", bold: true }),
  ];
}

/** Whole seconds as `m:ss`. */
export function clockText(seconds: number): string {
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)}:${rest < 10 ? "0" : ""}${rest}`;
}
