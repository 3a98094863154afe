/** Our engine as a page runs it, without a page. */
import {
  DEFAULT_SESSION_CONFIG,
  type Environment,
  fulfil,
  type Hasher,
  handshakeDigest,
  P2PSession,
  type SessionConfig,
  type SessionMetrics,
  World,
} from "../../engine/index.ts";
import { swarmNumbers } from "../offline-swarm.ts";
import type { Payload, RollbackPeer } from "./rollback-peer.ts";

type SessionPacket = Parameters<P2PSession["receive"]>[0][number];

export interface TandemPeerOptions {
  readonly player: number;
  readonly environment: Environment;
  readonly seed: number;
  readonly hasher: Hasher;
  /** False leaves the state hash out, as libraries without one are timed. */
  readonly isHashed: boolean;
  /** False walks plain states by loops, as under a policy that forbids generated code. */
  readonly isCompiled: boolean;
  readonly config: Partial<SessionConfig>;
}

const NO_HASH = 0n;

/** Answers every hash with a constant: times everything else. */
class UnhashedWorld extends World {
  override hashValue(_frame: number): bigint {
    return NO_HASH;
  }
}

export class TandemPeer implements RollbackPeer {
  readonly #session: P2PSession;
  readonly #world: World;
  readonly #player: number;
  /**
   * One object for every tick: what the benchmark itself allocates is no figure of the engine's.
   */
  readonly #sample = { action: 0, isFocused: true };

  constructor(options: TandemPeerOptions) {
    const { player, environment, seed, hasher, isCompiled } = options;
    const config = { ...DEFAULT_SESSION_CONFIG, inputDelayFrames: 0, ...options.config };
    const digest = handshakeDigest({
      environment,
      environmentDigest: environment.id,
      configDigest: "",
      seed,
      episode: 0,
      maxSteps: environment.maxSteps,
      config,
    });
    const players = [0, 1].map((seat) =>
      seat === player ? ({ kind: "local" } as const) : ({ kind: "remote", peer: seat } as const),
    );
    this.#player = player;
    this.#session = new P2PSession({ environment, players, episode: 0, config, digest });
    const { maxSteps } = environment;
    this.#world = new (options.isHashed ? World : UnhashedWorld)({
      environment,
      config: null,
      seed,
      maxSteps,
      hasher,
      isCompiled,
    });
  }

  get frame(): number {
    return this.#session.sampledFrame;
  }

  get rate(): number {
    return this.#session.rate;
  }

  get steps(): number {
    const { framesSimulated, framesResimulated } = this.#session.metrics();
    return framesSimulated + framesResimulated;
  }

  get metrics(): SessionMetrics {
    return this.#session.metrics();
  }

  tick(
    arrived: readonly Payload[],
    actionOf: (frame: number) => number,
    nowMs: number,
  ): readonly Payload[] {
    const session = this.#session;
    session.receive(arrived as readonly SessionPacket[], nowMs);
    this.#sample.action = actionOf(session.sampledFrame);
    session.addLocalInput(this.#player, this.#sample);
    fulfil(session.advance(nowMs), this.#world, session);
    session.takeEvents();
    return session.takeOutgoing();
  }

  numbers(): readonly number[] {
    return swarmNumbers(this.#world.copyState(this.#world.frame));
  }
}
