/** How one directed link behaves; plain JSON, so that a schedule can be kept and shrunk. */
export interface LinkProfile {
  /** One-way delay. */
  readonly delayMs: number;
  /** Each packet's delay is drawn evenly from delay ± jitter. */
  readonly jitterMs: number;
  readonly lossRatio: number;
  /** Chance that a packet starts a burst in which the next `burstPackets` are lost too. */
  readonly burstRatio: number;
  readonly burstPackets: number;
  readonly duplicateRatio: number;
  /** Chance that a packet is held back by `reorderMs` more. */
  readonly reorderRatio: number;
  readonly reorderMs: number;
  /** Null for as much as is sent. */
  readonly bandwidthKbitPerS: number | null;
}

export const PERFECT_LINK: LinkProfile = {
  delayMs: 0,
  jitterMs: 0,
  lossRatio: 0,
  burstRatio: 0,
  burstPackets: 0,
  duplicateRatio: 0,
  reorderRatio: 0,
  reorderMs: 0,
  bandwidthKbitPerS: null,
};
