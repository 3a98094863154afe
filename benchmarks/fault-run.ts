/**
 * One engine under one fault, in virtual time, judged by the offline simulation of the inputs it
 * was given.
 */
import { deriveSeed, type Hasher, nextFloat, seedRandom } from "../engine/index.ts";
import { type Fault, LINK_FAULT_FROM, LINK_FAULT_GAP } from "./faults.ts";
import { InputScript } from "./input-script.ts";
import { isSameSwarm, offlineSwarm } from "./offline-swarm.ts";
import { type Engine, loadEngine } from "./peers/engine.ts";
import type { Payload, RollbackPeer } from "./peers/rollback-peer.ts";
import { SWARM_SIZES } from "./swarm.ts";

/** Engines of the table; the reliable one is netplayjs on the ordered channel that it asks for. */
export type FaultEngine = Engine | "netplayjs-reliable";

export interface FaultTask {
  readonly engine: FaultEngine;
  readonly fault: Fault;
  readonly seed: number;
}

export interface FaultVerdict {
  readonly isPassed: boolean;
  readonly reason: string;
}

const TICK_US = 1_000_000 / 60;
/** A lost packet of a reliable channel is sent again after this long, as SCTP would. */
const RETRANSMIT_TICKS = 12;
/** A minute, ten seconds of which are for becoming level. */
const DRIFT_TICKS = 3_600;
const LEVEL_AFTER_TICKS = 600;
/** How far apart level peers may be, and how unequal their work. */
const LEVEL_FRAMES_MAX = 0.5;
const UNEQUAL_STEPS_MAX = 0.15;
/** From here on no input changes; whoever stalls has the rest of the run to get there. */
const SETTLED_FRAME = 900;
const LINK_TICKS = 1_500;
/** Frames after which every guess is right: a window and two ways. */
const SETTLING_FRAMES = 64;
/** What all engines here can guess ahead. */
const WINDOW_FRAMES = 12;

interface Side {
  readonly peer: RollbackPeer;
  readonly actionOf: (frame: number) => number;
  readonly periodUs: number;
  readonly random: number[];
  inbox: { readonly atUs: number; readonly payload: Payload }[];
  nextUs: number;
  lastUs: number;
  sent: number;
  /** A reliable channel delivers nothing before what was sent earlier. */
  orderedUs: number;
}

export async function runFault(task: FaultTask, hasher: Hasher): Promise<FaultVerdict> {
  const { fault, seed } = task;
  const isReliable = task.engine === "netplayjs-reliable";
  const engine = task.engine === "netplayjs-reliable" ? "netplayjs" : task.engine;
  const isDrift = fault.kind === "drift";
  const make = await loadEngine(engine, { hasher, windowFrames: WINDOW_FRAMES, isComplete: true });
  const settledFrame = isDrift ? DRIFT_TICKS : SETTLED_FRAME;
  const script = new InputScript({ mode: "human", seed, settledFrame });
  const sides = [0, 1].map((player) =>
    makeSide(fault, make({ player, bodies: SWARM_SIZES[2], seed }), script, player),
  ) as [Side, Side];
  const link = new FaultyLink(fault, sides, isReliable);
  return isDrift ? judgeDrift(link, sides) : judgeLink(link, sides, script, seed);
}

function makeSide(fault: Fault, peer: RollbackPeer, script: InputScript, player: number): Side {
  const sign = player === 0 ? 1 : -1;
  return {
    peer,
    actionOf: (frame) => script.at(player, frame),
    periodUs: TICK_US / (1 + (sign * fault.driftPpm) / 1_000_000),
    random: seedRandom([0, 0, 0, 0], deriveSeed(player, 7)),
    inbox: [],
    nextUs: player === 0 ? 0 : fault.lateTicks * TICK_US,
    lastUs: 0,
    sent: 0,
    orderedUs: 0,
  };
}

class FaultyLink {
  readonly #fault: Fault;
  readonly #sides: readonly [Side, Side];
  readonly #isReliable: boolean;

  constructor(fault: Fault, sides: readonly [Side, Side], isReliable: boolean) {
    this.#fault = fault;
    this.#sides = sides;
    this.#isReliable = isReliable;
  }

  runTo(untilUs: number): void {
    for (;;) {
      const [first, second] = this.#sides;
      const player = second.nextUs < first.nextUs ? 1 : 0;
      const side = this.#sides[player];
      if (side.nextUs >= untilUs) return;
      this.#tick(side, player);
    }
  }

