/** What a page may send as an action that is no number and no list of numbers. */
import { z } from "zod";

/** The largest JSON action has 64 bytes of ASCII; this bound is of JSON that is not escaped, and so shorter. */
const JSON_LENGTH_MAX = 64;

function isSmallJson(value: unknown): boolean {
  try {
    return (JSON.stringify(value)?.length ?? Number.POSITIVE_INFINITY) <= JSON_LENGTH_MAX;
  } catch {
    // Nested deeper than any action.
    return false;
  }
}

/** Its own space decides what is an action; here only its size is bounded, whatever its depth. */
export const jsonAction = z.custom<z.core.util.JSONType>(isSmallJson);
