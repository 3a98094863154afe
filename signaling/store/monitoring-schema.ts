/** What `_monitoring.json` holds; its JSON Schema is made from this. */
import { z } from "zod";
import { SCHEMA_VERSION } from "./file-schema.ts";

const timeMs = z.number().describe("Milliseconds since the epoch, by the server's clock.");

export const monitoringSchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    experimentId: z.string().describe("The experiment."),
    sceneId: z.string().describe("The scene, as the study names it."),
    subjectId: z.string().describe("The participant who was watched."),
    visitNumber: z.int().min(1).describe("Which pass through the scene it was, from 1."),
    gameId: z.string().nullable().describe("Null for the screening before the first scene."),
    client: z
      .strictObject({
        browserName: z.string().describe("As the browser's own headers say."),
        browserVersion: z.string().describe("Version of the browser."),
        osName: z.string().describe("Operating system."),
        deviceType: z.enum(["desktop", "mobile", "tablet"]).describe("Kind of the device."),
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
