/**
 * Two peers over a path of exactly `LATENCY_TICKS`, each timed on its own: decode, roll back,
 * simulate, encode. First the clock runs, then the heap is watched, so that neither disturbs the
 * other; at the end the inputs stand still until no guess is left, and both states must equal the
 * offline simulation's.
 */
import { HeapMeter } from "./heap-meter.ts";
import { type InputMode, InputScript } from "./input-script.ts";
import { isSameSwarm, offlineSwarm } from "./offline-swarm.ts";
import type { Payload, RollbackPeer } from "./peers/rollback-peer.ts";

/** One-way latency, and so the depth of a rollback when every guess is wrong. */
export const LATENCY_TICKS = 8;
const FRAME_MS = 1000 / 60;
/** Frames without a change after which every input has arrived and every guess was right. */
const SETTLING_FRAMES = 64;
/** Heap samples of a side: some 2 % of random error. */
const SAMPLES = 4_096;
/** Finer, and the sampling itself is what takes the time. */
const INTERVAL_BYTES_MIN = 64;
/** A coarse look at how much there is, so that every engine gets about as many samples. */
const PILOT_FRAMES = 32;
const PILOT_INTERVAL_BYTES = 512;
/** Ticks for all greetings; a pair that has not started by then never will. */
const GREETING_TICKS_MAX = 1_000;

export interface PairBenchOptions {
  readonly makePeer: (player: number) => RollbackPeer;
  readonly bodies: number;
  readonly seed: number;
  readonly mode: InputMode;
  readonly budget: FrameBudget;
}

/** Frames spent on each part of a run. */
export interface FrameBudget {
  readonly warmUp: number;
  readonly timed: number;
  /** Frames whose heap growth is taken; none of them is timed. */
  readonly heap: number;
}

/** What one side of the pair cost. */
export interface PairBenchRow {
  readonly msMean: number;
  readonly msP99: number;
  readonly bytesPerFrame: number;
  readonly packetsPerFrame: number;
  readonly heapBytesPerTick: number;
  readonly stepsPerFrame: number;
  readonly matchesOffline: boolean;
}

interface Side {
  readonly peer: RollbackPeer;
  readonly actionOf: (frame: number) => number;
  readonly inbox: { readonly atTick: number; readonly payload: Payload }[];
  readonly durationsMs: Float64Array;
  /**
   * Holds one entry. V8 lists an inlined function under its caller, where the sides could not be
   * told apart; it never inlines what a `Map` calls back.
   */
  readonly watched: ReadonlyMap<number, WatchedTick>;
  bytes: number;
  packets: number;
  steps: number;
}

/** A tick to be run under the name of its side. */
interface WatchedTick {
  readonly peer: RollbackPeer;
  readonly actionOf: (frame: number) => number;
  arrived: readonly Payload[];
  nowMs: number;
  payloads: readonly Payload[];
}

/** Ticks of the two sides under names of their own, by which a heap profile tells them apart. */
const WATCHERS = [
  function tickOfFirst(tick: WatchedTick) {
    tick.payloads = tick.peer.tick(tick.arrived, tick.actionOf, tick.nowMs);
  },
  function tickOfSecond(tick: WatchedTick) {
    tick.payloads = tick.peer.tick(tick.arrived, tick.actionOf, tick.nowMs);
  },
] as const;

/** `null` lets the tick pass unmeasured. */
type Measure = { readonly kind: "time"; readonly at: number } | { readonly kind: "heap" } | null;

/** One row per player. */
export function runPairBench(options: PairBenchOptions): readonly PairBenchRow[] {
  const { budget } = options;
  const timedFrom = budget.warmUp;
  const heapFrom = timedFrom + budget.timed;
  const settledFrame = heapFrom + budget.heap;
  const script = new InputScript({ ...options, settledFrame });
  const sides = [0, 1].map((player) => makeSide(options, script, player));
  const pair = new Pair(sides as [Side, Side]);
  pair.runTo(timedFrom, () => null);
  globalThis.gc?.();
  for (const side of sides) side.steps = side.peer.steps;
  pair.runTo(heapFrom, (frame) => ({ kind: "time", at: frame - timedFrom }));
  const stepsPerFrame = sides.map(({ peer, steps }) => (peer.steps - steps) / budget.timed);
  const heapBytes = watchHeap(pair, heapFrom, settledFrame);
  pair.runTo(settledFrame + SETTLING_FRAMES, () => null);
  return sides.map((side, player) => ({
    ...timing(side.durationsMs),
    bytesPerFrame: side.bytes / budget.timed,
    packetsPerFrame: side.packets / budget.timed,
    heapBytesPerTick: heapBytes[player] as number,
    stepsPerFrame: stepsPerFrame[player] as number,
    matchesOffline: matchesOffline(side.peer, options, script),
  }));
}

