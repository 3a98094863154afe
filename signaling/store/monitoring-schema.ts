/** What `_monitoring.json` holds; its JSON Schema is made from this. */
import { z } from "zod";
import { SCHEMA_VERSION } from "./file-schema.ts";

const timeMs = z.number().describe("Milliseconds since the epoch, by the server's clock.");

export const monitoringSchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    experimentId: z.string(),
    sceneId: z.string(),
    subjectId: z.string(),
    visitNumber: z.int().min(1),
    gameId: z.string().nullable().describe("Null for the screening before the first scene."),
    client: z
      .strictObject({
        browserName: z.string(),
        browserVersion: z.string(),
        osName: z.string(),
        deviceType: z.enum(["desktop", "mobile", "tablet"]),
      })
      .nullable()
      .describe("Told at the screening only."),
    pings: z
      .array(
        z.strictObject({
          atMs: timeMs,
          rttMs: z.number().nullable().describe("Null: no answer within 5 s."),
        }),
      )
      .describe("Round trips to the page and back, as the server measured them."),
    decisions: z.array(
      z.strictObject({
        atMs: timeMs,
        kind: z.enum(["admitted", "warned", "excluded", "callback_failed"]),
        rule: z.enum(["device", "browser", "ping", "tab", "focus_loss", "callback"]).nullable(),
        message: z
          .string()
          .nullable()
          .describe("What the participant read; of a callback that failed, how."),
        episode: z.int().min(0).nullable(),
        frame: z.int().min(0).nullable().describe("The newest that the page has reported."),
      }),
    ),
  })
  .describe("What the server measured of one participant in one visit, and what it decided.");
export type MonitoringFile = z.infer<typeof monitoringSchema>;

/** What is kept of a visit while it lasts. */
export type WatchRecord = Pick<MonitoringFile, "client" | "pings" | "decisions">;
export type WatchDecision = WatchRecord["decisions"][number];
