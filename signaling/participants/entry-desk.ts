/** Screens everybody once, before they see the first scene: device, browser, connection, the study's own rule. */
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Client } from "../monitoring/client.ts";
import {
  clientExclusion,
  measurementsNeeded,
  medianPing,
  pingExclusion,
} from "../monitoring/entry-rules.ts";
import type { Exclusion } from "../monitoring/exclusion.ts";
import { probe } from "../probe.ts";
import { entryDecisionSchema, runCallback } from "../researcher-callback.ts";
import type { Database } from "../store/database.ts";
import type { WatchDecision, WatchRecord } from "../store/monitoring-schema.ts";
import type { ParticipantTable } from "../store/participant-table.ts";
import type { WatchTable } from "../store/watch-table.ts";
import type { EntryScreening } from "../study/index.ts";
import type { Journey } from "./journey.ts";
import type { Connection, Presence } from "./presence.ts";

export interface EntryDeskOptions {
  /** Null lets everybody in. */
  readonly rules: EntryScreening | null;
  readonly database: Database;
  readonly participants: ParticipantTable;
  readonly watches: WatchTable;
  readonly journey: Journey;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly log: Logger;
  /** Shows the participant where they are now. */
  show(subjectId: string): void;
}

/** Between an answer and the next question, so that a burst on the line is not measured alone. */
const GAP_MS = 100;

/** One screening; a page that loads again begins another. */
interface Screening {
  readonly rules: EntryScreening;
  readonly subjectId: string;
  readonly connection: Connection;
  readonly record: WatchRecord & { readonly client: Client };
}

const NOWHERE = { episode: null, frame: null } as const;

export class EntryDesk {
  readonly #options: EntryDeskOptions;
  /** The connection by which each screening that is under way was asked for. */
  readonly #running = new Map<string, string>();

  constructor(options: EntryDeskOptions) {
    this.#options = options;
  }

  /** Whether the participant has yet to be let in. */
  isDue(subjectId: string): boolean {
    const { rules, participants, watches } = this.#options;
    if (rules === null) return false;
    const { visitId, outcome } = participants.get(subjectId);
    if (outcome !== null || participants.getVisit(subjectId, visitId).planIndex > 0) return false;
    const decisions = watches.find(subjectId, visitId)?.decisions ?? [];
    return !decisions.some(({ kind }) => kind === "admitted");
  }

  /** Shows the participant their place, or screens them first. */
  receive(subjectId: string, connection: Connection, client: Client): void {
    const { rules, show } = this.#options;
    if (rules === null || !this.isDue(subjectId)) {
      show(subjectId);
      return;
    }
    if (this.#running.get(subjectId) === connection.id) return;
    this.#running.set(subjectId, connection.id);
    const record = { client, pings: [], decisions: [] };
    const screening = { rules, subjectId, connection, record };
    const exclusion = clientExclusion(rules, client);
    if (exclusion !== null) {
      this.#decide(screening, exclusion);
      return;
    }
    this.#measure(screening);
  }

  /** The questions one after another; whoever has left is screened anew when they are back. */
  #measure(screening: Screening): void {
    const { clock } = this.#options;
    const { rules, record, connection } = screening;
    if (!this.#isHere(screening)) return;
    if (record.pings.length >= measurementsNeeded(rules)) {
      this.#judgePing(screening);
      return;
    }
    probe(connection, clock, ({ rttMs }) => {
      record.pings.push({ atMs: clock.nowMs(), rttMs });
      if (record.pings.length >= measurementsNeeded(rules)) this.#measure(screening);
      else clock.after(GAP_MS, () => this.#measure(screening));
    });
  }

  #judgePing(screening: Screening): void {
    const { rules, record } = screening;
    const pings = record.pings.map(({ rttMs }) => rttMs);
    const exclusion = pingExclusion(rules, pings);
    if (exclusion !== null || rules.entryCallback === null) {
      this.#decide(screening, exclusion);
      return;
    }
    void this.#askStudy(screening, medianPing(pings)).then((answer) => {
      if (this.#isHere(screening)) this.#decide(screening, answer);
    });
  }

  async #askStudy(screening: Screening, ping: number): Promise<Exclusion | null> {
    const { clock, log, journey } = this.#options;
    const { rules, record, subjectId } = screening;
    const { sceneId } = journey.scene(subjectId);
    const context = { ping, ...record.client, subjectId, sceneId };
    const result = await runCallback(
      () => rules.entryCallback?.(context),
      entryDecisionSchema,
      clock,
    );
    if (result.kind === "answered") {
      const { exclude, message = null } = result.value;
      return exclude ? { rule: "callback", message } : null;
    }
    const { detail } = result;
    log.error({ subjectId, detail }, "entryCallback failed; the participant is let in");
    this.#note(record, { kind: "callback_failed", rule: "callback", message: detail });
    return null;
  }

  #note({ decisions }: WatchRecord, decision: Pick<WatchDecision, "kind" | "rule" | "message">) {
    decisions.push({ atMs: this.#options.clock.nowMs(), ...decision, ...NOWHERE });
  }

  /** Runs in a timer or an answer of the socket, where nobody would catch an error. */
  #decide(screening: Screening, exclusion: Exclusion | null): void {
    const { database, participants, watches, journey, log, show } = this.#options;
    const { subjectId, record } = screening;
    this.#running.delete(subjectId);
    // Meanwhile the study may have ended for them.
    if (!this.isDue(subjectId)) return;
    const { visitId } = participants.get(subjectId);
    if (exclusion === null) this.#note(record, { kind: "admitted", rule: null, message: null });
    else this.#note(record, { kind: "excluded", ...exclusion });
    try {
      database.transaction(() => {
        watches.save(subjectId, visitId, record);
        if (exclusion === null) participants.updateVisit(subjectId, visitId, {});
        else journey.leaveEarly(subjectId, "screened_out");
      });
      show(subjectId);
    } catch (err) {
      log.error({ err, subjectId }, "a screening could not be stored");
    }
  }

  #isHere({ subjectId, connection }: Screening): boolean {
    const isHere = this.#options.presence.get(subjectId)?.id === connection.id;
    if (!isHere && this.#running.get(subjectId) === connection.id) this.#running.delete(subjectId);
    return isHere;
  }
}
