/** The lines of groups that are tried out before their game: who may reach whom, under the id of the game to be. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Presence } from "../participants/presence.ts";
import type { Webrtc } from "../study/index.ts";
import { linePlan } from "./ice-servers.ts";

export interface TrialLinesOptions {
  readonly webrtc: Webrtc;
  readonly presence: Presence;
  readonly clock: Clock;
}

export class TrialLines {
  readonly #options: TrialLinesOptions;
  readonly #members = new Map<string, readonly string[]>();

  constructor(options: TrialLinesOptions) {
    this.#options = options;
  }

  /** Tells every page of the group; returns the id. */
  open(subjectIds: readonly string[]): string {
    const { webrtc, presence, clock } = this.#options;
    const gameId = randomUUID();
    this.#members.set(gameId, subjectIds);
    for (const [playerIndex, subjectId] of subjectIds.entries()) {
      const seat = { gameId, playerIndex, playerCount: subjectIds.length };
      presence.send(subjectId, "line-probe", linePlan(webrtc, seat, clock.nowMs()));
    }
    return gameId;
  }

  /** Subject ids by player index; none for an id that is not tried out. */
  members(gameId: string): readonly string[] {
    return this.#members.get(gameId) ?? [];
  }

  /** There will be no game: every page closes what it opened. */
  close(gameId: string): void {
    for (const subjectId of this.members(gameId)) {
      this.#options.presence.send(subjectId, "line-probe-over", { gameId });
    }
    this.#members.delete(gameId);
  }

  /** The lines are the game's from now on. */
  handOver(gameId: string): void {
    this.#members.delete(gameId);
  }
}
