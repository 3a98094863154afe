/**
 * A picture as data: what an environment returns from `draw`.
 * Coordinates are drawing units with the origin at the top left, y downwards, angles in radians clockwise.
 * Shapes are painted in order: later ones cover earlier ones.
 */

/** A CSS hexadecimal colour, `#rrggbb`. */
export type Color = `#${string}`;

interface Paint {
  readonly fill?: Color;
  readonly stroke?: Color;
  /** In drawing units; 1 when absent. */
  readonly strokeWidth?: number;
  /** From 0 (invisible) to 1; 1 when absent. */
  readonly alpha?: number;
}

export type Shape =
  | ({
      readonly kind: "rect";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly cornerRadius?: number;
    } & Paint)
  | ({
      readonly kind: "circle";
      readonly x: number;
      readonly y: number;
      readonly radius: number;
    } & Paint)
  | ({
      readonly kind: "arc";
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly startAngle: number;
      readonly endAngle: number;
    } & Paint)
  /** `points` alternates x and y. */
  | ({ readonly kind: "line"; readonly points: readonly number[] } & Paint)
  | ({ readonly kind: "polygon"; readonly points: readonly number[] } & Paint)
  | {
      readonly kind: "text";
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly sizeUnits: number;
      readonly fill: Color;
      readonly align?: "left" | "center" | "right";
      readonly bold?: boolean;
      readonly alpha?: number;
    };

export interface Drawing {
  readonly background: Color;
  readonly shapes: readonly Shape[];
}
