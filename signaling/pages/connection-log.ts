/** How the players of a game were connected, for the data. */
import type { CandidatePair, Path, PathCounts } from "../../engine/index.ts";
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

interface Detected {
  readonly pair: CandidatePair;
  readonly frame: number;
  readonly atMs: number;
}

export class ConnectionLog {
  private wasDirectConnected = false;
  private fallbackAtFrame: number | null = null;
  private detected: Detected | null = null;

  /** `frame` is the session's at that time. */
  switched(line: GameLine, path: Path, frame: number): void {
    if (path === "direct") this.wasDirectConnected = true;
    else if (line.direct !== null) this.fallbackAtFrame ??= frame;
  }

  /** Reads the candidate pair, which may be another than before; the newest is reported. */
  async paired(line: GameLine, peer: number, frame: number): Promise<void> {
    const atMs = steadyNowMs();
    const pair = await line.direct?.candidatePair(peer);
    if (pair) this.detected = { pair, frame, atMs };
  }

  report(line: GameLine): ConnectionReport {
    const { detected } = this;
    const isRelayed = line.peers.some((peer) => line.transport.pathTo(peer) === "relay");
    return {
      type: detected?.pair.type ?? (isRelayed ? "relay" : "unknown"),
      localCandidateType: detected?.pair.localCandidateType ?? null,
      remoteCandidateType: detected?.pair.remoteCandidateType ?? null,
      protocol: detected?.pair.protocol ?? null,
      relayProtocol: detected?.pair.relayProtocol ?? null,
      detectedAtFrame: detected?.frame ?? null,
      detectedAtMs: detected?.atMs ?? null,
      wasDirectConnected: this.wasDirectConnected,
      fallbackAtFrame: this.fallbackAtFrame,
      counts: totalCounts(line),
    };
  }
}
