/** The paths of one game to its other players: WebRTC signalled, and packets relayed, by the socket. */
import {
  type Channel,
  createRelayTransport,
  createWebrtcTransport,
  type Path,
  SwitchingTransport,
  type WebrtcTransport,
} from "../../engine/index.ts";
import type { LinePlan } from "../protocol.ts";
import type { StudySocket } from "./study-socket.ts";

export interface LineListener {
  /** Called after every packet that arrived. */
  onArrival(): void;
  onSwitch(peer: number, path: Path): void;
  /** The direct path to the peer is there, again, or over another candidate pair. */
  onPair(peer: number): void;
}

export interface GameLineOptions {
  readonly plan: LinePlan;
  /** By player: how often their page has come back; never, where it is left out. */
  readonly incarnations?: readonly number[];
  readonly socket: StudySocket;
  readonly listener: LineListener;
}

export interface GameLine {
  readonly peers: readonly number[];
  /** Of a line that was tried out and is a game's now; what was told before is told again. */
  handOver(listener: LineListener): void;
  readonly transport: SwitchingTransport;
  /** Null when the study wants only the relay. */
  readonly direct: WebrtcTransport | null;
  /** What the server passed on from another player; ignored when a page that is gone was meant or sent it. */
  signal(fromPlayer: number, epoch: number, data: string): void;
  relay(fromPlayer: number, epoch: number, channel: Channel, bytes: Uint8Array): void;
  /** Begins anew with the page of a player that has come back so often. */
  meet(player: number, incarnation: number): void;
  /** Whether the page of another player has its own line to the server, as the server sees it. */
  setReachable(player: number, isReachable: boolean): void;
}

function rtcConfig(plan: LinePlan): RTCConfiguration {
  return {
    iceTransportPolicy: plan.transportMode === "turn-only" ? "relay" : "all",
    iceServers: plan.iceServers.map(({ urls, username, credential }) => ({
      urls: typeof urls === "string" ? urls : [...urls],
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
  };
}

function relayOver(
  { plan: { gameId }, socket }: GameLineOptions,
  unreachable: ReadonlySet<number>,
  epochOf: (player: number) => number,
  onArrival: () => void,
) {
  return createRelayTransport({
    onArrival,
    port: {
      isOpen: (player) => socket.isConnected && !unreachable.has(player),
      emit(toPlayer, channel, bytes) {
        if (channel === "play" && socket.isBacklogged) return "congested";
        const epoch = epochOf(toPlayer);
        socket.tell("relay", { gameId, toPlayer, epoch, channel, bytes: bytes.slice() });
        return "sent";
      },
    },
  });
}

/** Starts connecting; the caller owns the line and must close its transport. */
export async function openGameLine(options: GameLineOptions): Promise<GameLine> {
  const { plan, socket } = options;
  const { gameId, playerIndex, playerCount } = plan;
  const players = Array.from({ length: playerCount }, (_, i) => i);
  const peers = players.filter((player) => player !== playerIndex);
  const unreachable = new Set<number>();
  let { listener } = options;
  const onArrival = () => listener.onArrival();
  const incarnations = [...(options.incarnations ?? [])];
  const epochOf = (player: number) =>
    (incarnations[playerIndex] ?? 0) + (incarnations[player] ?? 0);
  const relay = relayOver(options, unreachable, epochOf, onArrival);
  // Some browsers are set to have no WebRTC at all; the relay is there for them, too.
  const isRelayOnly = plan.transportMode === "relay-only" || !("RTCPeerConnection" in globalThis);
  const direct = isRelayOnly
    ? null
    : await createWebrtcTransport({
        localPeer: playerIndex,
        remotePeers: peers,
        config: rtcConfig(plan),
        sendSignal: (toPlayer, data) =>
          socket.tell("signal", { gameId, toPlayer, epoch: epochOf(toPlayer), data }),
        onArrival,
        onPair: (peer) => listener.onPair(peer),
      });
  const transport = new SwitchingTransport({
    peers,
    direct,
    relay,
    now: () => performance.now(),
    // Somebody waits for a page that has come back: whatever path is there first will do.
    ...((incarnations[playerIndex] ?? 0) > 0 ? { directDeadlineMs: 0 } : {}),
    onSwitch: (peer, path) => listener.onSwitch(peer, path),
  });
  return {
    peers,
    transport,
    direct,
    handOver(next) {
      listener = next;
      for (const peer of peers) {
        const path = transport.pathTo(peer);
        if (path !== null) listener.onSwitch(peer, path);
        listener.onPair(peer);
      }
    },
    signal(fromPlayer, epoch, data) {
      if (epoch === epochOf(fromPlayer)) direct?.signal(fromPlayer, data);
    },
    relay(fromPlayer, epoch, channel, bytes) {
      if (epoch === epochOf(fromPlayer)) relay.deliver(fromPlayer, channel, bytes);
    },
    meet(player, incarnation) {
      if (incarnation <= (incarnations[player] ?? 0)) return;
      incarnations[player] = incarnation;
      transport.restart(player);
    },
    setReachable(player, isReachable) {
      if (isReachable) unreachable.delete(player);
      else unreachable.add(player);
    },
  };
}
