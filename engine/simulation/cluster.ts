/** N sessions on one clock and one simulated network, driven by a schedule; the same run every time. */
import type { Hasher } from "../determinism/hash.ts";
import { deriveSeed, nextFloat, seedRandom } from "../determinism/random.ts";
import type { Environment } from "../environment/environment.ts";
import type { Action } from "../environment/space.ts";
import { World } from "../environment/world.ts";
import { randomAction } from "../inspection/random-inputs.ts";
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";
import type { SessionEvent } from "../record/event.ts";
import { DEFAULT_SESSION_CONFIG } from "../session/config.ts";
import { fulfil } from "../session/fulfil.ts";
import { handshakeDigest } from "../session/handshake.ts";
import { P2PSession } from "../session/p2p-session.ts";
import { pausePolicyOf } from "../session/pause-policy.ts";
import type { Request } from "../session/request.ts";
import type { Resume } from "../session/return.ts";
import type { Seat } from "../session/seat.ts";
import { PERFECT_LINK } from "./link-profile.ts";
import { type NetworkOptions, SimulatedNetwork, type SimulatedTransport } from "./network.ts";
import type { PeerClock, Schedule } from "./schedule.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Silence is no reason to leave in a simulation: schedules decide what happens. */
const NEVER_MS = 600_000;
/** Browsers let a hidden page's own timers fire once a second. */
const HIDDEN_GRAIN_US = 1_000_000;

export interface ClusterOptions {
  readonly environment: Environment;
  readonly config: unknown;
  readonly schedule: Schedule;
  readonly hasher: Hasher;
  /** What a player does in a frame; drawn from the schedule where absent or undefined. */
  readonly actionOf?: (frame: number, playerIndex: number) => Action | undefined;
  /** Whether the player's page has their attention in a frame; always when absent. */
  readonly isFocusedOf?: (frame: number, playerIndex: number) => boolean;
  /** `spectators[peer]`: numbers of those who watch by way of that peer; whoever made the cluster drives them. */
  readonly spectators?: readonly (readonly number[])[];
  /** May change what a peer simulates, to prove that a fault is caught. */
  readonly tamper?: (peer: number, requests: readonly Request[]) => void;
  /** Told after each tick of a peer. */
  readonly onTick?: (peer: number) => void;
  /** Told of each packet as it is sent. */
  readonly onPacket?: NetworkOptions["onPacket"];
  /** Carries packets on from where the simulated links end. */
  readonly tunnel?: NetworkOptions["tunnel"];
}

/** One peer of a cluster and what it has done; a page that comes back goes on with the lists. */
export interface ClusterPeer {
  /** Pages of this peer before the present one. */
  readonly incarnation: number;
  readonly session: P2PSession;
  readonly world: World;
  readonly transport: SimulatedTransport;
  /** `sampled[frame]` is what this peer's player did for that frame, before any rule for pages out of focus. */
  readonly sampled: Action[];
  /** `firstSampled[incarnation]`: first frame that the page sampled; null if it sampled none. */
  readonly firstSampled: (number | null)[];
  readonly confirmed: ConfirmedFrames[];
  readonly events: SessionEvent[];
}

/** What a player holds, and up to which frame that was drawn. */
interface Hold {
  action: Action;
  drawnFrames: number;
  readonly random: number[];
}

