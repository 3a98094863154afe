/** What the two sides of a direct connection say to each other through the host. */

/**
 * A WebRTC description or candidate, or what the side that makes no offers asks of the other:
 * `restart` for a new connection, `restart-ice` for new candidates in this one.
 */
export interface Signal {
  readonly type: string;
  /** The connection it belongs to. */
  readonly attempt: number;
  /** The ICE restart within that connection it belongs to; 0 before the first. */
  readonly round: number;
}

/** Null for anything unusable. */
export function parseSignal(data: string): Signal | null {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) return null;
    const { type, attempt, round } = value as Partial<Signal>;
    const isRight = Number.isSafeInteger(attempt) && Number.isSafeInteger(round);
    return typeof type === "string" && isRight ? (value as Signal) : null;
  } catch {
    return null;
  }
}
