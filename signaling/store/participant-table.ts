/** Participants and their visits, as stored. */
import type { Outcome } from "../protocol.ts";
import type { Answers, Assigned } from "../study/index.ts";
import type { Database } from "./database.ts";

export type Lifecycle = "IDLE" | "IN_WAITROOM" | "IN_GAME" | "GAME_ENDED";

export interface Participant {
  readonly subjectId: string;
  readonly secretHash: string;
  /** Whether the page has shown that it received its secret. */
  readonly isSecretConfirmed: boolean;
  readonly firstTabId: string;
  /** Scene ids in the order of this participant; never drawn again. */
  readonly plan: readonly string[];
  /** What the plan was drawn with. */
  readonly planSeed: number;
  /** Null in a study without conditions. */
  readonly condition: string | null;
  /** Where the condition stands in the sequence it was drawn from. */
  readonly place: number | null;
  readonly stagerMetadata: Record<string, unknown>;
  readonly visitId: string;
  readonly lifecycle: Lifecycle;
  readonly gameId: string | null;
  readonly outcome: Outcome | null;
  readonly completionCode: string | null;
  readonly createdAtMs: number;
  readonly endedAtMs: number | null;
}

/** One pass of one participant through one scene. */
export interface Visit {
  readonly subjectId: string;
  readonly visitId: string;
  readonly sceneId: string;
  readonly planIndex: number;
  /** From 1; a later pass through the same scene has files of its own. */
  readonly visitNumber: number;
  readonly gameId: string | null;
  readonly answers: Answers | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** Why the visit ended otherwise than the scene does; null for a regular end, and before any. */
  readonly outcome: Outcome | null;
}

type Row = Record<string, unknown>;

function participantOf(row: Row): Participant {
  return {
    subjectId: row.subject_id as string,
    secretHash: row.secret_hash as string,
    isSecretConfirmed: row.is_secret_confirmed === 1,
    firstTabId: row.first_tab_id as string,
    plan: JSON.parse(row.plan as string) as string[],
    planSeed: row.plan_seed as number,
    condition: row.condition as string | null,
    place: row.place as number | null,
    stagerMetadata: JSON.parse(row.stager_metadata as string) as Record<string, unknown>,
    visitId: row.visit_id as string,
    lifecycle: row.lifecycle as Lifecycle,
    gameId: row.game_id as string | null,
    outcome: row.outcome as Outcome | null,
    completionCode: row.completion_code as string | null,
    createdAtMs: row.created_at_ms as number,
    endedAtMs: row.ended_at_ms as number | null,
  };
}

function visitOf(row: Row): Visit {
  return {
    subjectId: row.subject_id as string,
    visitId: row.visit_id as string,
    sceneId: row.scene_id as string,
    planIndex: row.plan_index as number,
    visitNumber: row.visit_number as number,
    gameId: row.game_id as string | null,
    answers: row.answers === null ? null : (JSON.parse(row.answers as string) as Answers),
    startedAtMs: row.started_at_ms as number,
    endedAtMs: row.ended_at_ms as number | null,
    outcome: row.outcome as Outcome | null,
  };
}

export class ParticipantTable {
  readonly #database: Database;
  readonly #select;
  readonly #update;
  readonly #selectVisit;
  readonly #updateVisit;
  readonly #unwritten;

