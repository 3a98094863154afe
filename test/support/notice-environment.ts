/** A board on which each player pins what their action says: the game for actions that are small JSON values. */
import { defineEnvironment, type Environment, type Json, json } from "../../engine/index.ts";

interface Board {
  frame: number;
  pinned: Json[];
  /** How many characters of JSON each has pinned in all. */
  written: number[];
}

export const noticeEnvironment = defineEnvironment<Board, unknown>({
  id: "notice",
  agentIds: ["left", "right"],
  actionSpaces: [json({ maxBytes: 64 }), json({ maxBytes: 20 })],
  neutralActions: [null, { pass: true }],
  fps: 60,
  maxSteps: 600,
  keyBindings: { KeyP: { pin: "x" } },
  keyHelp: [],
  width: 100,
  height: 100,
  checkConfig: () => [],
  reset: () => ({ frame: 0, pinned: [null, null], written: [0, 0] }),
  step(state, actions) {
    state.frame++;
    for (const [player, action] of actions.entries()) {
      state.pinned[player] = action;
      state.written[player] = (state.written[player] as number) + JSON.stringify(action).length;
    }
    return {
      rewards: [...state.written],
      terminateds: [false, false],
      truncateds: [false, false],
      infos: [{}, {}],
    };
  },
  observe: ({ pinned, frame }, player) => ({ frame, own: pinned[player] }),
  draw: () => ({ background: "#000000", shapes: [] }),
}) as Environment;
