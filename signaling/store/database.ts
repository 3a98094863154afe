/** The study's state: one SQLite file beside the data. What a transaction wrote is on disk when it returns. */
import { DatabaseSync } from "node:sqlite";
import { DataError } from "./data-folder.ts";
import { MIGRATIONS } from "./migration.ts";

export class Database {
  readonly #sqlite: DatabaseSync;
  #depth = 0;

  /**
   * Opens or creates the file and brings its tables up to date.
   * @throws Error when another server has it open, or a newer version wrote it.
   */
  constructor(path: string, nowMs: number) {
    this.#sqlite = new DatabaseSync(path);
    this.#sqlite.exec("PRAGMA locking_mode = EXCLUSIVE");
    this.#sqlite.exec("PRAGMA journal_mode = WAL");
    this.#sqlite.exec("PRAGMA synchronous = FULL");
    this.transaction(() => this.#migrate(nowMs));
  }

  prepare(sql: string): ReturnType<DatabaseSync["prepare"]> {
    return this.#sqlite.prepare(sql);
  }

  /** Runs `work` as a whole or not at all; inside another transaction it becomes part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#sqlite.exec("BEGIN IMMEDIATE");
    this.#depth++;
    try {
      const result = work();
      this.#sqlite.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK");
      throw error;
    } finally {
      this.#depth--;
    }
  }

  close(): void {
    this.#sqlite.close();
  }

  #migrate(nowMs: number): void {
    this.#sqlite.exec(
      "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT",
    );
    const row = this.prepare("SELECT max(version) AS version FROM schema_versions").get();
    const version = Number(row?.version ?? 0);
    if (version > MIGRATIONS.length) {
      throw new Error(`its tables have version ${version}, known up to ${MIGRATIONS.length}`);
    }
    const record = this.prepare("INSERT INTO schema_versions VALUES (?, ?)");
    for (const [index, step] of MIGRATIONS.entries()) {
      if (index < version) continue;
      this.#sqlite.exec(step);
      record.run(index + 1, nowMs);
    }
  }
}

/** @throws DataError with one sentence for the person who started the server. */
export function openDatabase(path: string, nowMs: number): Database {
  try {
    return new Database(path, nowMs);
  } catch (error) {
    const reason = String((error as Error).message);
    const text = /locked|busy/i.test(reason) ? "another server is using it" : reason;
    throw new DataError(`Cannot open ${path}: ${text}.`);
  }
}
