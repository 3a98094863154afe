/** One episode of a set-up on the simulated network, and what is kept of it to be looked at. */
import {
  type Action,
  Cluster,
  type ClusterPeer,
  deriveSeed,
  type Environment,
  type Hasher,
  type LinkProfile,
  type Packet,
  type Schedule,
} from "../../engine/index.ts";
import { ForcedRollback } from "./forced-rollback.ts";
import { GAMES, type Game } from "./games.ts";
import { PacketLog } from "./packet-log.ts";
import { PeerLog } from "./peer-log.ts";
import { plantDesync } from "./planted-desync.ts";
import { type Fault, perPlayer, type SetUp } from "./set-up.ts";

/** Mean frames that a scripted player holds an action: a sixth of a second at 60 a second. */
const HOLD_FRAMES = 10;

/** Where a person's actions come from. */
export interface ActionSource {
  /** Null for no key. */
  sample(): Action | null;
  /** The last sample went into a frame. */
  consume(): void;
}

/** Carries what the simulated links let through. */
export interface Tunnel {
  readonly isOpen: boolean;
  carry(from: number, packet: Packet): void;
  /** What has come for a peer since the last call. */
  drain(peer: number): readonly Packet[];
  close(): void;
}

export interface RunOptions {
  readonly setUp: SetUp;
  readonly hasher: Hasher;
  /** Without one packets arrive where and when the simulated links say. */
  readonly tunnel?: Tunnel | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Timed = { peer: number; startMs: number; durationMs: number };

/** A schedule whose lists may still grow while it runs. */
interface LiveSchedule extends Schedule {
  readonly links: LinkProfile[][];
  readonly partitions: { from: number; to: number; startMs: number; durationMs: number }[];
  readonly pauses: Timed[];
  readonly hiddenTabs: Timed[];
  readonly departures: { peer: number; atMs: number }[];
  readonly returns: { peer: number; atMs: number; afterMs: number }[];
}

export class Run {
  readonly environment: Environment;
  readonly game: Game;
  readonly cluster: Cluster;
  readonly schedule: Schedule;
  readonly logs: readonly PeerLog[];
  readonly packets: PacketLog;
  /** The run closes it when told to. */
  readonly tunnel: Tunnel | null;
  /** Whether a link was changed on the way: the set-up alone does not give this run again. */
  isEdited = false;
  /** For the players whose input is `keyboard`; the neutral action without one. */
  keyboard: ActionSource | null = null;
  #setUp: Mutable<SetUp>;
  readonly #schedule: LiveSchedule;
  readonly #forced: readonly ForcedRollback[];

  constructor({ setUp, hasher, tunnel = null }: RunOptions) {
    this.#setUp = { ...setUp };
    this.tunnel = tunnel;
    this.game = GAMES[setUp.game] as Game;
    const own = this.game.environment(setUp.playerCount);
    this.environment = { ...own, fps: setUp.fps ?? own.fps };
    this.#schedule = scheduleOf(setUp);
    this.schedule = this.#schedule;
    this.packets = new PacketLog(this.environment, inputDelayOf(setUp));
    this.#forced = setUp.inputs.map(() => new ForcedRollback(setUp.forcedRollbackFrames));
    const planted = plantDesync(this.environment, setUp.faults, () => this.cluster);
    this.cluster = new Cluster({
      environment: planted,
      config: this.game.config,
      schedule: this.#schedule,
      hasher,
      actionOf: (_, player) => this.#actionOf(player),
      isFocusedOf: (_, player) => !this.#isHidden(player),
      tamper: (peer, requests) => {
        this.#forced[peer]?.extend(requests, this.peer(peer).world);
        this.logs[peer]?.requested(requests);
      },
      onTick: (peer) => this.#ticked(peer),
      onPacket: (packet) => this.packets.add(packet),
      tunnel: tunnel === null ? undefined : (from, packet) => tunnel.carry(from, packet),
    });
    this.logs = this.cluster.peers.map((_, peer) => new PeerLog(peer));
  }

  /** As it is now: faults that were added on the way are part of it. */
  get setUp(): SetUp {
    return this.#setUp;
  }

  get nowMs(): number {
    return this.cluster.clock.nowMs;
  }

  get isOver(): boolean {
    return this.cluster.isOver;
  }

