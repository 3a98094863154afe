/** Everything that happens in one simulated run, materialised from a seed as plain JSON before it runs. */
import { deriveSeed, nextFloat, nextInt, seedRandom } from "../determinism/random.ts";
import type { SessionConfig } from "../session/config.ts";
import type { LinkProfile } from "./link-profile.ts";
import type { Partition } from "./network.ts";

/** A peer that does not tick for a while: a garbage collection, a suspended laptop. */
export interface Pause {
  readonly peer: number;
  readonly startMs: number;
  readonly durationMs: number;
}

/** A stretch in which a peer's page is hidden and its timers fire once a second. */
export interface HiddenTab {
  readonly peer: number;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface Return {
  readonly peer: number;
  readonly atMs: number;
  readonly afterMs: number;
}

export interface PeerClock {
  readonly startMs: number;
  readonly driftPpm: number;
  /** Timers fire only at multiples of this, several ticks at once if need be; 0 for exact ones. */
  readonly grainMs: number;
}

export interface Schedule {
  readonly seed: number;
  /** Peers, one seat each. */
  readonly playerCount: number;
  readonly frames: number;
  readonly session: Pick<
    SessionConfig,
    "inputDelayFrames" | "predictionWindowFrames" | "predictor"
  > &
    Partial<SessionConfig>;
  /** `links[from][to]`. */
  readonly links: readonly (readonly LinkProfile[])[];
  readonly partitions: readonly Partition[];
  readonly pauses: readonly Pause[];
  readonly hiddenTabs: readonly HiddenTab[];
  /** Peers that are gone for good from a moment on. */
  readonly departures: readonly { readonly peer: number; readonly atMs: number }[];
  /** Pages that die at a moment and are opened again, with nothing, a while later. */
  readonly returns: readonly Return[];
  /** `clocks[peer]`: when the peer starts, and how its clock and timers run. */
  readonly clocks: readonly PeerClock[];
  /** How many of the last seats the game's bot plays; 0 when absent. */
  readonly botSeats?: number;
  /** Mean frames a player holds an input; 1 changes each frame. */
  readonly holdFrames: readonly number[];
}

/** Upper ends of what a schedule may draw; the rest of a schedule is drawn below them. */
export interface ScheduleLimits {
  readonly playerCount: number;
  readonly frames: number;
}

/** Draws a schedule. Half of the kinds of fault are switched off in any one (swarm testing). */
export function makeSchedule(seed: number, limits: ScheduleLimits): Schedule {
  const random = seedRandom([0, 0, 0, 0], deriveSeed(seed, 1));
  const { playerCount, frames } = limits;
  const isOn = () => nextFloat(random) < 0.5;
  const faults = {
    loss: isOn(),
    burst: isOn(),
    jitter: isOn(),
    duplicate: isOn(),
    reorder: isOn(),
  };
  const players = Array.from({ length: playerCount }, (_, i) => i);
  const makeLink = (): LinkProfile => ({
    delayMs: nextInt(random, 160),
    jitterMs: faults.jitter ? nextInt(random, 100) : 0,
    lossRatio: faults.loss ? nextFloat(random) * 0.3 : 0,
    burstRatio: faults.burst ? 0.005 : 0,
    burstPackets: faults.burst ? nextInt(random, 60) : 0,
    duplicateRatio: faults.duplicate ? nextFloat(random) * 0.2 : 0,
    reorderRatio: faults.reorder ? nextFloat(random) * 0.2 : 0,
    reorderMs: faults.reorder ? nextInt(random, 120) : 0,
    bandwidthKbitPerS: isOn() && isOn() && isOn() ? 64 : null,
  });
  const links = players.map(() => players.map(makeLink));
  const spanMs = frames * 16;
  const moment = () => nextInt(random, spanMs);
  return {
    seed,
    playerCount,
    frames,
    session: {
      inputDelayFrames: nextInt(random, 6),
      predictionWindowFrames: 2 + nextInt(random, 11),
      predictor: isOn() ? "repeat-last" : "neutral",
    },
    links,
    partitions: isOn()
      ? [{ from: 0, to: 1, startMs: moment(), durationMs: 100 + nextInt(random, 3_000) }]
      : [],
    pauses: isOn()
      ? [
          {
            peer: nextInt(random, playerCount),
            startMs: moment(),
            durationMs: nextInt(random, 400),
          },
        ]
      : [],
    departures: [],
    returns: [],
    hiddenTabs: isOn()
      ? [
          {
            peer: nextInt(random, playerCount),
            startMs: moment(),
            durationMs: nextInt(random, 2_000),
          },
        ]
      : [],
    clocks: players.map(() => ({
      startMs: nextInt(random, 200),
      driftPpm: nextInt(random, 401) - 200,
      grainMs: isOn() ? 0 : nextInt(random, 20),
    })),
    holdFrames: players.map(() => 1 + nextInt(random, 15)),
  };
}
