/** Runs in a browser: one end of a game's transport, whose signals the test carries to the other page. */
import { createRelayTransport } from "../../engine/transport/relay.ts";
import { SwitchingTransport } from "../../engine/transport/switching-transport.ts";
import type { Channel, Path } from "../../engine/transport/transport.ts";
import { createWebrtcTransport } from "../../engine/transport/webrtc.ts";
import { sendBorrowed } from "../contracts/borrowed.ts";

/** As a game loop does: a packet a tick, and a suspicion when nothing came for longer than a busy machine is silent. */
const TICK_MS = 20;
const SILENCE_MS = 4_000;

export interface EndOptions {
  readonly own: 0 | 1;
  readonly config: RTCConfiguration;
  readonly hasRelay: boolean;
}

/** What one page says to the other: a signal of the direct connection, or a relayed packet. */
export interface Carried {
  readonly kind: "signal" | "relay";
  readonly channel: Channel;
  readonly bytes: readonly number[];
  readonly signal: string;
}

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function makeRelay() {
  return createRelayTransport({
    onArrival: () => {},
    port: {
      isOpen: () => true,
      emit(_, channel, bytes) {
        window.carry({ kind: "relay", channel, bytes: [...bytes], signal: "" });
        return "sent";
      },
    },
  });
}

type Direct = Awaited<ReturnType<typeof createWebrtcTransport>>;

async function openTransport({ own, config, hasRelay }: EndOptions) {
  const peer = 1 - own;
  /** Every candidate pair from the first on, as soon as it is chosen. */
  const pairs: unknown[] = [];
  const paths: Path[] = [];
  const direct: Direct = await createWebrtcTransport({
    localPeer: own,
    remotePeers: [peer],
    config,
    sendSignal: (_, signal) =>
      window.carry({ kind: "signal", channel: "control", bytes: [], signal }),
    onArrival: () => {},
    onPair: async () => void pairs.push(await direct.candidatePair(peer)),
  });
  const relay = hasRelay ? makeRelay() : null;
  const transport = new SwitchingTransport({
    peers: [peer],
    direct,
    relay,
    now: () => performance.now(),
    onSwitch: (_, path) => paths.push(path),
  });
  return { peer, pairs, paths, direct, relay, transport };
}

async function connect(options: EndOptions) {
  const { peer, pairs, paths, direct, relay, transport } = await openTransport(options);
  const received: string[] = [];
  const drain = () => {
    const packets = transport.drain();
    received.push(...packets.map(({ channel, bytes }) => `${channel} ${decode(bytes)}`));
    return packets;
  };
  let heardAtMs = performance.now();
  const end = {
    take({ kind, channel, bytes, signal }: Carried) {
      if (kind === "signal") direct.signal(peer, signal);
      else relay?.deliver(peer, channel, Uint8Array.from(bytes));
    },
    isOpen: () => direct.isOpen(peer),
    /** Draining is also what makes a transport choose its path. */
    isConnected: () => drain().length >= 0 && transport.pathTo(peer) !== null,
    send: (channel: Channel, text: string) =>
      transport.send({ peer, channel, bytes: encode(text) }),
    sendBytes: (toPeer: number, channel: Channel, bytes: readonly number[]) =>
      sendBorrowed(transport, { peer: toPeer, channel, bytes: Uint8Array.from(bytes) }),
    drainBytes: () => drain().map((packet) => ({ ...packet, bytes: [...packet.bytes] })),
    /** Resolves with all that came so far, once there are `count`. */
    async received(count: number) {
      while (received.length < count) {
        drain();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return received;
    },
    /** Sends and drains until the page is left. */
    play() {
      setInterval(() => {
        if (drain().length > 0) {
          heardAtMs = performance.now();
          transport.reportResumed(peer);
        } else if (performance.now() - heardAtMs > SILENCE_MS) {
          transport.reportInterrupted(peer);
        }
        end.send("play", "moves");
      }, TICK_MS);
    },
    path: () => transport.pathTo(peer),
    paths: () => paths,
    pairs: () => pairs,
    /** The ports that the connection in use goes from and to. */
    route() {
      const transport = window.connections.at(-1)?.sctp?.transport.iceTransport;
      const pair = transport?.getSelectedCandidatePair();
      return `${pair?.local?.port} ${pair?.remote?.port}`;
    },
    counts: () => transport.counts(peer),
    fault: () => direct.fault(peer),
    close: () => transport.close(),
  };
  return end;
}

type PageEnd = Awaited<ReturnType<typeof connect>>;

declare global {
  interface Window {
    carry: (carried: Carried) => void;
    connectEnd: (options: EndOptions) => Promise<void>;
    end: PageEnd;
    /** What came before the end was made. */
    early: Carried[];
    /** Connections that the page has made. */
    connections: RTCPeerConnection[];
  }
}

const Original = RTCPeerConnection;
window.connections = [];
window.RTCPeerConnection = class extends Original {
  constructor(config?: RTCConfiguration) {
    super(config);
    window.connections.push(this);
  }
};

window.early = [];
window.connectEnd = async (options) => {
  window.end = await connect(options);
  for (const carried of window.early.splice(0)) window.end.take(carried);
};
