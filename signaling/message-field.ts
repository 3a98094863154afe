/** Schemas that several messages of a participant's page share. */
import { z } from "zod";

/** Three hours at 120 frames per second, the longest episode, and as much waiting: no frame number is larger. */
const FRAME_MAX = 2 * 3 * 60 * 60 * 120;
export const PLAYERS_MAX = 8;

export const frame = z.int().min(0).max(FRAME_MAX);
export const playerIndex = z
  .int()
  .min(0)
  .max(PLAYERS_MAX - 1);
export const episodeNumber = z.int().min(0).max(10_000);
export const hash = z.string().regex(/^[0-9a-f]{16}$/);
export const perPlayer = <T extends z.ZodType>(entry: T) => z.array(entry).max(PLAYERS_MAX);
/** What both sides of a difference run. */
export const software = z.strictObject({
  ours: z.string().max(1_000),
  theirs: z.string().max(1_000),
});
/** Where two states first differ. */
export const located = z
  .strictObject({ path: z.string(), ours: z.string(), theirs: z.string() })
  .nullable();
