/** Compares hash chains with a peer's and, when they part, finds the first frame that differs. */
import { type ControlMessage, DISPUTED_HASHES_MAX } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { HashChain } from "../rollback/hash-chain.ts";
import type { SessionEvent } from "./event.ts";

type HashesMessage = Extract<ControlMessage, { kind: "hashes" }>;
type DesyncEvent = Extract<SessionEvent, { kind: "desync" }>;

export class Verification {
  readonly #chain: HashChain;
  readonly #episode: number;

  constructor(chain: HashChain, episode: number) {
    this.#chain = chain;
    this.#episode = episode;
  }

  /** Settles the peer's reported chain value if its frame is hashed here; a message to send on a mismatch. */
  check(peer: Peer): ControlMessage | null {
    const reported = peer.reportedChain;
    if (reported === null || reported.frame > this.#chain.newestFrame) return null;
    peer.reportedChain = null;
    if (reported.frame <= peer.verifiedFrame || peer.hasDesynced) return null;
    if (this.#chain.chainAt(reported.frame) === reported.chain) {
      peer.verifiedFrame = reported.frame;
      return null;
    }
    return this.#stretch(peer, reported.frame, false);
  }

  /** Takes a peer's hashes, tells `disputed` the first difference, and answers a question. */
  compareHashes(
    peer: Peer,
    message: HashesMessage,
    nowMs: number,
    disputed: (event: DesyncEvent) => void,
  ): ControlMessage | null {
    const last = Math.min(message.fromFrame + message.hashes.length - 1, this.#chain.newestFrame);
    for (let frame = Math.max(1, message.fromFrame); frame <= last; frame++) {
      const theirs = message.hashes[frame - message.fromFrame] as string;
      const ours = this.#chain.hashAt(frame);
      if (ours === theirs) continue;
      if (!peer.hasDesynced) {
        peer.hasDesynced = true;
        // Every hash from the last verified frame to this one was just compared.
        peer.verifiedFrame = frame - 1;
        const verifiedFrame = peer.verifiedFrame;
        disputed({
          kind: "desync",
          peer: peer.peer,
          frame,
          ours,
          theirs,
          verifiedFrame,
          atMs: nowMs,
        });
      }
      break;
    }
    return message.isReply ? null : this.#stretch(peer, last, true, message.fromFrame);
  }

  #stretch(
    peer: Peer,
    toFrame: number,
    isReply: boolean,
    fromFrame = peer.verifiedFrame + 1,
  ): ControlMessage {
    const from = Math.max(1, fromFrame, toFrame - DISPUTED_HASHES_MAX + 1);
    const hashes: string[] = [];
    for (let frame = from; frame <= toFrame; frame++) hashes.push(this.#chain.hashAt(frame));
    return { kind: "hashes", episode: this.#episode, fromFrame: from, hashes, isReply };
  }
}
