/** What a recruitment panel says of a participant in the link's query, as far as the study names it. */
import type { FaultList } from "./fault.ts";

export interface PanelOptions {
  /** Names in the query, such as `PROLIFIC_PID` or `workerId`; everything else in it is ignored. */
  parameters: readonly string[];
  /** The one whose value becomes the subject id of a link without one. */
  subjectId?: string;
}

export interface Panel {
  readonly parameters: readonly string[];
  /** Null: a link without a subject id is given a random one. */
  readonly subjectId: string | null;
}

/** As given in a link. */
export type PanelValues = Readonly<Record<string, string>>;

const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
/** What panels' ids are made of, with room to spare: nothing that a file, a URL or a page could misread. */
const VALUE_PATTERN = /^[A-Za-z0-9._~@:-]{1,200}$/;

export function panelFaults(list: FaultList, options: PanelOptions): void {
  const names: unknown = options?.parameters;
  list.known("panel", Object(options), ["parameters", "subjectId"]);
  const isRight =
    Array.isArray(names) &&
    names.length > 0 &&
    names.every((name) => typeof name === "string" && NAME_PATTERN.test(name)) &&
    new Set(names).size === names.length;
  const what = "names that differ, each of letters, digits, _ or -, beginning with a letter";
  list.expect(isRight, "parameters", what, names);
  if (isRight && options.subjectId !== undefined) {
    list.oneOf("subjectId", options.subjectId, names);
  }
}

export function panelData({ parameters, subjectId }: PanelOptions): Panel {
  return { parameters: [...parameters], subjectId: subjectId ?? null };
}

/** The declared ones among what a link says, and the names of those that are no such value. */
export function takePanelValues(
  panel: Panel,
  given: PanelValues,
): { readonly values: PanelValues; readonly refused: readonly string[] } {
  const names = panel.parameters.filter((name) => Object.hasOwn(given, name));
  const isRight = (name: string) => VALUE_PATTERN.test(given[name] ?? "");
  return {
    values: Object.fromEntries(names.filter(isRight).map((name) => [name, given[name] as string])),
    refused: names.filter((name) => !isRight(name)),
  };
}
