/** How the players of a game were connected, for the data. */
import type { Path, PathCounts } from "../../engine/index.ts";
import type { ClientMessage } from "../protocol.ts";
import type { GameLine } from "./game-line.ts";
import { steadyNowMs } from "./steady-clock.ts";

type ConnectionReport = NonNullable<ClientMessage<"close-episode">["connection"]>;

function sum(all: readonly PathCounts[]): ConnectionReport["counts"] {
  const total = (pick: (counts: PathCounts) => Readonly<Record<Path, number>>) => ({
    direct: all.reduce((count, counts) => count + pick(counts).direct, 0),
    relay: all.reduce((count, counts) => count + pick(counts).relay, 0),
  });
  return {
    sentPackets: total((counts) => counts.sentPackets),
    receivedPackets: total((counts) => counts.receivedPackets),
    sentBytes: total((counts) => counts.sentBytes),
    receivedBytes: total((counts) => counts.receivedBytes),
    congestedPackets: all.reduce((count, counts) => count + counts.congestedPackets, 0),
  };
}

/** Packets of all peers together. */
export function totalCounts(line: GameLine): ConnectionReport["counts"] {
  return sum(line.peers.map((peer) => line.transport.counts(peer)));
}

interface Moment {
  readonly episode: number;
  /** The session's in that episode. */
  readonly frame: number;
}

/** The server takes no more; a link that changes so often tells nothing new. */
const PAIRS_MAX = 500;

export class ConnectionLog {
  private wasDirectConnected = false;
  private fallbackAtFrame: number | null = null;
  private readonly pairs: ConnectionReport["pairs"] = [];

  /** `frame` is the session's at that time. */
  switched(line: GameLine, path: Path, frame: number): void {
    if (path === "direct") this.wasDirectConnected = true;
    else if (line.direct !== null) this.fallbackAtFrame ??= frame;
  }

  /** Reads the candidate pair that was just chosen, again or another than before. */
  async paired(line: GameLine, peer: number, { episode, frame }: Moment): Promise<void> {
    const atMs = steadyNowMs();
    const pair = await line.direct?.candidatePair(peer);
    if (pair && this.pairs.length < PAIRS_MAX) {
      this.pairs.push({ peer, episode, frame, atMs, ...pair });
    }
  }

  report(line: GameLine): ConnectionReport {
    const newest = this.pairs.at(-1);
    const isRelayed = line.peers.some((peer) => line.transport.pathTo(peer) === "relay");
    return {
      type: newest?.type ?? (isRelayed ? "relay" : "unknown"),
      localCandidateType: newest?.localCandidateType ?? null,
      remoteCandidateType: newest?.remoteCandidateType ?? null,
      protocol: newest?.protocol ?? null,
      relayProtocol: newest?.relayProtocol ?? null,
      detectedAtFrame: newest?.frame ?? null,
      detectedAtMs: newest?.atMs ?? null,
      pairs: [...this.pairs],
      wasDirectConnected: this.wasDirectConnected,
      fallbackAtFrame: this.fallbackAtFrame,
      counts: totalCounts(line),
    };
  }
}
