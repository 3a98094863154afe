/** One shape per set and order of keys: how its objects are walked, and objects to restore into. */
import {
  compileShape,
  interpretShape,
  type PlainObject,
  type ShapeCode,
  type ShapeKeys,
  type Walker,
} from "./shape-code.ts";
import type { Tape } from "./tape.ts";

export class Shape {
  readonly #code: ShapeCode;
  readonly #pool: PlainObject[] = [];
  #poolUsed = 0;

  /** `isCompiled` false forces the loops. */
  constructor(keys: ShapeKeys, walker: Walker, isCompiled: boolean) {
    this.#code = (isCompiled ? compileShape(keys, walker) : null) ?? interpretShape(keys, walker);
  }

  /** Saves elements of `list` from `from` on while they have this shape; returns the first that has not. */
  saveRun(list: readonly unknown[], from: number, tape: Tape): number {
    return this.#code.saveRun(list, from, tape);
  }

  /** Gives every pooled object back. */
  releaseAll(): void {
    this.#poolUsed = 0;
  }

  /** Restores one object; a pooled one that the game has reshaped is replaced. */
  load(tape: Tape): PlainObject {
    let object = this.#pool[this.#poolUsed];
    if (object === undefined || !this.#code.matches(object)) {
      object = this.#code.create();
      this.#pool[this.#poolUsed] = object;
    }
    this.#poolUsed++;
    this.#code.load(object, tape);
    return object;
  }
}
