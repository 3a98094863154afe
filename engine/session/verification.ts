/**
 * Compares hash chains with a peer's. When they part, hash lists find the first frame that differs,
 * and both states of that frame the place.
 */
import { firstDifference } from "../environment/state-difference.ts";
import {
  CONTROL_BYTES_MAX,
  type ControlMessage,
  DISPUTED_HASHES_MAX,
  encodeControl,
} from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { HashChain } from "../rollback/hash-chain.ts";
import type { SessionEvent } from "./event.ts";
import type { DesyncRecord } from "./metrics.ts";

type HashesMessage = Extract<ControlMessage, { kind: "hashes" }>;
type StateMessage = Extract<ControlMessage, { kind: "state" }>;

const NO_FRAMES: readonly number[] = [];

/** What a verification needs of its session. */
export interface VerificationHost {
  send(peer: Peer, message: ControlMessage): void;
  emit(event: SessionEvent): void;
}

/** A disputed frame with the states that are known of it. */
interface Dispute {
  readonly peer: Peer;
  readonly frame: number;
  readonly record: DesyncRecord;
  ours: unknown;
  theirs: unknown;
}

export class Verification {
  readonly #chain: HashChain;
  readonly #episode: number;
  readonly #host: VerificationHost;
  readonly #records: DesyncRecord[];
  readonly #disputes: Dispute[] = [];
  #undescribed: number[] = [];

  /** Disputes are added to `records`. */
  constructor(chain: HashChain, episode: number, records: DesyncRecord[], host: VerificationHost) {
    this.#chain = chain;
    this.#episode = episode;
    this.#records = records;
    this.#host = host;
  }

  /** Frames whose states the host should describe; each is handed out once. */
  takeUndescribed(): readonly number[] {
    if (this.#undescribed.length === 0) return NO_FRAMES;
    const frames = this.#undescribed;
    this.#undescribed = [];
    return frames;
  }

  /** Settles the peer's reported chain value if its frame is hashed here. */
  check(peer: Peer): void {
    const reported = peer.reportedChain;
    if (reported === null || reported.frame > this.#chain.newestFrame) return;
    peer.reportedChain = null;
    if (reported.frame <= peer.verifiedFrame || peer.hasDesynced) return;
    if (this.#chain.chainAt(reported.frame) === reported.chain) {
      peer.verifiedFrame = reported.frame;
    } else this.#sendHashes(peer, peer.verifiedFrame + 1, reported.frame, false);
  }

  /** Takes a peer's hashes, disputes the first that differs, and answers a question. */
  receiveHashes(peer: Peer, message: HashesMessage, nowMs: number): void {
    const last = Math.min(message.fromFrame + message.hashes.length - 1, this.#chain.newestFrame);
    for (let frame = Math.max(1, message.fromFrame); frame <= last; frame++) {
      const theirs = message.hashes[frame - message.fromFrame] as string;
      const ours = this.#chain.hashAt(frame);
      if (ours === theirs) continue;
      if (!peer.hasDesynced) this.#dispute(peer, frame, ours, theirs, nowMs);
      break;
    }
    if (!message.isReply) this.#sendHashes(peer, message.fromFrame, last, true);
  }

  /** Takes this side's state of a disputed frame and shows it to the peer. */
  reportState(frame: number, state: unknown, nowMs: number): void {
    for (const dispute of this.#disputes) {
      if (dispute.frame !== frame || state === null) continue;
      dispute.ours = state;
      const json = state as StateMessage["state"];
      const message: StateMessage = { kind: "state", episode: this.#episode, frame, state: json };
      if (encodeControl(message, dispute.peer.epoch).length <= CONTROL_BYTES_MAX) {
        this.#host.send(dispute.peer, message);
      }
      this.#locate(dispute, nowMs);
    }
  }

  receiveState(peer: Peer, message: StateMessage, nowMs: number): void {
    const dispute = this.#disputes.find(
      (candidate) => candidate.peer === peer && candidate.frame === message.frame,
    );
    if (dispute === undefined) return;
    dispute.theirs = message.state;
    this.#locate(dispute, nowMs);
  }

  #dispute(peer: Peer, frame: number, ours: string, theirs: string, nowMs: number): void {
    peer.hasDesynced = true;
    // Every hash from the last verified frame to this one was just compared.
    peer.verifiedFrame = frame - 1;
    const found = {
      peer: peer.peer,
      frame,
      ours,
      theirs,
      verifiedFrame: peer.verifiedFrame,
      atMs: nowMs,
    };
    const record: DesyncRecord = { ...found, located: null };
    this.#records.push(record);
    this.#disputes.push({ peer, frame, record, ours: undefined, theirs: undefined });
    this.#undescribed.push(frame);
    this.#host.emit({ kind: "desync", ...found });
  }

  #locate(dispute: Dispute, nowMs: number): void {
    const { peer, frame, record, ours, theirs } = dispute;
    if (ours === undefined || theirs === undefined || record.located !== null) return;
    const difference = firstDifference(ours, theirs);
    if (difference === null) return;
    const located = {
      path: difference.path,
      ours: JSON.stringify(difference.ours) ?? "absent",
      theirs: JSON.stringify(difference.theirs) ?? "absent",
    };
    this.#records[this.#records.indexOf(record)] = { ...record, located };
    this.#host.emit({ kind: "desync-located", peer: peer.peer, frame, ...difference, atMs: nowMs });
  }

  #sendHashes(peer: Peer, fromFrame: number, toFrame: number, isReply: boolean): void {
    const from = Math.max(1, fromFrame, toFrame - DISPUTED_HASHES_MAX + 1);
    const hashes: string[] = [];
    for (let frame = from; frame <= toFrame; frame++) hashes.push(this.#chain.hashAt(frame));
    const episode = this.#episode;
    this.#host.send(peer, { kind: "hashes", episode, fromFrame: from, hashes, isReply });
  }
}
