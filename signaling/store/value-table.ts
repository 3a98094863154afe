/** What a participant carries from scene to scene: the panel's values from their link, and the study's globals. */
import type { PanelValues } from "../study/index.ts";
import type { Database } from "./database.ts";

export type Globals = Readonly<Record<string, unknown>>;

/** All globals of one participant as JSON: a page of text many times over, and small in every file. */
export const GLOBALS_LENGTH_MAX = 65_536;

export class ValueTable {
  readonly #select;
  readonly #save;

  constructor(database: Database) {
    this.#select = database.prepare("SELECT * FROM participant_values WHERE subject_id = ?");
    this.#save = database.prepare(
      `INSERT INTO participant_values VALUES (?1, ?2, ?3)
       ON CONFLICT (subject_id) DO UPDATE SET panel = ?2, globals = ?3`,
    );
  }

  panel(subjectId: string): PanelValues {
    return JSON.parse((this.#select.get(subjectId)?.panel ?? "{}") as string) as PanelValues;
  }

  globals(subjectId: string): Globals {
    return JSON.parse((this.#select.get(subjectId)?.globals ?? "{}") as string) as Globals;
  }

  /** Adds what is not known yet: what a participant came with does not change. */
  addPanel(subjectId: string, values: PanelValues): void {
    const known = this.panel(subjectId);
    if (Object.keys(values).every((name) => Object.hasOwn(known, name))) return;
    const panel = { ...values, ...known };
    this.#save.run(subjectId, JSON.stringify(panel), JSON.stringify(this.globals(subjectId)));
  }

  /** Sets the named globals and leaves the others; false when all of them would be too long. */
  mergeGlobals(subjectId: string, changes: Globals): boolean {
    const text = JSON.stringify({ ...this.globals(subjectId), ...changes });
    if (text.length > GLOBALS_LENGTH_MAX) return false;
    this.#save.run(subjectId, JSON.stringify(this.panel(subjectId)), text);
    return true;
  }
}
