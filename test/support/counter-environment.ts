/** A game small enough to read: each player adds or takes one; over when the sum reaches the goal. */
import {
  type Action,
  defineEnvironment,
  discrete,
  nextInt,
  seedRandom,
} from "../../engine/index.ts";

interface CounterState {
  goal: number;
  values: number[];
  random: number[];
  drawn: number;
}

interface CounterConfig {
  /** The episode ends when the sum of both counters reaches it. */
  readonly goal: number;
}

const STEP = [0, 1, -1];

export const environment = defineEnvironment<CounterState, CounterConfig>({
  id: "counter",
  agentIds: ["left", "right"],
  actionSpaces: [discrete(3), discrete(3)],
  neutralActions: [0, 0],
  fps: 30,
  maxSteps: 60,
  keyBindings: { ArrowUp: 1, ArrowDown: 2 },
  keyHelp: [{ keys: "Up and down", does: "Add or take one" }],
  width: 100,
  height: 100,
  checkConfig(config) {
    const goal = (config as Partial<CounterConfig> | null)?.goal;
    return Number.isInteger(goal) ? [] : [`Expected \`goal\` to be an integer, got ${goal}`];
  },
  reset: (seed, { goal }) => ({
    goal,
    values: [0, 0],
    random: seedRandom([0, 0, 0, 0], seed),
    drawn: 0,
  }),
  step(state, actions: readonly Action[]) {
    for (const [player, action] of actions.entries()) {
      state.values[player] = (state.values[player] ?? 0) + (STEP[action as number] ?? 0);
    }
    state.drawn = nextInt(state.random, 1_000) / 7;
    const [left = 0, right = 0] = state.values;
    const isOver = left + right >= state.goal;
    return {
      rewards: [left / 3, right / 3],
      terminateds: [isOver, isOver],
      truncateds: [false, false],
      infos: [{ label: 'a "quoted", text' }, {}],
    };
  },
  botAction: ({ values, drawn }, player) => Math.floor((values[player] ?? 0) + drawn) % 3,
  observe: (state, player) => ({ value: state.values[player], drawn: state.drawn }),
  draw: () => ({ background: "#000000", shapes: [] }),
});
