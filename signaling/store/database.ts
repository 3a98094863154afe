/**
 * The study's state: one SQLite file beside the data. Everything written in one turn of the event loop is
 * committed together at its end, and all commits since the last wait for the disk share the next one, in a
 * thread of its own. Whoever tells somebody of a write waits for `durable` first.
 */
import { closeSync, fdatasync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { DataError } from "./data-folder.ts";
import { MIGRATIONS } from "./migration.ts";

type Row = Record<string, unknown>;

/** A prepared statement; `run` writes, the others read. */
export interface Statement {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  run(...values: SQLInputValue[]): void;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Database {
  readonly #sqlite: DatabaseSync;
  #depth = 0;
  /** Whether something was written that is not committed yet. */
  #isOpen = false;
  /** Those who wait for what is not committed yet. */
  #waiting: Waiting[] = [];
  /** Those whose writes are committed and may not be on disk yet. */
  #committed: Waiting[] = [];
  /** Whether something is committed that no wait for the disk has begun for. */
  #isDirty = false;
  #isSyncing = false;
  #isClosed = false;
  /** The log that commits are appended to; null for a state in memory. */
  readonly #logFile: number | null;

  /**
   * Opens or creates the file and brings its tables up to date.
   * @throws Error when another server has it open, or a newer version wrote it.
   */
  constructor(path: string, nowMs: number) {
    this.#sqlite = new DatabaseSync(path);
    this.#sqlite.exec("PRAGMA locking_mode = EXCLUSIVE");
    this.#sqlite.exec("PRAGMA journal_mode = WAL");
    // SQLite orders its own writes; waiting for the disk after a commit is `#sync`'s, off this thread.
    this.#sqlite.exec("PRAGMA synchronous = NORMAL");
    this.transaction(() => this.#migrate(nowMs));
    this.#sqlite.exec("COMMIT");
    this.#isOpen = false;
    this.#logFile = path === ":memory:" ? null : openSync(`${path}-wal`, "r+");
  }

  prepare(sql: string): Statement {
    const statement = this.#sqlite.prepare(sql);
    return {
      get: (...values) => statement.get(...values),
      all: (...values) => statement.all(...values),
      run: (...values) => this.transaction(() => void statement.run(...values)),
    };
  }

  /** Runs `work` as a whole or not at all; inside another transaction it becomes part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#open();
    this.#depth++;
    try {
      this.#sqlite.exec("SAVEPOINT work");
      const result = work();
      this.#sqlite.exec("RELEASE work");
      return result;
    } catch (error) {
      // A full disk has undone everything since the last commit, what others wrote with it.
      if (this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK TO work; RELEASE work");
      else this.#end(error);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** Resolves when everything written so far is on disk; rejects when that failed and it is undone. */
  durable(): Promise<void> {
    return new Promise((resolve, reject) => this.#wait({ resolve, reject }));
  }

  /** Runs `task` in the order of the calls, at once if nothing waits for the disk; not at all if that fails. */
  whenDurable(task: () => void): void {
    this.#wait({ resolve: task, reject: () => {} });
  }

  close(): void {
    this.#commit();
    // Brings everything to disk.
    this.#sqlite.close();
    this.#isClosed = true;
    settle(this.#committed.splice(0), null);
    if (!this.#isSyncing) this.#closeLog();
  }

  #wait(waiting: Waiting): void {
    if (this.#isOpen) this.#waiting.push(waiting);
    else if (this.#isSyncing) this.#committed.push(waiting);
    else waiting.resolve();
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#sqlite.exec("BEGIN IMMEDIATE");
    this.#isOpen = true;
    // After whatever has arrived by now was handled.
    setImmediate(() => this.#commit());
  }

  #commit(): void {
    if (!this.#isOpen) return;
    try {
      this.#sqlite.exec("COMMIT");
      this.#end(null);
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK");
      this.#end(error);
    }
  }

  #end(error: unknown): void {
    this.#isOpen = false;
    const waiting = this.#waiting.splice(0);
    if (error === null) {
      this.#committed.push(...waiting);
      this.#isDirty = true;
      if (!this.#isSyncing) this.#sync();
    } else settle(waiting, error);
  }

  /** One wait for the disk at a time; whoever comes meanwhile shares the next. */
  #sync(): void {
    const waiting = this.#committed.splice(0);
    this.#isDirty = false;
    if (this.#logFile === null) {
      settle(waiting, null);
      return;
    }
    this.#isSyncing = true;
    fdatasync(this.#logFile, (error) => {
      this.#isSyncing = false;
      settle(waiting, this.#isClosed ? null : error);
      if (this.#isClosed) this.#closeLog();
      else if (this.#isDirty || this.#committed.length > 0) this.#sync();
    });
  }

  #closeLog(): void {
    if (this.#logFile !== null) closeSync(this.#logFile);
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

function settle(waiting: readonly Waiting[], error: unknown): void {
  for (const { resolve, reject } of waiting) {
    if (error === null) resolve();
    else reject(error);
  }
}
