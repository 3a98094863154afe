/** One shape per set and order of keys: how its objects are walked, and objects to restore into. */
import {
  compileShape,
  interpretShape,
  type ShapeCode,
  type ShapeKeys,
  type ShapePool,
  type Walker,
} from "./shape-code.ts";
import type { Tape } from "./tape.ts";

export class Shape {
  readonly #code: ShapeCode;
  readonly #pool: ShapePool = { objects: [], used: 0 };

  /** `isCompiled` false forces the loops. */
  constructor(keys: ShapeKeys, walker: Walker, isCompiled: boolean) {
    this.#code = (isCompiled ? compileShape(keys, walker) : null) ?? interpretShape(keys, walker);
  }

  /** Saves elements of `list` from `from` on while they have this shape; returns the first that has not. */
  saveRun(list: readonly unknown[], from: number, tape: Tape): number {
    return this.#code.saveRun(list, from, tape);
  }

  /** Restores elements of `list` from `from` on while the tape holds this shape; returns the first that it does not. */
  loadRun(list: unknown[], from: number, tape: Tape): number {
    return this.#code.loadRun(list, from, tape, this.#pool);
  }

  /** Gives every pooled object back. */
  releaseAll(): void {
    this.#pool.used = 0;
  }
}
