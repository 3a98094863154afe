/** A study's conditions, and what they are for each participant. */
import { type Assigned, type Assignment, assignArrangement } from "./assignment.ts";
import { replaceEverywhere, replaceInTables, resolveExtends } from "./block-config.ts";
import { checkStrategies, countArrangements, orderNames } from "./block-order.ts";
import { documentFaults } from "./document-check.ts";
import { ConditionsError, type ConditionsFault, configurationError, PythonError } from "./error.ts";
import { FunctionCalls } from "./function-call.ts";
import { type Draw, PythonRandom } from "./python-random.ts";
import { checkSerializable, repr, str, typeName } from "./python-text.ts";
import { asksForExactness, participantSeed, readSettings, type Settings } from "./settings.ts";
import { TomlDocument } from "./toml-document.ts";
import { isList, isTable, type Path, type Table, type Value } from "./value.ts";

export interface Expansion {
  /** Each with `name`, `config` and what else the block has, in the order of the participant. */
  readonly blocks: readonly Table[];
  /** Everything that was drawn, in the order of drawing. */
  readonly draws: readonly Draw[];
}

interface NamedBlocks {
  readonly blocks: readonly Table[];
  readonly indexByName: ReadonlyMap<string, number>;
}

/** Computes once, also if that ends with an error. */
function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | null = null;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}

function unknownVariable(reference: string): never {
  throw configurationError(
    `The variable \`${reference}\` does not exsist in \`configuration.variables\``,
  );
}

/** @throws PythonError with what experiment-server finds missing. */
function checkBlocks(blocks: Value): readonly Table[] {
  if (!isList(blocks) || !blocks.every(isTable)) {
    throw configurationError("`blocks` should be a list of tables.");
  }
  if (!blocks.every((block) => block.has("name"))) {
    throw configurationError("One or more block(s) missing `name`.");
  }
  if (!blocks.every((block) => block.has("config") || block.has("extends"))) {
    throw configurationError("One or more block(s) missing `config` or `extends`.");
  }
  return blocks;
}

export class Conditions {
  readonly #document: TomlDocument;
  /** Whether to do as experiment-server does, also where it is wrong. */
  readonly isExact: boolean;
  readonly #settings: () => Settings;
  readonly #blocks: () => NamedBlocks;
  readonly #merged: () => readonly Table[];

