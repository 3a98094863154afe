/** One participant, put together from the metadata of their visits. */
import type { MetadataFile } from "../store/file-schema.ts";
import { byText } from "./data-reader.ts";

export interface ParticipantRecord {
  readonly experimentId: string;
  readonly subjectId: string;
  /** In the order in which they were shown. */
  readonly visits: readonly MetadataFile[];
  readonly first: MetadataFile;
  readonly last: MetadataFile;
  /** Null while they are on their way, or where no file of the last scene was written. */
  readonly outcome: MetadataFile["outcome"];
  readonly completionCode: string | null;
  readonly panel: Readonly<Record<string, string>>;
}

/** By experiment, then by subject. */
export function participantsOf(files: readonly MetadataFile[]): readonly ParticipantRecord[] {
  const groups = new Map<string, MetadataFile[]>();
  for (const file of files) {
    const id = JSON.stringify([file.experiment_id, file.subject_id]);
    groups.set(id, [...(groups.get(id) ?? []), file]);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => byText(a, b))
    .map(([, group]) => {
      const visits = group.sort((a, b) => a.timestamp - b.timestamp || a.plan_index - b.plan_index);
      const [first, last] = [visits[0] as MetadataFile, visits.at(-1) as MetadataFile];
      return {
        experimentId: first.experiment_id,
        subjectId: first.subject_id,
        visits,
        first,
        last,
        outcome: visits.findLast(({ outcome }) => outcome !== null)?.outcome ?? null,
        completionCode:
          visits.findLast(({ completion_code: code }) => code !== null)?.completion_code ?? null,
        panel: last.panel ?? {},
      };
    });
}
