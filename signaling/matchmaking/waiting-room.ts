/** The queue of one gym scene: first come, first served, with the server's own timer. */
import type { Clock } from "../clock.ts";

export interface WaitingRoomOptions {
  readonly groupSize: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** In order of arrival; they have left the room. */
  onMatch(subjectIds: readonly string[]): void;
  /** They have left the room. */
  onTimeout(subjectId: string): void;
  /** Told once a second and whenever somebody comes or goes. */
  onWait(subjectId: string, waitedMs: number, waitingCount: number): void;
}

interface Waiting {
  readonly subjectId: string;
  readonly visitId: string;
  readonly sinceMs: number;
}

const TELL_INTERVAL_MS = 1_000;

export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  #queue: Waiting[] = [];
  /** Time waited before a lost connection counts, so that coming back does not begin anew. */
  readonly #waitedMs = new Map<string, number>();
  #cancelTick: (() => void) | null = null;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  /** Joining twice changes nothing. */
  join(subjectId: string, visitId: string): void {
    if (this.#queue.some((waiting) => waiting.subjectId === subjectId)) return;
    const key = `${subjectId} ${visitId}`;
    const sinceMs = this.#options.clock.nowMs() - (this.#waitedMs.get(key) ?? 0);
    this.#queue.push({ subjectId, visitId, sinceMs });
    const { groupSize } = this.#options;
    while (this.#queue.length >= groupSize) {
      const group = this.#queue.splice(0, groupSize);
      for (const waiting of group) this.#forget(waiting);
      this.#options.onMatch(group.map((waiting) => waiting.subjectId));
    }
    this.#tick();
  }

  leave(subjectId: string): void {
    const waiting = this.#queue.find((entry) => entry.subjectId === subjectId);
    if (waiting === undefined) return;
    this.#queue = this.#queue.filter((entry) => entry !== waiting);
    const waitedMs = this.#options.clock.nowMs() - waiting.sinceMs;
    this.#waitedMs.set(`${subjectId} ${waiting.visitId}`, waitedMs);
    this.#tick();
  }

  close(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#queue = [];
  }

  #forget({ subjectId, visitId }: Waiting): void {
    this.#waitedMs.delete(`${subjectId} ${visitId}`);
  }

  #tick(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    const { clock, timeoutMs, onTimeout, onWait } = this.#options;
    const nowMs = clock.nowMs();
    const isOver = ({ sinceMs }: Waiting) => nowMs - sinceMs >= timeoutMs;
    const gone = this.#queue.filter(isOver);
    this.#queue = this.#queue.filter((waiting) => !isOver(waiting));
    for (const waiting of gone) {
      this.#forget(waiting);
      onTimeout(waiting.subjectId);
    }
    for (const { subjectId, sinceMs } of this.#queue) {
      onWait(subjectId, nowMs - sinceMs, this.#queue.length);
    }
    if (this.#queue.length === 0) return;
    const nextMs = Math.min(...this.#queue.map(({ sinceMs }) => sinceMs + timeoutMs - nowMs));
    this.#cancelTick = clock.after(Math.min(TELL_INTERVAL_MS, nextMs), () => this.#tick());
  }
}
