/** Runs in a browser: one end of a WebRTC transport that the test signals for and drives. */
import type { Channel } from "../../engine/transport/transport.ts";
import { createWebrtcTransport } from "../../engine/transport/webrtc.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function connect(localPeer: number, remotePeer: number) {
  const signals: string[] = [];
  const arrivals: (() => void)[] = [];
  const received: string[] = [];
  const transport = await createWebrtcTransport({
    localPeer,
    remotePeers: [remotePeer],
    config: { iceServers: [] },
    sendSignal: (_, data) => signals.push(data),
    onArrival() {
      for (const { channel, bytes } of transport.drain()) {
        received.push(`${channel} ${decode(bytes)}`);
      }
      for (const wake of arrivals.splice(0)) wake();
    },
  });
  return {
    takeSignals: () => signals.splice(0),
    signal: (data: string) => transport.signal(remotePeer, data),
    isOpen: () => transport.isOpen(remotePeer),
    send: (channel: Channel, text: string) =>
      transport.send({ peer: remotePeer, channel, bytes: encode(text) }),
    /** Resolves with all that came so far, once there are `count`. */
    async received(count: number) {
      while (received.length < count) {
        await new Promise<void>((resolve) => arrivals.push(resolve));
      }
      return received;
    },
    candidatePair: () => transport.candidatePair(remotePeer),
    fault: () => transport.fault(remotePeer),
    close: () => transport.close(),
  };
}

export type PageEnd = Awaited<ReturnType<typeof connect>>;

declare global {
  interface Window {
    connectEnd: typeof connect;
    end: PageEnd;
  }
}

window.connectEnd = connect;
