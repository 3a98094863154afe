/** What stands around scenes: order by chance, repetition, scenes of one condition; and the plain flow made of it. */
import { FaultList } from "./fault.ts";
import { SceneBuilder } from "./scene.ts";

/** A study's order of scenes as plain data, with everything left open that is drawn for each participant. */
export type Flow =
  | { readonly kind: "scene"; readonly sceneId: string }
  | { readonly kind: "sequence"; readonly parts: readonly Flow[] }
  | { readonly kind: "shuffle"; readonly parts: readonly Flow[]; readonly keepN: number }
  | { readonly kind: "repeat"; readonly part: Flow; readonly times: number }
  | { readonly kind: "condition"; readonly parts: Readonly<Record<string, Flow>> };

/** A scene or a wrapper; a list keeps its parts together and in order. */
export type StudyPart = SceneBuilder | SceneWrapper | readonly StudyPart[];

/** More would be a mistake of keys rather than a plan. */
const REPEATS_MAX = 1_000;

/** What all wrappers share; they hold scenes and never change them. */
export abstract class SceneWrapper {
  abstract readonly kind: string;
  /** What it was given, whatever that is: `check` tells. */
  abstract inner(): readonly unknown[];
  abstract flow(): Flow;

  /** One sentence per fault of the wrapper itself; scenes inside are checked on their own. */
  check(conditions: readonly string[]): readonly string[] {
    const names = scenesOf(this.inner().filter(isStudyPart)).map(({ sceneId }) => `\`${sceneId}\``);
    const list = new FaultList(`${this.kind} of ${names.join(", ") || "nothing"}`);
    if (!this.inner().every(isStudyPart)) {
      list.add("Expected only scenes and wrappers inside, got something else");
    } else if (names.length === 0) list.add("Expected at least one scene inside, got none");
    this.checkOwn(list, conditions);
    return list.faults;
  }

  protected checkOwn(_list: FaultList, _conditions: readonly string[]): void {}
}

/** Shows the parts in an order drawn for each participant, or only the first `keepN` of that order. */
export class RandomizeOrder extends SceneWrapper {
  readonly kind = "RandomizeOrder";
  readonly #parts: readonly StudyPart[];
  readonly #options: { keepN?: number };

  constructor(parts: readonly StudyPart[], options: { keepN?: number } = {}) {
    super();
    this.#parts = parts;
    this.#options = options;
  }

  inner(): readonly unknown[] {
    return Array.isArray(this.#parts) ? this.#parts : [this.#parts];
  }

  flow(): Flow {
    const parts = this.#parts.map(flowOf);
    return { kind: "shuffle", parts, keepN: this.#options.keepN ?? parts.length };
  }

  protected override checkOwn(list: FaultList): void {
    list.known("RandomizeOrder", this.#options, ["keepN"]);
    const { keepN } = this.#options;
    if (keepN !== undefined) list.integer("keepN", keepN, 1, this.inner().length);
  }
}

/** Shows the part several times; chance inside it is drawn anew each time. */
export class RepeatScene extends SceneWrapper {
  readonly kind = "RepeatScene";
  readonly #part: StudyPart;
  readonly #times: number;

  constructor(part: StudyPart, n: number) {
    super();
    this.#part = part;
    this.#times = n;
  }

  inner(): readonly unknown[] {
    return [this.#part];
  }

  flow(): Flow {
    return { kind: "repeat", part: flowOf(this.#part), times: this.#times };
  }

  protected override checkOwn(list: FaultList): void {
    list.integer("n", this.#times, 1, REPEATS_MAX);
  }
}

/** Shows the part of the participant's assigned condition. */
export class ByCondition extends SceneWrapper {
  readonly kind = "ByCondition";
  readonly #parts: Readonly<Record<string, StudyPart>>;

  constructor(parts: Readonly<Record<string, StudyPart>>) {
    super();
    this.#parts = parts;
  }

  inner(): readonly unknown[] {
    return Object.values(this.#parts);
  }

  flow(): Flow {
    const entries = Object.entries(this.#parts).map(([name, part]) => [name, flowOf(part)]);
    return { kind: "condition", parts: Object.fromEntries(entries) as Record<string, Flow> };
  }

  protected override checkOwn(list: FaultList, conditions: readonly string[]): void {
    const given = Object.keys(this.#parts).sort().join(", ");
    const known = [...conditions].sort().join(", ");
    if (given === known) return;
    list.add(
      `Expected one entry for each of the study's conditions (${known || "it has none: set `assignment`"}), got ${given}`,
    );
  }
}

export function isStudyPart(value: unknown): value is StudyPart {
  if (Array.isArray(value)) return value.every(isStudyPart);
  return value instanceof SceneBuilder || value instanceof SceneWrapper;
}

export function flowOf(part: StudyPart): Flow {
  if (part instanceof SceneWrapper) return part.flow();
  if (part instanceof SceneBuilder) return { kind: "scene", sceneId: part.sceneId };
  return { kind: "sequence", parts: part.map(flowOf) };
}

/** Every scene inside, each once, in the order of writing. */
export function scenesOf(parts: readonly StudyPart[]): readonly SceneBuilder[] {
  const all = parts.flatMap((part): readonly SceneBuilder[] => {
    if (part instanceof SceneBuilder) return [part];
    return scenesOf(part instanceof SceneWrapper ? part.inner().filter(isStudyPart) : part);
  });
  return [...new Set(all)];
}

/** Every wrapper inside, outer ones first. */
export function wrappersOf(parts: readonly StudyPart[]): readonly SceneWrapper[] {
  return parts.flatMap((part): readonly SceneWrapper[] => {
    if (part instanceof SceneBuilder) return [];
    if (!(part instanceof SceneWrapper)) return wrappersOf(part);
    return [part, ...wrappersOf(part.inner().filter(isStudyPart))];
  });
}
