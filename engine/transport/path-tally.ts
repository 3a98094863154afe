/** Counts of one peer's packets by the path they took. */
import type { Path, PathCounts } from "./transport.ts";

export class PathTally {
  private readonly sentPackets = { direct: 0, relay: 0 };
  private readonly receivedPackets = { direct: 0, relay: 0 };
  private readonly sentBytes = { direct: 0, relay: 0 };
  private readonly receivedBytes = { direct: 0, relay: 0 };
  private congestedPackets = 0;

  addSent(path: Path, byteLength: number): void {
    this.sentPackets[path]++;
    this.sentBytes[path] += byteLength;
  }

  addReceived(path: Path, byteLength: number): void {
    this.receivedPackets[path]++;
    this.receivedBytes[path] += byteLength;
  }

  addCongested(): void {
    this.congestedPackets++;
  }

  /** A copy: later packets do not change it. */
  counts(): PathCounts {
    return {
      sentPackets: { ...this.sentPackets },
      receivedPackets: { ...this.receivedPackets },
      sentBytes: { ...this.sentBytes },
      receivedBytes: { ...this.receivedBytes },
      congestedPackets: this.congestedPackets,
    };
  }
}
