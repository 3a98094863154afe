/**
 * Turns queues into requests: one rollback at most, then one new frame. Shared by those who
 * play and those who watch, so that both are the same simulation.
 */
import { fail } from "../determinism/assert.ts";
import type { Environment } from "../environment/environment.ts";
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";
import { EpisodeLog } from "../record/episode-log.ts";
import type { SessionEvent } from "../record/event.ts";
import { MetricsRecorder } from "../record/metrics-recorder.ts";
import { HashChain } from "../rollback/hash-chain.ts";
import { type InputLayout, inputLayouts } from "../rollback/input-layout.ts";
import { INPUT_REACH_FRAMES, type InputQueue } from "../rollback/input-queue.ts";
import {
  type Predictor,
  predictBy,
  predictNeutral,
  predictRepeatLast,
} from "../rollback/predictor.ts";
import { SyncLayer } from "../rollback/sync-layer.ts";
import type { SessionConfig } from "./config.ts";
import { type LocalInputRules, LocalInputs } from "./local-inputs.ts";
import { type Request, RequestList } from "./request.ts";
import type { ConfirmedState } from "./session.ts";

/** An episode as others have played it, to go on from. */
export interface Inheritance {
  /** Confirmed frames. */
  readonly length: number;
  /** `hashes[i]` is the hash of the state of frame `i + 1`. */
  readonly hashes: readonly string[];
  /** Copies player `playerIndex`'s input of `frame` to `row`. */
  copyRow(playerIndex: number, frame: number, row: Uint32Array): void;
  /** Flags of every player in `frame`. */
  flagsOf(frame: number): readonly number[];
  /** Of the chain that goes on from them. */
  readonly generation: number;
  /** A state to begin with; frame 0 and null for the episode's first. */
  readonly snapshot: { readonly frame: number; readonly state: unknown };
}

/** How player `playerIndex`'s inputs are guessed; a game without guesses of its own repeats the last. */
function predictorOf(
  environment: Environment,
  name: SessionConfig["predictor"],
  playerIndex: number,
): Predictor {
  if (name === "neutral") return predictNeutral;
  if (name === "repeat-last" || environment.predictAction === undefined) return predictRepeatLast;
  return predictBy(
    (lastAction, framesAgo) =>
      environment.predictAction?.(lastAction, framesAgo, playerIndex) ?? lastAction,
  );
}

/** Frames that a session which is behind runs in one tick: a tick of a fair game stays below a frame's time. */
export const CATCH_UP_FRAMES = 8;

type RollbackEvent = Extract<SessionEvent, { kind: "rollback" }>;

export class Simulator {
  readonly layouts: readonly InputLayout[];
  readonly sync: SyncLayer;
  readonly chain = new HashChain();
  readonly log: EpisodeLog;
  readonly recorder = new MetricsRecorder();
  readonly localInputs: LocalInputs;
  readonly #requests = new RequestList();
  #endFrame: number | null = null;
  #confirmRequested = 0;
  #baseFrame = 0;

  constructor(
    environment: Environment,
    config: Pick<SessionConfig, "predictor"> & LocalInputRules,
  ) {
    this.layouts = inputLayouts(environment);
    const predictors = this.layouts.map((_, i) => predictorOf(environment, config.predictor, i));
    this.sync = new SyncLayer(this.layouts, predictors);
    this.log = new EpisodeLog(this.layouts, this.chain);
    this.localInputs = new LocalInputs(this.layouts, config);
  }

  /** First confirmed frame whose state is terminal; null before. */
  get endFrame(): number | null {
    return this.#endFrame;
  }

  /** Frame of the state that was handed over, until its hash is known to be right; else null. */
  get unprovenFrame(): number | null {
    return this.chain.newestFrame < this.#baseFrame ? this.#baseFrame : null;
  }

  get requests(): readonly Request[] {
    return this.#requests.list;
  }

  /** Forgets the last tick's requests and counts a tick. */
  beginTick(): void {
    this.#requests.clear();
    this.recorder.ticks++;
  }

  /** Gives player `playerIndex` inputs up to `toFrame` that nobody makes: the input delay, an unmanned seat. */
  fill(playerIndex: number, toFrame: number, by: "neutral" | "bot"): void {
    const { layout, length } = this.sync.queues[playerIndex] as InputQueue;
    const row = by === "bot" ? layout.botRow : layout.neutralRow;
    for (let frame = length; frame < toFrame; frame++) this.pushRow(playerIndex, row, 0);
  }

  /** Appends what the player does now as their next input. */
  pushSample(playerIndex: number): void {
    this.pushRow(playerIndex, this.localInputs.take(playerIndex), 0);
  }

  /**
   * Appends what is new of a run of inputs for frames [from, to), row i at `i * width`.
   * What lies further ahead than a fair peer can be is left for a later packet.
   */
  pushRun(playerIndex: number, rows: Uint32Array, from: number, to: number): void {
    const queue = this.sync.queues[playerIndex] as InputQueue;
    const end = Math.min(to, this.sync.currentFrame + INPUT_REACH_FRAMES);
    while (queue.length < end) {
      this.pushRow(playerIndex, rows, (queue.length - from) * queue.layout.width);
    }
  }

