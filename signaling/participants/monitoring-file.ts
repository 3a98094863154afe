/** The monitoring file of one visit, made of what is stored. */
import { SCHEMA_VERSION } from "../store/file-schema.ts";
import type { MonitoringFile } from "../store/monitoring-schema.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import type { WatchTable } from "../store/watch-table.ts";
import type { Study } from "../study/index.ts";

interface Sources {
  readonly study: Study;
  readonly participants: ParticipantTable;
  readonly watches: WatchTable;
}

/** What the server measured and decided in the visit; null when it watched nothing. */
export function monitoringFile(
  { study, participants, watches }: Sources,
  subjectId: string,
  visitId: string,
): MonitoringFile | null {
  const record = watches.find(subjectId, visitId);
  if (record === null) return null;
  const { sceneId, visitNumber, gameId } = participants.getVisit(subjectId, visitId);
  return {
    schemaVersion: SCHEMA_VERSION,
    experimentId: study.experimentId,
    sceneId,
    subjectId: participants.get(subjectId).subjectId,
    visitNumber,
    gameId,
    ...record,
  };
}
