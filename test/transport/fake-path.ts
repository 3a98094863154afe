/** A path in memory between two peers: open or not, delivering at once, or losing everything silently. */
import type { PathTransport } from "../../engine/transport/path-transport.ts";
import type { Packet } from "../../engine/transport/transport.ts";

/** One end, seen by the peer that is not `remotePeer`. */
class FakeEnd implements PathTransport {
  remote: FakeEnd | null = null;
  /** Packets sent from here vanish, as on a path whose break nobody noticed yet. */
  isSilent = false;
  isCongested = false;
  private readonly state: { isOpen: boolean };
  private readonly remotePeer: number;
  private inbox: Packet[] = [];

  constructor(state: { isOpen: boolean }, remotePeer: number) {
    this.state = state;
    this.remotePeer = remotePeer;
  }

  isOpen(): boolean {
    return this.state.isOpen;
  }

  send({ channel, bytes }: Packet): "sent" | "congested" | "closed" {
    if (!this.state.isOpen) return "closed";
    if (this.isCongested && channel === "play") return "congested";
    const { remote } = this;
    if (!this.isSilent && remote !== null) {
      remote.inbox.push({ peer: remote.remotePeer, channel, bytes: bytes.slice() });
    }
    return "sent";
  }

  drain(): readonly Packet[] {
    const drained = this.inbox;
    this.inbox = [];
    return drained;
  }

  restart(): void {
    this.inbox = [];
  }

  close(): void {
    this.state.isOpen = false;
  }
}

/** `ends[i]` is the end of peer i. */
export class FakePath {
  readonly ends: readonly [FakeEnd, FakeEnd];
  private readonly state = { isOpen: false };

  constructor() {
    this.ends = [new FakeEnd(this.state, 1), new FakeEnd(this.state, 0)];
    this.ends[0].remote = this.ends[1];
    this.ends[1].remote = this.ends[0];
  }

  open(): void {
    this.state.isOpen = true;
  }

  /** Loses what was on its way, as a broken connection does. */
  breakOff(): void {
    this.state.isOpen = false;
    for (const end of this.ends) end.drain();
  }
}
