/**
 * A page that comes back in the middle of an episode with nothing: it greets all, takes over log and state from one,
 * and learns from every one of them what its page before had played, so that nothing anybody has seen is played anew.
 */
import { FLAG_ABSENT, FLAG_FOCUSED } from "../environment/input-flag.ts";
import type { Action } from "../environment/space.ts";
import type { ControlContent, ControlMessage } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";
import { writeRow } from "../rollback/input-layout.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import type { SessionConfig } from "./config.ts";
import { adoptHolding } from "./holding.ts";
import { Intake } from "./intake.ts";
import type { Opening } from "./opening.ts";
import type { AbortReason } from "./session.ts";
import type { Simulator } from "./simulator.ts";

/** What a page that comes back is told of the episode by its host. */
export interface Resume {
  /** How often this player's page has come back, this time included: from 1. */
  readonly incarnation: number;
  /** First frame that `takeConfirmed` hands out: the number of frames already stored for this player. */
  readonly fromFrame: number;
  /**
   * The longest log of confirmed frames, from frame 0, that is stored of any player: inputs that the page before had
   * played and stored are kept, even if no other page has seen them.
   */
  readonly knownFrames: Pick<ConfirmedFrames, "actions" | "flags">;
}

type Welcome = Extract<ControlMessage, { kind: "welcome" }>;

export interface ReturnOptions {
  readonly resume: Resume;
  readonly simulator: Simulator;
  readonly peers: readonly Peer[];
  readonly localPlayers: readonly number[];
  readonly config: SessionConfig;
  readonly opening: Opening;
  readonly host: {
    send(peer: Peer, message: ControlContent): void;
    abort(reason: AbortReason, detail: string): void;
  };
}

/**
 * Others wait for `disconnectedAfterMs` for each other before they settle who has left: a page that comes back waits
 * for twice as long before it gives up on being let in.
 */
const WAIT_FACTOR = 2;
/** Messages kept until play begins: of each, about each who left, and about three recoveries. */
const KEPT_MAX = 64;

interface Kept {
  readonly from: Peer;
  readonly message: ControlMessage;
}

export class Return {
  readonly intake: Intake;
  readonly #options: ReturnOptions;
  readonly #welcomes = new Map<Peer, Welcome>();
  /** Peers who have come back after this page, or with it: they have nothing to tell. */
  readonly #fellows = new Set<Peer>();
  readonly #kept: Kept[] = [];
  #asked: Peer | null = null;
  #sinceMs: number | null = null;
  #hasJoined = false;
  #levelFrame = 0;

  constructor(options: ReturnOptions) {
    this.#options = options;
    this.intake = new Intake(options.simulator.layouts);
    options.simulator.log.skipTo(options.resume.fromFrame);
  }

  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  /** Frame that the others had reached: up to here frames are run at once, with nothing sampled. */
  get levelFrame(): number {
    return this.#levelFrame;
  }

  /** Peers who came back at the same time and wait to be welcomed. */
  get fellows(): Iterable<Peer> {
    return this.#fellows;
  }

