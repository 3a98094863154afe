/**
 * Runs our engine on a link profile in virtual time and counts what the published table counts.
 * Every frame is saved, every confirmed one hashed; guesses repeat the last input.
 */
import {
  DEFAULT_SESSION_CONFIG,
  deriveSeed,
  type Environment,
  fulfil,
  type Hasher,
  handshakeDigest,
  nextFloat,
  nextUint32,
  P2PSession,
  seedRandom,
  World,
} from "../engine/index.ts";
import { SimulatedNetwork, type SimulatedTransport } from "../engine/simulation/network.ts";
import { VirtualClock } from "../engine/simulation/virtual-clock.ts";
import { sumEnvironment, wordAction } from "./profile-environment.ts";
import type { Profile, ProfileFigures } from "./profiles.ts";

/**
 * `each-frame`: the 4-byte word of the published harness, `31 × frame + 7 × player + 1`, another
 * one in each frame; `held`: a random 4-byte word, held for 10 frames on average, as a person holds
 * a key.
 */
export type ProfileInput = "each-frame" | "held";

const HOLD_FRAMES = 10;
/** As in the published runs. */
const UPDATES = 5_000;
const UPDATE_US = 16_000;
const WINDOW_FRAMES = 8;
/** The longest input delay a session takes, and a frame more for the first update. */
const DELAY_FRAMES_MAX = 16;
/** Silence is no reason to leave here. */
const NEVER_MS = 600_000;

export interface ProfileTask {
  readonly profile: Pick<Profile, "name" | "playerCount" | "link">;
  readonly input: ProfileInput;
  readonly seed: number;
  readonly updates?: number;
  /** As in the published runs when absent: 0 and 8. */
  readonly inputDelayFrames?: number;
  readonly windowFrames?: number;
}

export interface ProfileRow extends ProfileFigures {
  readonly profile: string;
  readonly input: ProfileInput;
  readonly matchesOffline: boolean;
}

interface ProfilePeer {
  readonly session: P2PSession;
  readonly world: World;
  readonly transport: SimulatedTransport;
  bytes: number;
  lagSum: number;
  lagMax: number;
  stalledTicks: number;
}

export function runProfile(task: ProfileTask, hasher: Hasher): ProfileRow {
  const environment = sumEnvironment(task.profile.playerCount);
  const clock = new VirtualClock();
  const network = makeNetwork(task, clock);
  const words = environment.agentIds.map((_, player) => makeWords(task, player));
  const peers = words.map((_, peer) => makePeer(task, environment, network, peer, hasher));
  const untilUs = (task.updates ?? UPDATES) * UPDATE_US;
  const update = (peer: number) => {
    const each = peers[peer] as ProfilePeer;
    tick(each, peer, words[peer] as readonly number[], clock.nowMs);
    clock.at(clock.nowUs + UPDATE_US / each.session.rate, () => update(peer));
  };
  for (let peer = 0; peer < peers.length; peer++) clock.at(0, () => update(peer));
  while (clock.nowUs < untilUs) clock.step();
  return summarize(task, peers, words, environment);
}

function tick(self: ProfilePeer, player: number, words: readonly number[], nowMs: number): void {
  const { session, world, transport } = self;
  session.receive(transport.drain(), nowMs);
  const frame = session.currentFrame;
  const action = wordAction(words[session.sampledFrame] as number);
  session.addLocalInput(player, { action, isFocused: true });
  fulfil(session.advance(nowMs), world, session);
  if (session.currentFrame > frame) {
    const lag = session.currentFrame - session.confirmedFrame;
    self.lagSum += lag;
    self.lagMax = Math.max(self.lagMax, lag);
  } else if (session.status.kind === "stalled") {
    self.stalledTicks++;
  }
  for (const packet of session.takeOutgoing()) {
    self.bytes += packet.bytes.length;
    transport.send(packet);
  }
  session.takeEvents();
  session.takeConfirmed();
}

function makeNetwork({ profile, seed }: ProfileTask, clock: VirtualClock): SimulatedNetwork {
  return new SimulatedNetwork({ clock, seed, profile: () => profile.link, partitions: [] });
}

