/** What a page sets for its participant, to outlive scenes. */
import type { Reply } from "../protocol.ts";
import type { Database } from "../store/database.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import { GLOBALS_LENGTH_MAX, type Globals, type ValueTable } from "../store/value-table.ts";

export interface GlobalsKeeper {
  readonly database: Database;
  readonly participants: ParticipantTable;
  readonly values: ValueTable;
}

/** Stores the named values; the present visit's file is then out of date. */
export function setGlobals(
  { database, participants, values }: GlobalsKeeper,
  subjectId: string,
  changes: Globals,
): Reply<object> {
  const isKept = database.transaction(() => {
    if (!values.mergeGlobals(subjectId, changes)) return false;
    participants.updateVisit(subjectId, participants.get(subjectId).visitId, {});
    return true;
  });
  if (isKept) return { ok: true };
  const message = `Expected all globals together to be at most ${GLOBALS_LENGTH_MAX} characters of JSON.`;
  return { ok: false, reason: "malformed", message };
}
