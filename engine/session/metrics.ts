/** What one peer measured during one episode; plain data, copied out. */
import type { DelayProposal } from "./input-delay.ts";

/** One rollback as it was run. */
export interface RollbackRecord {
  readonly frame: number;
  readonly currentFrame: number;
  readonly depthFrames: number;
  readonly playerIndex: number;
  readonly atMs: number;
}

export interface StallRecord {
  readonly frame: number;
  readonly waitingFor: readonly number[];
  readonly startMs: number;
  readonly durationMs: number;
  readonly ticks: number;
}

export interface InterruptionRecord {
  readonly peer: number;
  readonly startMs: number;
  /** Null when it never ended. */
  readonly durationMs: number | null;
}

/** A player whose page was gone and a new one of which plays. */
export interface ReturnRecord {
  readonly peer: number;
  readonly playerIndex: number;
  /** First input that this side had not from the page before. */
  readonly frame: number;
  readonly atMs: number;
}

export interface DesyncRecord {
  readonly frame: number;
  readonly peer: number;
  readonly ours: string;
  readonly theirs: string;
  readonly verifiedFrame: number;
  readonly atMs: number;
  /** Where the states part; null until both states were compared, or if one was no longer kept. */
  readonly located: DesyncLocation | null;
}

export interface DesyncLocation {
  /** Keys and indices joined with dots. */
  readonly path: string;
  /** The values there as JSON. */
  readonly ours: string;
  readonly theirs: string;
}

export interface InputDelayRecord {
  /** Null when play never started. */
  readonly delayFrames: number | null;
  /** What the peers measured and asked for, by player; none with a fixed delay. */
  readonly proposals: readonly DelayProposal[];
}

/** What is known of the path to one peer. */
export interface LinkMetrics {
  readonly peer: number;
  readonly rttMs: number | null;
  readonly jitterMs: number | null;
  /** Round trips, one entry a second at the most. */
  readonly rttSamples: readonly { readonly atMs: number; readonly rttMs: number }[];
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Sequence numbers that never came, or came after a later one. */
  readonly packetsLost: number;
  readonly packetsLate: number;
  readonly packetsMalformed: number;
  /** How far ahead of the peer this one runs, in frames; `boundFrames` is the ± that no measurement can remove (RTT/2). */
  readonly advantageFrames: number | null;
  readonly advantageBoundFrames: number | null;
}

export interface SessionMetrics {
  readonly currentFrame: number;
  readonly confirmedFrame: number;
  /** Frames whose hash chain matched with every peer. */
  readonly verifiedFrame: number;
  readonly ticks: number;
  readonly framesSimulated: number;
  readonly framesResimulated: number;
  readonly hashCount: number;
  readonly inputDelay: InputDelayRecord;
  readonly rollbacks: readonly RollbackRecord[];
  readonly stalls: readonly StallRecord[];
  readonly interruptions: readonly InterruptionRecord[];
  readonly returns: readonly ReturnRecord[];
  readonly desyncs: readonly DesyncRecord[];
  readonly links: readonly LinkMetrics[];
}
