/** Keeps an experiment's state over restarts, in one JSON file that is written whole. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { DataError } from "../store/data-folder.ts";
import type { ExperimentState } from "./experiment.ts";

const index = z.int().min(1);

const SCHEMA = z.object({
  version: z.literal(1),
  defaultParticipantIndex: index,
  participants: z.array(
    z.object({
      participantIndex: index,
      arrangement: z.int().min(0),
      blockId: z.int().min(0).nullable(),
      hasLeft: z.boolean(),
    }),
  ),
});

export class ConditionsStore {
  readonly path: string;
  #written: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /**
   * What was saved last, or null.
   * @throws DataError if the file is not one of this product's.
   */
  async load(): Promise<ExperimentState | null> {
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw new DataError(`Cannot read ${this.path}: ${error.message}.`);
    });
    if (text === null) return null;
    try {
      return SCHEMA.parse(JSON.parse(text));
    } catch {
      throw new DataError(
        `${this.path} is not a state of an experiment; choose another --data-dir.`,
      );
    }
  }

  /** Resolves when the state is on disk; later states overtake none. */
  save(state: ExperimentState): Promise<void> {
    const text = JSON.stringify(state);
    const write = async () => {
      await mkdir(dirname(this.path), { recursive: true });
      await writeFileAtomic(this.path, text);
    };
    const written = this.#written.then(write, write);
    this.#written = written;
    return written;
  }
}
