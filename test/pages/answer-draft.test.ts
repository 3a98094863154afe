import { describe, expect, it } from "vitest";
import {
  completeAnswers,
  dropDraft,
  keepDraft,
  missingAnswers,
  readDraft,
} from "../../signaling/pages/answer-draft.ts";
import type { Question } from "../../signaling/protocol.ts";

const QUESTIONS: readonly Question[] = [
  { kind: "text", name: "age", prompt: "Age", isRequired: true, lengthMax: 3 },
  { kind: "scale", name: "fun", prompt: "Fun", isRequired: true, size: 7, labels: [] },
  {
    ...{ kind: "options", name: "seen", prompt: "Seen", isRequired: false },
    ...{ options: ["a", "b"], isMultiple: true },
  },
];

describe("draft of a form's answers", () => {
  it("comes back as it was kept, and not for another visit", () => {
    keepDraft("v1", { age: "31", fun: 4, seen: ["a"] });
    expect(readDraft("v1", QUESTIONS)).toEqual({ age: "31", fun: 4, seen: ["a"] });
    expect(readDraft("v2", QUESTIONS)).toEqual({});
    dropDraft("v1");
    expect(readDraft("v1", QUESTIONS)).toEqual({});
  });

  it("leaves out what no longer fits its question", () => {
    keepDraft("v3", { age: 31, fun: "4", seen: "a", gone: "x" });
    expect(readDraft("v3", QUESTIONS)).toEqual({});
  });

  it("names required questions without an answer; spaces are none", () => {
    expect(Object.keys(missingAnswers(QUESTIONS, { age: "  " }))).toEqual(["age", "fun"]);
    expect(missingAnswers(QUESTIONS, { age: "31", fun: 1 })).toEqual({});
  });

  it("sends an entry for every question", () => {
    const answers = { age: "31", fun: 1, seen: [] };
    expect(completeAnswers(QUESTIONS, answers)).toEqual({ age: "31", fun: 1, seen: null });
  });
});