  constructor(database: Database) {
    this.#database = database;
    this.#select = database.prepare("SELECT * FROM participants WHERE subject_id = ?");
    this.#update = database.prepare(
      `UPDATE participants SET secret_hash = ?, is_secret_confirmed = ?, visit_id = ?,
       lifecycle = ?, game_id = ?, outcome = ?, completion_code = ?, ended_at_ms = ?,
       stager_metadata = ? WHERE subject_id = ?`,
    );
    this.#selectVisit = database.prepare(
      "SELECT * FROM visits WHERE subject_id = ? AND visit_id = ?",
    );
    this.#updateVisit = database.prepare(
      `UPDATE visits SET game_id = ?, answers = ?, ended_at_ms = ?, outcome = ?, is_written = 0
       WHERE subject_id = ? AND visit_id = ?`,
    );
    this.#unwritten = database.prepare(
      "SELECT * FROM visits WHERE is_written = 0 AND subject_id = coalesce(?, subject_id)",
    );
  }

  /** Ids that differ only in upper and lower case are one participant: their files would be one. */
  find(subjectId: string): Participant | null {
    const row = this.#select.get(subjectId);
    return row === undefined ? null : participantOf(row);
  }

  get(subjectId: string): Participant {
    const participant = this.find(subjectId);
    if (participant === null) throw new Error(`Expected a participant ${subjectId}, got none`);
    return participant;
  }

  insert(participant: Participant): void {
    this.#database
      .prepare("INSERT INTO participants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        participant.subjectId,
        participant.secretHash,
        participant.isSecretConfirmed ? 1 : 0,
        participant.firstTabId,
        JSON.stringify(participant.plan),
        participant.visitId,
        participant.lifecycle,
        participant.gameId,
        participant.outcome,
        participant.completionCode,
        participant.createdAtMs,
        participant.endedAtMs,
        participant.planSeed,
        participant.condition,
        participant.place,
        JSON.stringify(participant.stagerMetadata),
      );
  }

  update(subjectId: string, changes: Partial<Participant>): Participant {
    const next = { ...this.get(subjectId), ...changes };
    this.#update.run(
      next.secretHash,
      next.isSecretConfirmed ? 1 : 0,
      next.visitId,
      next.lifecycle,
      next.gameId,
      next.outcome,
      next.completionCode,
      next.endedAtMs,
      JSON.stringify(next.stagerMetadata),
      next.subjectId,
    );
    return next;
  }

  /** How many there have ever been. */
  count(): number {
    return Number(
      this.#database.prepare("SELECT count(*) AS count FROM participants").get()?.count,
    );
  }

  /** Places of all who have completed, and of those on their way who have begun a scene since `sinceMs`. */
  takenPlaces(sinceMs: number): readonly Assigned[] {
    const rows = this.#database
      .prepare(
        `SELECT condition, place FROM participants WHERE condition IS NOT NULL AND (
         outcome = 'completed' OR (outcome IS NULL AND ? <=
         (SELECT max(started_at_ms) FROM visits WHERE visits.subject_id = participants.subject_id)))`,
      )
      .all(sinceMs);
    return rows.map(({ condition, place }) => ({ condition, place }) as unknown as Assigned);
  }

  /** Everybody who has not reached an end. */
  unfinished(): readonly Participant[] {
    const rows = this.#database.prepare("SELECT * FROM participants WHERE outcome IS NULL").all();
    return rows.map(participantOf);
  }

  findVisit(subjectId: string, visitId: string): Visit | null {
    const row = this.#selectVisit.get(subjectId, visitId);
    return row === undefined ? null : visitOf(row);
  }

  getVisit(subjectId: string, visitId: string): Visit {
    const visit = this.findVisit(subjectId, visitId);
    if (visit === null) throw new Error(`Expected a visit ${visitId} of ${subjectId}, got none`);
    return visit;
  }

  /** In the order in which they were begun. */
  visits(subjectId: string): readonly Visit[] {
    const rows = this.#database
      .prepare("SELECT * FROM visits WHERE subject_id = ? ORDER BY rowid")
      .all(subjectId);
    return rows.map(visitOf);
  }

  visitCount(subjectId: string, sceneId: string): number {
    const row = this.#database
      .prepare("SELECT count(*) AS count FROM visits WHERE subject_id = ? AND scene_id = ?")
      .get(subjectId, sceneId);
    return Number(row?.count);
  }

  /** Whether the last visit to some scene ended because nobody came to play with them. */
  hasTimedOut(subjectId: string): boolean {
    const row = this.#database
      .prepare(
        `SELECT 1 FROM visits AS visit WHERE subject_id = ? AND outcome = 'lobby_timeout'
         AND visit_number = (SELECT max(visit_number) FROM visits AS other
           WHERE other.subject_id = visit.subject_id AND other.scene_id = visit.scene_id)`,
      )
      .get(subjectId);
    return row !== undefined;
  }

  insertVisit(visit: Visit): void {
    this.#database
      .prepare("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)")
      .run(
        visit.subjectId,
        visit.visitId,
        visit.sceneId,
        visit.planIndex,
        visit.visitNumber,
        visit.gameId,
        visit.answers === null ? null : JSON.stringify(visit.answers),
        visit.startedAtMs,
        visit.endedAtMs,
        visit.outcome,
      );
  }

  /** Any change makes the visit's file out of date until `markWritten`. */
  updateVisit(subjectId: string, visitId: string, changes: Partial<Visit>): Visit {
    const next = { ...this.getVisit(subjectId, visitId), ...changes };
    const answers = next.answers === null ? null : JSON.stringify(next.answers);
    const { gameId, endedAtMs, outcome } = next;
    this.#updateVisit.run(gameId, answers, endedAtMs, outcome, subjectId, visitId);
    return next;
  }

  markWritten(subjectId: string, visitId: string): void {
    this.#database
      .prepare("UPDATE visits SET is_written = 1 WHERE subject_id = ? AND visit_id = ?")
      .run(subjectId, visitId);
  }

  /** Visits whose file is missing or out of date; of everybody, or of one participant. */
  unwrittenVisits(subjectId: string | null): readonly Visit[] {
    const rows = this.#unwritten.all(subjectId);
    return rows.map(visitOf);
  }
}
