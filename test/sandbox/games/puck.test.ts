import { describe, expect, it } from "vitest";
import type { Environment } from "../../../engine/index.ts";
import { loadHasher, runSyncTest } from "../../../engine/index.ts";
import {
  layoutFor,
  type PuckConfig,
  type PuckState,
  TABLE,
} from "../../../sandbox/games/puck/table.ts";
import { environment, puckFor } from "../../../sandbox/games/puck.ts";
import { jsonFaults, randomActions } from "./support.ts";

const STAY = [0, 0];

function play(state: PuckState, actions: readonly (readonly number[])[]): Uint8Array {
  for (const action of actions) environment.step(state, action);
  return state.bytes;
}

function started(config: PuckConfig = {}, seed = 1): PuckState {
  const state = environment.reset(seed, config);
  state.freezeFrames[0] = 0;
  return state;
}

function placePuck(state: PuckState, x: number, y: number, vx: number, vy: number): void {
  state.puckX[0] = x;
  state.puckY[0] = y;
  state.puckVx[0] = vx;
  state.puckVy[0] = vy;
}

/** Runs after the puck in its own half, and waits before its goal otherwise. */
function chase(state: PuckState, i: number): number {
  const puckX = state.puckX[0] as number;
  const isHere = puckX < 400 === (i === 0);
  const dx = (isHere ? puckX : i === 0 ? 100 : 700) - (state.paddleX[i] as number);
  const dy = (state.puckY[0] as number) - (state.paddleY[i] as number);
  const column = dx > 6 ? 2 : dx < -6 ? 0 : 1;
  const row = dy > 6 ? 2 : dy < -6 ? 0 : 1;
  return [5, 1, 6, 3, 0, 4, 7, 2, 8][row * 3 + column] as number;
}

describe("puck goals", () => {
  it.each([
    { end: "left", x: 60, vx: -10, rewards: [-1, 1], score: [0, 1], goals: [0, 1] },
    { end: "right", x: 740, vx: 10, rewards: [1, -1], score: [1, 0], goals: [1, 0] },
  ])("counts a puck wholly behind the $end line", ({ x, vx, rewards, score, goals }) => {
    const state = started();
    placePuck(state, x, 248, vx, 0);
    let result = environment.step(state, STAY);
    while (result.rewards[0] === 0) result = environment.step(state, STAY);
    expect(result.rewards).toEqual(rewards);
    expect([...state.score]).toEqual(score);
    expect(result.infos.map((info) => info.goals)).toEqual(goals);
    expect([state.puckX[0], state.puckY[0]]).toEqual([400, 248]);
  });

  it("holds the puck still until the serve", () => {
    const state = environment.reset(3, {});
    const freeze = state.freezeFrames[0] as number;
    for (let i = 0; i < freeze; i++) environment.step(state, STAY);
    expect(state.puckX[0]).toBe(400);
    environment.step(state, STAY);
    expect(state.puckX[0]).not.toBe(400);
  });

  it("serves to either side, by the seed", () => {
    const sides = new Set<boolean>();
    for (let seed = 0; seed < 20; seed++) {
      sides.add((environment.reset(seed, {}).puckVx[0] as number) < 0);
    }
    expect(sides.size).toBe(2);
  });

  it("terminates at goalsToWin and stays as it is", () => {
    const state = started({ goalsToWin: 1 });
    placePuck(state, 60, 248, -10, 0);
    let result = environment.step(state, STAY);
    while (!result.terminateds[0]) result = environment.step(state, STAY);
    expect(result.terminateds).toEqual([true, true]);
    const bytes = state.bytes.slice();
    result = environment.step(state, [4, 3]);
    expect(result.terminateds).toEqual([true, true]);
    expect(result.rewards).toEqual([0, 0]);
    expect(state.bytes).toEqual(bytes);
  });

  it("never truncates: the limit is the engine's", () => {
    const state = started({ maxSteps: 5 });
    for (let i = 0; i < 10; i++) {
      expect(environment.step(state, STAY).truncateds).toEqual([false, false]);
    }
  });
});

