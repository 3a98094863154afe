/** Takes each participant through their plan: what is stored, and what is shown of it. */
import type { Clock } from "../clock.ts";
import type { StudyBlocks } from "../conditions/study-blocks.ts";
import type { Outcome, ProgressView, SceneView } from "../protocol.ts";
import type { DataFolder } from "../store/data-folder.ts";
import type { Database } from "../store/database.ts";
import type {
  Lifecycle,
  Participant,
  ParticipantTable,
  Visit,
} from "../store/participant-table.ts";
import type { ValueTable } from "../store/value-table.ts";
import type { WatchTable } from "../store/watch-table.ts";
import { type Answers, type Scene, type Study, valueAt } from "../study/index.ts";
import { codeFor } from "./ending.ts";
import { enrol } from "./enrolment.ts";
import { mayFollow, wayToIdle } from "./lifecycle.ts";
import type { Contents } from "./scene-content.ts";
import { canWaitAgain, progressOf, viewOf } from "./scene-view.ts";
import { hashSecret, newSecret } from "./secret.ts";
import { Staging } from "./staging.ts";
import { VisitFiles } from "./visit-files.ts";
import type { GameStanding } from "./visit-metadata.ts";

export interface JourneyOptions {
  readonly study: Study;
  readonly database: Database;
  readonly participants: ParticipantTable;
  readonly watches: WatchTable;
  readonly values: ValueTable;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly contents: Contents;
  /** Null in a study without a conditions file. */
  readonly blocks: StudyBlocks | null;
  keyHelp(sceneId: string): readonly { readonly keys: string; readonly does: string }[];
  /** How the visit's game stands; null when it has none. */
  standing(visit: Visit): GameStanding | null;
  /** The participant's rewards in the visit's game; null when it has none. */
  score(visit: Visit): number | null;
  /** The study's own stager has failed. */
  onStagerFault(subjectId: string, error: unknown): void;
}

export class Journey {
  readonly #options: JourneyOptions;
  readonly #scenes: ReadonlyMap<string, Scene>;
  readonly #staging: Staging;
  /** Of the visits, brought up to date on request. */
  readonly files: VisitFiles;

  constructor(options: JourneyOptions) {
    this.#options = options;
    this.#scenes = new Map(options.study.scenes.map((scene) => [scene.sceneId, scene]));
    this.files = new VisitFiles({ ...options, sceneOf: (sceneId) => this.#sceneOf(sceneId) });
    this.#staging = new Staging({ ...options, onFault: options.onStagerFault });
  }

  /** Stores a new participant at the first scene; the secret is known to nobody else afterwards. */
  create(subjectId: string, tabId: string): string {
    const { participants, database, study, clock, blocks } = this.#options;
    const secret = newSecret();
    const nowMs = clock.nowMs();
    database.transaction(() => {
      participants.insert({
        subjectId,
        secretHash: hashSecret(secret),
        isSecretConfirmed: false,
        firstTabId: tabId,
        ...enrol(study, participants, nowMs),
        visitId: "",
        lifecycle: "IDLE",
        gameId: null,
        outcome: null,
        completionCode: null,
        createdAtMs: nowMs,
        endedAtMs: null,
      });
      blocks?.enrol(subjectId);
      this.#enter(participants.get(subjectId), 0);
    });
    return secret;
  }

  /** A page that never received its secret is given another. */
  renewSecret(subjectId: string): string {
    const secret = newSecret();
    this.#options.participants.update(subjectId, { secretHash: hashSecret(secret) });
    return secret;
  }

  scene(subjectId: string): Scene {
    const { participants } = this.#options;
    const { visitId } = participants.get(subjectId);
    return this.#sceneOf(participants.getVisit(subjectId, visitId).sceneId);
  }

  view(subjectId: string): { view: SceneView; progress: ProgressView } {
    const { participants, values, study, keyHelp, contents, watches } = this.#options;
    const participant = participants.get(subjectId);
    const visit = participants.getVisit(subjectId, participant.visitId);
    const scene = this.#sceneOf(visit.sceneId);
    const html = contents.scenes.get(scene.sceneId) ?? { bodyHtml: "", inGameBodyHtml: "" };
    const lookUp = (path: readonly string[]) => this.#valueOf(participant, path);
    const panel = values.panel(subjectId);
    const decisions = watches.find(subjectId, participant.visitId)?.decisions ?? [];
    const exclusion = decisions.findLast(({ kind }) => kind === "excluded") ?? null;
    const exclusionMessage = exclusion?.message ?? null;
    const ways = { endings: study.endings, endingBodies: contents.endings };
    const about = { participant, panel, ...ways, keyHelp: keyHelp(scene.sceneId), lookUp };
    const source = { scene, html, ...about };
    return {
      view: viewOf({ ...source, exclusionMessage }),
      progress: progressOf(study, participant, visit),
    };
  }

  /** @throws Error when the lifecycle does not allow the step: a broken invariant of ours. */
  step(subjectId: string, lifecycle: Lifecycle, gameId: string | null): void {
    const { participants } = this.#options;
    const from = participants.get(subjectId).lifecycle;
    if (!mayFollow(from, lifecycle)) {
      throw new Error(`Expected ${subjectId} to be able to be ${lifecycle}, but is ${from}`);
    }
    participants.update(subjectId, { lifecycle, gameId });
  }

  /** Ends the present visit and begins the next scene. Inside the caller's transaction or its own. */
  advance(subjectId: string, answers: Answers | null): void {
    const { participants, database } = this.#options;
    database.transaction(() => {
      this.#becomeIdle(subjectId);
      const participant = participants.get(subjectId);
      const visit = this.#endVisit(participant, answers);
      this.#enter(participant, this.#staging.next(visit));
    });
  }

  /** Begins the same scene again, with files of its own. */
  restartVisit(subjectId: string): void {
    const { participants, database } = this.#options;
    database.transaction(() => {
      this.#becomeIdle(subjectId);
      const participant = participants.get(subjectId);
      const visit = this.#endVisit(participant, null);
      this.#enter(participant, visit.planIndex);
    });
  }

  /** Ends the participant's way before the last scene. */
  leaveEarly(subjectId: string, outcome: Outcome, answers: Answers | null = null): void {
    const { participants, database, clock, study } = this.#options;
    database.transaction(() => {
      this.#becomeIdle(subjectId);
      const participant = participants.get(subjectId);
      const scene = this.scene(subjectId);
      this.#endVisit(participant, answers, outcome);
      const completionCode = codeFor(study.endings, outcome, scene, participant.completionCode);
      participants.update(subjectId, { outcome, completionCode, endedAtMs: clock.nowMs() });
    });
  }

  /** Nobody came: the participant goes on at the study's scene for it, or their way ends for now. */
  timeOut(subjectId: string): void {
    const { participants, database } = this.#options;
    const scene = this.scene(subjectId);
    const target = scene.kind === "gym" ? scene.gym.waitroomTimeoutSceneId : null;
    const { plan, visitId } = participants.get(subjectId);
    const { planIndex } = participants.getVisit(subjectId, visitId);
    const targetIndex = target === null ? -1 : plan.indexOf(target, planIndex + 1);
    if (targetIndex === -1) {
      this.leaveEarly(subjectId, "lobby_timeout");
      return;
    }
    database.transaction(() => {
      this.#becomeIdle(subjectId);
      const participant = participants.get(subjectId);
      this.#endVisit(participant, null, "lobby_timeout");
      this.#enter(participant, targetIndex);
    });
  }

  /** Begins the scene again for somebody whose way ended because nobody came; false for anybody else. */
  waitAgain(subjectId: string): boolean {
    const { participants, database } = this.#options;
    const participant = participants.get(subjectId);
    if (!canWaitAgain(participant, this.scene(subjectId))) return false;
    const { planIndex } = participants.getVisit(subjectId, participant.visitId);
    database.transaction(() => this.#enter(participant, planIndex));
    return true;
  }

  #sceneOf(sceneId: string): Scene {
    const scene = this.#scenes.get(sceneId);
    if (scene === undefined) throw new Error(`Expected a scene ${sceneId}, got none`);
    return scene;
  }

  #becomeIdle(subjectId: string): void {
    const { lifecycle } = this.#options.participants.get(subjectId);
    for (const next of wayToIdle(lifecycle)) this.step(subjectId, next, null);
  }

  #endVisit(
    participant: Participant,
    answers: Answers | null,
    outcome: Outcome | null = null,
  ): Visit {
    const { participants, clock } = this.#options;
    const { subjectId, visitId } = participant;
    this.#staging.leave(participants.getVisit(subjectId, visitId));
    const changes = { answers, outcome, endedAtMs: clock.nowMs() };
    return participants.updateVisit(subjectId, visitId, changes);
  }

