/** What a study's participants or groups get of its conditions file. */
import { resolve } from "node:path";
import type { BlockConfig, BlockTable, GivenBlocks } from "../store/block-table.ts";
import { type ConditionFile, StudyError } from "../study/index.ts";
import type { Assignment } from "./expansion/assignment.ts";
import type { Conditions } from "./expansion/conditions.ts";
import { ConditionsError, PythonError } from "./expansion/error.ts";
import { plainOf, type Table } from "./expansion/value.ts";
import { loadConditions } from "./file.ts";

/** So many participants are expanded at start, so that what fails does so before the first one comes. */
const TRIED_MIN = 100;
const TRIED_MAX = 1_000;

/** Where somebody is in their plan. */
export interface PlanPlace {
  readonly subjectId: string;
  readonly plan: readonly string[];
  readonly planIndex: number;
}

function blocksOf(
  conditions: Conditions,
  index: number,
  assignment: Assignment,
): readonly BlockConfig[] {
  const { blocks } = conditions.expand(index, assignment);
  const configs = blocks.map((block) => plainOf(block.get("config") as Table) as BlockConfig);
  const holdsLarge = (value: unknown): boolean =>
    typeof value === "bigint" ||
    (typeof value === "object" && value !== null && Object.values(value).some(holdsLarge));
  if (holdsLarge(configs)) {
    const text = "Expected integers within ±2⁵³, because games compute with no others";
    throw new ConditionsError([{ line: null, key: null, text }]);
  }
  return configs;
}

/** Reads the file and tries it out. */
export class StudyConditions {
  readonly conditions: Conditions;
  readonly per: ConditionFile["per"];
  /** Every block that somebody may get, as far as the first hundred (or all orders) show; each once. */
  readonly samples: readonly BlockConfig[];

  private constructor(conditions: Conditions, per: ConditionFile["per"]) {
    this.conditions = conditions;
    this.per = per;
    const samples = new Map<string, BlockConfig>();
    const count = Math.min(Math.max(conditions.arrangementCount, TRIED_MIN), TRIED_MAX);
    for (let index = 1; index <= count; index++) {
      for (const block of blocksOf(conditions, index, conditions.assign(index))) {
        const { participant_index: _, block_id: __, ...values } = block;
        samples.set(JSON.stringify(values), block);
      }
    }
    this.samples = [...samples.values()];
  }

  /** @throws StudyError or ConditionsFileError with sentences for the person who wrote the study. */
  static async load(file: ConditionFile, studyDir: string): Promise<StudyConditions> {
    try {
      return new StudyConditions(await loadConditions(resolve(studyDir, file.file)), file.per);
    } catch (error) {
      if (error instanceof ConditionsError || error instanceof PythonError) {
        throw new StudyError([`The conditions file ${file.file} has faults:\n${error.message}`]);
      }
      throw error;
    }
  }
}

export class StudyBlocks {
  readonly #source: StudyConditions;
  readonly #table: BlockTable;

  constructor(source: StudyConditions, table: BlockTable) {
    this.#source = source;
    this.#table = table;
  }

  /** On arrival, inside the transaction that stores the participant. */
  enrol(subjectId: string): void {
    if (this.#source.per === "participant") this.#give([{ subjectId, planIndex: 0 }]);
  }

  /**
   * The block of a game, inside the transaction that stores it. Players without blocks get those of the group:
   * of its member with the smallest index or, where nobody has any, of a new index. Which of them it is, that
   * member's plan says; in a new group, the first one's.
   */
  startGame(players: readonly PlanPlace[]): BlockConfig | null {
    const indexOf = ({ subjectId }: PlanPlace) =>
      this.#table.find(subjectId)?.index ?? Number.POSITIVE_INFINITY;
    const [leader] = players.toSorted((a, b) => indexOf(a) - indexOf(b) || 0);
    if (leader === undefined) return null;
    const isNew = ({ subjectId }: PlanPlace) => this.#table.find(subjectId) === null;
    const newcomers = players.filter(isNew);
    const known = this.#table.find(leader.subjectId);
    if (known === null) this.#give(newcomers);
    else {
      for (const { subjectId, planIndex: fromPlanIndex } of newcomers) {
        this.#table.insert({ ...known, subjectId, fromPlanIndex });
      }
    }
    return this.blockAt(leader);
  }

  given(subjectId: string): GivenBlocks | null {
    return this.#table.find(subjectId);
  }

  /** The n-th place of a scene in the plan has the n-th block; where there are fewer, the last. */
  blockAt({ subjectId, plan, planIndex }: PlanPlace): BlockConfig | null {
    const blocks = this.#table.find(subjectId)?.blocks ?? [];
    const earlier = plan.slice(0, planIndex).filter((sceneId) => sceneId === plan[planIndex]);
    return blocks[earlier.length] ?? blocks.at(-1) ?? null;
  }

  #give(newcomers: readonly Pick<PlanPlace, "subjectId" | "planIndex">[]): void {
    const { conditions } = this.#source;
    const index = this.#table.nextIndex();
    const assignment = conditions.assign(index, this.#table.standings());
    const blocks = blocksOf(conditions, index, assignment);
    const { arrangement } = assignment;
    for (const { subjectId, planIndex: fromPlanIndex } of newcomers) {
      this.#table.insert({ subjectId, index, arrangement, blocks, fromPlanIndex });
    }
  }
}
