import { describe, expect, it } from "vitest";
import type { KitchenState } from "../../../sandbox/games/cramped-room/kitchen.ts";
import { LAYOUT_NAMES } from "../../../sandbox/games/cramped-room/layout.ts";
import { environment as kitchen } from "../../../sandbox/games/cramped-room.ts";
import type { PuckState } from "../../../sandbox/games/puck/table.ts";
import { environment as puck } from "../../../sandbox/games/puck.ts";
import { randomActions } from "./support.ts";

const SEEDS = [1, 2, 3];

/** Plays a shift; bots take the seats in `bots`, the others do `actionsOf`. */
function shift(
  state: KitchenState,
  bots: readonly number[],
  actionsOf: (frame: number) => readonly number[],
): number {
  for (let frame = 0; frame < 900; frame++) {
    const others = actionsOf(frame);
    const actions = others.map((action, player) =>
      bots.includes(player) ? (kitchen.botAction?.(state, player) as number) : action,
    );
    kitchen.step(state, actions);
  }
  return state.score;
}

function match(seed: number, bots: readonly number[]): number[] {
  const state: PuckState = puck.reset(seed, { goalsToWin: 99 });
  for (let frame = 0; frame < 3_600; frame++) {
    puck.step(
      state,
      [0, 1].map((player) => (bots.includes(player) ? (puck.botAction?.(state, player) ?? 0) : 0)),
    );
  }
  return [...state.score];
}

describe("kitchen bot", () => {
  const stand = () => [0, 0];

  it.each(LAYOUT_NAMES)("[SE10] serves with its like in %s", (layout) => {
    for (const seed of SEEDS) {
      expect(shift(kitchen.reset(seed, { layout }), [], stand)).toBe(0);
      expect(shift(kitchen.reset(seed, { layout }), [0, 1], stand)).toBeGreaterThanOrEqual(100);
    }
  });

  it.each(["asymmetric_advantages", "coordination_ring"] as const)(
    "[SE10] serves beside somebody who stands about in %s, from either seat",
    (layout) => {
      for (const bot of [0, 1]) {
        expect(shift(kitchen.reset(1, { layout }), [bot], stand)).toBeGreaterThanOrEqual(60);
      }
    },
  );

  it("[SE10] serves beside somebody who runs about", () => {
    const restless = randomActions(kitchen, 5, 900);
    const scores = [[], [0], [1]].map((bots) =>
      shift(
        kitchen.reset(2, { layout: "cramped_room" }),
        bots,
        (frame) => restless[frame] as number[],
      ),
    );
    expect(scores[1]).toBeGreaterThan(scores[0] as number);
    expect(scores[2]).toBeGreaterThan(scores[0] as number);
  });
});

describe("puck bot", () => {
  it.each(SEEDS)("[SE10] beats a paddle that stands still from either side, seed %i", (seed) => {
    const [left = 0, leftAgainst = 0] = match(seed, [0]);
    const [rightAgainst = 0, right = 0] = match(seed, [1]);
    expect(left).toBeGreaterThan(leftAgainst);
    expect(right).toBeGreaterThan(rightAgainst);
  });
});
