/** A physics toy: bumpers colour the marbles they touch, in a state as large as a study's may be. */
import { type Action, defineEnvironment, discrete } from "../../engine/index.ts";
import { checkInteger, checkKeys } from "./config-checks.ts";
import { drawTray } from "./marbles/drawing.ts";
import {
  ACTION_COUNT,
  botTray,
  createTray,
  FPS,
  HEIGHT,
  MAX_STEPS,
  observeTray,
  stepTray,
  type TrayConfig,
  type TrayState,
  WIDTH,
} from "./marbles/tray.ts";

/** Every pair is looked at in every frame: beyond this a rollback would take longer than a frame. */
const MARBLES_RANGE = { low: 1, high: 400 };

/** Up, right, down, left: the keys of either hand. */
const KEY_SETS = [
  ["ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"],
  ["KeyW", "KeyD", "KeyS", "KeyA"],
] as const;

function bindKeys(): Record<string, Action> {
  const bindings: Record<string, Action> = {};
  for (const keys of KEY_SETS) {
    keys.forEach((key, i) => {
      bindings[key] = 1 + 2 * i;
      bindings[`${key}+${keys[(i + 1) % keys.length]}`] = 2 + 2 * i;
    });
  }
  return bindings;
}

/** The toy for two to four players. */
export function marblesFor(playerCount: number) {
  const perPlayer = <T>(value: (player: number) => T) =>
    Array.from({ length: playerCount }, (_, player) => value(player));
  return defineEnvironment<TrayState, TrayConfig>({
    id: playerCount === 4 ? "marbles" : `marbles-${playerCount}`,
    agentIds: perPlayer((player) => `bumper_${player}`),
    actionSpaces: perPlayer(() => discrete(ACTION_COUNT)),
    neutralActions: perPlayer(() => 0),
    fps: FPS,
    maxSteps: MAX_STEPS,
    keyBindings: bindKeys(),
    keyHelp: [{ keys: "Arrow keys or W A S D", does: "Push your bumper; hold two for a diagonal" }],
    width: WIDTH,
    height: HEIGHT,
    checkConfig: (config) => [
      ...checkKeys(config, ["marbles"]),
      ...checkInteger(config, "marbles", MARBLES_RANGE),
    ],
    reset: (seed, config) => createTray(seed, config, playerCount),
    step: stepTray,
    botAction: botTray,
    observe: observeTray,
    draw: drawTray,
  });
}

export const environment = marblesFor(4);
