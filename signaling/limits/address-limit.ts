/** New sockets by address: each has a budget of its own. */
import type { IncomingMessage } from "node:http";
import proxyAddress from "@fastify/proxy-addr";
import type { Limits } from "./limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Beyond so many addresses those that have their whole budget again are forgotten. */
const ADDRESSES_MAX = 10_000;

export class AddressLimit {
  readonly #limits: Limits;
  readonly #trust: (address: string, hop: number) => boolean;
  readonly #buckets = new Map<string, TokenBucket>();

  /** `trustProxy` names the proxies whose X-Forwarded-For is believed; null for none. */
  constructor(limits: Limits, trustProxy: string | null) {
    this.#limits = limits;
    this.#trust = trustProxy === null ? () => false : proxyAddress.compile(list(trustProxy));
  }

  addressOf(request: IncomingMessage): string {
    return proxyAddress(request, this.#trust);
  }

  /** Whether one more may connect from there. */
  admit(address: string, nowMs: number): boolean {
    const { connectionsPerSecond, connectionBurst } = this.#limits;
    const known = this.#buckets.get(address);
    if (known !== undefined) return known.take(nowMs);
    if (this.#buckets.size >= ADDRESSES_MAX) this.#forget(nowMs);
    const bucket = new TokenBucket(connectionsPerSecond, connectionBurst, nowMs);
    this.#buckets.set(address, bucket);
    return bucket.take(nowMs);
  }

  #forget(nowMs: number): void {
    for (const [address, bucket] of this.#buckets) {
      if (bucket.isFull(nowMs)) this.#buckets.delete(address);
    }
  }
}

function list(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}
