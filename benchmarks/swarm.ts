/**
 * The game of the benchmarks: a swarm of bodies that drift and bounce, in plain and in flat state.
 * Both hold the same numbers: 140 bodies of 8 fields are 9 KB flat and some 20 KB as JSON.
 */
import {
  defineEnvironment,
  discrete,
  type Environment,
  flatLayout,
  float64,
  nextFloat,
  seedRandom,
} from "../engine/index.ts";

/**
 * Bodies by the size of the state in KB: its numbers as JSON, which all libraries here can keep.
 */
export const SWARM_SIZES = { 2: 14, 20: 140 } as const;

const SIZE = 400;
const ACTIONS = 6;
const STEP_S = 1 / 60;

interface Body {
  id: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
  spin: number;
  heat: number;
}

interface PlainSwarm {
  time: number;
  bodies: Body[];
}

const seats = {
  agentIds: ["left", "right"],
  actionSpaces: [discrete(ACTIONS), discrete(ACTIONS)],
  neutralActions: [0, 0],
  fps: 60,
  maxSteps: 1_000_000,
  keyBindings: {},
  keyHelp: [],
  width: SIZE,
  height: SIZE,
  checkConfig: () => [],
  observe: () => null,
  draw: () => ({ background: "#000000", shapes: [] }) as const,
};

/** Overwritten by nothing: the swarm never ends and nobody reads its rewards. */
const NOTHING = {
  rewards: [0, 0],
  terminateds: [false, false],
  truncateds: [false, false],
  infos: [{}, {}],
};

export function plainSwarm(bodyCount: number): Environment {
  return defineEnvironment<PlainSwarm, null>({
    ...seats,
    id: `plain-swarm-${bodyCount}`,
    reset(seed) {
      const random = seedRandom([0, 0, 0, 0], seed);
      const bodies = Array.from({ length: bodyCount }, (_, id) => ({
        id,
        x: nextFloat(random) * SIZE,
        y: nextFloat(random) * SIZE,
        vx: nextFloat(random) * 90 - 45,
        vy: nextFloat(random) * 90 - 45,
        angle: nextFloat(random),
        spin: nextFloat(random),
        heat: nextFloat(random),
      }));
      return { time: 0, bodies };
    },
    step(state, actions) {
      state.time += STEP_S;
      for (let i = 0; i < state.bodies.length; i++) {
        const body = state.bodies[i] as Body;
        const push = actions[i & 1] as number;
        body.vx += push * STEP_S;
        body.vy -= push * STEP_S;
        body.x += body.vx * STEP_S;
        body.y += body.vy * STEP_S;
        if (body.x < 0 || body.x > SIZE) body.vx = -body.vx;
        if (body.y < 0 || body.y > SIZE) body.vy = -body.vy;
        body.angle += body.spin * STEP_S;
        body.heat = body.heat * 0.99 + STEP_S;
      }
      return NOTHING;
    },
  }) as Environment;
}

export function flatSwarm(bodyCount: number): Environment {
  const layout = flatLayout({ time: float64(), bodies: float64(bodyCount * 8) });
  return defineEnvironment<ReturnType<typeof layout.create>, null>({
    ...seats,
    id: `flat-swarm-${bodyCount}`,
    stateLayout: layout,
    reset(seed) {
      const random = seedRandom([0, 0, 0, 0], seed);
      const state = layout.create();
      for (let i = 0; i < bodyCount; i++) {
        const first = [i, SIZE, SIZE, 90, 90, 1, 1, 1];
        first.forEach((scale, field) => {
          const isVelocity = field === 3 || field === 4;
          const drawn = field === 0 ? 1 : nextFloat(random);
          state.bodies[i * 8 + field] = drawn * scale - (isVelocity ? 45 : 0);
        });
      }
      return state;
    },
    step(state, actions) {
      const { bodies, time } = state;
      time[0] = (time[0] as number) + STEP_S;
      for (let at = 0; at < bodies.length; at += 8) {
        const push = actions[(at >> 3) & 1] as number;
        const vx = (bodies[at + 3] as number) + push * STEP_S;
        const vy = (bodies[at + 4] as number) - push * STEP_S;
        const x = (bodies[at + 1] as number) + vx * STEP_S;
        const y = (bodies[at + 2] as number) + vy * STEP_S;
        bodies[at + 1] = x;
        bodies[at + 2] = y;
        bodies[at + 3] = x < 0 || x > SIZE ? -vx : vx;
        bodies[at + 4] = y < 0 || y > SIZE ? -vy : vy;
        bodies[at + 5] = (bodies[at + 5] as number) + (bodies[at + 6] as number) * STEP_S;
        bodies[at + 7] = (bodies[at + 7] as number) * 0.99 + STEP_S;
      }
      return NOTHING;
    },
  }) as Environment;
}

/** Actions there are. */
export const SWARM_ACTIONS = ACTIONS;
