/** The direct way: one WebRTC connection to each remote peer, signalled through the host. */
import type { CandidatePair } from "./candidate-pair.ts";
import { Inbox } from "./inbox.ts";
import type { PathTransport } from "./path-transport.ts";
import { WebrtcLink } from "./webrtc-link.ts";

export interface WebrtcOptions {
  readonly localPeer: number;
  readonly remotePeers: readonly number[];
  readonly config: RTCConfiguration;
  /** Carries one signal to the page of `toPeer`; may lose it while the host is offline. */
  sendSignal(toPeer: number, data: string): void;
  /** Called after each packet, before it is drained. */
  onArrival(): void;
  /** The peer can be reached, again, or over another candidate pair. */
  onPair?(peer: number): void;
}

export interface WebrtcTransport extends PathTransport {
  /** The host calls it for every signal of a peer. */
  signal(fromPeer: number, data: string): void;
  /** Null before the connection has chosen its candidates. */
  candidatePair(peer: number): Promise<CandidatePair | null>;
  /** Why the last attempt to connect failed; null if none did. */
  fault(peer: number): string | null;
}

/** Loads simple-peer on first use, so that importing this module costs a server nothing. */
export async function createWebrtcTransport(options: WebrtcOptions): Promise<WebrtcTransport> {
  const { default: Peer } = await import("simple-peer");
  const inbox = new Inbox(options.onArrival);
  const links = new Map<number, WebrtcLink>();
  // Without WebRTC no link ever opens, which is what a switching transport needs to know.
  const remotePeers = Peer.WEBRTC_SUPPORT ? options.remotePeers : [];
  for (const peer of remotePeers) {
    const link = new WebrtcLink({
      Peer,
      isInitiator: options.localPeer < peer,
      config: options.config,
      sendSignal: (data) => options.sendSignal(peer, data),
      onMessage: (channel, bytes) => inbox.push({ peer, channel, bytes }),
      onPair: () => options.onPair?.(peer),
    });
    links.set(peer, link);
  }
  return {
    isOpen: (peer) => links.get(peer)?.isOpen ?? false,
    send: ({ peer, channel, bytes }) => links.get(peer)?.send(channel, bytes) ?? "closed",
    drain: () => inbox.drain(),
    signal: (fromPeer, data) => links.get(fromPeer)?.signal(data),
    candidatePair: async (peer) => links.get(peer)?.candidatePair() ?? null,
    restart(peer) {
      inbox.forget(peer);
      links.get(peer)?.renew();
    },
    fault: (peer) => links.get(peer)?.fault ?? null,
    close() {
      for (const link of links.values()) link.close();
      inbox.close();
    },
  };
}
