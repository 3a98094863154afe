/** Whether the study still has every scene that somebody is on the way to. */
import { DataError, type DataFolder } from "../store/data-folder.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import type { Study } from "../study/index.ts";

/** @throws DataError naming the first scene that is missing. */
export function checkPlans(participants: ParticipantTable, study: Study, folder: DataFolder): void {
  const sceneIds = new Set(study.scenes.map(({ sceneId }) => sceneId));
  const missing = participants
    .unfinished()
    .flatMap(({ plan }) => plan)
    .find((sceneId) => !sceneIds.has(sceneId));
  if (missing === undefined) return;
  throw new DataError(
    `Participants in ${folder.path} are on the way to scene \`${missing}\`, which the study no longer has; choose another --data-dir.`,
  );
}
