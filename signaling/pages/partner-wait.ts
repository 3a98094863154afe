/** Which partners are silent, and until when the game waits for them. */
import type { GameStart } from "../protocol.ts";

type WaitSession = Pick<GameStart["session"], "interruptedAfterMs" | "disconnectedAfterMs">;

/** All times are of one monotonic clock. */
export class PartnerWait {
  private readonly waitMs: number;
  private readonly untilByPeer = new Map<number, number>();

  constructor({ interruptedAfterMs, disconnectedAfterMs }: WaitSession) {
    this.waitMs = Math.max(0, disconnectedAfterMs - interruptedAfterMs);
  }

  /** The session has just found the peer interrupted. */
  begin(peer: number, nowMs: number): void {
    this.untilByPeer.set(peer, nowMs + this.waitMs);
  }

  end(peer: number): void {
    this.untilByPeer.delete(peer);
  }

  clear(): void {
    this.untilByPeer.clear();
  }

  /** When the first of them counts as gone; null while nobody is silent. */
  get untilMs(): number | null {
    return this.untilByPeer.size === 0 ? null : Math.min(...this.untilByPeer.values());
  }
}
