/** A study in progress: who is at which block of which conditions. State goes in and comes out as plain JSON. */
import type { Assigned } from "./expansion/assignment.ts";
import type { Conditions, Expansion } from "./expansion/conditions.ts";
import { type Difference, differences, jsonKey } from "./expansion/difference.ts";
import { plainOf, type Table, type Value } from "./expansion/value.ts";

export interface ParticipantState {
  /** From 1. */
  readonly participantIndex: number;
  /** Which of the balanced orders, from 0; see `assignment.ts`. */
  readonly arrangement: number;
  /** From 0; null before the first, as many as there are blocks after the last. */
  readonly blockId: number | null;
  /** Whether the participant went away for good before the last block. */
  readonly hasLeft: boolean;
}

/** Everything that has to be kept over a restart. */
export interface ExperimentState {
  readonly version: 1;
  readonly defaultParticipantIndex: number;
  readonly participants: readonly ParticipantState[];
}

export interface ExperimentOptions {
  /** Whom a method without a participant means; 1 unless given. */
  readonly defaultParticipantIndex?: number;
  /** As `state` gave it earlier. */
  readonly state?: ExperimentState;
}

/** One difference, and for whom. */
export interface ConfigChange extends Difference {
  readonly participants: readonly number[];
}

/** Asked for a participant who was not added. */
export class UnknownParticipantError extends Error {
  override readonly name = "UnknownParticipantError";

  constructor(participantIndex: number) {
    super(
      `Participant with ID ${participantIndex} not known. Consider initializing new participant.`,
    );
  }
}

type Config = Readonly<Record<string, unknown>>;

interface Participant {
  state: ParticipantState;
  expansion: Expansion;
}

export class Experiment {
  /** Called after new conditions took the place of the old. */
  onConfigChange: (() => void) | null = null;
  #conditions: Conditions;
  #participants: Map<number, Participant>;
  readonly #defaultParticipantIndex: number;

