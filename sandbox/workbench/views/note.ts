/** Words among the controls. */

/** A sentence under a control. */
export function noteOf(text: string): HTMLElement {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = text;
  return note;
}
