/** What one page may send: a budget, a word in the log when it is spent, and an end to a flood. */
import type { Limits } from "./limits.ts";
import { TokenBucket } from "./token-bucket.ts";

export type Verdict =
  | "ok"
  /** Refused, and the first in a row. */
  | "spent"
  | "refused"
  /** As much as the whole burst was refused in a row: nobody listens there. */
  | "flood";

export class SessionLimit {
  readonly #bucket: TokenBucket;
  readonly #burst: number;
  #refusedInRow = 0;

  constructor({ messagesPerSecond, messageBurst }: Limits, nowMs: number) {
    this.#bucket = new TokenBucket(messagesPerSecond, messageBurst, nowMs);
    this.#burst = messageBurst;
  }

  take(nowMs: number): Verdict {
    if (this.#bucket.take(nowMs)) {
      this.#refusedInRow = 0;
      return "ok";
    }
    this.#refusedInRow++;
    if (this.#refusedInRow === 1) return "spent";
    return this.#refusedInRow >= this.#burst ? "flood" : "refused";
  }
}
