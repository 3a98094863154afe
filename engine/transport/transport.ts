/**
 * Moves bytes between peers and knows nothing else.
 * `play` is unordered and may lose; `control` is ordered and loses nothing while the path lives.
 */

export type Channel = "play" | "control";

/** Bytes to or from the peer with that number (its lowest player index). */
export interface Packet {
  readonly peer: number;
  readonly channel: Channel;
  readonly bytes: Uint8Array;
}

/** Which way a packet went. */
export type Path = "direct" | "relay";

/** Counts for one peer since the transport was made. */
export interface PathCounts {
  readonly sentPackets: Readonly<Record<Path, number>>;
  readonly receivedPackets: Readonly<Record<Path, number>>;
  readonly sentBytes: Readonly<Record<Path, number>>;
  readonly receivedBytes: Readonly<Record<Path, number>>;
  /** Play packets not sent because earlier ones were still queued; the next one carries their inputs. */
  readonly congestedPackets: number;
}

export interface Transport {
  /**
   * Sends or, for `play` while earlier bytes are still queued, drops.
   * `bytes` is borrowed for the call. Never throws: a closed path is `closed`.
   */
  send(packet: Packet): "sent" | "congested" | "closed";
  /** Everything that arrived since the last call, in order of arrival; the caller owns it. */
  drain(): readonly Packet[];
  counts(peer: number): PathCounts;
  /** For good: nothing is taken and nothing comes out afterwards. */
  close(): void;
}
