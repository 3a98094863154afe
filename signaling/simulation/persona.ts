/** Who takes part in a simulated run: everything drawn from the seed before it begins. */
import { deriveSeed, nextFloat, nextInt, seedRandom } from "../../engine/index.ts";

/** How packets travel from a participant through the relay. */
export interface RelayLink {
  /** One way, added to what the machine itself takes. */
  readonly delayMs: number;
  /** Each packet's delay is drawn evenly from delay ± jitter. */
  readonly jitterMs: number;
  /** Share of play packets that never arrive. */
  readonly lossRatio: number;
}

export interface Persona {
  readonly index: number;
  readonly seed: number;
  /** After the start of the run. */
  readonly arrivesAtMs: number;
  /** After the arrival; null for those who stay. The socket and the page go at once, for good. */
  readonly dropsOutAfterMs: number | null;
  /** After the arrival; null for those who do not. */
  readonly reloadsAfterMs: number | null;
  readonly link: RelayLink;
}

export interface CrowdPlan {
  readonly participants: number;
  readonly seed: number;
  readonly dropoutRatio: number;
  readonly reloadRatio: number;
  readonly arrivalsPerMinute: number;
  /** About how long the way through the study takes: moments are drawn within it. */
  readonly expectedMs: number;
}

/** One in ten sits behind a mobile or crowded wireless link. */
const BAD_LINK_RATIO = 0.1;

/** Keep what is drawn for one thing apart from the rest. */
const STREAMS = { order: 0, persona: 1 } as const;

function drawLink(random: number[]): RelayLink {
  if (nextFloat(random) >= BAD_LINK_RATIO) {
    return { delayMs: 5 + nextInt(random, 40), jitterMs: nextInt(random, 5), lossRatio: 0 };
  }
  const delayMs = 60 + nextInt(random, 90);
  return { delayMs, jitterMs: nextInt(random, 30), lossRatio: nextFloat(random) * 0.05 };
}

/** Which participants something befalls: exactly the ratio of them, chosen by the seed. */
function chosen(order: readonly number[], from: number, ratio: number): ReadonlySet<number> {
  return new Set(order.slice(from, from + Math.round(order.length * ratio)));
}

function shuffled(count: number, seed: number): readonly number[] {
  const random = seedRandom([0, 0, 0, 0], deriveSeed(seed, STREAMS.order));
  const keys = Array.from({ length: count }, (_, index) => ({ index, key: nextFloat(random) }));
  return keys.sort((a, b) => a.key - b.key).map(({ index }) => index);
}

/** Nobody both drops out and reloads, as long as the ratios leave room for that. */
export function drawPersonas(plan: CrowdPlan): readonly Persona[] {
  const { participants, seed, arrivalsPerMinute, expectedMs } = plan;
  const order = shuffled(participants, seed);
  const dropouts = chosen(order, 0, plan.dropoutRatio);
  const reloads = chosen(order, dropouts.size, plan.reloadRatio);
  let arrivesAtMs = 0;
  return Array.from({ length: participants }, (_, index) => {
    const own = deriveSeed(seed, STREAMS.persona, index);
    const random = seedRandom([0, 0, 0, 0], own);
    // Exponential gaps: people arrive independently of each other.
    const gap = -Math.log(1 - nextFloat(random)) * (60_000 / arrivalsPerMinute);
    arrivesAtMs += index === 0 ? 0 : gap;
    const dropsOutAfterMs = nextFloat(random) * expectedMs;
    const reloadsAfterMs = nextFloat(random) * expectedMs;
    return {
      index,
      seed: own,
      arrivesAtMs,
      dropsOutAfterMs: dropouts.has(index) ? dropsOutAfterMs : null,
      reloadsAfterMs: reloads.has(index) ? reloadsAfterMs : null,
      link: drawLink(random),
    };
  });
}