  /** The seed of the episode. */
  get episodeSeed(): number {
    return deriveSeed(this.#setUp.seed, 4);
  }

  peer(index: number): ClusterPeer {
    return this.cluster.peers[index] as ClusterPeer;
  }

  /** Runs up to that virtual time, or to the end of the episode. */
  advanceTo(untilMs: number): void {
    this.#takeTunnelled();
    this.cluster.run(untilMs);
  }

  /** Everybody's next tick, but for who has none before somebody's second: a page that is slower, hidden or gone. */
  advanceTick(): void {
    this.#takeTunnelled();
    const { clock, nextTickUs } = this.cluster;
    const before = this.logs.map(({ ticks }) => ticks);
    const hasTicked = ({ ticks, peer }: PeerLog) => ticks > (before[peer] as number);
    const isSecond = (log: PeerLog) =>
      hasTicked(log) && clock.nextUs >= (nextTickUs[log.peer] as number);
    while (!this.isOver && !this.logs.every(hasTicked) && !this.logs.some(isSecond)) clock.step();
  }

  /** Reads what is too dear to read each tick. */
  refresh(): void {
    this.logs.forEach((log, peer) => {
      log.refresh(this.peer(peer).session);
    });
  }

  /** From now on; marks the run as one that its set-up alone does not give. */
  setLink(from: number, to: number, link: LinkProfile): void {
    (this.#schedule.links[from] as LinkProfile[])[to] = link;
    this.#setUp.links = this.#schedule.links.map((row) => [...row]);
    this.isEdited = true;
  }

  /**
   * Adds a fault as early as can be, of the length asked for, to the run and its set-up: after the ticks that
   * are under way, so that the same set-up from the start gives the same run.
   */
  addFault(kind: Exclude<Fault["kind"], "desync">, peer: number, durationMs: number): Fault {
    const ticksMs = (2 * 1_000) / this.environment.fps;
    const busyUntilMs = this.#setUp.faults.map((fault) =>
      fault.kind !== "desync" && fault.kind !== "leave" && fault.peer === peer
        ? fault.atMs + fault.durationMs
        : 0,
    );
    const atMs = Math.ceil(Math.max(this.nowMs, ...busyUntilMs) + ticksMs) + 0.5;
    const fault: Fault = kind === "leave" ? { kind, peer, atMs } : { kind, peer, atMs, durationMs };
    this.#setUp.faults = [...this.#setUp.faults, fault];
    addToSchedule(this.#schedule, fault, this.#setUp.playerCount);
    const { cluster } = this;
    if (kind === "leave") cluster.clock.at(atMs * 1_000, () => cluster.depart(peer));
    if (kind === "reload") cluster.clock.at(atMs * 1_000, () => cluster.reload(peer, durationMs));
    return fault;
  }

  #takeTunnelled(): void {
    if (this.tunnel === null) return;
    for (const [peer, { transport }] of this.cluster.peers.entries()) {
      for (const packet of this.tunnel.drain(peer)) transport.arrive(packet);
    }
  }

  #actionOf(player: number): Action | undefined {
    const { inputs } = this.#setUp;
    const neutral = this.environment.neutralActions[player];
    switch (inputs[player]) {
      case "keyboard":
        return this.keyboard?.sample() ?? neutral;
      case "bot":
        return this.environment.botAction?.(this.peer(player).world.state, player);
      case "idle":
        return neutral;
      default:
        return undefined;
    }
  }

  #isHidden(player: number): boolean {
    const { nowMs } = this;
    return this.#schedule.hiddenTabs.some(
      ({ peer, startMs, durationMs }) =>
        peer === player && nowMs >= startMs && nowMs < startMs + durationMs,
    );
  }

  #ticked(peer: number): void {
    const log = this.logs[peer] as PeerLog;
    const hasSampled = log.ticked(this.peer(peer));
    if (hasSampled && this.#setUp.inputs[peer] === "keyboard") this.keyboard?.consume();
  }
}

/** A set-up's is a number of frames: `checkSetUp` takes no other. */
function inputDelayOf({ session }: SetUp): number {
  return typeof session.inputDelayFrames === "number" ? session.inputDelayFrames : 0;
}

function scheduleOf(setUp: SetUp): LiveSchedule {
  const { playerCount, seed, frames, session, links, driftPpm } = setUp;
  const schedule: LiveSchedule = {
    ...{ seed, playerCount, frames, session },
    links: links.map((row) => [...row]),
    partitions: [],
    pauses: [],
    hiddenTabs: [],
    departures: [],
    returns: [],
    clocks: driftPpm.map((ppm) => ({ startMs: 0, driftPpm: ppm, grainMs: 0 })),
    holdFrames: perPlayer(playerCount, () => HOLD_FRAMES),
  };
  for (const fault of setUp.faults) addToSchedule(schedule, fault, playerCount);
  return schedule;
}

function addToSchedule(schedule: LiveSchedule, fault: Fault, playerCount: number): void {
  const { kind, peer } = fault;
  if (kind === "desync") return;
  if (kind === "leave") {
    schedule.departures.push({ peer, atMs: fault.atMs });
    return;
  }
  const { atMs: startMs, durationMs } = fault;
  if (kind === "pause") schedule.pauses.push({ peer, startMs, durationMs });
  if (kind === "reload") schedule.returns.push({ peer, atMs: startMs, afterMs: durationMs });
  if (kind === "hide") schedule.hiddenTabs.push({ peer, startMs, durationMs });
  if (kind !== "cut") return;
  for (const other of perPlayer(playerCount, (player) => player)) {
    if (other === peer) continue;
    schedule.partitions.push({ from: peer, to: other, startMs, durationMs });
    schedule.partitions.push({ from: other, to: peer, startMs, durationMs });
  }
}
