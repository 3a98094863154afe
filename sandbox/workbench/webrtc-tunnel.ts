/** Real WebRTC connections between the peers of a run, inside one page: what the simulated links let through goes over them. */
import { createWebrtcTransport, type Packet, type WebrtcTransport } from "../../engine/index.ts";
import type { Tunnel } from "./run.ts";

interface Signal {
  readonly from: number;
  readonly to: number;
  readonly data: string;
}

export class WebrtcTunnel implements Tunnel {
  #transports: readonly WebrtcTransport[] = [];
  /** What was said before everybody was there to hear it. */
  #early: Signal[] = [];
  #isClosed = false;

  /** Begins to connect; packets are dropped until that is done, as on any path that is not open yet. */
  constructor(playerCount: number) {
    void this.#connect(playerCount);
  }

  /** Whether each peer can reach every other. */
  get isOpen(): boolean {
    const all = this.#transports;
    return all.length > 0 && all.every((one, i) => all.every((_, j) => i === j || one.isOpen(j)));
  }

  carry(from: number, packet: Packet): void {
    this.#transports[from]?.send(packet);
  }

  drain(peer: number): readonly Packet[] {
    return this.#transports[peer]?.drain() ?? [];
  }

  close(): void {
    this.#isClosed = true;
    for (const transport of this.#transports) transport.close();
  }

  async #connect(playerCount: number): Promise<void> {
    const peers = Array.from({ length: playerCount }, (_, peer) => peer);
    this.#transports = await Promise.all(
      peers.map((localPeer) =>
        createWebrtcTransport({
          localPeer,
          remotePeers: peers.filter((peer) => peer !== localPeer),
          // Everybody is in this page: host candidates are enough.
          config: { iceServers: [] },
          sendSignal: (to, data) => this.#signal({ from: localPeer, to, data }),
          onArrival: () => {},
        }),
      ),
    );
    if (this.#isClosed) this.close();
    const early = this.#early;
    this.#early = [];
    for (const signal of early) this.#signal(signal);
  }

  #signal(signal: Signal): void {
    const transport = this.#transports[signal.to];
    if (transport === undefined) this.#early.push(signal);
    else queueMicrotask(() => transport.signal(signal.from, signal.data));
  }
}
