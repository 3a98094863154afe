/**
 * Hands the confirmed part of an episode over: its log in pieces, then a snapshot to go on from, and to those
 * who follow the log as it grows. A receiver that does not answer is sent no more than fits its backlog.
 */
import {
  type ControlContent,
  LOG_FRAMES_MAX,
  SNAPSHOT_TEXT_MAX,
} from "../protocol/control-message.ts";
import type { Simulator } from "./simulator.ts";

/** Frames on their way to one receiver: a third of a megabyte at the most, and ten minutes in some seconds. */
const BACKLOG_FRAMES = 3_072;
/** Characters of a log message that hold words and hashes; the rest of 64 KB is left for names. */
const LOG_TEXT_MAX = 60_000;
/** Characters of one word with its comma, and of one hash, at the longest. */
const WORD_CHARACTERS = 11;
const HASH_CHARACTERS = 19;
/** Followers get the log in steps of a tenth of a second at 60 frames a second. */
const FOLLOW_FRAMES = 6;
/** A snapshot may be so much older than the newest confirmed frame to be a verified one; hosts keep 128. */
const SNAPSHOT_AGE_FRAMES = 32;

/** Whoever something is handed over to. */
export interface Receiver {
  readonly peer: number;
  readonly epoch: number;
}

export interface HandOverOptions {
  readonly simulator: Simulator;
  readonly host: {
    send(to: Receiver, message: ControlContent): void;
    /** Frames proven equal on all sides. */
    verifiedFrame(): number;
    /** Frames whose hash no recovery can change any more: nothing else is handed over. */
    settledFrame(): number;
    /** Where the episode ended; null while it runs. */
    endFrame(): number | null;
  };
}

interface Delivery {
  readonly to: Receiver;
  /** Whether the receiver wants what is confirmed later, too. */
  readonly isFollowing: boolean;
  sentFrame: number;
  followedFrame: number;
  /** Frame of the state that is being copied; null before and after. */
  snapshotFrame: number | null;
  hasSnapshot: boolean;
}

export class HandOver {
  readonly #options: HandOverOptions;
  readonly #framesMax: number;
  #deliveries: Delivery[] = [];

  constructor(options: HandOverOptions) {
    this.#options = options;
    const words = options.simulator.layouts.reduce((sum, { width }) => sum + width, 0);
    const fitting = Math.floor(LOG_TEXT_MAX / (words * WORD_CHARACTERS + HASH_CHARACTERS));
    this.#framesMax = Math.max(1, Math.min(LOG_FRAMES_MAX, fitting));
  }

  /** Begins anew from frame 0; what was under way to this peer is dropped. */
  begin(to: Receiver, isFollowing: boolean): void {
    this.cancel(to.peer);
    this.#deliveries.push({
      to,
      isFollowing,
      sentFrame: 0,
      followedFrame: 0,
      snapshotFrame: null,
      hasSnapshot: false,
    });
  }

  cancel(peer: number): void {
    this.#deliveries = this.#deliveries.filter(({ to }) => to.peer !== peer);
  }

  /** The receiver has taken the log up to `frame`. */
  followed(peer: number, frame: number): void {
    const delivery = this.#deliveries.find(({ to }) => to.peer === peer);
    if (delivery === undefined || frame > delivery.sentFrame) return;
    delivery.followedFrame = Math.max(delivery.followedFrame, frame);
  }

  /** Sends what is due, one message a receiver and tick. */
  send(): void {
    for (let i = 0; i < this.#deliveries.length; i++) {
      this.#sendLog(this.#deliveries[i] as Delivery);
    }
  }

  /** Requests the states that receivers wait for, once they were sent all of the log. */
  describe(): void {
    if (this.#deliveries.length === 0) return;
    const { simulator, host } = this.#options;
    const newestFrame = this.#newestFrame;
    for (const delivery of this.#deliveries) {
      if (delivery.hasSnapshot || delivery.snapshotFrame !== null) continue;
      if (delivery.sentFrame < newestFrame) continue;
      // The state before a terminal one: that the episode is over is for the receiver to find.
      const before = Math.min(newestFrame, (host.endFrame() ?? Number.POSITIVE_INFINITY) - 1);
      const verified = Math.min(before, host.verifiedFrame());
      const frame = Math.max(0, before - verified <= SNAPSHOT_AGE_FRAMES ? verified : before);
      if (frame === 0) this.#sendSnapshot(delivery, 0, "");
      else {
        delivery.snapshotFrame = frame;
        simulator.describe(frame);
      }
    }
  }

  /** Takes the state of a frame that was asked for; null if it is no longer kept. */
  reportState(frame: number, state: unknown): void {
    for (const delivery of this.#deliveries) {
      if (delivery.snapshotFrame !== frame) continue;
      delivery.snapshotFrame = null;
      if (state !== null) this.#sendSnapshot(delivery, frame, JSON.stringify(state));
    }
  }

  get #newestFrame(): number {
    const { simulator, host } = this.#options;
    return Math.min(simulator.chain.newestFrame, host.settledFrame());
  }

  #sendLog(delivery: Delivery): void {
    const { simulator, host } = this.#options;
    const { chain, log, layouts } = simulator;
    const endFrame = host.endFrame();
    const from = delivery.sentFrame;
    const to = Math.min(this.#newestFrame, from + this.#framesMax);
    const isLive = delivery.hasSnapshot && endFrame === null;
    if (to - from < (isLive ? FOLLOW_FRAMES : 1)) return;
    if (to - delivery.followedFrame > BACKLOG_FRAMES) return;
    delivery.sentFrame = to;
    const hashes = Array.from({ length: to - from }, (_, i) => chain.hashAt(from + i + 1));
    const words = layouts.map((_, player) => log.words(player, from, to));
    host.send(delivery.to, { kind: "log", fromFrame: from, words, hashes });
    if (to !== endFrame || !delivery.isFollowing) return;
    const { generation } = chain;
    const end = { endFrame, chain: chain.chainAt(endFrame), generation };
    host.send(delivery.to, { kind: "end", ...end });
  }

  #sendSnapshot(delivery: Delivery, frame: number, text: string): void {
    const { host, simulator } = this.#options;
    const { generation } = simulator.chain;
    const parts = Math.max(1, Math.ceil(text.length / SNAPSHOT_TEXT_MAX));
    for (let part = 0; part < parts; part++) {
      const from = part * SNAPSHOT_TEXT_MAX;
      const piece = text.slice(from, from + SNAPSHOT_TEXT_MAX);
      const message = { frame, generation, part, parts, text: piece };
      host.send(delivery.to, { kind: "snapshot", ...message });
    }
    delivery.hasSnapshot = true;
    if (!delivery.isFollowing) this.cancel(delivery.to.peer);
  }
}