  /**
   * Reads a TOML text; `isExact` asks for experiment-server's behaviour also if the text does not.
   * @throws ConditionsError naming every fault found, with its line and key.
   */
  constructor(text: string, { isExact = false }: { readonly isExact?: boolean } = {}) {
    this.#document = TomlDocument.parse(text);
    this.isExact = isExact || asksForExactness(this.#document.root);
    this.#settings = once(() => readSettings(this.#document.root, this.isExact));
    this.#blocks = once(() => this.#readBlocks());
    this.#merged = once(() => resolveExtends(this.#blocks().blocks));
    const { faults } = this;
    if (!this.isExact && faults.length > 0) throw new ConditionsError(faults);
  }

  /** What is wrong with the file by the rules of this product; none unless it asks for experiment-server's. */
  get faults(): readonly ConditionsFault[] {
    return documentFaults(this.#document);
  }

  /** How many arrangements there are to balance: from 0 to one below this. */
  get arrangementCount(): number {
    return this.isExact ? 1 : countArrangements(this.#settings());
  }

  /** Where in the file's list of blocks the one of this name stands, from 0. */
  indexOf(blockName: string): number | null {
    return this.#blocks().indexByName.get(blockName) ?? null;
  }

  /** The arrangement of a participant from 1, by the file's `assignment` rule; `assigned` are those before. */
  assign(participantIndex: number, assigned: readonly Assigned[] | null = null): Assignment {
    if (this.isExact) return { arrangement: participantIndex - 1, draws: [] };
    const { assignment: rule, randomSeed } = this.#settings();
    const count = this.arrangementCount;
    return assignArrangement({ rule, seed: str(randomSeed), participantIndex, count, assigned });
  }

  /** As `assign`, of a participant who has an arrangement already, maybe of other conditions. */
  assignAgain(participantIndex: number, arrangement: number): Assignment {
    const isKept = !this.isExact && this.#settings().assignment === "least_completed";
    return isKept ? { arrangement, draws: [] } : this.assign(participantIndex);
  }

  /**
   * The blocks of one participant, from 1; `assignment` says which of the balanced orders they get.
   * @throws PythonError from conditions that ask for experiment-server's behaviour, otherwise ConditionsError.
   */
  expand(participantIndex: number, assignment?: Assignment): Expansion {
    checkIndex(participantIndex, this.isExact);
    const settings = this.#settings();
    const { arrangement, draws: assigning } = assignment ?? this.assign(participantIndex);
    const seed = participantSeed(settings.randomSeed, participantIndex, this.isExact);
    const random = new PythonRandom(seed);
    const draws: Draw[] = [...assigning];
    const log = (stream: string, result: Value) => {
      draws.push({ seed: String(seed), stream, result });
    };
    this.#blocks();
    checkStrategies(settings);
    const { indexByName } = this.#uniqueBlocks();
    const names = orderNames(settings, { arrangement, random, log });
    const indices = names.map((name) => {
      const index = indexByName.get(name);
      if (index === undefined) throw new PythonError("KeyError", repr(name));
      return index;
    });
    const blocks = this.#resolveCalls(indices, random, log);
    for (const [blockId, block] of blocks.entries()) reserve(block, participantIndex, blockId);
    // experiment-server logs every expansion.
    if (this.isExact) checkSerializable(blocks);
    return { blocks, draws };
  }

  #readBlocks(): NamedBlocks {
    const { root } = this.#document;
    const { variables } = this.#settings();
    const written = root.get("blocks");
    if (written === undefined) throw new PythonError("KeyError", "'blocks'");
    const replaced = this.isExact
      ? replaceInTables(written, variables, unknownVariable)
      : replaceEverywhere(written, [], variables, unknownVariable);
    const blocks = checkBlocks(replaced).map((block) =>
      new Map(block).set("name", str(block.get("name") as Value)),
    );
    const indexByName = new Map(blocks.map((block, index) => [block.get("name") as string, index]));
    return { blocks, indexByName };
  }

  #uniqueBlocks(): NamedBlocks {
    const named = this.#blocks();
    const { blocks, indexByName } = named;
    if (indexByName.size === blocks.length) return named;
    const names = blocks.map((block) => block.get("name") as string);
    const duplicate = names.find((name, index) => names.indexOf(name) < index);
    throw configurationError(`Duplicate block name: ${duplicate}`);
  }

  #resolveCalls(
    indices: readonly number[],
    random: PythonRandom,
    log: (stream: string, result: Value) => void,
  ): Map<string, Value>[] {
    const merged = this.#merged();
    let place: Path = [];
    const calls = new FunctionCalls({
      isExact: this.isExact,
      random,
      log: (path, result) => log(["block", ...path].join("."), result),
      onExhausted: (path) => {
        const text =
          "Expected enough values that were not drawn yet, got fewer than the calls ask for";
        throw new ConditionsError([this.#document.fault([...place, ...path.slice(1)], text)]);
      },
    });
    return indices.map((index, blockId) => {
      place = ["blocks", index];
      return calls.resolveTable(merged[index] as Table, [blockId]);
    });
  }
}

function checkIndex(participantIndex: number, isExact: boolean): void {
  if (Number.isSafeInteger(participantIndex) && participantIndex >= 1) return;
  const text =
    participantIndex < 1
      ? `Participant index needs to be greater than 0, got ${participantIndex}`
      : `Expected the participant index to be an integer below 2⁵³, got ${participantIndex}`;
  if (isExact && participantIndex < 1) throw configurationError(text);
  throw new ConditionsError([{ line: null, key: null, text }]);
}

/** Writes the keys that every `config` ends with, over those of the same name. */
function reserve(block: Map<string, Value>, participantIndex: number, blockId: number): void {
  const config = block.get("config");
  if (config === undefined) throw new PythonError("KeyError", "'config'");
  if (!(config instanceof Map)) {
    throw new PythonError(
      "TypeError",
      isList(config)
        ? "list indices must be integers or slices, not str"
        : `'${typeName(config)}' object does not support item assignment`,
    );
  }
  config.set("participant_index", BigInt(participantIndex));
  config.set("name", block.get("name") as string);
  config.set("block_id", BigInt(blockId));
}