  /** Begins at the snapshot of what was handed over, with every input and hash before it. */
  inherit(episode: Inheritance): void {
    const { frame: baseFrame, state } = episode.snapshot;
    this.sync.startAt(baseFrame);
    this.chain.cut(0, episode.generation);
    for (let frame = 0; frame < episode.length; frame++) this.inheritFrame(episode, frame);
    for (let frame = 0; frame < baseFrame; frame++) {
      this.log.frameInherited();
      if (frame > 0) this.chain.push(BigInt(`0x${episode.hashes[frame - 1]}`));
    }
    if (baseFrame === 0) return;
    this.#baseFrame = baseFrame;
    this.#confirmRequested = baseFrame - 1;
    const flagsBefore = Array.from({ length: baseFrame }, (_, frame) => episode.flagsOf(frame));
    this.#requests.restore(baseFrame, state, flagsBefore);
  }

  /** Appends all players' inputs of `frame`, the next one, from what was handed over. */
  inheritFrame(episode: Inheritance, frame: number): void {
    for (let player = 0; player < this.layouts.length; player++) {
      if ((this.sync.queues[player] as InputQueue).length > frame) continue;
      const row = new Uint32Array((this.layouts[player] as InputLayout).width);
      episode.copyRow(player, frame, row);
      this.sync.push(player, row, 0);
      this.log.inputArrived(player, Number.NaN);
    }
    this.log.confirmInputs(frame + 1, this.sync.queues);
  }

  pushRow(playerIndex: number, rows: Uint32Array, offset: number): void {
    this.sync.push(playerIndex, rows, offset);
    this.log.inputArrived(playerIndex, this.recorder.ticks);
  }

  /** Requests the re-simulation from the first wrong frame, if there is one. */
  rollBack(nowMs: number): RollbackEvent | null {
    const wrong = this.sync.takeMisprediction();
    if (wrong === null) return null;
    const toFrame = this.sync.currentFrame;
    this.recorder.rolledBack(wrong.frame, toFrame, wrong.playerIndex, nowMs);
    this.resimulate(wrong.frame);
    const { frame: fromFrame, playerIndex } = wrong;
    return { kind: "rollback", fromFrame, toFrame, playerIndex, atMs: nowMs };
  }

  /** Requests loading `fromFrame` and simulating up to the present again. */
  resimulate(fromFrame: number): void {
    const toFrame = this.sync.currentFrame;
    this.#requests.load(fromFrame);
    for (let frame = fromFrame; frame < toFrame; frame++) {
      const { actions, flags } = this.#requests.advance(frame, true);
      this.sync.play(frame, actions, flags);
      this.#requests.save(frame + 1);
      this.log.frameResimulated(frame, toFrame - fromFrame);
    }
    this.recorder.framesResimulated += toFrame - fromFrame;
  }

  /** Requests going back to the confirmed `frame`: everything after it is simulated and hashed again. */
  restart(frame: number): void {
    this.chain.cut(frame);
    this.#confirmRequested = frame;
    this.sync.takeMisprediction();
    this.resimulate(frame);
  }

  /** Requests one new frame. */
  advance(nowMs: number): void {
    const frame = this.sync.currentFrame;
    const { actions, flags } = this.#requests.advance(frame, false);
    const guessed = this.sync.play(frame, actions, flags);
    this.#requests.save(frame + 1);
    this.log.frameSimulated(this.recorder.ticks, nowMs, guessed);
    this.sync.advance();
    this.recorder.framesSimulated++;
  }

  /** Requests a copy of the state of `frame`. */
  describe(frame: number): void {
    this.#requests.describe(frame);
  }

  /** Requests the hash of every state that became final. */
  confirm(): void {
    const confirmed = Math.min(this.sync.confirmedFrame, this.sync.currentFrame);
    this.log.confirmInputs(confirmed, this.sync.queues);
    while (this.#confirmRequested < confirmed) this.#requests.confirm(++this.#confirmRequested);
  }

  /** Takes the answer to a `confirm` request; true if it ends the episode. */
  reportConfirmed(state: ConfirmedState): boolean {
    if (this.#endFrame !== null) return false;
    const frame = this.chain.newestFrame + 1;
    if (state.frame !== frame) fail(`Expected the state of frame ${frame}, got ${state.frame}`);
    this.chain.push(state.hash);
    if (!state.isTerminal) return false;
    this.#endFrame = state.frame;
    return true;
  }

  /** Frames below `settledFrame` that were not taken before. */
  takeConfirmed(settledFrame = Number.POSITIVE_INFINITY): ConfirmedFrames | null {
    return this.log.take(Math.min(settledFrame, this.#endFrame ?? Number.POSITIVE_INFINITY));
  }
}
