/** Asks a conditions server; the same methods and results as experiment-server's client for Python. */

/** What the server answered, or why it did not do what it was asked. */
export type ClientResult<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly data: { readonly message: string } };

/** The values of one block, by name. */
export type Config = Readonly<Record<string, unknown>>;

export interface ConditionsClientOptions {
  readonly host?: string;
  readonly port?: number;
  /** What the server printed, if it is not bound to this machine alone. */
  readonly adminToken?: string;
}

export class ConditionsClient {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ host = "127.0.0.1", port = 8000, adminToken }: ConditionsClientOptions = {}) {
    this.#base = `http://${host}:${port}/api`;
    this.#headers = adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` };
  }

  /** The name of the block moved to, or `END`. */
  moveToNext(participantIndex?: number): Promise<ClientResult<{ readonly name: string }>> {
    return this.#ask("POST", "move-to-next", participantIndex);
  }

  getConfig(participantIndex?: number): Promise<ClientResult<Config>> {
    return this.#ask("GET", "config", participantIndex);
  }

  getAllConfigs(participantIndex?: number): Promise<ClientResult<readonly Config[]>> {
    return this.#ask("GET", "all-configs", participantIndex);
  }

  getBlocksCount(participantIndex?: number): Promise<ClientResult<number>> {
    return this.#ask("GET", "blocks-count", participantIndex);
  }

  /** The block moved to, from 0. */
  moveToBlock(blockId: number, participantIndex?: number): Promise<ClientResult<number>> {
    return this.#ask("POST", "move-to-block", participantIndex, blockId);
  }

  /** The index of the participant added. */
  newParticipant(): Promise<ClientResult<number>> {
    return this.#ask("PUT", "new-participant");
  }

  addParticipant(participantIndex: number): Promise<ClientResult<boolean>> {
    return this.#ask("PUT", "add-participant", participantIndex);
  }

  shutdown(): Promise<ClientResult<null>> {
    return this.#ask("POST", "shutdown");
  }

  /** Whether the participant is at a block. */
  serverIsActive(participantIndex?: number): Promise<ClientResult<boolean>> {
    return this.#ask("GET", "active", participantIndex);
  }

  async #ask<T>(
    method: string,
    name: string,
    ...parameters: readonly (number | undefined)[]
  ): Promise<ClientResult<T>> {
    const path = [name, ...parameters.filter((parameter) => parameter !== undefined)].join("/");
    try {
      const response = await fetch(`${this.#base}/${path}`, { method, headers: this.#headers });
      const text = await response.text();
      if (response.ok) return { ok: true, data: (text === "" ? null : JSON.parse(text)) as T };
      return { ok: false, data: { message: `status ${response.status} with text: ${text}` } };
    } catch (error) {
      return { ok: false, data: { message: `no answer: ${(error as Error).message}` } };
    }
  }
}
