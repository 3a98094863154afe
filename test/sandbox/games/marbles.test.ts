import { describe, expect, it } from "vitest";
import type { Environment } from "../../../engine/index.ts";
import { loadHasher, runSyncTest } from "../../../engine/index.ts";
import { HEIGHT, type TrayState, WIDTH } from "../../../sandbox/games/marbles/tray.ts";
import { environment, marblesFor } from "../../../sandbox/games/marbles.ts";
import { jsonFaults, randomActions } from "./support.ts";

const STILL = [0, 0, 0, 0];

function played(frames: number, seed = 1): TrayState {
  const state = environment.reset(seed, {});
  for (const actions of randomActions(environment, seed, frames)) environment.step(state, actions);
  return state;
}

/** A tray with one marble, which lies still and is never nudged. */
function quiet(x: number, y: number): TrayState {
  const state = marblesFor(2).reset(1, { marbles: 1 });
  Object.assign(state.marbles[0] as object, { x, y, vx: 0, vy: 0 });
  return state;
}

describe("marbles", () => {
  it("has over a hundred bodies in a state of about 20 KB", () => {
    const state = played(120);
    expect(state.marbles.length + state.bumpers.length).toBeGreaterThanOrEqual(100);
    const bytes = JSON.stringify(state).length;
    expect(bytes).toBeGreaterThan(18_000);
    expect(bytes).toBeLessThan(26_000);
  });

  it("keeps every body on the tray", () => {
    const { marbles, bumpers } = played(1_200);
    for (const { x, y } of [...marbles, ...bumpers]) {
      expect(x).toBeGreaterThanOrEqual(-1);
      expect(x).toBeLessThanOrEqual(WIDTH + 1);
      expect(y).toBeGreaterThanOrEqual(-1);
      expect(y).toBeLessThanOrEqual(HEIGHT + 1);
    }
  });

  it("gives a marble to the last bumper that touched it, and a point with it", () => {
    const game = marblesFor(2);
    const state = quiet(WIDTH * 0.15 + 25, HEIGHT * 0.2);
    const { rewards } = game.step(state, [0, 0]);
    expect(rewards).toEqual([1, 0]);
    const [first, second] = state.bumpers;
    Object.assign(second as object, { x: (state.marbles[0]?.x ?? 0) + 20, y: first?.y });
    expect(game.step(state, [0, 0]).rewards).toContain(-1);
    expect(state.counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it("pushes a marble away and loses speed by it", () => {
    const game = marblesFor(2);
    const state = quiet(WIDTH * 0.15 + 60, HEIGHT * 0.2);
    for (let i = 0; i < 60; i++) game.step(state, [3, 0]);
    expect(state.marbles[0]?.vx).toBeGreaterThan(0);
    expect(state.marbles[0]?.owner).toBe(0);
  });

  it("never comes to rest", () => {
    const state = environment.reset(1, {});
    for (let i = 0; i < 1_200; i++) environment.step(state, STILL);
    const speed = state.marbles.reduce((sum, { vx, vy }) => sum + Math.abs(vx) + Math.abs(vy), 0);
    expect(speed).toBeGreaterThan(1);
  });

  it("has bots that collect marbles and only read the state", () => {
    const state = environment.reset(4, {});
    for (let i = 0; i < 600; i++) {
      const before = i % 50 === 0 ? JSON.stringify(state) : null;
      const actions = STILL.map((_, player) => environment.botAction?.(state, player) ?? 0);
      if (before !== null) expect(JSON.stringify(state)).toBe(before);
      environment.step(state, actions);
    }
    expect(Math.min(...state.counts)).toBeGreaterThan(0);
    expect(state.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(80);
  });

  it.each([2, 3, 4])("seats %i players", (playerCount) => {
    const game = marblesFor(playerCount);
    const state = game.reset(1, {});
    expect(game.agentIds).toHaveLength(playerCount);
    expect(game.step(state, game.neutralActions).rewards).toHaveLength(playerCount);
  });

  it("shows and observes only what JSON keeps", () => {
    const state = played(200);
    expect(jsonFaults(state)).toEqual([]);
    for (const player of [0, 3]) {
      expect(jsonFaults(environment.observe(state, player))).toEqual([]);
      expect(jsonFaults(environment.draw(state, player))).toEqual([]);
    }
  });

  it("names what is wrong with a configuration", () => {
    expect(environment.checkConfig({ marbles: 1_000 })).toEqual([
      "Expected `marbles` to be an integer from 1 to 400, got 1000",
    ]);
  });

  it("[DE4][DE6] passes the sync test", async () => {
    const result = runSyncTest({
      environment: environment as Environment,
      ...{ config: {}, seed: 5, frames: 120, depthFramesMax: 8, hasher: await loadHasher() },
    });
    expect(result).toMatchObject({ kind: "passed", frames: 120 });
  });
});
