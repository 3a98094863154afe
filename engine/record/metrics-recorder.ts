/** Counts what happens in a session; the copies it hands out are plain data. */
import type { Peer } from "../protocol/peer.ts";
import { Column } from "./column.ts";
import type {
  DesyncRecord,
  InterruptionRecord,
  LinkMetrics,
  RecoveryRecord,
  ReturnRecord,
  RollbackRecord,
  SessionMetrics,
  StallRecord,
} from "./metrics.ts";

export class MetricsRecorder {
  ticks = 0;
  framesSimulated = 0;
  framesResimulated = 0;
  readonly #rollbackFrames = new Column();
  readonly #rollbackCurrentFrames = new Column();
  readonly #rollbackPlayers = new Column();
  readonly #rollbackAtMs = new Column();
  readonly desyncs: DesyncRecord[] = [];
  readonly recoveries: RecoveryRecord[] = [];
  readonly #stalls: StallRecord[] = [];
  readonly #interruptions: InterruptionRecord[] = [];
  readonly #returns: ReturnRecord[] = [];
  #stall: { frame: number; waitingFor: readonly number[]; startMs: number; ticks: number } | null =
    null;

  /** Notes a rollback from `currentFrame` to `frame`; numbers only, as there may be one a tick. */
  rolledBack(frame: number, currentFrame: number, playerIndex: number, nowMs: number): void {
    this.#rollbackFrames.push(frame);
    this.#rollbackCurrentFrames.push(currentFrame);
    this.#rollbackPlayers.push(playerIndex);
    this.#rollbackAtMs.push(nowMs);
  }

  /** Counts one stalled tick; true if it is the first of a stall. */
  stalled(frame: number, waitingFor: readonly number[], nowMs: number): boolean {
    if (this.#stall !== null) {
      this.#stall.ticks++;
      return false;
    }
    this.#stall = { frame, waitingFor, startMs: nowMs, ticks: 1 };
    return true;
  }

  get stallStart(): { readonly waitingFor: readonly number[]; readonly startMs: number } | null {
    return this.#stall;
  }

  /** Ends the stall, if there is one, and returns it. */
  unstalled(nowMs: number): StallRecord | null {
    if (this.#stall === null) return null;
    const record = { ...this.#stall, durationMs: nowMs - this.#stall.startMs };
    this.#stall = null;
    this.#stalls.push(record);
    return record;
  }

  interrupted(peer: number, nowMs: number): void {
    this.#interruptions.push({ peer, startMs: nowMs, durationMs: null });
  }

  resumed(peer: number, nowMs: number): void {
    const index = this.#interruptions.findLastIndex(
      (record) => record.peer === peer && record.durationMs === null,
    );
    const record = this.#interruptions[index];
    if (record === undefined) return;
    this.#interruptions[index] = { ...record, durationMs: nowMs - record.startMs };
  }

  /** A player's new page plays: the interruption is over. */
  returned(peer: number, playerIndex: number, frame: number, nowMs: number): void {
    this.#returns.push({ peer, playerIndex, frame, atMs: nowMs });
    this.resumed(peer, nowMs);
  }

  snapshot(
    known: Pick<
      SessionMetrics,
      "currentFrame" | "confirmedFrame" | "verifiedFrame" | "hashCount" | "inputDelay"
    >,
    peers: readonly Peer[],
  ): SessionMetrics {
    return {
      ...known,
      ticks: this.ticks,
      framesSimulated: this.framesSimulated,
      framesResimulated: this.framesResimulated,
      rollbacks: this.#rollbacks(),
      stalls: [...this.#stalls],
      interruptions: [...this.#interruptions],
      returns: [...this.#returns],
      desyncs: [...this.desyncs],
      recoveries: [...this.recoveries],
      links: peers.map(linkMetrics),
    };
  }

  #rollbacks(): RollbackRecord[] {
    return Array.from({ length: this.#rollbackFrames.length }, (_, i) => {
      const frame = this.#rollbackFrames.at(i);
      const currentFrame = this.#rollbackCurrentFrames.at(i);
      const depthFrames = currentFrame - frame;
      const playerIndex = this.#rollbackPlayers.at(i);
      return { frame, currentFrame, depthFrames, playerIndex, atMs: this.#rollbackAtMs.at(i) };
    });
  }
}

function linkMetrics(peer: Peer): LinkMetrics {
  const { link } = peer;
  return {
    peer: peer.peer,
    rttMs: link.rttMs,
    jitterMs: link.jitterMs,
    rttSamples: [...link.samples],
    packetsSent: link.packetsSent,
    packetsReceived: link.packetsReceived,
    bytesSent: link.bytesSent,
    bytesReceived: link.bytesReceived,
    packetsLost: link.packetsLost,
    packetsLate: link.packetsLate,
    packetsMalformed: link.packetsMalformed,
    advantageFrames: peer.timeSync.advantageFrames,
    advantageBoundFrames: peer.advantageBoundFrames,
  };
}
