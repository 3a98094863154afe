/** Air hockey: paddles on two sides, one puck, a goal at either end. */
import { type Action, defineEnvironment, discrete } from "../../engine/index.ts";
import { checkInteger, checkKeys, MAX_STEPS_RANGE } from "./config-checks.ts";
import { chase } from "./puck/bot.ts";
import { drawMatch, HEIGHT, WIDTH } from "./puck/drawing.ts";
import { matchStep } from "./puck/physics.ts";
import {
  createMatch,
  FPS,
  layoutFor,
  MAX_STEPS,
  observeMatch,
  type PuckConfig,
  type PuckState,
} from "./puck/table.ts";

/** Two digits at most, which is what the score panel has room for. */
const GOALS_RANGE = { low: 1, high: 99 };

/**
 * Units per second. Slower than a serve (about 285) the limit would act all the time;
 * faster, a struck puck could pass half a paddle between two checks of the physics.
 */
const PUCK_SPEED_RANGE = { low: 300, high: 1500 };

const STAY = 0;

/** Up, down, left, right: the keys of either hand. */
const KEY_SETS = [
  ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
  ["KeyW", "KeyS", "KeyA", "KeyD"],
] as const;

function bindKeys(): Record<string, Action> {
  const bindings: Record<string, Action> = {};
  for (const [up, down, left, right] of KEY_SETS) {
    bindings[up] = 1;
    bindings[down] = 2;
    bindings[left] = 3;
    bindings[right] = 4;
    bindings[`${up}+${left}`] = 5;
    bindings[`${up}+${right}`] = 6;
    bindings[`${down}+${left}`] = 7;
    bindings[`${down}+${right}`] = 8;
  }
  return bindings;
}

/** The match of two to four players: the first and the third defend the left goal. */
export function puckFor(playerCount: number) {
  const perPlayer = <T>(value: (player: number) => T) =>
    Array.from({ length: playerCount }, (_, player) => value(player));
  const layout = layoutFor(playerCount);
  return defineEnvironment<PuckState, PuckConfig>({
    id: playerCount === 2 ? "puck" : `puck-${playerCount}`,
    agentIds: perPlayer((player) => `paddle_${player}`),
    actionSpaces: perPlayer(() => discrete(9)),
    neutralActions: perPlayer(() => STAY),
    fps: FPS,
    maxSteps: MAX_STEPS,
    stateLayout: layout,
    keyBindings: bindKeys(),
    keyHelp: [{ keys: "Arrow keys or W A S D", does: "Move your paddle; hold two for a diagonal" }],
    width: WIDTH,
    height: HEIGHT,
    checkConfig: (config) => [
      ...checkKeys(config, ["maxSteps", "goalsToWin", "puckSpeedMax"]),
      ...checkInteger(config, "maxSteps", MAX_STEPS_RANGE),
      ...checkInteger(config, "goalsToWin", GOALS_RANGE),
      ...checkInteger(config, "puckSpeedMax", PUCK_SPEED_RANGE),
    ],
    reset: (seed, config) => createMatch(seed, config, layout),
    step: matchStep(playerCount),
    botAction: chase,
    observe: observeMatch,
    draw: drawMatch,
  });
}

export const environment = puckFor(2);
