/** What every engine must compute alike, given a name and a seed: runs in Node and in a page. */
import { digestJson, type Hasher, loadHasher } from "../../engine/determinism/hash.ts";
import { atan2, cos, exp, ln, pow, sin } from "../../engine/determinism/math.ts";
import { nextFloat, nextInt, seedRandom } from "../../engine/determinism/random.ts";
import type { Environment } from "../../engine/environment/environment.ts";
import { randomInputs } from "../../engine/inspection/random-inputs.ts";
import { replayEpisode } from "../../engine/replay/replay.ts";
import { HashChain } from "../../engine/rollback/hash-chain.ts";
import { environment as cramped } from "../../sandbox/games/cramped-room.ts";
import { environment as marbles } from "../../sandbox/games/marbles.ts";
import { environment as puck, puckFor } from "../../sandbox/games/puck.ts";
import { environment as stagHunt } from "../../sandbox/games/stag-hunt.ts";
import { flatOrbitEnvironment, orbitEnvironment } from "./orbit-environment.ts";

interface Case {
  readonly environment: Environment;
  readonly config: unknown;
}

const kitchen = (layout: string): Case => ({
  environment: cramped as Environment,
  config: { layout },
});

/** All games here, both ways to keep a state, and one that is wrong on purpose. */
export const CASES: Readonly<Record<string, Case>> = {
  "cramped-room cramped_room": kitchen("cramped_room"),
  "cramped-room asymmetric_advantages": kitchen("asymmetric_advantages"),
  "cramped-room coordination_ring": kitchen("coordination_ring"),
  "cramped-room forced_coordination": kitchen("forced_coordination"),
  puck: { environment: puck as Environment, config: { goalsToWin: 99 } },
  "puck of four": { environment: puckFor(4) as Environment, config: { goalsToWin: 99 } },
  "stag-hunt": {
    environment: stagHunt as Environment,
    config: { rounds: 100, choiceFrames: 120 },
  },
  marbles: { environment: marbles as Environment, config: {} },
  orbit: { environment: orbitEnvironment({ extraBodies: 6 }), config: null },
  "flat orbit": { environment: flatOrbitEnvironment(), config: null },
  "native maths": { environment: nativeOrbit(), config: null },
};

/** The fault that the certificate exists for: sums of the engine's own sine, exponential and power. */
function nativeOrbit(): Environment {
  const base = orbitEnvironment({ extraBodies: 6 });
  const step: Environment["step"] = (state, actions) => {
    for (const body of (state as { bodies: { x: number; vx: number }[] }).bodies) {
      const distance = Math.abs(body.x);
      body.vx += (Math.sin(distance) - Math.exp(-distance / 100) * distance ** 0.3) / 1_000;
    }
    return base.step(state, actions);
  };
  return { ...base, id: "native-orbit", step };
}

export interface Certificate {
  /** `hashes[i]` is the hash of frame `i + 1`. */
  readonly hashes: readonly string[];
  /** One value over all of them. */
  readonly chain: number;
  /** Digest of the rows of data. */
  readonly rows: string;
}

let hasher: Promise<Hasher> | null = null;
const getHasher = () => {
  hasher ??= loadHasher();
  return hasher;
};

/** Plays a case without a network; `plantedFrame` is given inputs of its own there, which must show. */
export async function certify(
  name: string,
  seed: number,
  frames: number,
  plantedFrame: number | null = null,
): Promise<Certificate> {
  const { environment, config } = CASES[name] as Case;
  const actions = [...randomInputs(environment, seed, frames)];
  if (plantedFrame !== null) {
    const neutral = environment.neutralActions;
    const differs = (row: unknown) => JSON.stringify(row) !== JSON.stringify(neutral);
    const at = actions.findIndex((row, frame) => frame >= plantedFrame && differs(row));
    actions[at] = neutral;
  }
  const replay = replayEpisode({
    environment,
    config,
    seed,
    maxSteps: frames,
    episode: 0,
    actions,
    flags: actions.map((row) => row.map(() => 1)),
    hasher: await getHasher(),
  });
  const chain = new HashChain();
  for (const hash of replay.hashes) chain.push(BigInt(`0x${hash}`));
  return {
    hashes: replay.hashes,
    chain: chain.chainAt(chain.newestFrame),
    rows: digestJson(replay.table, await getHasher()),
  };
}

type Maths = Readonly<Record<string, (x: number, y: number) => number>>;

const ENGINE_MATHS: Maths = {
  sin,
  cos,
  exp,
  ln: (x) => ln(Math.abs(x)),
  pow: (x, y) => pow(Math.abs(x), y / 64),
  atan2,
};

const NATIVE_MATHS: Maths = {
  sin: Math.sin,
  cos: Math.cos,
  exp: Math.exp,
  ln: (x) => Math.log(Math.abs(x)),
  pow: (x, y) => Math.abs(x) ** (y / 64),
  atan2: Math.atan2,
};

/** Halvings and doublings of an input: from 2⁻³⁰ to 2⁹, where games live, to either side of 0. */
const EXPONENT_LOW = -30;
const EXPONENT_COUNT = 40;

/** Hash of the results of each function over `count` seeded inputs, by its name. */
export async function hashMaths(
  kind: "engine" | "native",
  seed: number,
  count: number,
): Promise<Readonly<Record<string, string>>> {
  const { hashBytes } = await getHasher();
  const random = seedRandom([0, 0, 0, 0], seed);
  const draw = () => {
    let x = nextFloat(random) + 1;
    for (let i = EXPONENT_LOW + nextInt(random, EXPONENT_COUNT); i !== 0; i -= Math.sign(i)) {
      x *= i < 0 ? 0.5 : 2;
    }
    return nextInt(random, 2) === 0 ? x : -x;
  };
  const inputs = Array.from({ length: count }, () => [draw(), draw()] as const);
  const results = new Float64Array(count);
  const hashes: Record<string, string> = {};
  for (const [name, compute] of Object.entries(kind === "engine" ? ENGINE_MATHS : NATIVE_MATHS)) {
    for (const [i, [x, y]] of inputs.entries()) results[i] = compute(x, y);
    if (results.some(Number.isNaN)) throw new Error(`Expected numbers of ${name}, got a NaN.`);
    hashes[name] = hashBytes(new Uint8Array(results.buffer)).toString(16);
  }
  return hashes;
}
