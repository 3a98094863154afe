/** A small game for tests: N bodies, a seeded stream, texts, nulls and a list that grows and shrinks. */
import {
  box,
  defineEnvironment,
  discrete,
  type Environment,
  flatLayout,
  float64,
  nextFloat,
  nextInt,
  seedRandom,
  uint32,
} from "../../engine/index.ts";

interface OrbitState {
  random: number[];
  bodies: { x: number; y: number; vx: number; vy: number; held: string | null }[];
  sparks: { age: number; at: number }[];
  score: number;
}

const NEUTRAL = 0;
const DIRECTIONS = [0, 1, -1, 2, -2];

export interface OrbitOptions {
  readonly playerCount?: number;
  readonly fps?: number;
  /** Extra bodies that only move, to make the state large. */
  readonly extraBodies?: number;
  /** Draws from `Math.random`: the fault that every test of determinism must find. */
  readonly isNondeterministic?: boolean;
  /** Gives every seat a bot that goes by its place and by chance. */
  readonly hasBots?: boolean;
  /** The episode is over when the score reaches this. */
  readonly scoreToWin?: number;
}

export function orbitEnvironment(options: OrbitOptions = {}): Environment {
  const playerCount = options.playerCount ?? 2;
  const agents = Array.from({ length: playerCount }, (_, i) => `body_${i}`);
  const perPlayer = <T>(value: T) => agents.map(() => value);
  return defineEnvironment<OrbitState, unknown>({
    id: "orbit",
    agentIds: agents,
    actionSpaces: agents.map(() => discrete(DIRECTIONS.length)),
    neutralActions: agents.map(() => NEUTRAL),
    fps: options.fps ?? 60,
    maxSteps: 600,
    keyBindings: {},
    keyHelp: [],
    width: 100,
    height: 100,
    checkConfig: () => [],
    reset(seed) {
      const random = seedRandom([0, 0, 0, 0], seed);
      const count = playerCount + (options.extraBodies ?? 0);
      const bodies = Array.from({ length: count }, () => ({
        x: nextFloat(random) * 100 + 1,
        y: nextFloat(random) * 100 + 1,
        vx: nextFloat(random) + 0.1,
        vy: nextFloat(random) + 0.1,
        held: null,
      }));
      return { random, bodies, sparks: [], score: 0 };
    },
    step(state, actions) {
      const noise = options.isNondeterministic ? Math.random() * 1e-6 : 0;
      for (let i = 0; i < state.bodies.length; i++) {
        const body = state.bodies[i];
        if (body === undefined) continue;
        const direction = i < playerCount ? (DIRECTIONS[actions[i] as number] ?? 0) : 0;
        body.vx += direction * 0.01 + noise;
        body.x += body.vx;
        body.y += body.vy;
        if (body.x < 1 || body.x > 101) body.vx = -body.vx;
        if (body.y < 1 || body.y > 101) body.vy = -body.vy;
        if (i < playerCount) body.held = direction === 0 ? null : `d${direction}`;
      }
      if (nextFloat(state.random) < 0.1) state.sparks.push({ age: 0, at: state.score });
      for (const spark of state.sparks) spark.age++;
      state.sparks = state.sparks.filter((spark) => spark.age < 12);
      if (actions.every((action) => action === actions[0] && action !== NEUTRAL)) state.score++;
      const isWon = state.score >= (options.scoreToWin ?? Number.POSITIVE_INFINITY);
      return {
        rewards: perPlayer(state.score),
        terminateds: perPlayer(isWon),
        truncateds: perPlayer(false),
        infos: agents.map((_, i) => ({ sparks: state.sparks.length, player: i })),
      };
    },
    ...(options.hasBots && {
      botAction: ({ bodies, random }: OrbitState, playerIndex: number) =>
        (Math.floor(bodies[playerIndex]?.x ?? 0) + nextInt([...random], 2)) % DIRECTIONS.length,
    }),
    observe: (state, playerIndex) => ({ me: state.bodies[playerIndex], score: state.score }),
    draw: () => ({ background: "#000000", shapes: [] }),
  }) as Environment;
}

const FLAT_LAYOUT = flatLayout({
  random: uint32(4),
  position: float64(16),
  velocity: float64(16),
});

/** The same idea in one flat buffer, with continuous actions. */
export function flatOrbitEnvironment(playerCount = 2): Environment {
  const agents = Array.from({ length: playerCount }, (_, i) => `body_${i}`);
  return defineEnvironment<ReturnType<typeof FLAT_LAYOUT.create>, unknown>({
    id: "flat-orbit",
    agentIds: agents,
    actionSpaces: agents.map(() => box(-1, 1, 2)),
    neutralActions: agents.map(() => [0, 0]),
    fps: 60,
    maxSteps: 600,
    stateLayout: FLAT_LAYOUT,
    keyBindings: {},
    keyHelp: [],
    width: 100,
    height: 100,
    checkConfig: () => [],
    reset(seed) {
      const state = FLAT_LAYOUT.create();
      seedRandom(state.random, seed);
      for (let i = 0; i < 16; i++) state.position[i] = nextFloat(state.random) * 100;
      return state;
    },
    step(state, actions) {
      for (let i = 0; i < playerCount; i++) {
        const [ax = 0, ay = 0] = actions[i] as readonly number[];
        const kick = nextFloat(state.random) * 0.1;
        for (const [axis, a] of [ax, ay].entries()) {
          const at = 2 * i + axis;
          state.velocity[at] = (state.velocity[at] as number) * 0.99 + a + kick;
          state.position[at] = (state.position[at] as number) + (state.velocity[at] as number);
        }
      }
      return {
        rewards: agents.map(() => 0),
        terminateds: agents.map(() => false),
        truncateds: agents.map(() => false),
        infos: agents.map(() => ({})),
      };
    },
    observe: (state, playerIndex) => ({ x: state.position[2 * playerIndex] }),
    draw: () => ({ background: "#000000", shapes: [] }),
  }) as Environment;
}