  /** What a placeholder names; answers are those of the scene's last visit. */
  #valueOf(participant: Participant, path: readonly string[]): unknown {
    const [kind, name = "", field = ""] = path;
    const { subjectId, visitId, condition, stagerMetadata } = participant;
    const { participants, values, blocks } = this.#options;
    if (kind === "conditions") {
      const { planIndex } = participants.getVisit(subjectId, visitId);
      return valueAt(blocks?.blockAt({ ...participant, planIndex }), path.slice(1));
    }
    const known: Record<string, unknown> = {
      subjectId,
      condition,
      metadata: stagerMetadata[name],
      globals: values.globals(subjectId)[name],
      panel: values.panel(subjectId)[name],
    };
    if (kind !== "answers") return known[kind ?? ""];
    const visits = participants.visits(subjectId);
    const asked = visits.findLast(({ sceneId, answers }) => sceneId === name && answers !== null);
    return asked?.answers?.[field];
  }

  #enter({ subjectId, plan, completionCode }: Participant, planIndex: number): void {
    const { participants, clock, study } = this.#options;
    const sceneId = plan[planIndex];
    if (sceneId === undefined) throw new Error(`Expected a scene ${planIndex} of ${subjectId}`);
    const visitNumber = participants.visitCount(subjectId, sceneId) + 1;
    const visitId = visitNumber === 1 ? sceneId : `${sceneId}.${visitNumber}`;
    const startedAtMs = clock.nowMs();
    const visit: Visit = {
      subjectId,
      visitId,
      sceneId,
      planIndex,
      visitNumber,
      gameId: null,
      answers: null,
      startedAtMs,
      endedAtMs: null,
      outcome: null,
    };
    participants.insertVisit(visit);
    const scene = this.#sceneOf(sceneId);
    const isClosing = scene.kind === "end" || scene.kind === "completion-code";
    const closing = participants.hasTimedOut(subjectId) ? "lobby_timeout" : "completed";
    participants.update(subjectId, {
      visitId,
      outcome: isClosing ? closing : null,
      completionCode: isClosing
        ? codeFor(study.endings, closing, scene, completionCode)
        : completionCode,
      endedAtMs: isClosing ? startedAtMs : null,
    });
    this.#staging.enter(visit);
  }
}
