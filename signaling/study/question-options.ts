/** The kinds of question that forms are put together from: how each is set, checked and made. */
import type { FaultList } from "./fault.ts";
import { placeholderFaults } from "./placeholder.ts";
import type { FormQuestion } from "./question.ts";

/** What the socket accepts as one text. */
const TEXT_LENGTH_MAX = 20_000;
const SCALE_SIZE_MAX = 101;
const SCALE_SIZE_DEFAULT = 7;

interface TextOptions {
  textBoxHeader: string;
  required?: boolean;
}

interface BoxOptions {
  optionsHeader?: string;
  options: readonly string[];
}

export interface ScaleOptions {
  /** Stands above the first scale. */
  preScaleHeader?: string;
  scaleQuestions: readonly string[];
  /** Points on each scale. */
  scaleSize?: number;
  /** Spread evenly under every scale; one list per question for labels of their own. */
  scaleLabels?: readonly string[] | readonly (readonly string[])[];
}

export function checkText(list: FaultList, { textBoxHeader, required }: TextOptions): void {
  list.filledText("textBoxHeader", textBoxHeader);
  placeholderFaults(list, "textBoxHeader", textBoxHeader);
  list.boolean("required", required ?? true);
}

export function textQuestion(options: TextOptions, isRequiredByDefault: boolean): FormQuestion {
  const isRequired = options.required ?? isRequiredByDefault;
  return { ...freeText("text_box", options.textBoxHeader), isRequired };
}

/** A text that nobody has to give. */
export function freeText(name: string, prompt: string): FormQuestion {
  return { kind: "text", name, prompt, isRequired: false, lengthMax: TEXT_LENGTH_MAX };
}

export function checkOptions(list: FaultList, { optionsHeader, options }: BoxOptions): void {
  list.text("optionsHeader", optionsHeader ?? "");
  placeholderFaults(list, "optionsHeader", optionsHeader);
  list.options("options", options);
}

export function optionsQuestion(options: BoxOptions, isRequired: boolean): FormQuestion {
  return {
    kind: "options",
    name: "option",
    prompt: options.optionsHeader ?? "",
    isRequired,
    options: options.options,
    isMultiple: false,
  };
}

export function checkScales(list: FaultList, options: ScaleOptions): void {
  const { scaleQuestions: questions, scaleLabels = [] } = options;
  list.text("preScaleHeader", options.preScaleHeader ?? "");
  placeholderFaults(list, "preScaleHeader", options.preScaleHeader);
  list.texts("scaleQuestions", questions, 1);
  placeholderFaults(list, "scaleQuestions", questions);
  list.integer("scaleSize", options.scaleSize ?? SCALE_SIZE_DEFAULT, 2, SCALE_SIZE_MAX);
  if (!Array.isArray(scaleLabels)) {
    list.expect(false, "scaleLabels", "a list", scaleLabels);
  } else if (scaleLabels.some((label) => Array.isArray(label))) {
    const isRight = scaleLabels.length === questions?.length;
    list.expect(isRight, "scaleLabels", "one list per question", scaleLabels);
    for (const labels of scaleLabels) list.texts("scaleLabels", labels, 0);
  } else list.texts("scaleLabels", scaleLabels, 0);
}

export function scaleQuestions(options: ScaleOptions): readonly FormQuestion[] {
  const { scaleSize = SCALE_SIZE_DEFAULT, scaleLabels = [], preScaleHeader = "" } = options;
  return options.scaleQuestions.map((prompt, index) => {
    const own = scaleLabels[index];
    return {
      kind: "scale",
      name: `scale_${index}`,
      heading: index === 0 ? preScaleHeader : "",
      prompt,
      isRequired: true,
      size: scaleSize,
      labels: Array.isArray(own) ? own : (scaleLabels as readonly string[]),
    };
  });
}
