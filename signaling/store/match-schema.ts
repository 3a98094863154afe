/** What one line of a match log holds. */
import { z } from "zod";
import { SCHEMA_VERSION } from "./file-schema.ts";

const count = z.int().min(0);
const ms = z.number().min(0);
const group = z.array(z.string()).min(1).max(8);
const path = z.enum(["direct", "relay"]).nullable();

const base = {
  schemaVersion: z.literal(SCHEMA_VERSION),
  atMs: z.number().describe("Milliseconds since the epoch."),
  sceneId: z.string(),
  candidates: z
    .array(z.strictObject({ subjectId: z.string(), waitedMs: ms }))
    .describe("Everybody in the waiting room, in the order in which they came."),
};
const limitMs = ms.nullable().describe("The round trip that was allowed; null: any.");
const rtts = z
  .array(
    z.strictObject({
      subjectIds: z.tuple([z.string(), z.string()]).readonly(),
      rttMs: ms.nullable().describe("The larger of the two reports; null: failed."),
      reportedMs: z
        .tuple([ms.nullable(), ms.nullable()])
        .readonly()
        .describe("What the page of each measured: the median of its pings."),
      path,
    }),
  )
  .describe("Every two of the group, as the probe before the game measured them.");

export const matchSchema = z
  .discriminatedUnion("event", [
    z.strictObject({
      event: z.literal("match"),
      ...base,
      gameId: z.string(),
      group: group.describe("By player index."),
      reason: z.enum(["fifo", "reunion", "custom"]),
      limitMs,
      rtts,
    }),
    z.strictObject({
      event: z.literal("probe"),
      ...base,
      gameId: z.string().describe("The game's, should the group play."),
      group,
      limitMs,
      rtts,
      outcome: z
        .enum(["accepted", "rejected", "abandoned"])
        .describe("abandoned: one of the group left the waiting room meanwhile."),
      durationMs: count,
    }),
    z.strictObject({
      event: z.literal("timeout"),
      ...base,
      subjectId: z.string(),
      waitedMs: ms,
      reason: z.enum(["waitroom_timeout", "known_group_missing"]),
    }),
    z.strictObject({
      event: z.literal("matcher_failure"),
      ...base,
      detail: z.string().describe("Why first come, first served was used instead."),
    }),
  ])
  .describe("One line of a match log: one decision of a waiting room.");
export type MatchRecord = z.infer<typeof matchSchema>;