/** Heap bytes per tick of each side between two frames. */
function watchHeap(pair: Pair, fromFrame: number, toFrame: number): readonly number[] {
  const pilotFrames = Math.min(PILOT_FRAMES, (toFrame - fromFrame) >> 1);
  const pilot = new HeapMeter(PILOT_INTERVAL_BYTES);
  pair.runTo(fromFrame + pilotFrames, () => ({ kind: "heap" }));
  const tree = pilot.stop();
  const guesses = WATCHERS.map(({ name }) => tree.bytesBelow(name) / pilotFrames);
  const frames = toFrame - fromFrame - pilotFrames;
  const expectedBytes = Math.max(1, Math.min(...guesses)) * frames;
  const meter = new HeapMeter(Math.max(INTERVAL_BYTES_MIN, expectedBytes / SAMPLES));
  pair.runTo(toFrame, () => ({ kind: "heap" }));
  const watched = meter.stop();
  return WATCHERS.map(({ name }) => watched.bytesBelow(name) / frames);
}

class Pair {
  readonly #sides: readonly [Side, Side];
  #tick = 0;

  constructor(sides: readonly [Side, Side]) {
    this.#sides = sides;
  }

  /** Runs until the first peer has simulated `frames`. */
  runTo(frames: number, measureOf: (frame: number) => Measure): void {
    const lastTick = this.#tick + GREETING_TICKS_MAX + 2 * frames;
    for (;;) {
      const { frame } = this.#sides[0].peer;
      if (frame >= frames) return;
      if (this.#tick > lastTick) throw new Error(`Expected to reach frame ${frames}, got ${frame}`);
      this.#runTick(measureOf(frame));
    }
  }

  #runTick(measure: Measure): void {
    const tick = this.#tick++;
    for (const player of [0, 1] as const) {
      const side = this.#sides[player];
      const partner = this.#sides[player === 0 ? 1 : 0];
      const payloads = measured(player, side, takeArrived(side, tick), tick * FRAME_MS, measure);
      for (const { channel, bytes } of payloads) {
        if (measure?.kind === "time") {
          side.bytes += bytes.length;
          side.packets++;
        }
        const copy = typeof bytes === "string" ? bytes : bytes.slice();
        const payload = { peer: player, channel, bytes: copy };
        partner.inbox.push({ atTick: tick + LATENCY_TICKS, payload });
      }
    }
  }
}

function measured(
  player: 0 | 1,
  side: Side,
  arrived: readonly Payload[],
  nowMs: number,
  measure: Measure,
): readonly Payload[] {
  const { peer, actionOf } = side;
  if (measure === null) return peer.tick(arrived, actionOf, nowMs);
  if (measure.kind === "heap") {
    const tick = side.watched.get(player) as WatchedTick;
    tick.arrived = arrived;
    tick.nowMs = nowMs;
    side.watched.forEach(WATCHERS[player]);
    return tick.payloads;
  }
  const start = performance.now();
  const payloads = peer.tick(arrived, actionOf, nowMs);
  side.durationsMs[measure.at] = performance.now() - start;
  return payloads;
}

function makeSide(options: PairBenchOptions, script: InputScript, player: number): Side {
  const peer = options.makePeer(player);
  const actionOf = (frame: number) => script.at(player, frame);
  return {
    peer,
    actionOf,
    inbox: [],
    durationsMs: new Float64Array(options.budget.timed),
    watched: new Map([[player, { peer, actionOf, arrived: [], nowMs: 0, payloads: [] }]]),
    bytes: 0,
    packets: 0,
    steps: 0,
  };
}

function takeArrived(side: Side, tick: number): readonly Payload[] {
  const arrived: Payload[] = [];
  while (side.inbox[0] !== undefined && side.inbox[0].atTick <= tick) {
    arrived.push((side.inbox.shift() as Side["inbox"][number]).payload);
  }
  return arrived;
}

function timing(durationsMs: Float64Array): { readonly msMean: number; readonly msP99: number } {
  const sorted = durationsMs.slice().sort();
  return {
    msMean: durationsMs.reduce((sum, ms) => sum + ms, 0) / durationsMs.length,
    msP99: sorted[Math.floor(durationsMs.length * 0.99)] as number,
  };
}

function matchesOffline(
  peer: RollbackPeer,
  { bodies, seed }: PairBenchOptions,
  script: InputScript,
): boolean {
  const actionAt = (player: number, frame: number) => script.at(player, frame);
  const truth = offlineSwarm({ bodies, seed, frames: peer.frame, actionAt });
  return isSameSwarm(peer.numbers(), truth);
}
