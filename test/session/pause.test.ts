/** What each policy makes of a hidden page and of an interruption, as the logs of the sessions tell. */
import { beforeAll, describe, expect, it } from "vitest";
import { FLAG_ABSENT, FLAG_FOCUSED, FLAG_PAUSED } from "../../engine/environment/input-flag.ts";
import {
  checkSessionConfig,
  DEFAULT_SESSION_CONFIG,
  fulfil,
  type Hasher,
  handshakeDigest,
  loadHasher,
  pausePolicyOf,
  type SessionConfig,
  World,
} from "../../engine/index.ts";
import { Cluster } from "../../engine/simulation/cluster.ts";
import { PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import { makeSchedule } from "../../engine/simulation/schedule.ts";
import { aloneSession } from "../support/alone.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const FRAMES = 200;
const DELAY_FRAMES = 1;
const ACTION = 3;
const environment = orbitEnvironment();

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

interface Run {
  readonly config?: Partial<SessionConfig>;
  /** Player 1's page is hidden in these frames. */
  readonly hidden?: readonly [number, number];
  readonly cutMs?: number;
}

/** Two peers over a good link, one of whom may look away and both of whom may be cut off. */
function run({ config = {}, hidden = [0, 0], cutMs = 0 }: Run) {
  const link = { ...PERFECT_LINK, delayMs: 20 };
  const cut = { startMs: 1_500, durationMs: cutMs };
  const cluster = new Cluster({
    environment,
    config: null,
    hasher,
    schedule: {
      ...makeSchedule(1, { playerCount: 2, frames: FRAMES }),
      links: [
        [link, link],
        [link, link],
      ],
      session: {
        ...{ inputDelayFrames: DELAY_FRAMES, predictionWindowFrames: 8 },
        ...{ predictor: "repeat-last", ...config },
      },
      partitions: [
        { from: 0, to: 1, ...cut },
        { from: 1, to: 0, ...cut },
      ],
      pauses: [],
      hiddenTabs: [],
    },
    actionOf: () => ACTION,
    isFocusedOf: (frame, player) => player !== 1 || frame < hidden[0] || frame >= hidden[1],
  });
  cluster.run(60_000);
  const [first, second] = cluster.peers.map(({ confirmed }) => ({
    flags: confirmed.flatMap(({ flags }) => flags),
    actions: confirmed.flatMap(({ actions }) => actions),
    hashes: confirmed.flatMap(({ hashes }) => hashes),
  }));
  if (first === undefined) throw new Error("Expected a peer");
  expect(second).toEqual(first);
  for (const { session } of cluster.peers) {
    expect(session.status).toEqual({ kind: "ended", endFrame: first.flags.length });
  }
  return first;
}

/** Frames of the log in which the player asked for a pause. */
const askedIn = (flags: readonly (readonly number[])[], player: number) =>
  flags.flatMap((row, frame) => (((row[player] ?? 0) & FLAG_PAUSED) === 0 ? [] : [frame]));

describe("a hidden page", () => {
  const HIDDEN = [50, 80] as const;

  it.each([
    ["continue", ACTION, 0],
    ["neutral", 0, FLAG_ABSENT],
    ["pause", 0, FLAG_ABSENT | FLAG_PAUSED],
  ] as const)("[PA4] with `%s` plays action %i with flags %i", (onHidden, action, flags) => {
    const log = run({ config: { onHidden, resumeCountdownMs: 250 }, hidden: HIDDEN });
    for (let frame = DELAY_FRAMES; frame < log.flags.length; frame++) {
      const isHidden = frame >= HIDDEN[0] && frame < HIDDEN[1];
      expect(log.flags[frame]?.[1], `frame ${frame}`).toBe(isHidden ? flags : FLAG_FOCUSED);
      expect(log.actions[frame]?.[1], `frame ${frame}`).toBe(isHidden ? action : ACTION);
      expect(log.flags[frame]?.[0]).toBe(FLAG_FOCUSED);
    }
    // Half a second of hiding and a quarter of countdown.
    expect(log.flags).toHaveLength(onHidden === "pause" ? FRAMES + 30 + 15 : FRAMES);
  });

  it("[PA6] holds its partner no longer than the limit", () => {
    const config = { onHidden: "pause", resumeCountdownMs: 0, pauseLimitMs: 200 } as const;
    expect(run({ config, hidden: HIDDEN }).flags).toHaveLength(FRAMES + 12);
  });

  it.each([
    ["neutral", 20],
    ["pause", 32],
  ] as const)("[PA4] of somebody alone does as `%s` says", (onHidden, frames) => {
    const config = { ...DEFAULT_SESSION_CONFIG, onHidden, resumeCountdownMs: 100 };
    const session = aloneSession(environment, config);
    const pausePolicy = pausePolicyOf(config, environment.fps);
    const world = new World({
      ...{ environment, config: null, seed: 1, maxSteps: 20, hasher, pausePolicy },
    });
    for (let tick = 0; session.status.kind !== "ended"; tick++) {
      session.addLocalInput(0, { action: ACTION, isFocused: tick < 5 || tick >= 11 });
      fulfil(session.advance(tick), world, session);
    }
    expect(session.status).toEqual({ kind: "ended", endFrame: frames });
  });
});

describe("an interruption", () => {
  it("[PA5] with `pause` is followed by one countdown for both, from the frames they ask in", () => {
    const config = { onInterruption: "pause", resumeCountdownMs: 500 } as const;
    const { flags } = run({ config, cutMs: 1_000 });
    const asked = [0, 1].map((player) => askedIn(flags, player));
    expect(asked.map(({ length }) => length)).toEqual([1, 1]);
    const [first = 0, second = 0] = asked.flat();
    expect(flags).toHaveLength(FRAMES + Math.abs(first - second) + 1 + 30);
  });

  it.each([
    ["`continue`", { onInterruption: "continue" } as const, 1_000],
    ["a silence that is too short to be one", { onInterruption: "pause" } as const, 300],
  ])("[PA5] with %s is followed by none", (_, config, cutMs) => {
    expect(run({ config, cutMs }).flags).toHaveLength(FRAMES);
  });
});

describe("the rules of a pause", () => {
  const pausing = { ...DEFAULT_SESSION_CONFIG, onHidden: "pause" } as const;

  it("[PA2] are whole frames, none where the study never pauses", () => {
    const rules = { ...pausing, resumeCountdownMs: 1_001, pauseLimitMs: 10 };
    expect(pausePolicyOf(rules, 30)).toEqual({ countdownFrames: 31, limitFrames: 1 });
    expect(pausePolicyOf({ ...rules, pauseLimitMs: null }, 30).limitFrames).toBeNull();
    const never = { countdownFrames: 0, limitFrames: 0 };
    expect(pausePolicyOf(DEFAULT_SESSION_CONFIG, 30)).toEqual(never);
  });

  it("[PA2][PR5] are part of the handshake", () => {
    const digest = (config: SessionConfig) =>
      handshakeDigest({
        ...{ environment, environmentDigest: "", configDigest: "", seed: 1, episode: 0 },
        ...{ maxSteps: 1, config },
      });
    const { pauseCountdownFrames, pauseLimitFrames } = digest(pausing);
    expect([pauseCountdownFrames, pauseLimitFrames]).toEqual(["180", "1800"]);
    expect(digest({ ...pausing, pauseLimitMs: null }).pauseLimitFrames).toBe("null");
  });

  it("name the knob, the range and what was got when they are wrong", () => {
    const config = {
      ...{ ...pausing, onHidden: "stop", onInterruption: "neutral" },
      ...{ resumeCountdownMs: 10_001, pauseLimitMs: 0 },
    } as unknown as SessionConfig;
    expect(checkSessionConfig(config)).toEqual([
      "Expected `resumeCountdownMs` to be an integer 0–10000, got 10001",
      "Expected `pauseLimitMs` to be an integer 1–3600000, got 0",
      "Expected `onHidden` to be continue or neutral or pause, got stop",
      "Expected `onInterruption` to be continue or pause, got neutral",
    ]);
    expect(checkSessionConfig({ ...pausing, pauseLimitMs: null })).toEqual([]);
  });
});