/** `words[frame]` is what the player does in that frame. */
function makeWords(
  { input, seed, updates, inputDelayFrames = 0 }: ProfileTask,
  player: number,
): readonly number[] {
  const random = seedRandom([0, 0, 0, 0], deriveSeed(seed, 5, player));
  const words: number[] = [];
  for (let frame = 0, word = 0; frame <= (updates ?? UPDATES) + DELAY_FRAMES_MAX; frame++) {
    if (input === "each-frame") word = (31 * frame + 7 * player + 1) >>> 0;
    else if (nextFloat(random) < 1 / HOLD_FRAMES) word = nextUint32(random);
    // The input delay's first frames are neutral for everybody.
    words.push(frame < inputDelayFrames ? 0 : word);
  }
  return words;
}

function makePeer(
  { seed, inputDelayFrames = 0, windowFrames = WINDOW_FRAMES }: ProfileTask,
  environment: Environment,
  network: SimulatedNetwork,
  peer: number,
  hasher: Hasher,
): ProfilePeer {
  const { maxSteps } = environment;
  const config = {
    ...DEFAULT_SESSION_CONFIG,
    inputDelayFrames,
    predictionWindowFrames: windowFrames,
    disconnectedAfterMs: NEVER_MS,
  };
  const digest = handshakeDigest({
    environment,
    environmentDigest: environment.id,
    configDigest: "",
    seed,
    episode: 0,
    maxSteps,
    config,
  });
  const players = environment.agentIds.map((_, seat) =>
    seat === peer ? ({ kind: "local" } as const) : ({ kind: "remote", peer: seat } as const),
  );
  return {
    session: new P2PSession({ environment, players, episode: 0, config, digest }),
    world: new World({ environment, config: null, seed, maxSteps, hasher }),
    transport: network.connect(peer),
    bytes: 0,
    lagSum: 0,
    lagMax: 0,
    stalledTicks: 0,
  };
}

function summarize(
  task: ProfileTask,
  peers: readonly ProfilePeer[],
  words: readonly (readonly number[])[],
  environment: Environment,
): ProfileRow {
  const sum = (figureOf: (peer: ProfilePeer) => number) =>
    peers.reduce((total, peer) => total + figureOf(peer), 0);
  const depths = peers
    .flatMap(({ session }) => session.metrics().rollbacks.map(({ depthFrames }) => depthFrames))
    .sort((a, b) => a - b);
  const frames = sum(({ session }) => session.currentFrame);
  const seconds = ((task.updates ?? UPDATES) * UPDATE_US) / 1_000_000;
  const perPlayerSecond = (total: number) => total / peers.length / seconds;
  return {
    profile: task.profile.name,
    input: task.input,
    rollbacksPer100Frames: (100 * depths.length) / frames,
    rollbackDepthP99: depths[Math.ceil(depths.length * 0.99) - 1] ?? 0,
    kibPerSecondPerPlayer: perPlayerSecond(sum(({ bytes }) => bytes)) / 1_024,
    confirmationLagMean: sum(({ lagSum }) => lagSum) / frames,
    confirmationLagMax: Math.max(...peers.map(({ lagMax }) => lagMax)),
    stallsPerMinute: 60 * perPlayerSecond(sum(({ stalledTicks }) => stalledTicks)),
    matchesOffline: peers.every((peer) => matchesOffline(peer, words, environment)),
  };
}

/** Whether the newest confirmed state is what a bare loop over the inputs gives. */
function matchesOffline(
  { session, world }: ProfilePeer,
  words: readonly (readonly number[])[],
  environment: Environment,
): boolean {
  const frame = Math.min(session.confirmedFrame, session.currentFrame);
  const state = environment.reset(0, null);
  for (let i = 0; i < frame; i++) {
    environment.step(
      state,
      words.map((word) => wordAction(word[i] as number)),
    );
  }
  return JSON.stringify(state) === JSON.stringify(world.copyState(frame));
}
