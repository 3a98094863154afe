/** The least game that shows an error: a sum that every input of every player changes for good. */
import { defineEnvironment, type Environment, multiDiscrete } from "../engine/index.ts";

/** The two halves of a 32-bit word: the profiles were published for inputs of 4 bytes. */
const HALF = 65_536;
/** One update each 16 ms, as published; only the benchmark runs at a rate that is no integer. */
const UPDATES_PER_SECOND = 62.5;

interface Sum {
  frame: number;
  sum: number;
}

export function sumEnvironment(playerCount: number): Environment {
  const perPlayer = <Value>(value: () => Value) => Array.from({ length: playerCount }, value);
  const result = {
    rewards: perPlayer(() => 0),
    terminateds: perPlayer(() => false),
    truncateds: perPlayer(() => false),
    infos: perPlayer(() => ({})),
  };
  return defineEnvironment<Sum, null>({
    id: `sum-${playerCount}`,
    agentIds: Array.from({ length: playerCount }, (_, player) => `player-${player}`),
    actionSpaces: perPlayer(() => multiDiscrete([HALF, HALF])),
    neutralActions: perPlayer(() => [0, 0]),
    fps: UPDATES_PER_SECOND,
    maxSteps: 1_000_000,
    keyBindings: {},
    keyHelp: [],
    width: 1,
    height: 1,
    checkConfig: () => [],
    observe: () => null,
    draw: () => ({ background: "#000000", shapes: [] }),
    reset: () => ({ frame: 0, sum: 0 }),
    step(state, actions) {
      state.frame++;
      for (const action of actions) {
        const [low, high] = action as readonly [number, number];
        state.sum = (Math.imul(state.sum, 31) + low + high * HALF) >>> 0;
      }
      return result;
    },
  }) as Environment;
}

/** The action that stands for a 32-bit word. */
export function wordAction(word: number): readonly [number, number] {
  return [word % HALF, Math.floor(word / HALF)];
}
