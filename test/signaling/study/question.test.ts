import { describe, expect, it } from "vitest";
import {
  answerFaults,
  defineStudy,
  EndScene,
  type FormQuestion,
  MultipleChoice,
  OptionBoxes,
  ScalesAndTextBox,
  type SceneBuilder,
  StartScene,
  TextBox,
} from "../../../signaling/study/index.ts";

function questionsOf(form: SceneBuilder): readonly FormQuestion[] {
  const study = defineStudy({
    experimentId: "exp",
    title: "Exp",
    scenes: [
      new StartScene().scene({ sceneId: "start" }),
      form.scene({ sceneId: "form" }),
      new EndScene().scene({ sceneId: "end" }),
    ],
  });
  const scene = study.scenes[1];
  return scene?.kind === "form" ? scene.questions : [];
}

describe("answerFaults", () => {
  it("asks for a required text and lets another be empty", () => {
    const required = questionsOf(new TextBox({ textBoxHeader: "Why?" }));
    expect(answerFaults(required, { text_box: " " })).toHaveProperty("text_box");
    expect(answerFaults(required, { text_box: "So." })).toEqual({});
    const optional = questionsOf(new TextBox({ textBoxHeader: "Why?", required: false }));
    expect(answerFaults(optional, {})).toEqual({});
    expect(answerFaults(optional, { text_box: "x".repeat(20_001) })).toHaveProperty("text_box");
  });

  it("takes only points of the scale", () => {
    const form = new ScalesAndTextBox({ scaleQuestions: ["A?"], scaleSize: 5, textBoxHeader: "T" });
    const questions = questionsOf(form);
    expect(answerFaults(questions, { scale_0: 5 })).toEqual({});
    for (const wrong of [0, 6, 2.5, "3", null]) {
      expect(answerFaults(questions, { scale_0: wrong })).toHaveProperty("scale_0");
    }
  });

  it("gives each scale its labels", () => {
    const options = { scaleQuestions: ["A?", "B?"], textBoxHeader: "T" };
    const shared = questionsOf(new ScalesAndTextBox({ ...options, scaleLabels: ["no", "yes"] }));
    expect(shared[1]).toMatchObject({ size: 7, labels: ["no", "yes"] });
    const own = questionsOf(
      new ScalesAndTextBox({ ...options, scaleLabels: [["no"], ["never", "always"]] }),
    );
    expect(own[1]).toMatchObject({ labels: ["never", "always"] });
  });

  it("takes one option, or several of a multiple choice, each once", () => {
    const one = questionsOf(new OptionBoxes({ options: ["a", "b"] }));
    expect(answerFaults(one, { option: "b" })).toEqual({});
    expect(answerFaults(one, { option: "c" })).toHaveProperty("option");
    const form = { questions: ["Q?"], choices: [["a", "b", "c"]], multiSelect: true };
    const many = questionsOf(new MultipleChoice(form));
    expect(answerFaults(many, { question_0: ["a", "c"] })).toEqual({});
    expect(answerFaults(many, { question_0: ["a", "a"] })).toHaveProperty("question_0");
    expect(answerFaults(many, { question_0: [] })).toHaveProperty("question_0");
    const optional = questionsOf(new MultipleChoice({ ...form, required: false }));
    expect(answerFaults(optional, { question_0: [] })).toEqual({});
  });

  it("refuses answers to what was not asked", () => {
    expect(answerFaults([], { sneaky: 1 })).toHaveProperty("sneaky");
  });
});
