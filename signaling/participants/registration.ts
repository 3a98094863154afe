/**
 * Lets a page in: the right secret, one tab, and back to where the participant was.
 * Whoever has completed the study sees its end and their code again, and can do nothing more.
 */
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import {
  type ClientMessage,
  PROTOCOL_VERSION,
  type RefusalReason,
  type Reply,
  type ReplyPayloads,
} from "../protocol.ts";
import type { Participant, ParticipantTable } from "../store/participant-table.ts";
import type { ValueTable } from "../store/value-table.ts";
import { type Panel, takePanelValues } from "../study/index.ts";
import type { Journey } from "./journey.ts";
import type { Connection, Presence } from "./presence.ts";
import { isSecret } from "./secret.ts";

export interface RegistrationOptions {
  readonly participants: ParticipantTable;
  readonly journey: Journey;
  readonly presence: Presence;
  readonly clock: Clock;
  /** A page that is being closed may be replaced this soon. */
  readonly duplicateGraceMs: number;
  readonly values: ValueTable;
  readonly panel: Panel;
  readonly log: Logger;
}

type RegisterMessage = ClientMessage<"register">;

export interface Registered {
  readonly reply: Reply<ReplyPayloads["register"]>;
  /** The id as it was first written; null when refused. */
  readonly subjectId: string | null;
}

function refuse(reason: RefusalReason, message: string): Registered {
  return { reply: { ok: false, reason, message }, subjectId: null };
}

export class Registration {
  readonly #options: RegistrationOptions;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** On success the connection is the participant's only one. */
  async register(message: RegisterMessage, connection: Connection): Promise<Registered> {
    const { participants, journey, presence, values } = this.#options;
    if (message.protocolVersion !== PROTOCOL_VERSION) {
      return refuse("wrong_version", "This page is out of date. Please reload it.");
    }
    const participant = participants.find(message.subjectId);
    if (participant === null) {
      const { subjectId, tabId } = message;
      const secret = journey.create(subjectId, tabId);
      this.#takePanel(subjectId, message);
      presence.set(subjectId, connection);
      return { reply: { ok: true, secret, globals: {} }, subjectId };
    }
    const secret = this.#admit(participant, message);
    const { subjectId, outcome } = participant;
    if (secret === null) {
      const isOver = outcome === "completed";
      const text = isOver
        ? "This link has already been used to complete the study."
        : "This link is in use in another browser. Please use the one you began with.";
      return refuse(isOver ? "already_completed" : "wrong_secret", text);
    }
    if (!(await this.#isOnly(subjectId, connection))) {
      const text = "This study is already open in another tab. Please go on there.";
      return refuse("duplicate_session", text);
    }
    if (!connection.isOpen()) return refuse("not_registered", "The page has gone.");
    this.#takePanel(subjectId, message);
    this.#replace(subjectId, connection);
    return { reply: { ok: true, secret, globals: values.globals(subjectId) }, subjectId };
  }

  /** A link that says nothing usable keeps nobody out. */
  #takePanel(subjectId: string, { parameters = {} }: RegisterMessage): void {
    const { panel, values, log } = this.#options;
    const taken = takePanelValues(panel, parameters);
    if (taken.refused.length > 0) {
      log.warn(
        { subjectId, parameters: taken.refused },
        "panel parameters of a link cannot be kept",
      );
    }
    values.addPanel(subjectId, taken.values);
  }

  /** From now on nobody is given another secret. */
  confirmSecret(subjectId: string): void {
    const { participants } = this.#options;
    if (participants.get(subjectId).isSecretConfirmed) return;
    participants.update(subjectId, { isSecretConfirmed: true });
  }

  /** The secret the page shall keep, or null when it may not come in. */
  #admit(participant: Participant, { secret, tabId }: RegisterMessage): string | null {
    const { journey } = this.#options;
    const { subjectId, secretHash, isSecretConfirmed, firstTabId } = participant;
    if (secret === null) {
      const isUnheard = !isSecretConfirmed && tabId === firstTabId;
      return isUnheard ? journey.renewSecret(subjectId) : null;
    }
    if (!isSecret(secret, secretHash)) return null;
    this.confirmSecret(subjectId);
    return secret;
  }

  /** An older socket of the same tab is dead, or belongs to a copy of the tab. */
  #replace(subjectId: string, connection: Connection): void {
    const { presence } = this.#options;
    const older = presence.get(subjectId);
    presence.set(subjectId, connection);
    if (older === null || older.id === connection.id) return;
    const message = "This study has been opened again elsewhere.";
    older.send("closed", { reason: "duplicate_session", message });
    older.close();
  }

  async #isOnly(subjectId: string, { tabId }: Connection): Promise<boolean> {
    const { presence, clock, duplicateGraceMs } = this.#options;
    const isOther = () => (presence.get(subjectId)?.tabId ?? tabId) !== tabId;
    if (!isOther()) return true;
    let cancel = () => {};
    const grace = new Promise<void>((resolve) => {
      cancel = clock.after(duplicateGraceMs, resolve);
    });
    await Promise.race([presence.left(subjectId), grace]);
    cancel();
    return !isOther();
  }
}