  /** @throws ConditionsError or PythonError when the conditions fail for a participant. */
  constructor(conditions: Conditions, options: ExperimentOptions = {}) {
    const { state } = options;
    this.#conditions = conditions;
    this.#defaultParticipantIndex =
      options.defaultParticipantIndex ?? state?.defaultParticipantIndex ?? 1;
    this.#participants = expandAll(conditions, state?.participants ?? []);
    this.addParticipantIndex(this.#defaultParticipantIndex);
  }

  get state(): ExperimentState {
    return {
      version: 1,
      defaultParticipantIndex: this.#defaultParticipantIndex,
      participants: this.getParticipants(),
    };
  }

  /** Whether the conditions ask for experiment-server's behaviour, also where it is wrong. */
  get isExact(): boolean {
    return this.#conditions.isExact;
  }

  get defaultParticipantIndex(): number {
    return this.#defaultParticipantIndex;
  }

  /** Where in the file's list of blocks the one of this name stands, from 0. */
  indexOfBlock(blockName: string): number | null {
    return this.#conditions.indexOf(blockName);
  }

  getParticipants(): readonly ParticipantState[] {
    return [...this.#participants.values()].map(({ state }) => state);
  }

  getState(participantIndex?: number): ParticipantState {
    return this.#get(participantIndex).state;
  }

  /** Whether the participant is at a block: neither before the first nor after the last. */
  isActive(participantIndex?: number): boolean {
    const { blockId } = this.getState(participantIndex);
    return blockId !== null && blockId < this.getBlocksCount(participantIndex);
  }

  getBlocksCount(participantIndex?: number): number {
    return this.#get(participantIndex).expansion.blocks.length;
  }

  /** The current block's name, or null if there is none. */
  getBlockName(participantIndex?: number): string | null {
    const { state, expansion } = this.#get(participantIndex);
    return state.blockId === null ? null : nameOf(expansion.blocks[state.blockId]);
  }

  /** The current block's `config`, or null if there is none. Integers beyond 2⁵³ are `bigint`. */
  getConfig(participantIndex?: number): Config | null {
    const config = this.getConfigTable(participantIndex);
    return config === null ? null : (plainOf(config) as Config);
  }

  /** As `getConfig`, with every number and key as in the file. */
  getConfigTable(participantIndex?: number): Table | null {
    const { blockId } = this.getState(participantIndex);
    return blockId === null ? null : (this.getConfigTables(participantIndex)[blockId] ?? null);
  }

  /** The `config` of every block, first to last. */
  getAllConfigs(participantIndex?: number): readonly Config[] {
    return this.getConfigTables(participantIndex).map((config) => plainOf(config) as Config);
  }

  getConfigTables(participantIndex?: number): readonly Table[] {
    const { blocks } = this.#get(participantIndex).expansion;
    return blocks.map((block) => block.get("config") as Table);
  }

  /** Everything that was drawn for the participant. */
  getDraws(participantIndex?: number): Expansion["draws"] {
    return this.#get(participantIndex).expansion.draws;
  }

  /** The name of the block moved to, or `END` after the last. */
  moveToNext(participantIndex?: number): string {
    const { blockId } = this.getState(participantIndex);
    return this.moveToBlock(blockId === null ? 0 : blockId + 1, participantIndex);
  }

  /** The name of the block moved to; below 0 is before the start (`START`), beyond the last the end (`END`). */
  moveToBlock(blockId: number, participantIndex?: number): string {
    const participant = this.#get(participantIndex);
    const { blocks } = participant.expansion;
    const reached = blockId < 0 ? null : Math.min(blockId, blocks.length);
    participant.state = { ...participant.state, blockId: reached, hasLeft: false };
    if (reached === null) return "START";
    return nameOf(blocks[reached]) ?? "END";
  }

  /** Moves everybody who is at a block; with experiment-server's behaviour everybody. */
  moveAllToBlock(blockId: number): void {
    const { isExact } = this.#conditions;
    for (const participantIndex of this.#participants.keys()) {
      if (isExact || this.isActive(participantIndex)) this.moveToBlock(blockId, participantIndex);
    }
  }

  /** Puts the participant before the first block. */
  resetParticipant(participantIndex?: number): void {
    this.moveToBlock(-1, participantIndex);
  }

  /** Says that the participant will not come back: their arrangement is for another. */
  leave(participantIndex?: number): void {
    const participant = this.#get(participantIndex);
    participant.state = { ...participant.state, hasLeft: true };
  }

  /** Adds a participant after the largest index so far and returns the new index. */
  getNextParticipant(): number {
    const participantIndex = Math.max(...this.#participants.keys()) + 1;
    this.addParticipantIndex(participantIndex);
    return participantIndex;
  }

  /** Adds a participant from 1; false if there is one of this index. */
  addParticipantIndex(participantIndex: number): boolean {
    if (this.#participants.has(participantIndex)) return false;
    const assignment = this.#conditions.assign(participantIndex, this.#assigned());
    const expansion = this.#conditions.expand(participantIndex, assignment);
    const { arrangement } = assignment;
    const state = { participantIndex, arrangement, blockId: null, hasLeft: false };
    this.#participants.set(participantIndex, { state, expansion });
    return true;
  }

  /**
   * What other conditions would change, and for whom.
   * @throws ConditionsError or PythonError when they fail for a participant.
   */
  compare(conditions: Conditions): readonly ConfigChange[] {
    return this.#changesTo(expandAll(conditions, this.getParticipants()));
  }

  /**
   * Takes new conditions for all participants or, by throwing, for none; each stays at their block, or is
   * at the end if there are fewer now. Returns what is different and for whom.
   */
  reload(conditions: Conditions): readonly ConfigChange[] {
    const participants = expandAll(conditions, this.getParticipants());
    const changes = this.#changesTo(participants);
    this.#participants = participants;
    this.#conditions = conditions;
    this.onConfigChange?.();
    return changes;
  }

  #changesTo(participants: ReadonlyMap<number, Participant>): readonly ConfigChange[] {
    const changes = new Map<string, Difference & { readonly participants: number[] }>();
    for (const [participantIndex, { expansion }] of this.#participants) {
      const after = participants.get(participantIndex)?.expansion ?? expansion;
      for (const difference of differences(expansion, after)) {
        const key = jsonKey(difference);
        const change = changes.get(key) ?? { ...difference, participants: [] };
        change.participants.push(participantIndex);
        changes.set(key, change);
      }
    }
    return [...changes.values()];
  }

  #get(participantIndex = this.#defaultParticipantIndex): Participant {
    const participant = this.#participants.get(participantIndex);
    if (participant === undefined) throw new UnknownParticipantError(participantIndex);
    return participant;
  }

  #assigned(): readonly Assigned[] {
    return [...this.#participants.values()].map(({ state, expansion }) => {
      const { arrangement, blockId, hasLeft } = state;
      if (blockId === expansion.blocks.length) return { arrangement, status: "completed" };
      return { arrangement, status: hasLeft ? "left" : "active" };
    });
  }
}

function nameOf(block: Table | undefined): string | null {
  return (block?.get("name") as Extract<Value, string> | undefined) ?? null;
}

function expandAll(
  conditions: Conditions,
  states: readonly ParticipantState[],
): Map<number, Participant> {
  const participants = states.map((state): [number, Participant] => {
    const { participantIndex, blockId } = state;
    const assignment = conditions.assignAgain(participantIndex, state.arrangement);
    const expansion = conditions.expand(participantIndex, assignment);
    const { arrangement } = assignment;
    const reached = blockId === null ? null : Math.min(blockId, expansion.blocks.length);
    return [participantIndex, { state: { ...state, arrangement, blockId: reached }, expansion }];
  });
  return new Map(participants);
}
