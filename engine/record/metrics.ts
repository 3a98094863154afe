/** What one peer measured during one episode; plain data, copied out. */

import type { Action } from "../environment/space.ts";

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
  /** What each side says it runs: product version and browser. */
  readonly software: { readonly ours: string; readonly theirs: string };
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

/** What one peer measured, of its slowest link, and asks for. */
export interface DelayProposal {
  readonly playerIndex: number;
  readonly delayFrames: number;
  /** 95 of 100 round trips took no longer; null when none came back. */
  readonly rttP95Ms: number | null;
  /** Mean change from one round trip to the next. */
  readonly jitterMs: number | null;
  readonly samples: number;
}

export interface InputDelayRecord {
  /** Null when play never started. */
  readonly delayFrames: number | null;
  /** What the peers measured and asked for, by player; none with a fixed delay. */
  readonly proposals: readonly DelayProposal[];
}

/** All that one side knows of a frame in which it differs from a peer: what another machine needs to repeat it. */
export interface DesyncReport extends DesyncRecord {
  /** Position in the metrics' `desyncs`. */
  readonly index: number;
  /** Hash of the state of `verifiedFrame`, the frame before; null for that of frame 0, which is never hashed. */
  readonly agreedHash: string | null;
  /** JSON-like states; null where one is not kept, too large for a message, or has not come yet. */
  readonly states: { readonly agreed: unknown; readonly ours: unknown; readonly theirs: unknown };
  /** Frame of the first entry of `actions` and `flags`, which end before `frame`. */
  readonly fromFrame: number;
  /** `actions[i][playerIndex]` and `flags[i][playerIndex]` of frame `fromFrame + i`. */
  readonly actions: readonly (readonly Action[])[];
  readonly flags: readonly (readonly number[])[];
}

/** One attempt to go back to an agreed state. */
export interface RecoveryRecord {
  /** First frame in which the states differed. */
  readonly frame: number;
  readonly agreedFrame: number;
  /** The frame that was next to simulate. */
  readonly currentFrame: number;
  /** With whom this side differed or, where it had not noticed, who told it. */
  readonly peer: number;
  /**
   * `restored`: this side went back. Otherwise it did not: the agreed state is no longer kept (`out-of-reach`) or is
   * not the agreed one (`differing`), the episode had `ended` here, the same frame differed again (`repeated`), or too
   * many recoveries went before (`limit`).
   */
  readonly outcome: "restored" | "out-of-reach" | "differing" | "ended" | "repeated" | "limit";
  readonly atMs: number;
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
  readonly recoveries: readonly RecoveryRecord[];
  readonly links: readonly LinkMetrics[];
}
