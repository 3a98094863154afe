/**
 * Compares hash chains with a peer's. When they part, hash lists find the first frame that differs,
 * and both states of that frame the place.
 */

import { type ControlMessage, DISPUTED_HASHES_MAX } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { DesyncRecord, DesyncReport } from "../record/metrics.ts";
import type { HashChain } from "../rollback/hash-chain.ts";
import { firstDifference } from "../state/state-difference.ts";
import { Recovery, type RecoveryOptions } from "./recovery.ts";
import type { Simulator } from "./simulator.ts";

type HashesMessage = Extract<ControlMessage, { kind: "hashes" }>;
type StateMessage = Extract<ControlMessage, { kind: "state" }>;

/** Ten seconds at 60 frames per second: whoever keeps the log has long had what lies before. */
const REPORTED_INPUTS_MAX = 600;

/** A disputed frame and what has become known of it. */
interface Dispute {
  readonly peer: Peer;
  readonly generation: number;
  /** Whether the host has answered for this side's state. */
  isDescribed: boolean;
  report: DesyncReport;
}

export interface VerificationOptions extends RecoveryOptions {
  /** What this side runs, for reports. */
  readonly software: string;
}

export class Verification {
  readonly recovery: Recovery;
  readonly #options: VerificationOptions;
  readonly #simulator: Simulator;
  readonly #chain: HashChain;
  readonly #disputes: Dispute[] = [];
  #undescribed: number[] = [];

  /** Disputes are added to the recorder's. */
  constructor(options: VerificationOptions) {
    this.#options = options;
    this.#simulator = options.simulator;
    this.#chain = options.simulator.chain;
    this.recovery = new Recovery(options);
  }

  /** Once a tick: asks for the states that disputes need. True when no frame may be simulated in this tick. */
  step(nowMs: number): boolean {
    if (this.#undescribed.length > 0) {
      for (const frame of this.#undescribed) this.#simulator.describe(frame);
      this.#undescribed = [];
    }
    return this.recovery.step(nowMs);
  }

  /** Settles the peer's reported chain value if its frame is hashed here, in the same generation. */
  check(peer: Peer): void {
    const reported = peer.reportedChain;
    if (reported === null || reported.generation > this.#chain.generation) return;
    const isStale = reported.generation < this.#chain.generation;
    if (!isStale && reported.frame > this.#chain.newestFrame) return;
    peer.reportedChain = null;
    if (isStale || reported.frame <= peer.verifiedFrame || peer.disputedFrame !== null) return;
    if (this.#chain.chainAt(reported.frame) === reported.chain) {
      peer.verifiedFrame = reported.frame;
    } else this.#sendHashes(peer, peer.verifiedFrame + 1, reported.frame, false);
  }

  /** Takes a peer's hashes, disputes the first that differs, and answers a question. */
  receiveHashes(peer: Peer, message: HashesMessage, nowMs: number): void {
    if (message.generation !== this.#chain.generation) return;
    const last = Math.min(message.fromFrame + message.hashes.length - 1, this.#chain.newestFrame);
    for (let frame = Math.max(1, message.fromFrame); frame <= last; frame++) {
      const theirs = message.hashes[frame - message.fromFrame] as string;
      const ours = this.#chain.hashAt(frame);
      if (ours === theirs) continue;
      if (peer.disputedFrame === null) this.#dispute(peer, frame, ours, theirs, nowMs);
      break;
    }
    if (!message.isReply) this.#sendHashes(peer, message.fromFrame, last, true);
  }

  /** Takes this side's state of a frame, and shows a disputed one to the peer. */
  reportState(frame: number, state: unknown, hash: bigint | null, nowMs: number): void {
    this.recovery.reportState(frame, hash);
    for (const dispute of this.#disputes) {
      const { report } = dispute;
      if (dispute.isDescribed) continue;
      if (frame === report.verifiedFrame) this.#note(dispute, { agreed: state });
      if (frame !== report.frame) continue;
      dispute.isDescribed = true;
      this.#note(dispute, { ours: state });
      if (state !== null) this.#show(dispute, state as StateMessage["state"]);
      this.#tell(dispute, nowMs);
    }
  }

  receiveState(peer: Peer, message: StateMessage, nowMs: number): void {
    const dispute = this.#disputes.find(
      (candidate) =>
        candidate.peer === peer &&
        candidate.report.frame === message.frame &&
        candidate.generation === message.generation,
    );
    if (dispute === undefined) return;
    this.#note(dispute, { theirs: message.state });
    if (dispute.isDescribed) this.#tell(dispute, nowMs);
  }

  #note(dispute: Dispute, state: Partial<DesyncReport["states"]>): void {
    dispute.report = { ...dispute.report, states: { ...dispute.report.states, ...state } };
  }

  #dispute(peer: Peer, frame: number, ours: string, theirs: string, nowMs: number): void {
    const { recorder, log } = this.#simulator;
    const agreedFrame = frame - 1;
    peer.disputedFrame = frame;
    // Every hash from the last verified frame to this one was just compared.
    peer.verifiedFrame = agreedFrame;
    const found = { peer: peer.peer, frame, ours, theirs, verifiedFrame: agreedFrame, atMs: nowMs };
    const software = { ours: this.#options.software, theirs: peer.software };
    const record: DesyncRecord = { ...found, software, located: null };
    const fromFrame = Math.max(0, frame - REPORTED_INPUTS_MAX);
    const report = {
      ...record,
      index: recorder.desyncs.push(record) - 1,
      agreedHash: agreedFrame === 0 ? null : this.#chain.hashAt(agreedFrame),
      states: { agreed: null, ours: null, theirs: null },
      fromFrame,
      ...log.inputs(fromFrame, frame),
    };
    const { generation } = this.#chain;
    this.#disputes.push({ peer, generation, isDescribed: false, report });
    this.#undescribed.push(agreedFrame, frame);
    this.#options.host.emit({ kind: "desync", ...found });
  }

  #show({ peer, generation, report }: Dispute, state: StateMessage["state"]): void {
    const { frame } = report;
    this.#options.host.send(peer, { kind: "state", generation, frame, state });
  }

  /** Tells what is known by now, the place of the difference first. */
  #tell(dispute: Dispute, nowMs: number): void {
    const { host } = this.#options;
    const { states, index, peer, frame } = dispute.report;
    const isKnown = states.ours !== null && states.theirs !== null;
    const difference = isKnown ? firstDifference(states.ours, states.theirs) : null;
    if (difference !== null) {
      const located = {
        path: difference.path,
        ours: JSON.stringify(difference.ours) ?? "absent",
        theirs: JSON.stringify(difference.theirs) ?? "absent",
      };
      dispute.report = { ...dispute.report, located };
      const { desyncs } = this.#simulator.recorder;
      desyncs[index] = { ...(desyncs[index] as DesyncRecord), located };
      host.emit({ kind: "desync-located", peer, frame, ...difference, atMs: nowMs });
    }
    host.emit({ kind: "desync-report", report: dispute.report });
  }

  #sendHashes(peer: Peer, fromFrame: number, toFrame: number, isReply: boolean): void {
    const { generation } = this.#chain;
    const from = Math.max(1, fromFrame, toFrame - DISPUTED_HASHES_MAX + 1);
    const hashes: string[] = [];
    for (let frame = from; frame <= toFrame; frame++) hashes.push(this.#chain.hashAt(frame));
    this.#options.host.send(peer, { kind: "hashes", generation, fromFrame: from, hashes, isReply });
  }
}