  /** Once a tick until joined. */
  advance(nowMs: number): void {
    this.#sinceMs ??= nowMs;
    const { peers, config, host } = this.#options;
    if (nowMs - this.#sinceMs > WAIT_FACTOR * config.disconnectedAfterMs) {
      host.abort("peer-disconnected", "Nobody let this page back into the episode");
      return;
    }
    const present = peers.filter((peer) => peer.state.kind !== "closed");
    const answering = present.filter((peer) => !this.#fellows.has(peer));
    if (this.#asked === null) this.#ask(answering);
    const isAnswered = answering.every((peer) => this.#welcomes.has(peer));
    if (answering.length > 0 && isAnswered && this.intake.isComplete) this.#join(present, nowMs);
  }

  /** Takes a message that belongs to coming back; the rest is for the ordinary conversation. */
  receive(peer: Peer, message: ControlMessage): void {
    const { resume, host } = this.#options;
    switch (message.kind) {
      case "hello":
        if (!message.isReturning || message.incarnation <= peer.incarnation) break;
        peer.restart(message.incarnation);
        this.#fellows.add(peer);
        this.#welcomes.delete(peer);
        if (this.#asked === peer) this.#asked = null;
        break;
      case "welcome":
        if (message.yours !== resume.incarnation || this.#welcomes.has(peer)) break;
        peer.incarnation = message.mine;
        this.#fellows.delete(peer);
        this.#welcomes.set(peer, message);
        break;
      case "log":
        if (peer !== this.#asked || !this.intake.receiveLog(message)) break;
        host.send(peer, { kind: "followed", frame: this.intake.length });
        break;
      case "snapshot":
        if (peer !== this.#asked || this.intake.receiveSnapshot(message)) break;
        host.abort("technical", "Expected the state that was handed over to be JSON");
        break;
      case "departed":
        this.#keep(peer, message);
        this.#close(peer, message.held.player);
        break;
      case "recover":
        this.#keep(peer, message);
        break;
      default:
        break;
    }
  }

  /** What was said of players who left and of recoveries, for when play begins. */
  get kept(): readonly Kept[] {
    return this.#kept;
  }

  #ask(answering: readonly Peer[]): void {
    const first = answering.find((peer) => this.#welcomes.has(peer));
    if (first === undefined) return;
    this.#asked = first;
    this.intake.clear();
    this.#options.host.send(first, { kind: "ask" });
  }

  #keep(from: Peer, message: ControlMessage): void {
    if (this.#kept.length < KEPT_MAX) this.#kept.push({ from, message });
  }

  /** Who has left need not answer, and cannot go on handing over. */
  #close(from: Peer, player: number): void {
    const gone = this.#options.peers.find(({ players }) => players.includes(player));
    if (gone === undefined || gone === from) return;
    gone.state = { kind: "closed" };
    if (this.#asked === gone) this.#asked = null;
  }

  #join(present: readonly Peer[], nowMs: number): void {
    const { simulator, localPlayers, opening } = this.#options;
    simulator.inherit(this.intake);
    for (const { held } of this.#welcomes.values()) {
      for (const holding of held) {
        if (localPlayers.includes(holding.player)) adoptHolding(simulator, holding);
      }
    }
    for (let player = 0; player < simulator.layouts.length; player++) this.#adoptKnown(player);
    const welcomes = [...this.#welcomes.values()];
    opening.resume(
      welcomes.find(({ askedDelayFrames }) => askedDelayFrames !== null)?.askedDelayFrames ?? null,
      welcomes.find(({ agreedDelayFrames }) => agreedDelayFrames !== null)?.agreedDelayFrames ??
        null,
    );
    this.#fillGap();
    for (const peer of present) {
      const held = this.#welcomes.get(peer)?.held ?? [];
      const length = held.find(({ player }) => player === localPlayers[0])?.length ?? null;
      peer.state = { kind: "running" };
      peer.lastHeardMs = nowMs;
      peer.isAckKnown = false;
      if (length !== null) peer.resumeAt(length);
    }
    this.#hasJoined = true;
  }

  /** Appends what is stored of a player's inputs and nobody here has: of one who has left, too, so that none of it is cut off. */
  #adoptKnown(player: number): void {
    const { simulator, resume } = this.#options;
    const { actions, flags } = resume.knownFrames;
    const queue = simulator.sync.queues[player] as InputQueue;
    const row = new Uint32Array(queue.layout.width);
    while (queue.length < actions.length) {
      const frame = queue.length;
      const bits = flags[frame]?.[player] ?? FLAG_FOCUSED;
      const action = actions[frame]?.[player] as Action;
      writeRow(queue.layout, (bits & FLAG_ABSENT) === 0 ? action : null, true, row);
      row[0] = bits;
      simulator.pushRow(player, row, 0);
    }
  }

  /** Nobody played from the newest input of the page before to where the others are: those inputs are neutral. */
  #fillGap(): void {
    const { simulator, config, opening, localPlayers } = this.#options;
    const { length } = this.intake;
    const reached = [...this.#welcomes.values()].map(({ currentFrame }) => currentFrame);
    const lengths = localPlayers.map((player) => this.#lengthOf(player));
    // Nobody fair is further ahead of what is confirmed, and so of these inputs, than a window.
    const furthest = Math.max(length, ...lengths) + config.predictionWindowFrames;
    this.#levelFrame = Math.max(length, Math.min(furthest, ...reached));
    const newest = Math.max(this.#levelFrame + (opening.delayFrames ?? 0), ...lengths);
    for (const player of localPlayers) {
      simulator.fill(player, newest, "neutral");
    }
  }

  #lengthOf(player: number): number {
    return (this.#options.simulator.sync.queues[player] as InputQueue).length;
  }
}
