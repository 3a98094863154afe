/**
 * How much one address and one page may ask of the server. Generous: all seats of a laboratory, and all of a
 * university behind one translated address, count as one address, and they come at the same minute.
 */
export interface Limits {
  /** New sockets from one address, in the long run. */
  readonly connectionsPerSecond: number;
  /** New sockets from one address at once. */
  readonly connectionBurst: number;
  /** Messages of one page, in the long run. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Pages, scripts and pictures for one address. */
  readonly requestsPerMinute: number;
}

export const DEFAULT_LIMITS: Limits = {
  /** Twenty people a second never come by themselves, save after a restart; that is what the burst is for. */
  connectionsPerSecond: 20,
  /** A lecture hall that comes back within two seconds when the server is started again. */
  connectionBurst: 300,
  /** Eight players at 120 frames per second whose packets are all relayed send 840. */
  messagesPerSecond: 1_000,
  /** Three seconds' worth that a stalled network held back. */
  messageBurst: 3_000,
  /** A page is some ten requests: 300 people who open and reload it within one minute. */
  requestsPerMinute: 6_000,
};

/** For runs in which everybody comes from one machine on purpose. */
export const NO_ADDRESS_LIMITS = {
  connectionsPerSecond: 1e6,
  connectionBurst: 1e6,
  requestsPerMinute: 1e9,
} as const satisfies Partial<Limits>;

/** One sentence per value that cannot be one. */
export function limitFaults(limits: Limits): readonly string[] {
  return Object.entries(limits)
    .filter(([, value]) => !(Number.isFinite(value) && value >= 1))
    .map(([name, value]) => `Expected \`${name}\` to be a number from 1 on, got ${value}.`);
}
