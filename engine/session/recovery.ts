/**
 * Going back after a difference: every peer loads the last state that all agreed on, simulates the confirmed inputs
 * again and hashes again. What is hashed from then on is a new generation of the chain, never compared with an older one.
 *
 * There is no leader. Within a generation the first frame that differs between any two is the same for everybody, so
 * whoever knows it goes back and tells the others; two who do so at once say the same.
 */
import type { ControlContent, ControlMessage } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import { GENERATION_MAX } from "../protocol/play-packet.ts";
import type { SessionEvent } from "../record/event.ts";
import type { RecoveryRecord } from "../record/metrics.ts";
import type { SessionConfig } from "./config.ts";
import type { Simulator } from "./simulator.ts";

/** As many as a packet can tell apart. A fault that comes back more often does not pass, and belongs in front of people. */
const RECOVERIES_MAX = GENERATION_MAX;

type RecoverMessage = Extract<ControlMessage, { kind: "recover" }>;
type Outcome = RecoveryRecord["outcome"];

interface Plan extends Pick<RecoverMessage, "frame" | "agreedFrame" | "chain"> {
  readonly peer: number;
  /** Found here; otherwise a peer has gone back already and this side must follow. */
  readonly isOwn: boolean;
}

export interface RecoveryOptions {
  readonly simulator: Simulator;
  readonly peers: readonly Peer[];
  readonly config: Pick<SessionConfig, "onDesync">;
  readonly host: {
    send(peer: Peer, message: ControlContent): void;
    emit(event: SessionEvent): void;
  };
}

