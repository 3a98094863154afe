/** Two cooks share a kitchen: three onions make a soup, a soup on a dish served scores for both. */
import { type Action, defineEnvironment, discrete } from "../../engine/index.ts";
import { checkChoice, checkInteger, checkKeys, MAX_STEPS_RANGE } from "./config-checks.ts";
import { cook } from "./cramped-room/bot.ts";
import { drawKitchen, HEIGHT, WIDTH } from "./cramped-room/drawing.ts";
import {
  createKitchen,
  FPS,
  type KitchenConfig,
  type KitchenState,
  MAX_STEPS,
  observeKitchen,
} from "./cramped-room/kitchen.ts";
import { LAYOUT_NAMES } from "./cramped-room/layout.ts";
import { INTERACT, stepKitchen } from "./cramped-room/rules.ts";

/** One minute at 20 frames per second: a soup that takes longer would outlast an episode. */
const COOK_FRAMES_RANGE = { low: 1, high: 1200 };

const KEY_BINDINGS: Readonly<Record<string, Action>> = {
  ArrowUp: 1,
  ArrowDown: 2,
  ArrowLeft: 3,
  ArrowRight: 4,
  KeyW: 1,
  KeyS: 2,
  KeyA: 3,
  KeyD: 4,
  Space: INTERACT,
};

export const environment = defineEnvironment<KitchenState, KitchenConfig>({
  id: "cramped-room",
  agentIds: ["chef_0", "chef_1"],
  actionSpaces: [discrete(6), discrete(6)],
  neutralActions: [0, 0],
  fps: FPS,
  maxSteps: MAX_STEPS,
  keyBindings: KEY_BINDINGS,
  keyHelp: [
    { keys: "Arrow keys or W A S D", does: "Walk and turn" },
    { keys: "Space", does: "Take, put down, cook or serve what you face" },
  ],
  width: WIDTH,
  height: HEIGHT,
  checkConfig(config) {
    const faults = checkKeys(config, ["layout", "maxSteps", "cookFrames"]);
    return [
      ...faults,
      ...checkChoice(config, "layout", LAYOUT_NAMES),
      ...checkInteger(config, "maxSteps", MAX_STEPS_RANGE),
      ...checkInteger(config, "cookFrames", COOK_FRAMES_RANGE),
    ];
  },
  reset: createKitchen,
  step: stepKitchen,
  botAction: cook,
  observe: observeKitchen,
  draw: drawKitchen,
});
