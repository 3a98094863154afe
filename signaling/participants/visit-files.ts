/** The files of visits, kept up to date with what is stored of them. */
import type { StudyBlocks } from "../conditions/study-blocks.ts";
import type { DataFolder } from "../store/data-folder.ts";
import { fileName } from "../store/data-folder.ts";
import type { MetadataFile } from "../store/file-schema.ts";
import type { ParticipantTable, Visit } from "../store/participant-table.ts";
import type { ValueTable } from "../store/value-table.ts";
import type { WatchTable } from "../store/watch-table.ts";
import type { Scene, Study } from "../study/index.ts";
import { monitoringFile } from "./monitoring-file.ts";
import { type GameStanding, visitMetadata } from "./visit-metadata.ts";

export interface VisitFilesOptions {
  readonly study: Study;
  readonly participants: ParticipantTable;
  readonly watches: WatchTable;
  readonly values: ValueTable;
  readonly folder: DataFolder;
  /** Null in a study without a conditions file. */
  readonly blocks: StudyBlocks | null;
  sceneOf(sceneId: string): Scene;
  /** How the visit's game stands; null when it has none. */
  standing(visit: Visit): GameStanding | null;
}

export class VisitFiles {
  readonly #options: VisitFilesOptions;
  /** The last write of each participant that is under way. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(options: VisitFilesOptions) {
    this.#options = options;
  }

  /** Writes the files that are missing or out of date; of everybody when no participant is named. */
  async writeChanges(subjectId: string | null): Promise<void> {
    for (const visit of this.#options.participants.unwrittenVisits(subjectId)) {
      await this.writeVisit(visit.subjectId, visit.visitId);
    }
  }

  /** Brings the file of one visit up to date with the state; one write at a time for each participant. */
  writeVisit(subjectId: string, visitId: string): Promise<void> {
    const before = this.#writing.get(subjectId) ?? Promise.resolve();
    const written = before.then(() => this.#writeVisit(subjectId, visitId));
    // Whoever asked for the write hears of its failure; the next one is tried all the same.
    const settled = written.catch(() => {});
    this.#writing.set(subjectId, settled);
    void settled.then(() => {
      if (this.#writing.get(subjectId) === settled) this.#writing.delete(subjectId);
    });
    return written;
  }

  /** Resolves when no file of a visit is being written. */
  async idle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing.values());
  }

  async #writeVisit(subjectId: string, visitId: string): Promise<void> {
    const { participants, folder } = this.#options;
    const { sceneId, visitNumber } = participants.getVisit(subjectId, visitId);
    for (let stored: string | null = null; ; ) {
      const metadata = this.#metadata(subjectId, visitId);
      const monitoring = monitoringFile(this.#options, subjectId, visitId);
      const text = JSON.stringify([metadata, monitoring]);
      // What changed while a file was written would otherwise be marked as written with it.
      if (text === stored) break;
      const { subjectId: written } = participants.get(subjectId);
      if (metadata !== null) {
        const name = fileName.metadata(written, visitNumber);
        await folder.writeJson(sceneId, name, metadata, "indented");
      }
      if (monitoring !== null) {
        const name = fileName.monitoring(written, visitNumber);
        await folder.writeJson(sceneId, name, monitoring, "compact");
      }
      stored = text;
    }
    participants.markWritten(subjectId, visitId);
  }

  /** The visit's metadata as of now; null when this scene keeps none. */
  #metadata(subjectId: string, visitId: string): MetadataFile | null {
    const { participants, values, study, standing, sceneOf, blocks } = this.#options;
    const participant = participants.get(subjectId);
    const visit = participants.getVisit(subjectId, visitId);
    const scene = sceneOf(visit.sceneId);
    const { outcome } = participant;
    const isEarlyEnd =
      visit.outcome !== null ||
      (outcome !== null && outcome !== "completed" && participant.visitId === visitId);
    if (!scene.shouldExportMetadata && !isEarlyEnd) return null;
    const carried = { panel: values.panel(subjectId), globals: values.globals(subjectId) };
    const game = standing(visit);
    return visitMetadata({ study, scene, participant, carried, visit, standing: game, blocks });
  }
}
