import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discrete } from "../../engine/index.ts";
import { inputLayouts } from "../../engine/rollback/input-layout.ts";
import { InputQueue } from "../../engine/rollback/input-queue.ts";
import { predictNeutral, predictRepeatLast } from "../../engine/rollback/predictor.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const [layout] = inputLayouts({ ...orbitEnvironment(), actionSpaces: [discrete(5)] });
if (layout === undefined) throw new Error("Expected a layout");

const command = fc.oneof(
  fc.record({ kind: fc.constant("push" as const), action: fc.nat(4), flags: fc.nat(3) }),
  fc.record({ kind: fc.constant("play" as const), ahead: fc.integer({ min: -8, max: 8 }) }),
);

describe.each([
  ["repeat-last", predictRepeatLast],
  ["neutral", predictNeutral],
] as const)("input queue that predicts %s", (name, predictor) => {
  it("[RB1][RB2] behaves like a list of inputs and a map of guesses", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
        const queue = new InputQueue(layout, predictor);
        const known: number[] = [];
        const guesses = new Map<number, number>();
        const row = new Uint32Array(layout.width);
        for (const step of commands) {
          if (step.kind === "push") {
            const frame = known.length;
            const guess = guesses.get(frame);
            const isWrong = guess !== undefined && guess !== step.action;
            expect(queue.push(Uint32Array.of(step.flags, step.action), 0)).toBe(isWrong);
            known.push(step.action);
          } else {
            const frame = Math.max(0, known.length + step.ahead);
            const isKnown = frame < known.length;
            expect(queue.play(frame, row)).toBe(isKnown);
            const guess = name === "repeat-last" ? (known.at(-1) ?? 0) : 0;
            expect(row[1]).toBe(isKnown ? known[frame] : guess);
            if (!isKnown) guesses.set(frame, guess);
          }
          expect(queue.length).toBe(known.length);
        }
      }),
    );
  });
});
