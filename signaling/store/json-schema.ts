/** The JSON Schemas of `data/schemas`, made from the schemas that the code uses. */
import { z } from "zod";
import { desyncSchema } from "./desync-schema.ts";
import { episodeRowSchema, globalsSchema, metadataSchema, replaySchema } from "./file-schema.ts";
import { matchSchema } from "./match-schema.ts";
import { aggregatedMetricsSchema, multiplayerMetricsSchema } from "./metrics-schema.ts";
import { monitoringSchema } from "./monitoring-schema.ts";

/** By the file kind's name. */
export const FILE_SCHEMAS = {
  metadata: metadataSchema,
  globals: globalsSchema,
  episode: episodeRowSchema,
  replay: replaySchema,
  monitoring: monitoringSchema,
  desync: desyncSchema,
  multiplayer_metrics: multiplayerMetricsSchema,
  aggregated_metrics: aggregatedMetricsSchema,
  matches: matchSchema,
} as const;

/** Text of each file in `data/schemas`, by file name. */
export function schemaFiles(): Readonly<Record<string, string>> {
  const files = Object.entries(FILE_SCHEMAS).map(([kind, schema]) => {
    const json = z.toJSONSchema(schema);
    return [`${kind}.schema.json`, `${JSON.stringify({ title: kind, ...json }, null, 2)}\n`];
  });
  return Object.fromEntries(files);
}
