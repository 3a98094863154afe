/** Schemas of what a page brings for its participant to carry: the query of its address, answers, and globals. */
import { z } from "zod";

/** Four times what any panel sends. */
const PARAMETERS_MAX = 50;
const PARAMETER_LENGTH_MAX = 200;

const parameterText = z.string().min(1).max(PARAMETER_LENGTH_MAX);

export const queryParameters = z
  .record(parameterText, parameterText)
  .refine((parameters) => Object.keys(parameters).length <= PARAMETERS_MAX);

/** Some five pages. */
const TEXT_LENGTH_MAX = 20_000;
const GLOBAL_KEY_LENGTH_MAX = 200;
/** Deeper than anything that people write by hand. */
const GLOBAL_DEPTH_MAX = 8;
const GLOBAL_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;

const leaf = z.union([z.string().max(TEXT_LENGTH_MAX), z.number(), z.boolean(), z.null()]);

/** JSON whose depth is bounded, so that checking it is. */
function boundedJson(depth: number): z.ZodType<unknown> {
  if (depth === 0) return leaf;
  const inner = boundedJson(depth - 1);
  return z.union([leaf, z.array(inner), z.record(z.string().max(GLOBAL_KEY_LENGTH_MAX), inner)]);
}

/** Values to set, by name; the others stay. */
const globalValues = z
  .record(z.string().regex(GLOBAL_NAME_PATTERN), boundedJson(GLOBAL_DEPTH_MAX))
  .refine((values) => !Object.hasOwn(values, "subjectName"), "subjectName is the server's");

export const syncGlobalsMessage = z.strictObject({ values: globalValues });

export const advanceSceneMessage = z.strictObject({
  visitId: z.string().min(1).max(200),
  /** Answers by question name, for scenes that ask; the server checks them. */
  answers: z
    .record(
      z.string().max(200),
      z.union([
        z.string().max(TEXT_LENGTH_MAX),
        z.number(),
        z.boolean(),
        z.null(),
        z.array(z.string().max(TEXT_LENGTH_MAX)).max(200),
      ]),
    )
    .nullable(),
});
