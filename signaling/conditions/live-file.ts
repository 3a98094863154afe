/** A conditions file in use: taken anew when it is saved, and edited block by block. */
import { unwatchFile, watchFile } from "node:fs";
import { basename } from "node:path";
import type { Logger } from "pino";
import writeFileAtomic from "write-file-atomic";
import { findBlockSource, replaceSource } from "./expansion/block-source.ts";
import { Conditions } from "./expansion/conditions.ts";
import { ConditionsError, PythonError } from "./expansion/error.ts";
import type { ConfigChange, Experiment } from "./experiment.ts";
import { type ConditionsText, readConditions } from "./file.ts";
import type { BlockEdit, FileChange } from "./page-protocol.ts";

/**
 * How often the file's state is asked for. Asking sees every kind of save (in place, by renaming, through
 * links, on network drives), of which notifications miss some.
 */
const POLL_MS = 200;

/** An editor's write, rename and touch of one save come within this time. */
const SETTLE_MS = 100;

/** An edit that cannot be made, with the reason. */
export class EditError extends Error {
  override readonly name = "EditError";
}

interface LiveFileOptions {
  readonly path: string;
  readonly experiment: Experiment;
  readonly log: Logger;
  /** Called after each change of the conditions in use or of what is known of the file. */
  readonly onChange: () => Promise<void>;
}

export class LiveFile {
  readonly #options: LiveFileOptions;
  /** What is in use. */
  #text: string;
  #fault: string | null = null;
  #lastChange: FileChange | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Edits and reloads wait for each other. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #reloadSoon = () => {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#reload()), SETTLE_MS);
  };

  constructor(text: string, options: LiveFileOptions) {
    this.#text = text;
    this.#options = options;
    watchFile(options.path, { interval: POLL_MS }, this.#reloadSoon);
    // What was saved between the reading and the first look at the file.
    this.#reloadSoon();
  }

  get name(): string {
    return basename(this.#options.path);
  }

  /** What is wrong with the file as saved, while the last good one stays in use. */
  get fault(): string | null {
    return this.#fault;
  }

  get lastChange(): FileChange | null {
    return this.#lastChange;
  }

  /** The lines of the block, or null where they are not in one piece. */
  sourceOf(blockName: string): string | null {
    const place = this.#placeOf(blockName);
    return place === null
      ? null
      : this.#text.slice(place.start, place.end).replaceAll("\r\n", "\n");
  }

  /**
   * What the edit changes and for whom; with `isWritten` it is on disk and in use.
   * @throws EditError, ConditionsError or PythonError, and then nothing is changed.
   */
  edit(edit: BlockEdit): Promise<readonly ConfigChange[]> {
    return this.#inTurn(async () => {
      const { path, experiment } = this.#options;
      await this.#reload();
      if (this.#fault !== null) {
        throw new EditError(`${this.name} has faults; put them right there first.`);
      }
      const place = this.#placeOf(edit.blockName);
      if (place === null || this.sourceOf(edit.blockName) !== edit.before) {
        throw new EditError(
          `${edit.blockName} was changed in ${this.name} meanwhile; load it again.`,
        );
      }
      const text = replaceSource(this.#text, place, edit.after);
      const conditions = new Conditions(text);
      if (!edit.isWritten) return experiment.compare(conditions);
      experiment.compare(conditions);
      await writeFileAtomic(path, text);
      return this.#take({ text, conditions });
    });
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    unwatchFile(this.#options.path, this.#reloadSoon);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work);
    this.#turn = done;
    return done;
  }

  /** The same text is no change, however often it is saved. */
  async #reload(): Promise<void> {
    const { path, log, onChange } = this.#options;
    try {
      const read = await readConditions(path);
      if (read.text === this.#text && this.#fault === null) return;
      await this.#take(read);
    } catch (error) {
      const reason = (error as Error).message;
      if (reason === this.#fault) return;
      this.#fault = reason;
      log.warn({ path, reason }, "the conditions file has faults; the last good one stays in use");
      await onChange();
    }
  }

  async #take({ text, conditions }: ConditionsText): Promise<readonly ConfigChange[]> {
    const changes = this.#options.experiment.reload(conditions);
    this.#fault = null;
    if (text !== this.#text) this.#lastChange = { at: new Date().toISOString(), changes };
    this.#text = text;
    await this.#options.onChange();
    return changes;
  }

  #placeOf(blockName: string) {
    const index = this.#options.experiment.indexOfBlock(blockName);
    return index === null ? null : findBlockSource(this.#text, index);
  }
}

/** Whether the error says something to the person who edits. */
export function isEditFault(error: unknown): error is Error {
  return [EditError, ConditionsError, PythonError].some((kind) => error instanceof kind);
}
