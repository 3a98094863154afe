/**
 * Cost of one tick of one peer: take in the packet, roll back, simulate, hash, encode.
 * Two sessions exchange packets over a path of exactly `LATENCY_TICKS`; only the first is timed.
 */
import {
  canonicalJson,
  DEFAULT_SESSION_CONFIG,
  type Environment,
  fulfil,
  type Hasher,
  handshakeDigest,
  nextFloat,
  nextInt,
  P2PSession,
  seedRandom,
  World,
} from "../engine/index.ts";
import { SWARM_ACTIONS } from "./swarm.ts";

/** One-way latency, and so the depth of a rollback when every guess is wrong. */
const LATENCY_TICKS = 8;
const WARM_UP_TICKS = 1_200;
const MEASURED_TICKS = 3_000;
const FRAME_MS = 1000 / 60;
/** Frames a person holds a key on average. */
const HUMAN_HOLD_FRAMES = 10;

/** `worst`: every guess is wrong; `human`: keys are held; `idle`: nobody presses anything. */
export type InputMode = "worst" | "human" | "idle";

export interface TickBenchOptions {
  readonly environment: Environment;
  readonly mode: InputMode;
  readonly seed: number;
  readonly hasher: Hasher;
  /** False leaves the state hash out of the timing, as peers without one are timed. */
  readonly isHashed: boolean;
  readonly isCompiled: boolean;
}

export interface TickBenchRow {
  readonly msMean: number;
  readonly msP99: number;
  readonly bytesPerFrame: number;
  readonly heapBytesPerTick: number;
  readonly rollbacks: number;
  readonly depthFramesMean: number;
  readonly matchesOffline: boolean;
}

interface BenchPeer {
  readonly session: P2PSession;
  readonly world: World;
  readonly inbox: {
    readonly atTick: number;
    readonly channel: "play" | "control";
    readonly bytes: Uint8Array;
  }[];
  readonly random: number[];
  readonly inputs: number[];
  action: number;
}

export function runTickBench(options: TickBenchOptions): TickBenchRow {
  const peers = [makePeer(options, 0), makePeer(options, 1)] as const;
  let tick = 0;
  let bytes = 0;
  const durationsMs = new Float64Array(MEASURED_TICKS);
  const runTick = (timed: number | null) => {
    for (const peer of [0, 1] as const) {
      const self = peers[peer];
      const arrived = takeArrived(self, tick, 1 - peer);
      const action = nextAction(self, options.mode);
      const start = performance.now();
      const outgoing = tickPeer(self, peer, arrived, action, tick, options.isHashed);
      if (peer === 0 && timed !== null) durationsMs[timed] = performance.now() - start;
      for (const packet of outgoing) {
        if (peer === 0 && timed !== null) bytes += packet.bytes.length;
        const copy = packet.bytes.slice();
        peers[1 - peer]?.inbox.push({
          atTick: tick + LATENCY_TICKS,
          channel: packet.channel,
          bytes: copy,
        });
      }
    }
    tick++;
  };
  for (let i = 0; i < WARM_UP_TICKS; i++) runTick(null);
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  for (let i = 0; i < MEASURED_TICKS; i++) runTick(i);
  const heapBytes = process.memoryUsage().heapUsed - heapBefore;
  const metrics = peers[0].session.metrics();
  const sorted = durationsMs.slice().sort();
  const depths = metrics.rollbacks.slice(-MEASURED_TICKS).map((rollback) => rollback.depthFrames);
  return {
    msMean: durationsMs.reduce((sum, ms) => sum + ms, 0) / MEASURED_TICKS,
    msP99: sorted[Math.floor(MEASURED_TICKS * 0.99)] as number,
    bytesPerFrame: bytes / MEASURED_TICKS,
    heapBytesPerTick: heapBytes / MEASURED_TICKS,
    rollbacks: metrics.rollbacks.length,
    depthFramesMean: depths.reduce((sum, depth) => sum + depth, 0) / Math.max(1, depths.length),
    matchesOffline: matchesOffline(options, peers),
  };
}

