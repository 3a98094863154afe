/** The door of the engine: everything that studies, the sandbox and the server may use. */
export type { Color, Drawing, Shape } from "./environment/drawing.ts";
export { defineEnvironment } from "./environment/environment.ts";
export type { Environment, StepResult } from "./environment/environment.ts";
export { flatLayout, float32, float64, int32, uint32, uint8 } from "./environment/flat-layout.ts";
export type { FlatLayout, FlatState } from "./environment/flat-layout.ts";
export { box, discrete, isAction, multiBinary, multiDiscrete } from "./environment/space.ts";
export type { Action, Space } from "./environment/space.ts";
export { deriveSeed, nextFloat, nextInt, nextUint32, seedRandom } from "./determinism/random.ts";
export type { RandomState } from "./determinism/random.ts";
export { atan2, cos, exp, ln, pow, sin } from "./determinism/math.ts";
