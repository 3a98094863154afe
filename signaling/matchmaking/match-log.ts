/** The decisions of the waiting rooms, one file a scene, beside the data. */
import { join } from "node:path";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { type DataFolder, MATCH_LOGS_FOLDER } from "../store/data-folder.ts";
import { SCHEMA_VERSION } from "../store/file-schema.ts";
import { JsonLines } from "../store/json-lines.ts";
import type { MatchRecord } from "../store/match-schema.ts";
import type { MatchEvent, Waited } from "./waiting-room.ts";

export interface MatchLogOptions {
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly log: Logger;
}

export class MatchLog {
  readonly #options: MatchLogOptions;
  readonly #files = new Map<string, JsonLines>();

  constructor(options: MatchLogOptions) {
    this.#options = options;
  }

  /** Never fails: what cannot be written is said in the server's log, with what it was. */
  record(sceneId: string, event: MatchEvent, candidates: Waited[]): void {
    const { folder, clock, log } = this.#options;
    const atMs = clock.nowMs();
    const base = { schemaVersion: SCHEMA_VERSION, atMs, sceneId, candidates } as const;
    const record: MatchRecord = { ...base, ...event };
    if (event.event === "matcher_failure") log.warn({ record }, "a matchmaker failed");
    if (!folder.savesScenes) return;
    this.#file(sceneId)
      .append(record)
      .catch((err: unknown) => log.error({ err, record }, "cannot write the match log"));
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.idle()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.close()));
  }

  #file(sceneId: string): JsonLines {
    const known = this.#files.get(sceneId);
    if (known !== undefined) return known;
    const name = `${sceneId}_matches.jsonl`;
    const file = new JsonLines(join(this.#options.folder.path, MATCH_LOGS_FOLDER, name));
    this.#files.set(sceneId, file);
    return file;
  }
}
