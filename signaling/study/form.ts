/** Scenes that ask. The names of the answers are fixed, so that analyses need not know the wording. */
import type { FaultList } from "./fault.ts";
import type { FormQuestion } from "./question.ts";
import { type Scene, SceneBuilder } from "./scene.ts";

/** What the socket accepts as one text. */
const TEXT_LENGTH_MAX = 20_000;
const SCALE_SIZE_MAX = 101;

abstract class FormScene extends SceneBuilder {
  readonly kind = "form";

  data(): Scene {
    return { kind: this.kind, questions: this.questions(), ...this.base() };
  }

  protected abstract questions(): readonly FormQuestion[];
}

export interface TextBoxOptions {
  textBoxHeader: string;
  required?: boolean;
}

function textQuestion(prompt: string, isRequired: boolean): FormQuestion {
  return { kind: "text", name: "text_box", prompt, isRequired, lengthMax: TEXT_LENGTH_MAX };
}

/** One free text; the answer's name is `text_box`. */
export class TextBox extends FormScene {
  readonly #options: TextBoxOptions;

  constructor(options: TextBoxOptions) {
    super();
    this.#options = options;
  }

  protected override checkOwn(list: FaultList): void {
    list.known("TextBox", this.#options, ["textBoxHeader", "required"]);
    list.filledText("textBoxHeader", this.#options.textBoxHeader);
    list.boolean("required", this.#options.required ?? true);
  }

  protected questions(): readonly FormQuestion[] {
    return [textQuestion(this.#options.textBoxHeader, this.#options.required ?? true)];
  }
}

export interface OptionBoxesOptions {
  optionsHeader?: string;
  options: readonly string[];
}

/** One choice out of a row of boxes; the answer's name is `option`. */
export class OptionBoxes extends FormScene {
  readonly #options: OptionBoxesOptions;

  constructor(options: OptionBoxesOptions) {
    super();
    this.#options = options;
  }

  protected override checkOwn(list: FaultList): void {
    list.known("OptionBoxes", this.#options, ["optionsHeader", "options"]);
    list.text("optionsHeader", this.#options.optionsHeader ?? "");
    list.texts("options", this.#options.options, 2);
  }

  protected questions(): readonly FormQuestion[] {
    return [
      {
        kind: "options",
        name: "option",
        prompt: this.#options.optionsHeader ?? "",
        isRequired: true,
        options: this.#options.options,
        isMultiple: false,
      },
    ];
  }
}

export interface ScalesAndTextBoxOptions {
  scaleQuestions: readonly string[];
  /** Points on each scale. */
  scaleSize?: number;
  /** Spread evenly under every scale; one list per question for labels of their own. */
  scaleLabels?: readonly string[] | readonly (readonly string[])[];
  textBoxHeader: string;
  /** Whether the text must be filled; the scales always must. */
  required?: boolean;
}

/** Scales and a free text; the answers' names are `scale_0`, `scale_1`, … and `text_box`. */
export class ScalesAndTextBox extends FormScene {
  readonly #options: ScalesAndTextBoxOptions;

  constructor(options: ScalesAndTextBoxOptions) {
    super();
    this.#options = options;
  }

  protected override checkOwn(list: FaultList): void {
    const { scaleQuestions, scaleLabels = [], textBoxHeader } = this.#options;
    const known = ["scaleQuestions", "scaleSize", "scaleLabels", "textBoxHeader", "required"];
    list.known("ScalesAndTextBox", this.#options, known);
    list.texts("scaleQuestions", scaleQuestions, 1);
    list.integer("scaleSize", this.#options.scaleSize ?? 7, 2, SCALE_SIZE_MAX);
    list.filledText("textBoxHeader", textBoxHeader);
    list.boolean("required", this.#options.required ?? false);
    if (!Array.isArray(scaleLabels)) {
      list.expect(false, "scaleLabels", "a list", scaleLabels);
    } else if (scaleLabels.some((label) => Array.isArray(label))) {
      const isRight = scaleLabels.length === scaleQuestions?.length;
      list.expect(isRight, "scaleLabels", "one list per question", scaleLabels);
      for (const labels of scaleLabels) list.texts("scaleLabels", labels, 0);
    } else list.texts("scaleLabels", scaleLabels, 0);
  }

  protected questions(): readonly FormQuestion[] {
    const { scaleQuestions, scaleSize = 7, scaleLabels = [], textBoxHeader } = this.#options;
    const scales = scaleQuestions.map((prompt, index): FormQuestion => {
      const own = scaleLabels[index];
      const labels = Array.isArray(own) ? own : (scaleLabels as readonly string[]);
      const name = `scale_${index}`;
      return { kind: "scale", name, prompt, isRequired: true, size: scaleSize, labels };
    });
    return [...scales, textQuestion(textBoxHeader, this.#options.required ?? false)];
  }
}

export interface MultipleChoiceOptions {
  questions: readonly string[];
  /** One list of choices per question. */
  choices: readonly (readonly string[])[];
  /** Whether several choices of one question may be taken. */
  multiSelect?: boolean;
  required?: boolean;
}

/** Questions with choices; the answers' names are `question_0`, `question_1`, …. */
export class MultipleChoice extends FormScene {
  readonly #options: MultipleChoiceOptions;

  constructor(options: MultipleChoiceOptions) {
    super();
    this.#options = options;
  }

  protected override checkOwn(list: FaultList): void {
    const { questions, choices } = this.#options;
    const known = ["questions", "choices", "multiSelect", "required"];
    list.known("MultipleChoice", this.#options, known);
    list.texts("questions", questions, 1);
    const isRight = Array.isArray(choices) && choices.length === questions?.length;
    list.expect(isRight, "choices", "one list of choices per question", choices);
    if (isRight) for (const own of choices) list.texts("choices", own, 2);
    list.boolean("multiSelect", this.#options.multiSelect ?? false);
    list.boolean("required", this.#options.required ?? true);
  }

  protected questions(): readonly FormQuestion[] {
    return this.#options.questions.map((prompt, index) => ({
      kind: "options",
      name: `question_${index}`,
      prompt,
      isRequired: this.#options.required ?? true,
      options: this.#options.choices[index] ?? [],
      isMultiple: this.#options.multiSelect ?? false,
    }));
  }
}
