/** Takes one participant from scene to scene; a subclass decides differently. */
import type { Answers } from "./question.ts";
import type { Scene } from "./scene.ts";
import type { StudyPart } from "./wrapper.ts";

/** A scene that the participant has left. */
export interface PastVisit {
  readonly sceneId: string;
  readonly visitId: string;
  /** Null in scenes that ask nothing. */
  readonly answers: Answers | null;
  /** The participant's own rewards, added up by the server's replay; null where no game was played to its end. */
  readonly score: number | null;
}

/** What one participant's stager knows. */
export interface StagerState {
  readonly subjectId: string;
  /** Null in a study without `assignment`. */
  readonly condition: string | null;
  /** The participant's own plan: wrappers expanded, order drawn. */
  readonly scenes: readonly Scene[];
  readonly currentSceneIndex: number;
  readonly visits: readonly PastVisit[];
  /** JSON; kept for each participant, over restarts of the server too. */
  readonly metadata: Record<string, unknown>;
}

export interface StagerOptions {
  scenes: readonly StudyPart[];
  /** Called when the participant has played a game to its end, before the next scene is chosen. */
  onGameComplete?: (game: PastVisit, stager: Stager) => void;
}

/**
 * What a study holds is the pattern: each participant has a stager of their own, made from it for every
 * step, so only `metadata` outlives the step. What a method throws is logged, and the plan goes on in order.
 */
export class Stager implements StagerState {
  /** As the study was written. */
  readonly parts: readonly StudyPart[];
  readonly subjectId: string = "";
  readonly condition: string | null = null;
  readonly scenes: readonly Scene[] = [];
  readonly currentSceneIndex: number = 0;
  readonly visits: readonly PastVisit[] = [];
  readonly metadata: Record<string, unknown> = {};
  protected readonly options: StagerOptions;

  constructor(options: StagerOptions) {
    this.options = options;
    this.parts = options.scenes;
  }

  /** The scene after the present one, as an index of `scenes`. */
  getNextSceneIndex(): number {
    return this.currentSceneIndex + 1;
  }

  /** Called when a scene has begun; `currentSceneIndex` is already that scene's. */
  activateScene(_sceneIndex: number): void {}

  /** Called before the present scene is left. */
  deactivateCurrentScene(): void {}

  onGameComplete(game: PastVisit): void {
    this.options.onGameComplete?.(game, this);
  }

  /** All rewards of the participant's last finished game; 0 before the first. */
  getParticipantScore(): number {
    return this.visits.findLast(({ score }) => score !== null)?.score ?? 0;
  }

  /** Answers of the last visit to the scene; null when there is none. */
  getAnswers(sceneId: string): Answers | null {
    return this.visits.findLast((visit) => visit.sceneId === sceneId)?.answers ?? null;
  }
}

/** Whether the stager chooses scenes itself, so that a closing scene may stand between others. */
export function isBranching(stager: Stager): boolean {
  return stager.getNextSceneIndex !== Stager.prototype.getNextSceneIndex;
}

/** The participant's own stager; assigning anything new to it throws, because it would be lost. */
export function stagerOf(pattern: Stager, state: StagerState): Stager {
  return Object.preventExtensions(Object.assign(Object.create(pattern) as Stager, state));
}
