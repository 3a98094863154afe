/** The metadata file of one visit: a pure function of what is stored. */
import type { StudyBlocks } from "../conditions/study-blocks.ts";
import { type MetadataFile, SCHEMA_VERSION } from "../store/file-schema.ts";
import type { EndReason, Game, GamePlayer, Verdict } from "../store/game-table.ts";
import type { Participant, Visit } from "../store/participant-table.ts";
import type { Globals } from "../store/value-table.ts";
import { type PanelValues, questionsOf, type Scene, type Study } from "../study/index.ts";

/** How a game stands for one of its players. */
export interface GameStanding {
  readonly game: Game;
  readonly player: GamePlayer;
  readonly episodeCount: number;
  /** By episode; null where none is stored yet. */
  readonly verdicts: readonly (Verdict | null)[];
  /** Episodes that every player closed at their regular end. */
  readonly completedEpisodes: number;
}

type PartialKeys = Pick<
  NonNullable<MetadataFile["game"]>,
  "isPartial" | "terminationReason" | "terminationFrame" | "completedEpisodes"
>;

function terminationReason(endReason: EndReason | null): PartialKeys["terminationReason"] {
  return endReason === "finished" ? "normal" : endReason;
}

/** The documented keys of sessions that were cut short, also present where none was. */
export function partialKeys(standing: GameStanding): PartialKeys {
  const { player, verdicts, completedEpisodes } = standing;
  const isPartial = player.endReason !== null && player.endReason !== "finished";
  const cutEpisode = verdicts[completedEpisodes];
  return {
    isPartial,
    terminationReason: terminationReason(player.endReason),
    terminationFrame: isPartial ? (cutEpisode?.endFrame ?? 0) : null,
    completedEpisodes,
  };
}

export interface VisitRecord {
  readonly study: Study;
  readonly scene: Scene;
  readonly participant: Participant;
  readonly carried: { readonly panel: PanelValues; readonly globals: Globals };
  readonly visit: Visit;
  readonly standing: GameStanding | null;
  /** Null in a study without a conditions file. */
  readonly blocks: StudyBlocks | null;
}

function conditionKeys(record: VisitRecord): MetadataFile["conditions"] {
  const { participant, visit, standing, blocks } = record;
  const { subjectId, plan } = participant;
  const given = blocks?.given(subjectId) ?? null;
  const { planIndex } = visit;
  if (given === null || blocks === null || planIndex < given.fromPlanIndex) return null;
  const block = standing?.game.settings.block ?? blocks.blockAt({ subjectId, plan, planIndex });
  return {
    index: given.index,
    arrangement: given.arrangement,
    blocks: given.blocks.map(({ name }) => String(name)),
    block: block as NonNullable<MetadataFile["conditions"]>["block"],
  };
}

export function visitMetadata(record: VisitRecord): MetadataFile {
  const { study, scene, participant, carried, visit, standing } = record;
  const isLastVisit = participant.visitId === visit.visitId;
  // Whoever comes back from a waiting room keeps the code it gave them.
  const gaveCode =
    visit.outcome === "lobby_timeout" &&
    scene.kind === "gym" &&
    scene.gym.waitroomTimeoutShowCompletionCode;
  const questions = questionsOf(scene);
  return {
    schemaVersion: SCHEMA_VERSION,
    experiment_id: study.experimentId,
    scene_id: scene.sceneId,
    scene_type: scene.kind,
    subject_id: participant.subjectId,
    visit_number: visit.visitNumber,
    plan_index: visit.planIndex,
    plan: [...participant.plan],
    plan_seed: participant.planSeed,
    condition: participant.condition,
    panel: { ...carried.panel },
    globals: carried.globals as MetadataFile["globals"],
    conditions: conditionKeys(record),
    stager_metadata: participant.stagerMetadata as MetadataFile["stager_metadata"],
    experiment_config: scene.experimentConfig as MetadataFile["experiment_config"],
    element_ids: questions.map(({ name }) => name),
    timestamp: visit.startedAtMs,
    ended_at_ms: visit.endedAtMs,
    questions: questions.map(({ name, prompt, kind }) => ({ name, prompt, kind })),
    answers: visit.answers as MetadataFile["answers"],
    outcome: visit.outcome ?? (isLastVisit ? participant.outcome : null),
    completion_code: isLastVisit || gaveCode ? participant.completionCode : null,
    game:
      standing === null
        ? null
        : {
            game_id: standing.game.gameId,
            player_index: standing.player.playerIndex,
            agent: standing.game.settings.agentIds[standing.player.playerIndex] ?? "",
            ...partialKeys(standing),
          },
  };
}
