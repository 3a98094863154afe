/** The way through the study server: the same packets as the direct path, carried by the host's socket. */
import { Inbox } from "./inbox.ts";
import type { PathTransport, SendResult } from "./path-transport.ts";
import type { Channel, Packet } from "./transport.ts";

/** What the host's socket offers to the relay. */
export interface RelayPort {
  /** Whether the server, and through it `peer`, can be reached now. */
  isOpen(peer: number): boolean;
  /** `bytes` is borrowed for the call: a port that queues must copy. */
  emit(toPeer: number, channel: Channel, bytes: Uint8Array): SendResult;
}

export interface RelayTransport extends PathTransport {
  /** The host calls it for every relayed packet; takes ownership of `bytes`. */
  deliver(fromPeer: number, channel: Channel, bytes: Uint8Array): void;
}

export interface RelayOptions {
  readonly port: RelayPort;
  /** Called after each packet, before it is drained. */
  readonly onArrival: () => void;
}

export function createRelayTransport({ port, onArrival }: RelayOptions): RelayTransport {
  const inbox = new Inbox(onArrival);
  let isClosed = false;
  return {
    isOpen: (peer) => !isClosed && port.isOpen(peer),
    send({ peer, channel, bytes }: Packet) {
      if (isClosed || !port.isOpen(peer)) return "closed";
      return port.emit(peer, channel, bytes);
    },
    deliver(fromPeer, channel, bytes) {
      inbox.push({ peer: fromPeer, channel, bytes });
    },
    drain: () => inbox.drain(),
    restart: (peer) => inbox.forget(peer),
    close() {
      isClosed = true;
      inbox.close();
    },
  };
}
