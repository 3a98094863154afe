import { beforeAll, describe, expect, it } from "vitest";
import {
  FLAG_ABSENT,
  FLAG_BOT,
  FLAG_FOCUSED,
  FLAG_PAUSED,
} from "../../engine/environment/input-flag.ts";
import {
  episodeFramesMax,
  type Hasher,
  loadHasher,
  type PausePolicy,
  replayEpisode,
  World,
} from "../../engine/index.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const PLAYED = FLAG_FOCUSED;
const ASKED = FLAG_FOCUSED | FLAG_PAUSED;
const AWAY = FLAG_ABSENT | FLAG_PAUSED;
const ACTIONS = [1, 2];
const environment = orbitEnvironment();

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

function makeWorld(pausePolicy: PausePolicy | undefined, maxSteps = 100): World {
  return new World({ environment, config: null, seed: 3, maxSteps, hasher, pausePolicy });
}

/** Steps once for each pair of flags; true where the frame waited. */
function play(world: World, frames: readonly (readonly number[])[]): boolean[] {
  return frames.map((flags) => {
    const { stepCount } = world;
    world.step(ACTIONS, flags);
    world.save(world.frame);
    return world.stepCount === stepCount;
  });
}

const times = (count: number, ...flags: number[]) => Array.from({ length: count }, () => flags);
const text = (waits: readonly boolean[]) => waits.map((waits) => (waits ? "w" : ".")).join("");

describe("a world whose players may pause", () => {
  it("[PA1] waits while anybody asks and for the countdown after, and then goes on", () => {
    const world = makeWorld({ countdownFrames: 3, limitFrames: null });
    const frames = [
      ...times(2, PLAYED, PLAYED),
      ...times(2, PLAYED, AWAY),
      ...times(5, PLAYED, PLAYED),
    ];
    expect(text(play(world, frames))).toBe("..wwwww..");
    expect(world.stepCount).toBe(4);
  });

  it("[PA1] begins the countdown anew when somebody asks in it", () => {
    const world = makeWorld({ countdownFrames: 3, limitFrames: null });
    const frames = [[AWAY, PLAYED], ...times(2, PLAYED, PLAYED), [PLAYED, ASKED]];
    expect(text(play(world, [...frames, ...times(5, PLAYED, PLAYED)]))).toBe("wwwwwww..");
  });

  it("[PA1] leaves the state as it is and gives nothing to anybody", () => {
    const world = makeWorld({ countdownFrames: 1, limitFrames: null });
    play(world, times(3, PLAYED, PLAYED));
    const result = world.step(ACTIONS, [AWAY, PLAYED | FLAG_BOT]);
    world.save(4);
    expect(world.hash(4)).toBe(world.hash(3));
    expect(result).toMatchObject({ rewards: [0, 0], terminateds: [false, false], infos: [{}, {}] });
    expect(world.actions).toEqual(ACTIONS);
  });

  it("[PA1] says who asks, who has asked without attention, and how long it lasts", () => {
    const world = makeWorld({ countdownFrames: 2, limitFrames: null });
    const told = [
      [ASKED, PLAYED],
      [PLAYED, AWAY],
      [PLAYED, PLAYED],
      [PLAYED, PLAYED],
      [PLAYED, PLAYED],
    ].map((flags) => {
      world.step(ACTIONS, flags);
      const { asking, askers, unfocusedAskers, leftFrames } = world.pause ?? {};
      return [asking, askers, unfocusedAskers, leftFrames];
    });
    expect(told).toEqual([
      [1, 1, 0, 2],
      [2, 3, 2, 2],
      [0, 3, 2, 1],
      [0, 3, 2, 0],
      [0, 0, 0, 0],
    ]);
  });

  it("[PA6] counts each player's asking up to the limit, and plays on with them then", () => {
    const world = makeWorld({ countdownFrames: 1, limitFrames: 3 });
    const frames = [
      ...times(6, AWAY, PLAYED),
      ...times(2, PLAYED, ASKED),
      [ASKED, PLAYED],
      ...times(2, PLAYED, PLAYED),
    ];
    // Three frames and one of countdown; then the other player's own limit; the first's is spent.
    expect(text(play(world, frames))).toBe("wwww..www..");
  });

  it("[PA3] truncates after as many steps as without a pause", () => {
    const world = makeWorld({ countdownFrames: 2, limitFrames: null }, 5);
    play(world, [...times(3, PLAYED, PLAYED), [AWAY, AWAY], ...times(3, PLAYED, PLAYED)]);
    expect([world.frame, world.stepCount, world.isTerminal]).toEqual([7, 4, false]);
    play(world, times(1, PLAYED, PLAYED));
    expect([world.frame, world.stepCount, world.isTerminal]).toEqual([8, 5, true]);
  });

  it("[PA2] brings the countdown and the spent limits back with a state", () => {
    const frames = [
      ...times(2, PLAYED, PLAYED),
      ...times(3, AWAY, PLAYED),
      ...times(6, PLAYED, PLAYED),
      ...times(4, AWAY, PLAYED),
      ...times(6, PLAYED, PLAYED),
    ];
    const policy = { countdownFrames: 2, limitFrames: 5 };
    const straight = makeWorld(policy);
    const expected = play(straight, frames);
    for (let back = 0; back < frames.length; back++) {
      const world = makeWorld(policy);
      play(world, frames.slice(0, back));
      // What was guessed, and was wrong: somebody asks all the time, or nobody does.
      play(world, times(4, ASKED, ASKED));
      world.load(back);
      play(world, times(3, PLAYED, PLAYED));
      world.load(back);
      expect(text(play(world, frames.slice(back)))).toBe(text(expected.slice(back)));
      expect(world.hash(frames.length)).toBe(straight.hash(frames.length));
    }
  });

  it.each([undefined, { countdownFrames: 3, limitFrames: 0 }])(
    "[PA1] never waits where the study does not pause: %o",
    (policy) => {
      const world = makeWorld(policy);
      expect(text(play(world, times(3, AWAY, ASKED)))).toBe("...");
      expect(world.pause).toBeNull();
    },
  );
});

