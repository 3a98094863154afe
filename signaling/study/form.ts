/** Scenes that ask. The names of the answers are fixed, so that analyses need not know the wording. */
import type { FaultList } from "./fault.ts";
import { placeholderFaults } from "./placeholder.ts";
import type { FormQuestion } from "./question.ts";
import {
  checkOptions,
  checkScales,
  checkText,
  optionsQuestion,
  type ScaleOptions,
  scaleQuestions,
  textQuestion,
} from "./question-options.ts";
import { type Scene, SceneBuilder } from "./scene.ts";

abstract class FormScene<Options extends object> extends SceneBuilder {
  readonly kind = "form";
  protected readonly options: Options;

  constructor(options: Options) {
    super();
    this.options = options;
  }

  data(): Scene {
    return { kind: this.kind, questions: this.questions(), ...this.base() };
  }

  protected abstract questions(): readonly FormQuestion[];
}

export interface TextBoxOptions {
  textBoxHeader: string;
  required?: boolean;
}

/** One free text; the answer's name is `text_box`. */
export class TextBox extends FormScene<TextBoxOptions> {
  protected override checkOwn(list: FaultList): void {
    list.known("TextBox", this.options, ["textBoxHeader", "required"]);
    checkText(list, this.options);
  }

  protected questions(): readonly FormQuestion[] {
    return [textQuestion(this.options, true)];
  }
}

export interface OptionBoxesOptions {
  optionsHeader?: string;
  options: readonly string[];
  required?: boolean;
}

/** One choice out of a row of boxes; the answer's name is `option`. */
export class OptionBoxes extends FormScene<OptionBoxesOptions> {
  protected override checkOwn(list: FaultList): void {
    list.known("OptionBoxes", this.options, ["optionsHeader", "options", "required"]);
    checkOptions(list, this.options);
    list.boolean("required", this.options.required ?? true);
  }

  protected questions(): readonly FormQuestion[] {
    return [optionsQuestion(this.options, this.options.required ?? true)];
  }
}

export interface ScalesAndTextBoxOptions extends ScaleOptions {
  textBoxHeader: string;
  /** Whether the text must be filled; the scales always must. */
  required?: boolean;
}

const SCALE_NAMES = ["scaleQuestions", "scaleSize", "scaleLabels", "preScaleHeader"];

/** Scales and a free text; the answers' names are `scale_0`, `scale_1`, … and `text_box`. */
export class ScalesAndTextBox extends FormScene<ScalesAndTextBoxOptions> {
  protected override checkOwn(list: FaultList): void {
    const known = [...SCALE_NAMES, "textBoxHeader", "required"];
    list.known("ScalesAndTextBox", this.options, known);
    checkScales(list, this.options);
    checkText(list, this.options);
  }

  protected questions(): readonly FormQuestion[] {
    return [...scaleQuestions(this.options), textQuestion(this.options, false)];
  }
}

export interface OptionBoxesWithScalesAndTextBoxOptions extends ScalesAndTextBoxOptions {
  optionsHeader?: string;
  options: readonly string[];
}

/** Boxes, scales and a free text; the answers' names are `option`, `scale_0`, … and `text_box`. */
export class OptionBoxesWithScalesAndTextBox extends FormScene<OptionBoxesWithScalesAndTextBoxOptions> {
  protected override checkOwn(list: FaultList): void {
    const known = ["optionsHeader", "options", ...SCALE_NAMES, "textBoxHeader", "required"];
    list.known("OptionBoxesWithScalesAndTextBox", this.options, known);
    checkOptions(list, this.options);
    checkScales(list, this.options);
    checkText(list, this.options);
  }

  protected questions(): readonly FormQuestion[] {
    return [
      optionsQuestion(this.options, true),
      ...scaleQuestions(this.options),
      textQuestion(this.options, false),
    ];
  }
}

export interface MultipleChoiceOptions {
  /** Stands above the first question. */
  preQuestionsHeader?: string;
  questions: readonly string[];
  /** One list of choices per question, or one for all of them. */
  choices: readonly (readonly string[])[] | readonly string[];
  /** Whether several choices may be taken: of every question, or one entry per question. */
  multiSelect?: boolean | readonly boolean[];
  /** One picture per question, null for none: `/static/…` (see `staticDir`) or a data: URL. */
  images?: readonly (string | null)[];
  required?: boolean;
}

const MULTIPLE_CHOICE_NAMES = [
  "preQuestionsHeader",
  "questions",
  "choices",
  "multiSelect",
  "images",
  "required",
];
const IMAGE_PATTERN = /^(\/static\/|data:image\/)/;

/** One value for all questions, or one for each. */
function each<T>(value: T | readonly T[], index: number): T {
  return Array.isArray(value) ? (value[index] as T) : (value as T);
}

/** Questions with choices; the answers' names are `question_0`, `question_1`, …. */
export class MultipleChoice extends FormScene<MultipleChoiceOptions> {
  protected override checkOwn(list: FaultList): void {
    const { questions, multiSelect = false, images = [] } = this.options;
    list.known("MultipleChoice", this.options, MULTIPLE_CHOICE_NAMES);
    list.text("preQuestionsHeader", this.options.preQuestionsHeader ?? "");
    placeholderFaults(list, "preQuestionsHeader", this.options.preQuestionsHeader);
    list.texts("questions", questions, 1);
    placeholderFaults(list, "questions", questions);
    this.#checkChoices(list);
    const flags: unknown = multiSelect;
    const isFlags = Array.isArray(flags)
      ? flags.length === questions?.length && flags.every((one) => typeof one === "boolean")
      : typeof flags === "boolean";
    list.expect(isFlags, "multiSelect", "true, false or one of them per question", flags);
    const areImages =
      Array.isArray(images) &&
      (images.length === 0 || images.length === questions?.length) &&
      images.every((image) => image === null || IMAGE_PATTERN.test(String(image)));
    const what = "one /static/… or data:image/… or null per question";
    list.expect(areImages, "images", what, images);
    list.boolean("required", this.options.required ?? true);
  }

  #checkChoices(list: FaultList): void {
    const { questions, choices } = this.options;
    const given: readonly unknown[] = Array.isArray(choices) ? choices : [];
    if (given.length > 0 && given.every((one) => typeof one === "string")) {
      list.options("choices", given);
      return;
    }
    const isRight = Array.isArray(choices) && choices.length === questions?.length;
    list.expect(isRight, "choices", "one list of choices per question", choices);
    if (isRight) for (const own of given) list.options("choices", own);
  }

  protected questions(): readonly FormQuestion[] {
    const { questions, choices, multiSelect = false, images = [] } = this.options;
    const isShared = typeof choices[0] === "string";
    return questions.map((prompt, index) => ({
      kind: "options",
      name: `question_${index}`,
      heading: index === 0 ? (this.options.preQuestionsHeader ?? "") : "",
      prompt,
      image: images[index] ?? null,
      isRequired: this.options.required ?? true,
      options: (isShared ? choices : choices[index]) as readonly string[],
      isMultiple: each(multiSelect, index),
    }));
  }
}
