/** Finds the files of all experiments below a folder and reads them one by one. */
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { z } from "zod";
import { DataError, fileName, MATCH_LOGS_FOLDER } from "../store/data-folder.ts";
import {
  type MetadataFile,
  metadataSchema,
  type ReplayFile,
  replaySchema,
} from "../store/file-schema.ts";
import { type MatchRecord, matchSchema } from "../store/match-schema.ts";
import { type MultiplayerMetricsFile, multiplayerMetricsSchema } from "../store/metrics-schema.ts";
import { type MonitoringFile, monitoringSchema } from "../store/monitoring-schema.ts";

/** A metrics file with what only its name and place say. */
export interface MetricsRecord {
  readonly experimentId: string;
  readonly sceneId: string;
  readonly subjectId: string;
  readonly visitNumber: number;
  readonly file: MultiplayerMetricsFile;
}

export interface ReplayRecord {
  readonly file: ReplayFile;
  /** The rows; null when the server could not compute them. */
  readonly csvPath: string | null;
}

/** One line of a match log with what only its place says. */
export interface MatchLogRecord {
  readonly experimentId: string;
  readonly line: MatchRecord;
}

const METRICS_PATTERN = /^(.+)_multiplayer_metrics(?:_v(\d+))?\.json$/;

/** Sorted by code units, so that no machine's language changes the order. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function parseFile<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  return parseText(path, await readFile(path, "utf8"), schema);
}

function parseText<T extends z.ZodType>(path: string, text: string, schema: T): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DataError(`${path} is not as documented: ${issue?.path.join(".")}: ${issue?.message}`);
}

export class DataReader {
  readonly #paths: ReadonlySet<string>;

  private constructor(paths: readonly string[]) {
    this.#paths = new Set(paths);
  }

  /** @throws DataError when there is no such folder, or nothing of a study in it. */
  static async open(dir: string): Promise<DataReader> {
    const names = await readdir(dir, { recursive: true }).catch(() => {
      throw new DataError(`There is no folder ${dir}.`);
    });
    const reader = new DataReader(names.sort(byText).map((name) => join(dir, name)));
    if (reader.#find(/_metadata(_v\d+)?\.json$|_replay(_v\d+)?\.json$/).length === 0) {
      throw new DataError(`There are no data of a study below ${dir}.`);
    }
    return reader;
  }

  async metadata(): Promise<readonly MetadataFile[]> {
    const files: MetadataFile[] = [];
    for (const path of this.#find(/_metadata(_v\d+)?\.json$/)) {
      files.push(await parseFile(path, metadataSchema));
    }
    return files;
  }

  /** One file at a time: they are the large ones. */
  async *replays(): AsyncGenerator<ReplayRecord> {
    for (const path of this.#find(/_ep\d+_replay(_v\d+)?\.json$/)) {
      const file = await parseFile(path, replaySchema);
      const { subjectId, visitNumber, episode, isStreamed = true } = file;
      const name = isStreamed
        ? fileName.episode(subjectId, visitNumber, episode)
        : fileName.game(subjectId, visitNumber);
      const csvPath = join(dirname(path), name);
      yield { file, csvPath: this.#paths.has(csvPath) ? csvPath : null };
    }
  }

  async *metrics(): AsyncGenerator<MetricsRecord> {
    for (const path of this.#find(METRICS_PATTERN)) {
      const [, subjectId = "", visit = "1"] = METRICS_PATTERN.exec(basename(path)) ?? [];
      const scene = dirname(path);
      yield {
        experimentId: basename(dirname(scene)),
        sceneId: basename(scene),
        subjectId,
        visitNumber: Number(visit),
        file: await parseFile(path, multiplayerMetricsSchema),
      };
    }
  }

  async *monitoring(): AsyncGenerator<MonitoringFile> {
    for (const path of this.#find(/_monitoring(_v\d+)?\.json$/)) {
      yield await parseFile(path, monitoringSchema);
    }
  }

  async *matches(): AsyncGenerator<MatchLogRecord> {
    for (const path of this.#find(/_matches\.jsonl$/)) {
      const folder = dirname(path);
      if (basename(folder) !== MATCH_LOGS_FOLDER) continue;
      const experimentId = basename(dirname(folder));
      for await (const text of createInterface(createReadStream(path, "utf8"))) {
        yield { experimentId, line: parseText(path, text, matchSchema) };
      }
    }
  }

  #find(pattern: RegExp): readonly string[] {
    return [...this.#paths].filter((path) => pattern.test(basename(path)));
  }
}