describe("puck physics", () => {
  it.each([
    { wall: "top", x: 300, y: 85, vx: 0, vy: -8, sign: [0, 1] },
    { wall: "bottom", x: 300, y: 411, vx: 0, vy: 8, sign: [0, -1] },
    { wall: "left", x: 57, y: 160, vx: -8, vy: 0, sign: [1, 0] },
    { wall: "right", x: 743, y: 160, vx: 8, vy: 0, sign: [-1, 0] },
    { wall: "top left corner", x: 82, y: 110, vx: -8, vy: -8, sign: [1, 1] },
    { wall: "upper left post", x: 50, y: 188, vx: -3, vy: -6, sign: [1, 1] },
  ])("bounces off the $wall", ({ x, y, vx, vy, sign }) => {
    const state = started();
    placePuck(state, x, y, vx, vy);
    environment.step(state, STAY);
    expect([state.puckVx[0], state.puckVy[0]].map((v) => Math.sign(v as number))).toEqual(sign);
  });

  it("gives the puck the paddle's momentum and the paddle the rest", () => {
    const state = started();
    placePuck(state, (state.paddleX[0] as number) + 60, 248, 0, 0);
    let hits = 0;
    for (let i = 0; i < 30 && hits === 0; i++) {
      const before = state.paddleVx[0] as number;
      hits += environment.step(state, [4, 0]).infos[0]?.hits as number;
      if (hits > 0) expect(state.paddleVx[0]).toBeLessThan(before);
    }
    expect(hits).toBe(1);
    expect(state.puckVx[0]).toBeGreaterThan(state.paddleVx[0] as number);
  });

  it.each([
    { i: 0, actions: [4, 0], limit: 373 },
    { i: 1, actions: [0, 3], limit: 427 },
  ])("keeps paddle $i in its half", ({ i, actions, limit }) => {
    const state = started();
    placePuck(state, 400, 400, 0, 0);
    for (let k = 0; k < 120; k++) environment.step(state, actions);
    expect(state.paddleX[i]).toBe(limit);
  });

  it("moves as fast along a diagonal as straight", () => {
    const speed = (action: number) => {
      const state = environment.reset(1, {});
      for (let k = 0; k < 10; k++) environment.step(state, [action, 0]);
      return Math.sqrt((state.paddleVx[0] as number) ** 2 + (state.paddleVy[0] as number) ** 2);
    };
    expect(speed(8)).toBeCloseTo(speed(4), 9);
  });

  it("serves an idle puck anew", () => {
    const state = started();
    placePuck(state, 200, 100, 0, 0);
    for (let i = 0; i < 200; i++) environment.step(state, STAY);
    expect(state.puckX[0]).toBe(400);
    expect([...state.score]).toEqual([0, 0]);
  });

  it.each([{ puckSpeedMax: 300 }, {}, { puckSpeedMax: 1500 }])(
    "keeps everything on the table for 100 000 random frames with %o",
    (config) => {
      const state = environment.reset(7, { goalsToWin: 99, ...config });
      const limit = (state.puckSpeedMax[0] as number) * 1.000001;
      let faults = 0;
      for (const actions of randomActions(environment, 11, 100_000)) {
        environment.step(state, actions);
        const { puckX, puckY, puckVx, puckVy, paddleX, paddleY } = state;
        const [x, y] = [puckX[0] as number, puckY[0] as number];
        const isOnTable =
          x >= TABLE.left - 15 && x <= TABLE.right + 15 && y >= TABLE.top && y <= TABLE.bottom;
        const speed = Math.sqrt((puckVx[0] as number) ** 2 + (puckVy[0] as number) ** 2);
        const arePaddlesIn = [...paddleX, ...paddleY].every(
          (p) => p > TABLE.left && p < TABLE.right,
        );
        if (!isOnTable || !(speed <= limit) || !arePaddlesIn) faults += 1;
        if (Math.max(...state.score) > 90) state.score.fill(0);
      }
      expect(faults).toBe(0);
      expect((state.score[0] as number) + (state.score[1] as number)).toBeGreaterThan(0);
    },
  );

  it("lets two simple players score in a minute", () => {
    const state = environment.reset(1, {});
    for (let k = 0; k < 3600; k++) environment.step(state, [chase(state, 0), chase(state, 1)]);
    expect((state.score[0] as number) + (state.score[1] as number)).toBeGreaterThanOrEqual(3);
  });
});

