/** Packets over one path only: what a switching transport is made of. */
import type { Packet, Transport } from "./transport.ts";

export type SendResult = ReturnType<Transport["send"]>;

export interface PathTransport {
  /** Whether a packet sent now would be on its way; false while connecting and after a break. */
  isOpen(peer: number): boolean;
  /** `packet.bytes` is borrowed for the call. Never throws: a path that is not open is `closed`. */
  send(packet: Packet): SendResult;
  /** Everything that arrived since the last call, in order of arrival; the caller owns it. */
  drain(): readonly Packet[];
  /** The peer's page is a new one: what came of the old one is forgotten, and a new way to it is searched. */
  restart(peer: number): void;
  /** For good: nothing is taken and nothing comes out afterwards. */
  close(): void;
}