function makePeer(options: TickBenchOptions, peer: number): BenchPeer {
  const { environment, seed, hasher, isCompiled } = options;
  const config = {
    ...DEFAULT_SESSION_CONFIG,
    inputDelayFrames: 0,
    predictionWindowFrames: LATENCY_TICKS + 4,
    isTimeSyncOn: false,
  };
  const digest = handshakeDigest({
    environment,
    environmentDigest: environment.id,
    configDigest: "",
    seed,
    episode: 0,
    maxSteps: environment.maxSteps,
    config,
  });
  const players = [0, 1].map((player) =>
    player === peer ? ({ kind: "local" } as const) : ({ kind: "remote", peer: player } as const),
  );
  return {
    session: new P2PSession({ environment, players, episode: 0, config, digest }),
    world: new World({
      environment,
      config: null,
      seed,
      maxSteps: environment.maxSteps,
      hasher,
      isCompiled,
    }),
    inbox: [],
    random: seedRandom([0, 0, 0, 0], seed + peer),
    inputs: [],
    action: 0,
  };
}

function takeArrived(self: BenchPeer, tick: number, from: number) {
  const arrived = [];
  while (self.inbox[0] !== undefined && self.inbox[0].atTick <= tick) {
    const { channel, bytes } = self.inbox.shift() as BenchPeer["inbox"][number];
    arrived.push({ peer: from, channel, bytes });
  }
  return arrived;
}

function nextAction(self: BenchPeer, mode: InputMode): number {
  if (mode === "worst") self.action = (self.action + 1) % SWARM_ACTIONS;
  if (mode === "human" && nextFloat(self.random) < 1 / HUMAN_HOLD_FRAMES) {
    self.action = nextInt(self.random, SWARM_ACTIONS);
  }
  return self.action;
}

function tickPeer(
  self: BenchPeer,
  player: number,
  arrived: Parameters<P2PSession["receive"]>[0],
  action: number,
  tick: number,
  isHashed: boolean,
) {
  const { session, world } = self;
  const nowMs = tick * FRAME_MS;
  session.receive(arrived, nowMs);
  session.addLocalInput(player, { action, isFocused: true });
  const frame = session.sampledFrame;
  const requests = session.advance(nowMs);
  if (session.sampledFrame > frame) self.inputs[frame] = action;
  if (isHashed) fulfil(requests, world, session);
  else fulfil(requests, unhashed(world), session);
  session.takeEvents();
  return session.takeOutgoing();
}

const NO_HASH = "0000000000000000";
const unhashedWorlds = new WeakMap<World, World>();

/** The same world, whose hash is a constant: times everything else. */
function unhashed(world: World): World {
  let view = unhashedWorlds.get(world);
  if (view === undefined) {
    view = {
      save: (frame: number) => world.save(frame),
      load: (frame: number) => world.load(frame),
      step: (actions: Parameters<World["step"]>[0]) => world.step(actions),
      hash: () => NO_HASH,
      isTerminalAt: (frame: number) => world.isTerminalAt(frame),
    } as unknown as World;
    unhashedWorlds.set(world, view);
  }
  return view;
}

/** Whether the first peer's newest confirmed state is what a bare loop over the same inputs gives. */
function matchesOffline(options: TickBenchOptions, peers: readonly BenchPeer[]): boolean {
  const [first] = peers;
  if (first === undefined) return false;
  const { environment, seed, hasher } = options;
  const frame = Math.min(first.session.confirmedFrame, first.session.currentFrame);
  const truth = new World({
    environment,
    config: null,
    seed,
    maxSteps: environment.maxSteps,
    hasher,
  });
  for (let i = 0; i < frame; i++) truth.step(peers.map(({ inputs }) => inputs[i] as number));
  truth.save(frame);
  return canonicalJson(truth.copyState(frame)) === canonicalJson(first.world.copyState(frame));
}
