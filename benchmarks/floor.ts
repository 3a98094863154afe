/**
 * What keeping and hashing a state costs beside the least that it could cost: touching the same
 * bytes.
 */
import { canonicalJson, type Hasher, World } from "../engine/index.ts";
import { flatSwarm, plainSwarm, SWARM_SIZES } from "./swarm.ts";

export interface FloorRow {
  readonly form: string;
  readonly stateKb: number;
  readonly saveUs: number;
  readonly loadUs: number;
  readonly hashUs: number;
}

/** The row that the others are compared with. */
export const FLOOR_FORM = "floor: the same bytes";

/** Calls in one sample; long enough for the clock, short enough for many samples. */
const CALLS = 200;
const SAMPLES = 40;
const WARM_UP_SAMPLES = 20;
const NEUTRAL = [0, 0] as const;

interface Candidate {
  readonly form: string;
  readonly save: () => void;
  readonly load: () => void;
  readonly hash: () => void;
}

export function floorTable(seed: number, hasher: Hasher): readonly FloorRow[] {
  return ([2, 20] as const).flatMap((stateKb) => {
    const bodies = SWARM_SIZES[stateKb];
    const candidates = [
      ofWorld("flat", flatSwarm(bodies), true, seed, hasher),
      ofWorld("plain, compiled", plainSwarm(bodies), true, seed, hasher),
      ofWorld("plain, by loops", plainSwarm(bodies), false, seed, hasher),
      ofBytes(bodies, hasher),
      ofJson(bodies, seed, hasher),
      ofStructuredClone(bodies, seed, hasher),
    ];
    return candidates.map(({ form, save, load, hash }) => ({
      form,
      stateKb,
      saveUs: bestUs(save),
      loadUs: bestUs(load),
      hashUs: bestUs(hash),
    }));
  });
}

/** Least time of one call over all samples: everything but the call only adds to it. */
function bestUs(call: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < WARM_UP_SAMPLES + SAMPLES; sample++) {
    const start = performance.now();
    for (let i = 0; i < CALLS; i++) call();
    const us = ((performance.now() - start) * 1_000) / CALLS;
    if (sample >= WARM_UP_SAMPLES) best = Math.min(best, us);
  }
  return best;
}

/** As sessions do it, by way of a world's ring of snapshots. */
function ofWorld(
  form: string,
  environment: ReturnType<typeof plainSwarm>,
  isCompiled: boolean,
  seed: number,
  hasher: Hasher,
): Candidate {
  const { maxSteps } = environment;
  const world = new World({ environment, config: null, seed, maxSteps, hasher, isCompiled });
  world.step(NEUTRAL);
  world.save(1);
  world.load(1);
  return {
    form,
    save: () => world.save(1),
    load: () => world.load(1),
    hash: () => world.hash(1),
  };
}

/**
 * The floor: as many bytes as the flat state has, copied and hashed; a plain state has some 10 %
 * more.
 */
function ofBytes(bodies: number, hasher: Hasher): Candidate {
  const state = new Uint8Array((1 + bodies * 8) * 8).fill(1);
  const copy = new Uint8Array(state.length);
  return {
    form: FLOOR_FORM,
    save: () => copy.set(state),
    load: () => state.set(copy),
    hash: () => hasher.hashBytes(state),
  };
}

/** As most libraries do it; the hash is the reference form. */
function ofJson(bodies: number, seed: number, hasher: Hasher): Candidate {
  const state = plainSwarm(bodies).reset(seed, null);
  const text = JSON.stringify(state);
  return {
    form: "JSON",
    save: () => JSON.stringify(state),
    load: () => JSON.parse(text),
    hash: () => hasher.hashText(canonicalJson(state)),
  };
}

function ofStructuredClone(bodies: number, seed: number, hasher: Hasher): Candidate {
  const state = plainSwarm(bodies).reset(seed, null);
  return {
    form: "structuredClone",
    save: () => structuredClone(state),
    load: () => structuredClone(state),
    hash: () => hasher.hashText(canonicalJson(state)),
  };
}