export class Recovery {
  readonly #options: RecoveryOptions;
  /** `#asked[generation]` is what a peer has done to begin it. */
  readonly #asked: Plan[] = [];
  /** First differing frames that were recovered from. */
  readonly #frames: number[] = [];
  #plan: Plan | null = null;
  /** What is to become of the plan; the look at the kept state decides. */
  #outcome: Outcome = "out-of-reach";
  #isOver: boolean;

  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#isOver = options.config.onDesync === "dispute";
  }

  /** Frames up to here keep their hash. */
  get settledFrame(): number {
    let settled = Number.POSITIVE_INFINITY;
    if (this.#isOver) return settled;
    for (const { state, verifiedFrame } of this.#options.peers) {
      if (state.kind !== "closed") settled = Math.min(settled, verifiedFrame);
    }
    return settled;
  }

  /** Whether of every peer it is known that it agrees up to `frame`, or that it does not and nobody goes back. */
  isCompared(frame: number): boolean {
    return this.#live().every(
      ({ verifiedFrame, disputedFrame }) =>
        verifiedFrame >= frame || (this.#isOver && disputedFrame !== null),
    );
  }

  /** From now on this side goes back for nobody: its frames are handed out. */
  close(): void {
    this.#isOver = true;
  }

  receive({ peer }: Peer, { generation, frame, agreedFrame, chain }: RecoverMessage): void {
    if (this.#options.config.onDesync === "dispute") return;
    this.#asked[generation] ??= { peer, frame, agreedFrame, chain, isOwn: false };
  }

  /** Once a tick; true when no frame may be simulated in it, because the agreed state is being looked at. */
  step(nowMs: number): boolean {
    const { simulator } = this.#options;
    if (this.#plan !== null) {
      this.#conclude(this.#plan, nowMs);
      this.#plan = null;
      return false;
    }
    const { generation, newestFrame } = simulator.chain;
    const asked = this.#asked[generation + 1];
    // A page that has come back has yet to reach the frame.
    if (asked !== undefined && asked.agreedFrame > newestFrame) return false;
    this.#plan = asked ?? (this.#isDisputed ? this.#ownPlan(nowMs) : null);
    if (this.#plan === null) return false;
    this.#outcome = "out-of-reach";
    simulator.describe(this.#plan.agreedFrame);
    return true;
  }

  /** Takes the hash of a kept state, null if it is not kept. The state of frame 0 is known from the seed. */
  reportState(frame: number, hash: bigint | null): void {
    if (frame !== this.#plan?.agreedFrame || hash === null) return;
    const isAgreed = frame === 0 || hash === this.#options.simulator.chain.hashValueAt(frame);
    this.#outcome = isAgreed ? "restored" : "differing";
  }

  get #isDisputed(): boolean {
    return !this.#isOver && this.#options.peers.some(isDisputed);
  }

  #live(): readonly Peer[] {
    return this.#options.peers.filter(({ state }) => state.kind !== "closed");
  }

  /** Null while it is not known of every live peer where it differs, or that it does not before that. */
  #ownPlan(nowMs: number): Plan | null {
    const { chain } = this.#options.simulator;
    const live = this.#live();
    const frame = Math.min(...live.map((peer) => peer.disputedFrame ?? Number.POSITIVE_INFINITY));
    const other = live.find((peer) => peer.disputedFrame === frame);
    if (other === undefined) return null;
    const agreedFrame = frame - 1;
    const plan = { peer: other.peer, frame, agreedFrame, chain: chain.chainAt(agreedFrame) };
    const isRepeated = this.#frames.includes(frame);
    if (isRepeated || chain.generation === RECOVERIES_MAX) {
      this.#giveUp({ ...plan, isOwn: true }, isRepeated ? "repeated" : "limit", nowMs);
      return null;
    }
    const isKnown = live.every(
      (peer) => Math.max(peer.verifiedFrame, peer.disputedFrame ?? 0) >= agreedFrame,
    );
    return isKnown ? { ...plan, isOwn: true } : null;
  }

  #conclude(plan: Plan, nowMs: number): void {
    const { simulator, host, peers } = this.#options;
    const { chain } = simulator;
    const { frame, agreedFrame } = plan;
    const outcome = this.#obstacle(plan) ?? this.#outcome;
    if (outcome !== "restored" && plan.isOwn) {
      this.#giveUp(plan, outcome, nowMs);
      return;
    }
    if (outcome === "restored") simulator.restart(agreedFrame);
    else chain.cut(chain.newestFrame);
    this.#frames.push(frame);
    for (const peer of peers) {
      peer.verifiedFrame = Math.min(peer.verifiedFrame, agreedFrame);
      peer.disputedFrame = null;
    }
    const { generation } = chain;
    for (const peer of this.#live()) {
      host.send(peer, {
        kind: "recover",
        generation,
        frame,
        agreedFrame,
        chain: plan.chain,
      });
    }
    this.#record(plan, outcome, nowMs);
  }

  /** Why this side cannot go back, whatever the kept state is like. */
  #obstacle({ agreedFrame, chain }: Plan): Outcome | null {
    const { simulator } = this.#options;
    const { sync, log, endFrame } = simulator;
    if (endFrame !== null) return "ended";
    const isKnown = agreedFrame <= simulator.chain.newestFrame;
    if (!isKnown || simulator.chain.chainAt(agreedFrame) !== chain) return "differing";
    const isKept = sync.queues.every((queue) => queue.has(agreedFrame));
    return isKept && log.takenFrame <= agreedFrame ? null : "out-of-reach";
  }

  #giveUp(plan: Plan, outcome: Outcome, nowMs: number): void {
    this.#isOver = true;
    this.#record(plan, outcome, nowMs);
  }

  #record({ frame, agreedFrame, peer }: Plan, outcome: Outcome, atMs: number): void {
    const { recorder, sync } = this.#options.simulator;
    const record = { frame, agreedFrame, currentFrame: sync.currentFrame, peer, outcome, atMs };
    recorder.recoveries.push(record);
    const kind = outcome === "restored" ? "recovered" : "unrecovered";
    this.#options.host.emit({ kind, ...record });
  }
}

function isDisputed({ disputedFrame }: Peer): boolean {
  return disputedFrame !== null;
}
