import { describe, expect, it } from "vitest";
import type { Environment } from "../../../engine/index.ts";
import { loadHasher, runSyncTest } from "../../../engine/index.ts";
import { drawHunt } from "../../../sandbox/games/stag-hunt/drawing.ts";
import {
  HARE,
  type HuntState,
  REVEAL_FRAMES,
  STAG,
} from "../../../sandbox/games/stag-hunt/hunt.ts";
import { environment, huntFor } from "../../../sandbox/games/stag-hunt.ts";
import { jsonFaults, randomActions } from "./support.ts";

const WAIT = [0, 0];

function withHares(hares: readonly number[]): HuntState {
  const state = environment.reset(1, { rounds: 2, choiceFrames: 30 });
  state.hunters.forEach((hunter, i) => {
    hunter.hare = hares[i] as number;
  });
  return state;
}

describe("stag hunt", () => {
  it.each([
    { choices: [STAG, STAG], rewards: [5, 5] },
    { choices: [STAG, HARE], rewards: [0, 3] },
    { choices: [HARE, STAG], rewards: [2, 0] },
    { choices: [HARE, HARE], rewards: [2, 3] },
  ])("pays $rewards for $choices with hares of 2 and 3", ({ choices, rewards }) => {
    expect(environment.step(withHares([2, 3]), choices).rewards).toEqual(rewards);
  });

  it("takes the first choice of a round and tells when it was made", () => {
    const state = withHares([2, 3]);
    for (let i = 0; i < 4; i++) environment.step(state, WAIT);
    environment.step(state, [STAG, 0]);
    const { rewards, infos } = environment.step(state, [HARE, STAG]);
    expect(rewards).toEqual([5, 5]);
    expect(infos.map((info) => info.choseAfterFrames)).toEqual([5, 6]);
  });

  it("reveals when time is up, and gives nothing to who did not choose", () => {
    const state = withHares([2, 3]);
    for (let i = 0; i < 29; i++) environment.step(state, WAIT);
    expect(state.isRevealed).toBe(false);
    expect(environment.step(state, [HARE, 0]).rewards).toEqual([2, 0]);
    expect(state.isRevealed).toBe(true);
  });

  it("draws new hares each round, ends after the last and stays as it is", () => {
    const state = withHares([2, 3]);
    const frames = 2 * (1 + REVEAL_FRAMES);
    const over = Array.from({ length: frames }, () => environment.step(state, [HARE, HARE]));
    expect(over.map(({ terminateds }) => terminateds[0]).indexOf(true)).toBe(frames - 1);
    const before = JSON.stringify(state);
    expect(environment.step(state, [STAG, STAG]).rewards).toEqual([0, 0]);
    expect(JSON.stringify(state)).toBe(before);
  });

  it("hides the other's hare always and their choice until the reveal", () => {
    const views = (hare: number, choice: number) => {
      const state = withHares([2, hare]);
      environment.step(state, [0, choice]);
      return JSON.stringify([environment.observe(state, 0), drawHunt(state, 0)]);
    };
    expect(views(1, STAG)).toBe(views(4, HARE));
    const state = withHares([2, 3]);
    environment.step(state, [STAG, HARE]);
    expect(environment.observe(state, 0)).toMatchObject({ partnerChoice: HARE });
    expect(drawHunt(state, 0)).not.toEqual(drawHunt(state, 1));
  });

  it("has bots that finish a hunt and only read the state", () => {
    const state = environment.reset(3, {});
    let isOver = false;
    for (let i = 0; i < 1_800 && !isOver; i++) {
      const before = JSON.stringify(state);
      const actions = [0, 1].map((player) => environment.botAction?.(state, player) ?? 0);
      expect(JSON.stringify(state)).toBe(before);
      isOver = environment.step(state, actions).terminateds[0] === true;
    }
    expect(isOver).toBe(true);
    expect(state.hunters.every(({ points }) => points > 0)).toBe(true);
  });

  it("shows and observes only what JSON keeps", () => {
    const state = environment.reset(2, {});
    for (const actions of randomActions(environment, 5, 300)) environment.step(state, actions);
    for (const player of [0, 1]) {
      expect(jsonFaults(environment.observe(state, player))).toEqual([]);
      expect(jsonFaults(environment.draw(state, player))).toEqual([]);
    }
  });

  it.each([3, 4])("needs all of %i for the stag, and hides as among two", (playerCount) => {
    const hunt = huntFor(playerCount);
    const all = hunt.agentIds.map(() => STAG);
    expect(hunt.step(hunt.reset(1, {}), all).rewards).toEqual(all.map(() => 5));
    const missing = hunt.reset(1, {});
    const { rewards } = hunt.step(missing, all.with(-1, HARE));
    expect(rewards).toEqual(all.map(() => 0).with(-1, missing.hunters.at(-1)?.hare as number));
    const views = (hare: number, choice: number) => {
      const state = hunt.reset(1, {});
      (state.hunters.at(-1) as HuntState["hunters"][number]).hare = hare;
      hunt.step(state, all.map(() => 0).with(-1, choice));
      expect(jsonFaults(hunt.observe(state, 0))).toEqual([]);
      return JSON.stringify([hunt.observe(state, 0), hunt.draw(state, 0)]);
    };
    expect(views(1, STAG)).toBe(views(4, HARE));
    expect(views(1, STAG)).not.toBe(views(1, 0));
  });

  it("names what is wrong with a configuration", () => {
    expect(environment.checkConfig({ rounds: 0, hares: 1 })).toEqual([
      "Expected only the keys rounds, choiceFrames, got `hares`",
      "Expected `rounds` to be an integer from 1 to 100, got 0",
    ]);
    expect(environment.checkConfig({})).toEqual([]);
  });

  it("[DE4][DE6] passes the sync test", async () => {
    const result = runSyncTest({
      environment: environment as Environment,
      ...{ config: {}, seed: 5, frames: 600, depthFramesMax: 8, hasher: await loadHasher() },
    });
    expect(result).toMatchObject({ kind: "passed", frames: 600 });
  });
});