describe.each([3, 4])("puck of %i", (playerCount) => {
  const match = puckFor(playerCount);

  it("gives the goal to everybody of the side that scored it", () => {
    const state = match.reset(1, {});
    state.freezeFrames[0] = 0;
    placePuck(state, 740, 248, 10, 0);
    const still = match.agentIds.map(() => 0);
    let result = match.step(state, still);
    while (result.rewards[0] === 0) result = match.step(state, still);
    expect(result.rewards).toEqual([1, -1, 1, -1].slice(0, playerCount));
    expect([...state.score]).toEqual([1, 0]);
  });

  it("keeps paddles in their halves and apart, and lets bots score against who stands still", () => {
    const state = match.reset(4, { goalsToWin: 99 });
    for (let frame = 0; frame < 3_600; frame++) {
      const left = (player: number) => (match.botAction?.(state, player) ?? 0) as number;
      match.step(
        state,
        match.agentIds.map((_, player) => (player % 2 === 0 ? left(player) : 0)),
      );
      for (const [player, x] of state.paddleX.entries()) {
        expect(x < 400 === (player % 2 === 0), `paddle ${player} at ${x}`).toBe(true);
      }
      const dx = (state.paddleX[2] as number) - (state.paddleX[0] as number);
      const dy = (state.paddleY[2] as number) - (state.paddleY[0] as number);
      expect(dx * dx + dy * dy).toBeGreaterThan(40 * 40);
    }
    expect(state.score[0]).toBeGreaterThan(state.score[1] as number);
  });

  it("shows and observes everybody, and only what JSON keeps", () => {
    const state = match.reset(2, {});
    for (const actions of randomActions(match, 5, 300)) match.step(state, actions);
    match.agentIds.forEach((_, player) => {
      const others = match.agentIds.flatMap((__, i) => (i === player ? [] : [`player_${i}`]));
      expect(Object.keys(match.observe(state, player) as object)).toEqual(
        expect.arrayContaining(others),
      );
      expect(jsonFaults(match.observe(state, player))).toEqual([]);
      expect(JSON.stringify(match.draw(state, player))).not.toContain("null");
    });
  });

  it("[DE4][DE6] passes the sync test", async () => {
    const result = runSyncTest({
      environment: match as Environment,
      ...{ config: {}, seed: 5, frames: 400, depthFramesMax: 8, hasher: await loadHasher() },
    });
    expect(result).toMatchObject({ kind: "passed", frames: 400 });
  });
});

describe("puck determinism", () => {
  const actions = randomActions(environment, 5, 3000);

  it("repeats with the same seed and differs with another", () => {
    const first = play(environment.reset(9, {}), actions);
    expect(play(environment.reset(9, {}), actions)).toEqual(first);
    expect(play(environment.reset(10, {}), actions)).not.toEqual(first);
  });

  it("continues identically from copied bytes", () => {
    const original = environment.reset(9, {});
    play(original, actions.slice(0, 1500));
    const copy = layoutFor(2).create();
    copy.bytes.set(original.bytes);
    expect(play(copy, actions.slice(1500))).toEqual(play(original, actions.slice(1500)));
  });

  it("observes and reports only what JSON keeps, and draws finite numbers", () => {
    const state = environment.reset(2, {});
    for (const action of actions) {
      const result = environment.step(state, action);
      if ((state.frame[0] as number) % 10 !== 0) continue;
      for (const i of [0, 1]) expect(jsonFaults(environment.observe(state, i))).toEqual([]);
      expect(jsonFaults(result.infos)).toEqual([]);
      const { shapes } = environment.draw(state, 0);
      expect(JSON.stringify(shapes)).not.toContain("null");
    }
  });
});

describe("puck configuration", () => {
  it.each([
    [{}, []],
    [{ maxSteps: 600, goalsToWin: 3, puckSpeedMax: 700 }, []],
    [{ goalsToWin: 0 }, ["Expected `goalsToWin` to be an integer from 1 to 99, got 0"]],
    [
      { puckSpeedMax: "fast" },
      ["Expected `puckSpeedMax` to be an integer from 300 to 1500, got fast"],
    ],
    [{ goals: 3 }, ["Expected only the keys maxSteps, goalsToWin, puckSpeedMax, got `goals`"]],
    [null, ["Expected the configuration to be an object, got null"]],
  ])("checks %j", (config, faults) => {
    expect(environment.checkConfig(config)).toEqual(faults);
  });
});
