/** Where a participant goes next: the study's stager asked, with what is stored of them; and what it keeps. */
import type { Participant, ParticipantTable, Visit } from "../store/participant-table.ts";
import { type PastVisit, type Scene, type Stager, type Study, stagerOf } from "../study/index.ts";

export interface StagingOptions {
  readonly study: Study;
  readonly participants: ParticipantTable;
  /** Rewards of the visit's game; null where there are none. */
  score(visit: Visit): number | null;
  /** The stager has thrown or chosen no scene of the plan; the participant goes on in order. */
  onFault(subjectId: string, error: unknown): void;
}

export class Staging {
  readonly #options: StagingOptions;
  readonly #scenes: ReadonlyMap<string, Scene>;

  constructor(options: StagingOptions) {
    this.#options = options;
    this.#scenes = new Map(options.study.scenes.map((scene) => [scene.sceneId, scene]));
  }

  /** Tells the stager that the scene is left. Inside the caller's transaction. */
  leave(visit: Visit): void {
    this.#with(visit, (stager) => stager.deactivateCurrentScene());
  }

  /** The plan index after the visit, which has been left. Inside the caller's transaction. */
  next(visit: Visit): number {
    const inOrder = visit.planIndex + 1;
    let next = inOrder;
    if (visit.gameId !== null) {
      this.#with(visit, (stager, visits) => stager.onGameComplete(visits.at(-1) as PastVisit));
    }
    this.#with(visit, (stager) => {
      const chosen = stager.getNextSceneIndex();
      const isScene = Number.isInteger(chosen) && stager.scenes[chosen] !== undefined;
      if (!isScene) {
        const last = stager.scenes.length - 1;
        throw new RangeError(
          `Expected getNextSceneIndex to give an integer 0–${last}, got ${chosen}`,
        );
      }
      next = chosen;
    });
    return next;
  }

  /** Tells the stager that the scene has begun. Inside the caller's transaction. */
  enter(visit: Visit): void {
    this.#with(visit, (stager) => stager.activateScene(visit.planIndex));
  }

  /** Nothing that a study's own code does ends a participant's way. */
  #with(visit: Visit, act: (stager: Stager, visits: readonly PastVisit[]) => void): void {
    const { study, participants, onFault } = this.#options;
    if (study.stager === null) return;
    const participant = participants.get(visit.subjectId);
    try {
      const visits = this.#pastVisits(participant);
      const metadata = structuredClone(participant.stagerMetadata);
      const stager = stagerOf(study.stager, {
        subjectId: participant.subjectId,
        condition: participant.condition,
        scenes: participant.plan.map((sceneId) => this.#scenes.get(sceneId) as Scene),
        currentSceneIndex: visit.planIndex,
        visits,
        metadata,
      });
      act(stager, visits);
      participants.update(participant.subjectId, { stagerMetadata: jsonOf(metadata) });
    } catch (error) {
      onFault(participant.subjectId, error);
    }
  }

  #pastVisits({ subjectId }: Participant): readonly PastVisit[] {
    const { participants, score } = this.#options;
    return participants
      .visits(subjectId)
      .filter(({ endedAtMs }) => endedAtMs !== null)
      .map((visit) => {
        const { sceneId, visitId, answers } = visit;
        return { sceneId, visitId, answers, score: score(visit) };
      });
  }
}

function jsonOf(metadata: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(metadata)) as Record<string, unknown>;
}
