/** Fields that a study wrote into the HTML of a scene: their values, and a draft of them. */
import type { Answers } from "./answer-draft.ts";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const SWITCHES = ["checkbox", "radio"];

const isSwitch = (field: Field): field is HTMLInputElement =>
  field instanceof HTMLInputElement && SWITCHES.includes(field.type);

function fieldsOf(body: ParentNode, elementIds: readonly string[]): readonly [string, Field][] {
  return elementIds.flatMap((id): [string, Field][] => {
    const field = body.querySelector<Field>(`:is(input, select, textarea)#${CSS.escape(id)}`);
    return field === null ? [] : [[id, field]];
  });
}

/** A switch that is off has an empty value; one that is on its own, `on` by default. */
export function readFields(body: ParentNode, elementIds: readonly string[]): Answers {
  const values = fieldsOf(body, elementIds).map(([id, field]) => [
    id,
    isSwitch(field) && !field.checked ? "" : field.value,
  ]);
  return Object.fromEntries(values) as Answers;
}

export function fillFields(body: ParentNode, values: Answers): void {
  for (const [id, field] of fieldsOf(body, Object.keys(values))) {
    const value = String(values[id] ?? "");
    if (isSwitch(field)) field.checked = value !== "";
    else field.value = value;
  }
}
