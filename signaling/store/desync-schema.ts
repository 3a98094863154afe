/** The bundle of one difference between two pages: enough to repeat it on another machine. */
import { z } from "zod";
import { pausePolicySchema, playersSchema, sessionSchema } from "./file-schema.ts";

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{16}$/);
const action = z.json();
const perFrameAndPlayer = <T extends z.ZodType>(entry: T) => z.array(z.array(entry));
const state = z
  .unknown()
  .describe("JSON-like state; null if it was not kept or is too large for a message.");
const side = z.strictObject({ hash, state });

export const desyncSchema = z
  .strictObject({
    formatVersion: z.literal(1),
    experimentId: z.string(),
    sceneId: z.string(),
    subjectId: z.string().describe("Whose page reports: its side is `ours`."),
    visitNumber: z.int().min(1),
    gameId: z.string(),
    playerIndex: count,
    peerIndex: count.describe("The player whose page is `theirs`."),
    episode: count,
    index: count.describe("Position among the differences that this page saw in the episode."),
    environment: z.strictObject({ id: z.string(), digest: hash }),
    config: z.unknown(),
    configDigest: hash,
    session: sessionSchema,
    pausePolicy: pausePolicySchema,
    seed: z.int().min(0).max(0xffffffff),
    maxSteps: count,
    fps: z.int().min(1),
    players: playersSchema,
    actions: perFrameAndPlayer(action).describe(
      "Confirmed inputs of every frame that led to the differing state.",
    ),
    flags: perFrameAndPlayer(z.int().min(0).max(15)),
    agreed: z
      .strictObject({ frame: count, hash: hash.nullable(), state })
      .describe("The last state whose hash was the same on both sides."),
    differing: z
      .strictObject({ frame: z.int().min(1), ours: side, theirs: side })
      .describe("The first state that differed."),
    located: z
      .strictObject({ path: z.string(), ours: z.string(), theirs: z.string() })
      .nullable()
      .describe("Where the states first differ, keys joined with dots, and both values as JSON."),
    software: z
      .strictObject({ ours: z.string(), theirs: z.string() })
      .describe("Product version and browser of both sides."),
    atMs: z.number(),
  })
  .describe("One difference between two pages, with everything needed to repeat it.");
export type DesyncFile = z.infer<typeof desyncSchema>;