describe("rows of frames that waited", () => {
  const flags = [[PLAYED, PLAYED], [PLAYED, AWAY], ...times(3, PLAYED, PLAYED)];
  const actions = flags.map(() => ACTIONS);
  const recording = { environment, config: null, seed: 3, maxSteps: 3, episode: 0, actions, flags };
  const replayWith = (pausePolicy?: PausePolicy) =>
    replayEpisode({ ...recording, hasher, pausePolicy });

  it("[PA1][PA3] are kept with no reward and no info, and only the last step is cut", () => {
    const { table, endFrame, isTerminal } = replayWith({ countdownFrames: 1, limitFrames: null });
    expect([endFrame, isTerminal]).toEqual([5, true]);
    expect(table.columns.at(-1)).toBe("isPaused");
    const column = (name: string) => table.rows.map((row) => row[table.columns.indexOf(name)]);
    expect(column("isPaused")).toEqual([false, true, true, false, false]);
    expect(column("infos.body_1.player")).toEqual([1, null, null, 1, 1]);
    expect(column("rewards.body_0").slice(1, 3)).toEqual([0, 0]);
    expect(column("isFocused.body_1")).toEqual([true, false, true, true, true]);
    expect(column("truncateds.body_0")).toEqual([false, false, false, false, true]);
  });

  it("[DA5] have no such column where nothing was known of pauses, and no frame waits", () => {
    const { table, endFrame } = replayWith();
    expect(table.columns).not.toContain("isPaused");
    expect(endFrame).toBe(3);
  });
});

describe("the longest episode", () => {
  it.each([
    [{ countdownFrames: 0, limitFrames: 0 }, 100],
    [{ countdownFrames: 0, limitFrames: 10 }, 120],
    [{ countdownFrames: 4, limitFrames: 10 }, 200],
    [{ countdownFrames: 4, limitFrames: null }, Number.POSITIVE_INFINITY],
  ])("of 100 steps and two players under %o has %i frames", (policy, frames) => {
    expect(episodeFramesMax(policy, 100, 2)).toBe(frames);
  });

  it("is reached by two who ask in turn as long as they can", () => {
    const policy = { countdownFrames: 2, limitFrames: 3 };
    const world = makeWorld(policy, 10);
    for (let frame = 0; !world.isTerminal; frame++) {
      const isAsked = frame % 3 === 0;
      const isFirst = frame % 6 === 0;
      play(world, [[isAsked && isFirst ? ASKED : PLAYED, isAsked && !isFirst ? ASKED : PLAYED]]);
    }
    expect(world.frame).toBe(episodeFramesMax(policy, 10, 2));
  });
});
