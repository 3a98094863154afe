import { describe, expect, it } from "vitest";
import {
  type AssignmentOptions,
  assign,
  defineStudy,
  EndScene,
  StartScene,
  type StudyOptions,
} from "../../../signaling/study/index.ts";

function define(options: Partial<StudyOptions>) {
  const scenes = [
    new StartScene().scene({ sceneId: "start" }),
    new EndScene().scene({ sceneId: "end" }),
  ];
  return defineStudy({ experimentId: "exp", title: "Exp", scenes, ...options });
}

const conditions = ["a", "b"];

describe("assignment", () => {
  it("fills in what the study leaves out", () => {
    expect(define({ assignment: { conditions } }).assignment).toEqual({
      conditions,
      method: "balanced",
      blockSize: 2,
      placeHeldMs: 3_600_000,
    });
    expect(define({})).toMatchObject({ assignment: null, seed: 0, stager: null, staticDir: null });
  });

  it("[SG11] gives a freed place to the next, and not the same to two in a row", () => {
    const { assignment } = define({ assignment: { conditions, method: "blocked", blockSize: 4 } });
    if (assignment === null) throw new Error("Expected an assignment");
    const first = assign(assignment, 5, [], 0);
    const second = assign(assignment, 5, [first], 1);
    expect([first.place, second.place]).toEqual([0, 1]);
    expect(assign(assignment, 5, [second], 2)).toEqual(first);
    expect(assign(assignment, 5, [first, second], 3).place).toBe(2);
  });

  it.each([
    [{ conditions: ["a"] }, "Expected `conditions` to be a list of at least 2 texts, none empty"],
    [{ conditions: ["a", "a"] }, "Expected `conditions` to be names that differ"],
    [{ conditions, method: "random" as never }, "Expected `method` to be balanced or blocked"],
    [{ conditions, method: "blocked", blockSize: 3 }, "Expected `blockSize` to be a multiple of 2"],
    [{ conditions, blockSize: 4 }, 'Expected `blockSize` only with `method: "blocked"`'],
    [{ conditions, placeHeldMs: 0 }, "Expected `placeHeldMs` to be an integer 1–604800000, got 0"],
    [{ conditions, block: 2 } as never, "Unknown parameter `block` in assignment"],
    ["a" as never, "Expected `assignment` to be { conditions, method, blockSize }"],
  ] satisfies [AssignmentOptions, string][])(
    "[SG9] refuses %# in one sentence",
    (options, text) => {
      expect(() => define({ assignment: options })).toThrow(text);
      expect(() => define({ assignment: options })).toThrow("(study)");
    },
  );

  it.each([
    [{ seed: -1 }, "Expected `seed` to be an integer 0–4294967295, got -1 (study)"],
    [{ staticDir: "" }, "Expected `staticDir` to be a text that is not empty"],
    [{ scenes: undefined as never, stager: {} as never }, "Expected `stager` to be a Stager"],
  ] satisfies [Partial<StudyOptions>, string][])("[SG9] refuses option %#", (options, text) => {
    expect(() => define(options)).toThrow(text);
  });
});
