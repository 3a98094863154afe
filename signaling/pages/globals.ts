/** Values that outlive scenes: set by fields of the study's HTML or by a script, kept until the server has them. */
import type { ClientMessage } from "../protocol.ts";
import { browserStorage } from "./page-storage.ts";
import type { StudySocket } from "./study-socket.ts";

type Values = ClientMessage<"sync-globals">["values"];
type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The attribute that names the global a field sets. */
const FIELDS = ":is(input, select, textarea)[data-global]";

/** What waits to be sent survives a reload. */
const waitingKey = (subjectId: string) => `tandem.globals.${subjectId}`;

function readWaiting(subjectId: string): Values {
  try {
    return JSON.parse(browserStorage.read(waitingKey(subjectId)) ?? "{}") as Values;
  } catch {
    return {};
  }
}

export class Globals {
  private readonly socket: StudySocket;
  /** As the server has them, and what was set since. */
  private known: Values = {};
  private waiting: Values;
  private isSending = false;

  constructor(socket: StudySocket) {
    this.socket = socket;
    this.waiting = readWaiting(socket.subjectId);
  }

  get values(): Values {
    return { ...this.known, ...this.waiting };
  }

  /** What the server says it holds, after each registration. */
  restore(values: Values): void {
    this.known = values;
    void this.send();
  }

  /** Sets the named values and leaves the others. */
  set(values: Values): void {
    this.waiting = { ...this.waiting, ...values };
    this.keep();
    void this.send();
  }

  /** Shows what is known in the fields below `body`. */
  fill(body: ParentNode): void {
    for (const field of body.querySelectorAll<Field>(FIELDS)) {
      const value = this.values[field.dataset.global ?? ""];
      if (value === undefined) continue;
      if (field instanceof HTMLInputElement && field.type === "checkbox") {
        field.checked = value === true;
      } else if (field instanceof HTMLInputElement && field.type === "radio") {
        field.checked = value === field.value;
      } else field.value = String(value ?? "");
    }
  }

  /** Takes the value of a field that was changed. */
  changed({ target }: Event): void {
    if (!(target instanceof Element) || !target.matches(FIELDS)) return;
    const field = target as Field;
    const isBox = field instanceof HTMLInputElement && field.type === "checkbox";
    this.set({ [field.dataset.global ?? ""]: isBox ? field.checked : field.value });
  }

  private keep(): void {
    const key = waitingKey(this.socket.subjectId);
    if (Object.keys(this.waiting).length === 0) browserStorage.remove(key);
    else browserStorage.write(key, JSON.stringify(this.waiting));
  }

  /** One message at a time, so that a later value is never overtaken by an earlier one. */
  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    while (Object.keys(this.waiting).length > 0) {
      const sent = this.waiting;
      const answer = await this.socket.requestUntilAnswered("sync-globals", { values: sent });
      if (this.socket.line.value.kind === "refused") break;
      if (answer.ok) this.known = { ...this.known, ...sent };
      else this.socket.tell("client-error", { message: `Globals were refused: ${answer.message}` });
      const later = Object.entries(this.waiting).filter(([name, value]) => value !== sent[name]);
      this.waiting = Object.fromEntries(later);
      this.keep();
    }
    this.isSending = false;
  }
}
