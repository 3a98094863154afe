/** The rows of an episode: nested values as dotted columns, and every row as long as every other. */
import { expect, it } from "vitest";
import { defineEnvironment, discrete, type Environment } from "../../engine/index.ts";
import { Trajectory } from "../../engine/replay/trajectory.ts";

/** Carries a thing in the second frame only, and says so in an info of that frame only. */
const environment = defineEnvironment<{ frame: number }, unknown>({
  id: "carrier",
  agentIds: ["a"],
  actionSpaces: [discrete(2)],
  neutralActions: [0],
  fps: 30,
  maxSteps: 3,
  keyBindings: {},
  keyHelp: [],
  width: 1,
  height: 1,
  checkConfig: () => [],
  reset: () => ({ frame: 0 }),
  step: (state) => ({
    rewards: [0.5],
    terminateds: [false],
    truncateds: [false],
    infos: [++state.frame === 2 ? { dropped: { by: "a" } } : {}],
  }),
  observe: ({ frame }) => ({
    position: [frame, -frame],
    held: frame === 1 ? { kind: "onion" } : null,
  }),
  draw: () => ({ background: "#000000", shapes: [] }),
}) as Environment;

it("[DA1] a nested value is a dotted column, and a frame that lacks it has an empty cell there", () => {
  const trajectory = new Trajectory(environment, 4);
  const state = environment.reset(1, null) as { frame: number };
  for (let frame = 0; frame < 3; frame++) {
    const row = trajectory.observe(state);
    const result = environment.step(state, [1]);
    const played = { actions: [1], flags: [1], isCut: frame === 2, isPaused: null };
    trajectory.complete(row, played, result);
  }
  const { columns, rows } = trajectory.table();
  expect(columns).toEqual([
    "t",
    "episode_num",
    "observations.a.position.0",
    "observations.a.position.1",
    "observations.a.held",
    "observations.a.held.kind",
    "actions.a",
    "rewards.a",
    "terminateds.a",
    "truncateds.a",
    "infos.a.dropped.by",
    "isFocused.a",
    "isDefaultAction.a",
    "isBot.a",
  ]);
  const played = [1, 0.5, false];
  const flags = [true, false, false];
  expect(rows).toEqual([
    [0, 4, 0, -0, null, null, ...played, false, null, ...flags],
    [1, 4, 1, -1, null, "onion", ...played, false, "a", ...flags],
    [2, 4, 2, -2, null, null, ...played, true, null, ...flags],
  ]);
});
