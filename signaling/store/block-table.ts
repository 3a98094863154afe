/** The blocks that participants were given of the study's conditions file; never drawn again. */
import type { JsonValue } from "../protocol.ts";
import type { Database } from "./database.ts";

/** A block's values, with its `name`, `block_id` and `participant_index`. */
export type BlockConfig = Readonly<Record<string, JsonValue>>;

export interface GivenBlocks {
  readonly subjectId: string;
  /** From 1: the participant's number or, where groups are counted, the group's. */
  readonly index: number;
  /** Which of the balanced orders, from 0. */
  readonly arrangement: number;
  readonly blocks: readonly BlockConfig[];
  /** Where in the plan the participant was when they were given; earlier scenes had none. */
  readonly fromPlanIndex: number;
}

/** What has become of those of one index. */
export interface IndexStanding {
  readonly arrangement: number;
  readonly status: "active" | "completed" | "left";
}

type Row = Record<string, unknown>;

export class BlockTable {
  readonly #database: Database;
  readonly #select;

  constructor(database: Database) {
    this.#database = database;
    this.#select = database.prepare("SELECT * FROM given_blocks WHERE subject_id = ?");
  }

  find(subjectId: string): GivenBlocks | null {
    const row = this.#select.get(subjectId) as Row | undefined;
    if (row === undefined) return null;
    return {
      subjectId: row.subject_id as string,
      index: row.unit_index as number,
      arrangement: row.arrangement as number,
      blocks: JSON.parse(row.blocks as string) as BlockConfig[],
      fromPlanIndex: row.from_plan_index as number,
    };
  }

  insert({ subjectId, index, arrangement, blocks, fromPlanIndex }: GivenBlocks): void {
    this.#database
      .prepare("INSERT INTO given_blocks VALUES (?, ?, ?, ?, ?)")
      .run(subjectId, index, arrangement, JSON.stringify(blocks), fromPlanIndex);
  }

  /** After the largest so far. */
  nextIndex(): number {
    const row = this.#database.prepare("SELECT max(unit_index) AS last FROM given_blocks").get();
    return Number(row?.last ?? 0) + 1;
  }

  /** A group has completed when one of it has, and has left when all have. */
  standings(): readonly IndexStanding[] {
    const rows = this.#database
      .prepare(
        `SELECT arrangement, CASE WHEN max(outcome = 'completed') = 1 THEN 'completed'
         WHEN sum(outcome IS NULL) > 0 THEN 'active' ELSE 'left' END AS status
         FROM given_blocks JOIN participants USING (subject_id) GROUP BY unit_index`,
      )
      .all();
    return rows as unknown as readonly IndexStanding[];
  }
}
