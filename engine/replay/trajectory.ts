/** The rows of an episode: what every analyst reads, made from confirmed inputs alone. */
import type { Environment, StepResult } from "../environment/environment.ts";
import { FLAG_ABSENT, FLAG_BOT, FLAG_FOCUSED } from "../environment/input-flag.ts";
import type { Action } from "../environment/space.ts";
import { flatten } from "./flatten.ts";

/** One value of a table; JSON's leaves. */
export type Cell = string | number | boolean | null;

/** Equal numbers of cells in every row; a cell is null where that frame had no such value. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Groups of columns in the order they appear; within a group the order of first appearance. */
const GROUPS = [
  "t",
  "episode_num",
  "observations",
  "actions",
  "rewards",
  "terminateds",
  "truncateds",
  "infos",
  "isFocused",
  "isDefaultAction",
  "isBot",
  "isPaused",
] as const;

/** What was done in one frame; arrays are indexed by player. */
export interface PlayedFrame {
  readonly actions: readonly Action[];
  readonly flags: readonly number[];
  /** Whether the step limit ended the episode with it. */
  readonly isCut: boolean;
  /** Whether it waited; null leaves the column out. */
  readonly isPaused: boolean | null;
}

/** Collects frames and lays them out as a table. */
export class Trajectory {
  readonly #environment: Environment;
  readonly #episode: number;
  readonly #rows: Map<string, Cell>[] = [];

  constructor(environment: Environment, episode: number) {
    this.#environment = environment;
    this.#episode = episode;
  }

  /** What every player could know before the step of this frame. */
  observe(state: unknown): Map<string, Cell> {
    const row = new Map<string, Cell>([
      ["t", this.#rows.length],
      ["episode_num", this.#episode],
    ]);
    this.#environment.agentIds.forEach((agent, player) => {
      flatten(`observations.${agent}`, this.#environment.observe(state, player), row);
    });
    this.#rows.push(row);
    return row;
  }

  /** What was done in that frame and what came of it. */
  complete(row: Map<string, Cell>, played: PlayedFrame, result: StepResult): void {
    const { actions, flags, isCut, isPaused } = played;
    this.#environment.agentIds.forEach((agent, player) => {
      flatten(`actions.${agent}`, actions[player], row);
      row.set(`rewards.${agent}`, result.rewards[player] as number);
      const isTerminated = result.terminateds[player] === true;
      row.set(`terminateds.${agent}`, isTerminated);
      row.set(
        `truncateds.${agent}`,
        result.truncateds[player] === true || (isCut && !isTerminated),
      );
      flatten(`infos.${agent}`, result.infos[player], row);
      const bits = flags[player] as number;
      row.set(`isFocused.${agent}`, (bits & FLAG_FOCUSED) !== 0);
      row.set(`isDefaultAction.${agent}`, (bits & FLAG_ABSENT) !== 0);
      row.set(`isBot.${agent}`, (bits & FLAG_BOT) !== 0);
    });
    if (isPaused !== null) row.set("isPaused", isPaused);
  }

  table(): Table {
    const byGroup = new Map<string, Set<string>>(GROUPS.map((group) => [group, new Set()]));
    for (const row of this.#rows) {
      for (const column of row.keys()) byGroup.get(column.split(".", 1)[0] as string)?.add(column);
    }
    const columns = [...byGroup.values()].flatMap((group) => [...group]);
    return {
      columns,
      rows: this.#rows.map((row) => columns.map((column) => row.get(column) ?? null)),
    };
  }
}
