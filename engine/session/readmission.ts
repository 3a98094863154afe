/** Lets a player's new page back in, or says why not: what the peers who stayed do about a return. */
import type { ControlContent, ControlMessage } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { Departures } from "./departures.ts";
import type { HandOver } from "./hand-over.ts";
import { holdingOf } from "./holding.ts";
import type { Opening } from "./opening.ts";
import type { PeerGroup } from "./peer-group.ts";
import type { Simulator } from "./simulator.ts";

type Hello = Extract<ControlMessage, { kind: "hello" }>;

export interface ReadmissionOptions {
  readonly simulator: Simulator;
  readonly group: PeerGroup;
  readonly departures: Departures;
  readonly handOver: HandOver;
  readonly opening: Opening;
  /** How often this side's own page has come back. */
  readonly incarnation: number;
  readonly software: string;
  send(peer: Peer, message: ControlContent): void;
}

export class Readmission {
  readonly #options: ReadmissionOptions;

  constructor(options: ReadmissionOptions) {
    this.#options = options;
  }

  /** Takes the greeting of a page that is newer than the one known; any other is no return. */
  receiveHello(peer: Peer, { incarnation }: Hello, nowMs: number): void {
    if (incarnation <= peer.incarnation) return;
    const { group, handOver } = this.#options;
    group.interrupt(peer, nowMs);
    handOver.cancel(peer.peer);
    peer.restart(incarnation);
    this.welcome(peer);
  }

  /** Tells the new page what this side has of its players, and who has left. From here on the old page counts for nothing. */
  welcome(peer: Peer): void {
    const { simulator, departures, opening, incarnation, software } = this.#options;
    this.#options.send(peer, {
      kind: "welcome",
      yours: peer.incarnation,
      mine: incarnation,
      software,
      currentFrame: simulator.sync.currentFrame,
      agreedDelayFrames: opening.delayFrames,
      askedDelayFrames: opening.askedBy(peer.players[0] as number),
      held: peer.players.map((player) => holdingOf(simulator, player)),
    });
    opening.tell(peer);
    departures.tell(peer);
  }

  /** Answers the greeting of a new page that comes too late. */
  refuse(peer: Peer, { incarnation }: Hello, reason: string): void {
    if (incarnation <= peer.incarnation) return;
    this.#options.send(peer, { kind: "refused", yours: incarnation, reason });
  }
}
