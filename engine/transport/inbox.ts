/** What arrived on one path and was not drained yet. */
import type { Packet } from "./transport.ts";

/**
 * A minute of play from seven peers at 60 packets a second: a page that drains nothing for longer
 * is frozen, and only its newest packets can still be of use.
 */
const PACKETS_MAX = 25_200;

/** Tells the host of every arrival, so that a throttled timer does not hold the game up. */
export class Inbox {
  private packets: Packet[] = [];
  private readonly onArrival: () => void;
  private isClosed = false;

  constructor(onArrival: () => void) {
    this.onArrival = onArrival;
  }

  /** Takes ownership of `packet.bytes`. Beyond the bound play packets are dropped: they may be lost. */
  push(packet: Packet): void {
    if (this.isClosed) return;
    if (packet.channel === "play" && this.packets.length >= PACKETS_MAX) return;
    this.packets.push(packet);
    this.onArrival();
  }

  drain(): readonly Packet[] {
    const drained = this.packets;
    if (drained.length > 0) this.packets = [];
    return drained;
  }

  /** Forgets what waits of one peer. */
  forget(peer: number): void {
    this.packets = this.packets.filter((packet) => packet.peer !== peer);
  }

  /** Forgets what waits and takes no more. */
  close(): void {
    this.isClosed = true;
    this.packets = [];
  }
}
