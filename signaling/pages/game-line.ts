/** The paths of one game to its other players: WebRTC signalled, and packets relayed, by the socket. */
import {
  type Channel,
  createRelayTransport,
  createWebrtcTransport,
  type Path,
  SwitchingTransport,
  type WebrtcTransport,
} from "../../engine/index.ts";
import type { GameStart } from "../protocol.ts";
import type { StudySocket } from "./study-socket.ts";

export interface GameLineOptions {
  readonly start: GameStart;
  readonly socket: StudySocket;
  /** Called after every packet that arrived. */
  onArrival(): void;
  onSwitch(peer: number, path: Path): void;
  /** The direct path to the peer is there, again, or over another candidate pair. */
  onPair(peer: number): void;
}

export interface GameLine {
  readonly peers: readonly number[];
  readonly transport: SwitchingTransport;
  /** Null when the study wants only the relay. */
  readonly direct: WebrtcTransport | null;
  /** What the server passed on from another player. */
  signal(fromPlayer: number, data: string): void;
  relay(fromPlayer: number, channel: Channel, bytes: Uint8Array): void;
  /** Whether the page of another player has its own line to the server, as the server sees it. */
  setReachable(player: number, isReachable: boolean): void;
}

function rtcConfig(start: GameStart): RTCConfiguration {
  return {
    iceTransportPolicy: start.transportMode === "turn-only" ? "relay" : "all",
    iceServers: start.iceServers.map(({ urls, username, credential }) => ({
      urls: typeof urls === "string" ? urls : [...urls],
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
  };
}

function relayOver(options: GameLineOptions, unreachable: ReadonlySet<number>) {
  const { socket, onArrival } = options;
  const { gameId } = options.start;
  return createRelayTransport({
    onArrival,
    port: {
      isOpen: (player) => socket.isConnected && !unreachable.has(player),
      emit(toPlayer, channel, bytes) {
        if (channel === "play" && socket.isBacklogged) return "congested";
        socket.tell("relay", { gameId, toPlayer, channel, bytes: bytes.slice() });
        return "sent";
      },
    },
  });
}

/** Starts connecting; the caller owns the line and must close its transport. */
export async function openGameLine(options: GameLineOptions): Promise<GameLine> {
  const { start, socket, onArrival } = options;
  const { gameId, playerIndex, playerCount } = start;
  const players = Array.from({ length: playerCount }, (_, i) => i);
  const peers = players.filter((player) => player !== playerIndex);
  const unreachable = new Set<number>();
  const relay = relayOver(options, unreachable);
  const direct =
    start.transportMode === "relay-only"
      ? null
      : await createWebrtcTransport({
          localPeer: playerIndex,
          remotePeers: peers,
          config: rtcConfig(start),
          sendSignal: (toPlayer, data) => socket.tell("signal", { gameId, toPlayer, data }),
          onArrival,
          onPair: (peer) => options.onPair(peer),
        });
  const transport = new SwitchingTransport({
    peers,
    direct,
    relay,
    now: () => performance.now(),
    onSwitch: (peer, path) => options.onSwitch(peer, path),
  });
  return {
    peers,
    transport,
    direct,
    signal: (fromPlayer, data) => direct?.signal(fromPlayer, data),
    relay: (fromPlayer, channel, bytes) => relay.deliver(fromPlayer, channel, bytes),
    setReachable(player, isReachable) {
      if (isReachable) unreachable.delete(player);
      else unreachable.add(player);
    },
  };
}
