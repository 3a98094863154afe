/** Who is connected now, one page per participant. */
import type { ServerToClientEvents } from "../protocol.ts";

/** The server's end of one page's socket. */
export interface Connection {
  readonly id: string;
  readonly tabId: string;
  isOpen(): boolean;
  send<E extends keyof ServerToClientEvents>(
    event: E,
    ...message: Parameters<ServerToClientEvents[E]>
  ): void;
  close(): void;
}

export class Presence {
  readonly #connections = new Map<string, Connection>();
  readonly #leaving = new Map<string, Set<() => void>>();

  get(subjectId: string): Connection | null {
    return this.#connections.get(subjectId) ?? null;
  }

  has(subjectId: string): boolean {
    return this.#connections.has(subjectId);
  }

  /** Replaces an earlier connection without a word to it. */
  set(subjectId: string, connection: Connection): void {
    this.#connections.set(subjectId, connection);
  }

  /** Returns false when the participant has another connection by now. */
  remove(subjectId: string, connectionId: string): boolean {
    if (this.#connections.get(subjectId)?.id !== connectionId) return false;
    this.#connections.delete(subjectId);
    for (const resolve of this.#leaving.get(subjectId) ?? []) resolve();
    this.#leaving.delete(subjectId);
    return true;
  }

  /** Resolves when the present connection of the participant is gone. */
  left(subjectId: string): Promise<void> {
    if (!this.has(subjectId)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#leaving.get(subjectId) ?? new Set();
      waiting.add(resolve);
      this.#leaving.set(subjectId, waiting);
    });
  }

  send<E extends keyof ServerToClientEvents>(
    subjectId: string,
    event: E,
    ...message: Parameters<ServerToClientEvents[E]>
  ): void {
    this.#connections.get(subjectId)?.send(event, ...message);
  }
}