  #tick(side: Side, player: number): void {
    const nowUs = side.nextUs;
    const isHere = ({ atUs }: { readonly atUs: number }) => atUs <= nowUs;
    // Sorting is stable: what arrives together arrives as it was sent.
    const arrived = side.inbox.filter(isHere).sort((a, b) => a.atUs - b.atUs);
    side.inbox = side.inbox.filter((packet) => !isHere(packet));
    const payloads = side.peer.tick(
      arrived.map(({ payload }) => payload),
      side.actionOf,
      nowUs / 1_000,
    );
    for (const payload of payloads) this.#carry(side, player, payload);
    side.lastUs = nowUs;
    side.nextUs = nowUs + side.periodUs / side.peer.rate;
  }

  #carry(side: Side, player: number, { channel, bytes }: Payload): void {
    const receiver = this.#sides[player === 0 ? 1 : 0];
    const copy = typeof bytes === "string" ? bytes : bytes.slice();
    const payload = { peer: player, channel, bytes: copy };
    const arrivesUs = side.nextUs + this.#fault.oneWayTicks * TICK_US;
    if (channel === "control") {
      receiver.inbox.push({ atUs: arrivesUs, payload });
      return;
    }
    const lateTicks = this.#fate(side, player);
    if (this.#isReliable) {
      const ticks = lateTicks[0] ?? RETRANSMIT_TICKS;
      side.orderedUs = Math.max(side.orderedUs, arrivesUs + ticks * TICK_US);
      receiver.inbox.push({ atUs: side.orderedUs, payload });
    } else {
      for (const ticks of lateTicks) {
        receiver.inbox.push({ atUs: arrivesUs + ticks * TICK_US, payload });
      }
    }
  }

  /** Extra ticks of every copy of the next packet that arrives; none if it is lost. */
  #fate(side: Side, player: number): readonly number[] {
    const { lostInARow, outageTicks, lossRatio, reorderEvery, duplicateEvery } = this.#fault;
    const number = side.sent++;
    if (number < LINK_FAULT_FROM) return [0];
    const lostFrom = LINK_FAULT_FROM + player * LINK_FAULT_GAP;
    const tick = side.nextUs / TICK_US;
    if (number >= lostFrom && number < lostFrom + lostInARow) return [];
    if (tick >= lostFrom && tick < lostFrom + outageTicks) return [];
    if (lossRatio > 0 && nextFloat(side.random) < lossRatio) return [];
    if (reorderEvery > 0 && number % reorderEvery === 0) return [2];
    if (duplicateEvery > 0 && number % duplicateEvery === 0) return [0, 2];
    return [0];
  }
}

function judgeLink(
  link: FaultyLink,
  sides: readonly [Side, Side],
  script: InputScript,
  seed: number,
): FaultVerdict {
  link.runTo(LINK_TICKS * TICK_US);
  const frames = sides.map(({ peer }) => peer.frame);
  const least = Math.min(...frames);
  if (least < SETTLED_FRAME + SETTLING_FRAMES) {
    return { isPassed: false, reason: `freezes (frames ${frames.join(" and ")})` };
  }
  const actionAt = (player: number, frame: number) => script.at(player, frame);
  const wrong = sides.flatMap(({ peer }, player) => {
    const offline = { bodies: SWARM_SIZES[2], seed, frames: peer.frame, actionAt };
    return isSameSwarm(peer.numbers(), offlineSwarm(offline)) ? [] : [player];
  });
  if (wrong.length > 0) {
    const areLevel = frames[0] === frames[1];
    const areEqual = areLevel && isSameSwarm(sides[0].peer.numbers(), sides[1].peer.numbers());
    const detail = areEqual ? ", though the peers agree" : "";
    return { isPassed: false, reason: `state of peer ${wrong.join(" and ")} is wrong${detail}` };
  }
  return { isPassed: true, reason: `${least} frames in ${LINK_TICKS} ticks` };
}

function judgeDrift(link: FaultyLink, sides: readonly [Side, Side]): FaultVerdict {
  link.runTo(LEVEL_AFTER_TICKS * TICK_US);
  const before = sides.map(({ peer }) => ({ steps: peer.steps, frame: peer.frame }));
  link.runTo(DRIFT_TICKS * TICK_US);
  const [first, second] = sides.map((side) => position(side, DRIFT_TICKS * TICK_US));
  const gap = (first as number) - (second as number);
  const work = sides.map(({ peer }, player) => {
    const { steps, frame } = before[player] as (typeof before)[number];
    return (peer.steps - steps) / (peer.frame - frame);
  });
  // One step a frame is the game itself; the rest is rolling back.
  const rollbacks = work.map((steps) => steps - 1);
  const isLevel = Math.abs(gap) <= LEVEL_FRAMES_MAX;
  const isEqual =
    Math.abs((rollbacks[0] as number) - (rollbacks[1] as number)) <=
    UNEQUAL_STEPS_MAX * Math.max(...rollbacks);
  const steps = work.map((each) => each.toFixed(2)).join(" and ");
  const reason = `${gap.toFixed(1)} frames apart, ${steps} steps a frame`;
  return { isPassed: isLevel && isEqual, reason };
}

/** Frames a side is through, the one in progress counted by its part. */
function position({ peer, lastUs, nextUs }: Side, nowUs: number): number {
  return peer.frame + (nowUs - lastUs) / (nextUs - lastUs);
}
