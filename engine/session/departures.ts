/**
 * Seats without a player: unmanned from the start, or left. Who leaves is cut at one frame for everybody who stays:
 * each survivor tells the others how much it holds of that player, with the inputs, so that all end up with the most
 * that any of them had.
 */
import { type ControlMessage, DEPARTED_ROWS_MAX } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import type { SessionConfig } from "./config.ts";
import type { SessionEvent } from "./event.ts";
import type { Seat } from "./seat.ts";
import type { Simulator } from "./simulator.ts";

type DepartedMessage = Extract<ControlMessage, { kind: "departed" }>;

export interface DeparturesOptions {
  readonly simulator: Simulator;
  readonly peers: readonly Peer[];
  readonly players: readonly Seat[];
  readonly episode: number;
  readonly config: Pick<SessionConfig, "onDeparture">;
  readonly host: {
    send(peer: Peer, message: ControlMessage): void;
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
  /** First frame without an input of the player; null until every survivor has reported. */
  cutFrame: number | null;
}

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
    for (const playerIndex of peer.players) {
      if (this.#find(playerIndex) !== null) continue;
      this.#departures.push({ playerIndex, reporters: new Set(), cutFrame: null });
      for (const other of this.#options.peers) {
        if (other.state.kind !== "closed") this.#report(other, playerIndex);
      }
    }
    this.#hasNews = true;
  }

  /** Takes a survivor's report; a player this side still hears is given up, too. */
  receive(from: Peer, message: DepartedMessage): void {
    const owner = this.#options.peers.find(({ players }) => players.includes(message.player));
    if (owner === undefined || owner === from) return;
    if (this.#find(message.player) === null) this.begin(owner);
    this.#adopt(message);
    this.#find(message.player)?.reporters.add(from.peer);
    this.#hasNews = true;
  }

  #find(playerIndex: number): Departure | null {
    return this.#departures.find((departure) => departure.playerIndex === playerIndex) ?? null;
  }

  #report(to: Peer, player: number): void {
    const queue = this.#queue(player);
    const { length, rows, layout } = queue;
    const count = Math.min(length, DEPARTED_ROWS_MAX);
    this.#options.host.send(to, {
      kind: "departed",
      episode: this.#options.episode,
      player,
      length,
      rows: Array.from({ length: count }, (_, i) => {
        const at = queue.offsetOf(length - count + i);
        return Array.from(rows.subarray(at, at + layout.width));
      }),
    });
  }

  /** Appends the inputs that the sender holds and this side does not. */
  #adopt({ player, length, rows }: DepartedMessage): void {
    const queue = this.#queue(player);
    const first = length - rows.length;
    while (queue.length < length && queue.length >= first) {
      const row = rows[queue.length - first] as number[];
      if (row.length !== queue.layout.width) return;
      this.#options.simulator.pushRow(player, Uint32Array.from(row), 0);
    }
  }

  #settle(nowMs: number): void {
    this.#hasNews = false;
    const { peers, config, host } = this.#options;
    const survivors = peers.filter(({ state }) => state.kind !== "closed");
    for (const departure of this.#departures) {
      if (departure.cutFrame !== null) continue;
      if (!survivors.every(({ peer }) => departure.reporters.has(peer))) continue;
      const { playerIndex } = departure;
      const frame = this.#queue(playerIndex).length;
      departure.cutFrame = frame;
      host.emit({ kind: "departed", playerIndex, frame, atMs: nowMs });
      if (config.onDeparture === "end") this.#endFrame = Math.min(this.#endFrame, frame);
      else this.#unmanned.push({ playerIndex, by: config.onDeparture });
    }
  }

  #queue(player: number): InputQueue {
    return this.#options.simulator.sync.queues[player] as InputQueue;
  }
}
