/** A file of one JSON object a line that only grows: each line is on disk before its write resolves. */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

const NEWLINE = 0x0a;

/** Cuts off a last line that a crash left without its end: it was never acknowledged. */
async function cutTornLine(file: FileHandle): Promise<void> {
  const bytes = await file.readFile();
  const length = bytes.lastIndexOf(NEWLINE) + 1;
  if (length < bytes.length) await file.truncate(length);
}

export class JsonLines {
  readonly #path: string;
  #file: Promise<FileHandle> | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** The file, and its folder, are made with the first line. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Lines are written in the order of the calls; a failure is the caller's and stops no later line. */
  append(value: unknown): Promise<void> {
    const written = this.#writing.then(() => this.#write(`${JSON.stringify(value)}\n`));
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Resolves when no line is being written. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.then((file) => file.close()).catch(() => {});
    this.#file = null;
  }

  async #write(line: string): Promise<void> {
    this.#file ??= this.#open();
    try {
      const file = await this.#file;
      await file.write(line);
      await file.datasync();
    } catch (error) {
      // What was written of the line is cut off when the file is opened again.
      const failed = this.#file;
      this.#file = null;
      await failed.then((file) => file.close()).catch(() => {});
      throw error;
    }
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(this.#path, "a+");
    await cutTornLine(file);
    return file;
  }
}