export class Cluster {
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly peers: ClusterPeer[];
  /** `nextTickUs[peer]`: when that peer's timer fires next. */
  readonly nextTickUs: number[] = [];
  readonly #options: ClusterOptions;
  readonly #departed = new Set<number>();
  readonly #away = new Set<number>();
  readonly #holds: Hold[];

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { schedule, environment } = options;
    this.network = new SimulatedNetwork({
      clock: this.clock,
      seed: deriveSeed(schedule.seed, 2),
      profile: (from, to) => schedule.links[from]?.[to] ?? PERFECT_LINK,
      partitions: schedule.partitions,
      onPacket: options.onPacket,
      tunnel: options.tunnel,
    });
    this.#holds = environment.agentIds.map((_, player) => ({
      action: environment.neutralActions[player] as Action,
      drawnFrames: 0,
      random: seedRandom([0, 0, 0, 0], deriveSeed(schedule.seed, 3, player)),
    }));
    this.peers = Array.from({ length: this.#peerCount }, (_, peer) => this.#makePeer(peer, null));
    for (const { peer, atMs } of schedule.departures) {
      this.clock.at(atMs * 1_000, () => this.depart(peer));
    }
    for (let peer = 0; peer < this.peers.length; peer++) {
      this.#start(peer, (schedule.clocks[peer]?.startMs ?? 0) * 1_000);
    }
    for (const { peer, atMs, afterMs } of schedule.returns) {
      this.clock.at(atMs * 1_000, () => this.reload(peer, afterMs));
    }
  }

  get #peerCount(): number {
    const { environment, schedule } = this.#options;
    return environment.agentIds.length - (schedule.botSeats ?? 0);
  }

  /** Runs until every peer has ended or aborted, or `untilMs` of virtual time have passed. */
  run(untilMs: number): void {
    while (this.clock.nowMs < untilMs && !this.isOver) this.clock.step();
  }

  /** Takes a peer away for good, now. */
  depart(peer: number): void {
    this.#departed.add(peer);
    this.peers[peer]?.transport.close();
  }

  /** Takes a peer's page away now, with all it had, and opens it again after that long; see `#crash` for when not. */
  reload(peer: number, afterMs: number): void {
    this.#crash(peer);
    this.clock.at(this.clock.nowUs + afterMs * 1_000, () => this.#reopen(peer));
  }

  /** Whether every peer has ended, aborted or left. */
  get isOver(): boolean {
    return this.peers.every(({ session }, peer) => {
      if (this.#departed.has(peer)) return true;
      if (this.#away.has(peer)) return false;
      const { kind } = session.status;
      return kind === "ended" || kind === "aborted";
    });
  }

  #start(peer: number, startUs: number): void {
    const { incarnation } = this.peers[peer] as ClusterPeer;
    this.#tickAt(startUs, peer, incarnation, startUs);
  }

  #tickAt(atUs: number, peer: number, incarnation: number, dueUs: number): void {
    this.nextTickUs[peer] = this.clock.at(atUs, () => this.#tick(peer, incarnation, dueUs));
  }

  /** The page is gone with all it had; not if it is done, or the only one that has the episode. */
  #crash(peer: number): void {
    const { session, transport } = this.peers[peer] as ClusterPeer;
    const isKept = this.peers.some((other, i) => {
      const isJoining = other.incarnation > 0 && other.session.status.kind === "handshaking";
      return i !== peer && !this.#away.has(i) && !isJoining;
    });
    if (!isKept || session.status.kind === "ended" || session.status.kind === "aborted") return;
    this.#away.add(peer);
    transport.close();
  }

  #reopen(peer: number): void {
    if (!this.#away.delete(peer)) return;
    this.peers[peer] = this.#makePeer(peer, this.peers[peer] as ClusterPeer);
    this.#start(peer, this.clock.nowUs);
  }

  /** What a server would have stored by now. */
  #resumeOf(before: ClusterPeer): Resume {
    const logs = this.peers.map(({ confirmed }) => ({
      actions: confirmed.flatMap(({ actions }) => actions),
      flags: confirmed.flatMap(({ flags }) => flags),
    }));
    const own = before.confirmed.reduce((sum, { actions }) => sum + actions.length, 0);
    return {
      incarnation: before.incarnation + 1,
      fromFrame: own,
      knownFrames: logs.reduce((longest, log) =>
        log.actions.length > longest.actions.length ? log : longest,
      ),
    };
  }

  #makePeer(peer: number, before: ClusterPeer | null): ClusterPeer {
    const { environment, config, schedule, hasher } = this.#options;
    const sessionConfig = {
      ...DEFAULT_SESSION_CONFIG,
      disconnectedAfterMs: NEVER_MS,
      ...schedule.session,
    };
    const seed = deriveSeed(schedule.seed, 4);
    const digest = handshakeDigest({
      environment,
      environmentDigest: environment.id,
      configDigest: "",
      seed,
      episode: 0,
      maxSteps: schedule.frames,
      config: sessionConfig,
    });
    const peerCount = this.#peerCount;
    const players = environment.agentIds.map((_, player): Seat => {
      if (player >= peerCount) return { kind: "bot" };
      return player === peer ? { kind: "local" } : { kind: "remote", peer: player };
    });
    const spectators = this.#options.spectators?.[peer] ?? [];
    const software = `simulated peer ${peer}`;
    const shared = { environment, players, episode: 0, config: sessionConfig, digest };
    const base = { ...shared, spectators, software };
    return {
      sampled: [],
      firstSampled: [],
      confirmed: [],
      events: [],
      ...before,
      incarnation: before === null ? 0 : before.incarnation + 1,
      session: new P2PSession(before === null ? base : { ...base, resume: this.#resumeOf(before) }),
      world: new World({
        ...{ environment, config, seed, maxSteps: schedule.frames, hasher },
        pausePolicy: pausePolicyOf(sessionConfig, environment.fps),
      }),
      transport: this.network.connect(peer),
    };
  }

  /** One tick that was due at `dueUs`; coarse timers run it later, several at the same moment. */
  #tick(peer: number, incarnation: number, dueUs: number): void {
    const { schedule, tamper } = this.#options;
    const page = this.peers[peer] as ClusterPeer;
    const { session, world, transport, confirmed, events } = page;
    const isGone = this.#departed.has(peer) || this.#away.has(peer);
    if (isGone || page.incarnation !== incarnation) return;
    const { nowMs } = this.clock;
    session.receive(transport.drain(), nowMs);
    const frame = session.sampledFrame;
    const action = this.#options.actionOf?.(frame, peer) ?? this.#sample(peer, frame);
    const isPlaying = session.status.kind !== "handshaking";
    const isFocused = this.#options.isFocusedOf?.(frame, peer) ?? true;
    session.addLocalInput(peer, { action, isFocused });
    const requests = session.advance(nowMs);
    // A session that stalls or has not begun samples nothing: what was drawn then was never played.
    if (isPlaying && session.sampledFrame > frame) {
      page.sampled[frame] = action;
      page.firstSampled[incarnation] ??= frame;
    }
    tamper?.(peer, requests);
    fulfil(requests, world, session);
    for (const packet of session.takeOutgoing()) transport.send(packet);
    events.push(...session.takeEvents());
    const frames = session.takeConfirmed();
    if (frames !== null) confirmed.push(frames);
    this.#options.onTick?.(peer);
    const clock = schedule.clocks[peer] as PeerClock;
    const periodUs = 1_000_000 / this.#options.environment.fps / session.rate;
    const wishedUs = dueUs + periodUs * (1 + clock.driftPpm / 1_000_000);
    const nextUs = this.#afterPauses(peer, wishedUs);
    this.#tickAt(this.#timerUs(peer, nextUs, clock), peer, incarnation, nextUs);
  }

  /** When a timer set for `atUs` fires. */
  #timerUs(peer: number, atUs: number, clock: PeerClock): number {
    const isHidden = this.#options.schedule.hiddenTabs.some(
      (hidden) => hidden.peer === peer && isWithin(atUs, hidden.startMs, hidden.durationMs),
    );
    const grainUs = isHidden ? HIDDEN_GRAIN_US : clock.grainMs * 1_000;
    return grainUs === 0 ? atUs : Math.ceil(atUs / grainUs) * grainUs;
  }

  /** What the player does in `frame`: of the seed alone, whatever the network did to their ticks. */
  #sample(peer: number, frame: number): Action {
    const { environment, schedule } = this.#options;
    const hold = this.#holds[peer] as Hold;
    for (; hold.drawnFrames <= frame; hold.drawnFrames++) {
      if (nextFloat(hold.random) >= 1 / (schedule.holdFrames[peer] ?? 1)) continue;
      const space = environment.actionSpaces[peer];
      if (space !== undefined) hold.action = randomAction(space, hold.random);
    }
    return hold.action;
  }

  #afterPauses(peer: number, atUs: number): number {
    let moved = atUs;
    for (const { peer: paused, startMs, durationMs } of this.#options.schedule.pauses) {
      if (paused === peer && isWithin(moved, startMs, durationMs)) {
        moved = (startMs + durationMs) * 1_000;
      }
    }
    return moved;
  }
}

function isWithin(atUs: number, startMs: number, durationMs: number): boolean {
  return atUs >= startMs * 1_000 && atUs < (startMs + durationMs) * 1_000;
}
