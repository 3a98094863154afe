/**
 * Seats without a player: unmanned from the start, or left. Who leaves is cut at one frame for everybody who stays:
 * each survivor tells the others how much it holds of that player, with the inputs, so that all end up with the most
 * that any of them had.
 */
import type { ControlContent, ControlMessage } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { SessionEvent } from "../record/event.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import type { SessionConfig } from "./config.ts";
import { adoptHolding, holdingOf } from "./holding.ts";
import type { Seat } from "./seat.ts";
import type { Simulator } from "./simulator.ts";

type DepartedMessage = Extract<ControlMessage, { kind: "departed" }>;

export interface DeparturesOptions {
  readonly simulator: Simulator;
  readonly peers: readonly Peer[];
  readonly players: readonly Seat[];
  readonly config: Pick<SessionConfig, "onDeparture">;
  readonly host: {
    send(peer: Peer, message: ControlContent): void;
    emit(event: SessionEvent): void;
  };
}

/** A seat that every peer fills alike. */
interface Unmanned {
  readonly playerIndex: number;
  readonly by: "neutral" | "bot";
}

interface Departure {
  readonly playerIndex: number;
  /** Peers whose report has come. */
  readonly reporters: Set<number>;
  /** What a survivor that had heard from all others has said; null before one did. */
  toldFrame: number | null;
  /** First frame without an input of the player; null until every survivor has reported. */
  cutFrame: number | null;
}

/** For the page of a player whom the others have given up. */
const GIVEN_UP = "The others have gone on without this player";

export class Departures {
  readonly #options: DeparturesOptions;
  readonly #departures: Departure[] = [];
  readonly #unmanned: Unmanned[];
  #hasNews = false;
  /** Where play ends because somebody left; infinite while it goes on. */
  #endFrame = Number.POSITIVE_INFINITY;

  constructor(options: DeparturesOptions) {
    this.#options = options;
    this.#unmanned = options.players.flatMap(({ kind }, playerIndex): Unmanned[] => {
      if (kind === "bot") return [{ playerIndex, by: "bot" }];
      return kind === "empty" ? [{ playerIndex, by: "neutral" }] : [];
    });
  }

  /** Where play ended because somebody left, once everything below it is confirmed and hashed; else null. */
  get endFrame(): number | null {
    const { sync, chain } = this.#options.simulator;
    const isOver = Math.min(sync.confirmedFrame, chain.newestFrame) >= this.#endFrame;
    return isOver ? this.#endFrame : null;
  }

  /** A sentence that names who left. */
  describe(): string {
    const players = this.#departures.map(({ playerIndex }) => playerIndex);
    return `Nothing more was heard from player ${players.join(" and ")}`;
  }

  /** Once a tick: settles departures, and gives the unmanned seats their inputs. */
  fillSeats(sampledFrame: number, nowMs: number): void {
    if (this.#hasNews) this.#settle(nowMs);
    if (this.#unmanned.length === 0 || this.#endFrame !== Number.POSITIVE_INFINITY) return;
    const { simulator } = this.#options;
    const toFrame = Math.max(sampledFrame, simulator.sync.currentFrame + 1);
    for (const { playerIndex, by } of this.#unmanned) simulator.fill(playerIndex, toFrame, by);
  }

  /** Gives up on `peer`: tells the others what is held of its players. */
  begin(peer: Peer): void {
    peer.state = { kind: "closed" };
    const { host, config } = this.#options;
    // Its new page would wait in vain, and one that still plays would play another game than the others.
    if (peer.isReturning || config.onDeparture !== "end") {
      host.send(peer, { kind: "refused", yours: peer.incarnation, reason: GIVEN_UP });
    }
    for (const playerIndex of peer.players) {
      if (this.#find(playerIndex) !== null) continue;
      this.#departures.push({ playerIndex, reporters: new Set(), toldFrame: null, cutFrame: null });
      for (const other of this.#options.peers) {
        if (other.state.kind !== "closed") this.#report(other, playerIndex);
      }
    }
    this.#hasNews = true;
  }

  /** Tells a peer that has come back who has left. */
  tell(peer: Peer): void {
    for (const { playerIndex } of this.#departures) this.#report(peer, playerIndex);
  }

  /** Takes a survivor's report; a player this side still hears is given up, too. */
  receive(from: Peer, message: DepartedMessage): void {
    const owner = this.#options.peers.find(({ players }) => players.includes(message.held.player));
    if (owner === undefined || owner === from) return;
    if (this.#find(message.held.player) === null) this.begin(owner);
    adoptHolding(this.#options.simulator, message.held);
    const departure = this.#find(message.held.player);
    departure?.reporters.add(from.peer);
    if (departure && message.isSettled) departure.toldFrame = message.held.length;
    this.#hasNews = true;
  }

  #find(playerIndex: number): Departure | null {
    return this.#departures.find((departure) => departure.playerIndex === playerIndex) ?? null;
  }

  #report(to: Peer, player: number): void {
    const { simulator, host } = this.#options;
    const cutFrame = this.#find(player)?.cutFrame ?? null;
    host.send(to, {
      kind: "departed",
      held: holdingOf(simulator, player, cutFrame),
      isSettled: cutFrame !== null,
    });
  }

  #settle(nowMs: number): void {
    this.#hasNews = false;
    const { peers, simulator, config, host } = this.#options;
    const survivors = peers.filter(({ state }) => state.kind !== "closed");
    for (const departure of this.#departures) {
      if (departure.cutFrame !== null) continue;
      const { playerIndex, reporters, toldFrame } = departure;
      if (toldFrame === null && !survivors.every(({ peer }) => reporters.has(peer))) continue;
      const frame = toldFrame ?? (simulator.sync.queues[playerIndex] as InputQueue).length;
      departure.cutFrame = frame;
      host.emit({ kind: "departed", playerIndex, frame, atMs: nowMs });
      if (config.onDeparture === "end") this.#endFrame = Math.min(this.#endFrame, frame);
      else this.#unmanned.push({ playerIndex, by: config.onDeparture });
    }
  }
}
