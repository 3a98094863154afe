/** What was measured and decided at the screening or during a game, by visit, as stored. */
import type { Database } from "./database.ts";
import type { WatchRecord } from "./monitoring-schema.ts";

export class WatchTable {
  readonly #select;
  readonly #save;

  constructor(database: Database) {
    this.#select = database.prepare(
      "SELECT body FROM watches WHERE subject_id = ? AND visit_id = ?",
    );
    this.#save = database.prepare("INSERT OR REPLACE INTO watches VALUES (?, ?, ?)");
  }

  find(subjectId: string, visitId: string): WatchRecord | null {
    const row = this.#select.get(subjectId, visitId);
    return row === undefined ? null : (JSON.parse(row.body as string) as WatchRecord);
  }

  /** Replaces what was stored of the visit. */
  save(subjectId: string, visitId: string, record: WatchRecord): void {
    this.#save.run(subjectId, visitId, JSON.stringify(record));
  }
}
