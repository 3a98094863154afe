import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GAMES } from "../../../sandbox/workbench/games.ts";
import {
  checkSetUp,
  defaultSetUp,
  type Fault,
  INPUT_KINDS,
  LASTING_FAULTS,
  NAMED_LINKS,
  perPlayer,
  type SetUp,
} from "../../../sandbox/workbench/set-up.ts";
import { setUpFromUrl, setUpToUrl } from "../../../sandbox/workbench/set-up-url.ts";

const link = fc.record({
  delayMs: fc.integer({ min: 0, max: 500 }),
  jitterMs: fc.integer({ min: 0, max: 300 }),
  lossRatio: fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
  burstRatio: fc.integer({ min: 0, max: 100 }).map((n) => n / 1_000),
  burstPackets: fc.integer({ min: 0, max: 200 }),
  duplicateRatio: fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
  reorderRatio: fc.constantFrom(0, 0.5),
  reorderMs: fc.integer({ min: 0, max: 500 }),
  bandwidthKbitPerS: fc.option(fc.integer({ min: 16, max: 5_000 })),
});
const anyLink = fc.oneof(link, fc.constantFrom(...NAMED_LINKS.map((named) => named.link)));
const window = { atMs: fc.nat(60_000), durationMs: fc.integer({ min: 1, max: 5_000 }) };

const fault = (playerCount: number): fc.Arbitrary<Fault> => {
  const peer = fc.nat(playerCount - 1);
  return fc.oneof(
    fc.record({ kind: fc.constantFrom(...LASTING_FAULTS), peer, ...window }),
    fc.record({ kind: fc.constant("leave" as const), peer, atMs: fc.nat(60_000) }),
    fc.record({
      kind: fc.constant("desync" as const),
      peer,
      frame: fc.nat(100),
      path: fc.constantFrom("", "marbles.3.vx", "a_b.c"),
    }),
  );
};

const setUp: fc.Arbitrary<SetUp> = fc
  .constantFrom(["puck", 4] as const, ["stag-hunt", 2] as const, ["marbles", 3] as const)
  .chain(([game, playerCount]) => {
    const usual = defaultSetUp(game, playerCount);
    const each = <T>(entry: fc.Arbitrary<T>) =>
      fc.array(entry, { minLength: playerCount, maxLength: playerCount });
    return fc
      .record({
        game: fc.constant(game),
        playerCount: fc.constant(playerCount),
        seed: fc.integer({ min: 0, max: 0xffffffff }),
        frames: fc.integer({ min: 101, max: 9_999 }),
        fps: fc.option(fc.integer({ min: 1, max: 120 })),
        session: fc.record({
          inputDelayFrames: fc.integer({ min: 0, max: 15 }),
          predictionWindowFrames: fc.integer({ min: 1, max: 60 }),
          predictor: fc.constantFrom("repeat-last", "neutral", "environment"),
          isTimeSyncOn: fc.boolean(),
          pauseLimitMs: fc.constantFrom(null, 30_000, 5_000),
          onHidden: fc.constantFrom("continue", "neutral", "pause"),
          onDesync: fc.constantFrom("dispute", "recover"),
        }),
        forcedRollbackFrames: fc.nat(60),
        network: fc.constantFrom("simulated", "webrtc"),
        link: anyLink,
        other: anyLink,
        inputs: each(fc.constantFrom(...INPUT_KINDS)),
        driftPpm: each(fc.integer({ min: -500, max: 500 })),
        faults: fc.array(fault(playerCount), { maxLength: 3 }),
      })
      .map(
        ({ link, other, session, ...rest }): SetUp => ({
          ...rest,
          session: { ...usual.session, ...session },
          links: perPlayer(playerCount, (from) =>
            perPlayer(playerCount, (to) => (from === 1 && to === 0 ? other : link)),
          ),
        }),
      );
  });

describe("set-up links", () => {
  it("[SB1] carry every set-up there and back", () => {
    fc.assert(
      fc.property(setUp, (given) => {
        expect(checkSetUp(given)).toEqual([]);
        expect(setUpFromUrl(setUpToUrl(given))).toEqual({ setUp: given, faults: [] });
      }),
      { numRuns: 200 },
    );
  });

  it("[SB1] leave out what is usual", () => {
    for (const [game, { usualPlayerCount }] of Object.entries(GAMES)) {
      const url = setUpToUrl(defaultSetUp(game, usualPlayerCount));
      expect(url).toBe(`?v=1&game=${game}`);
    }
    expect(setUpFromUrl("").faults).toEqual([]);
  });

  it.each([
    ["?v=2&game=puck", "version 1, got 2"],
    ["?game=chess", "puck or cramped-room"],
    ["?game=constructor", "puck or cramped-room"],
    ["?game=cramped-room&n=4", "`players` of cramped-room to be 2, got 4"],
    ["?game=puck&n=5", "`players` of puck to be 2, 3, 4, got 5"],
    ["?game=puck&delay=99", "`inputDelayFrames` to be an integer 0–15, got 99"],
    ["?game=puck&delay=x", "`inputDelayFrames`"],
    ["?game=puck&link=9999", "`link 0>1 delayMs` to be from 0 to 500, got 9999"],
    ["?game=puck&link=bad", "`link 0>1 delayMs`"],
    ["?game=puck&in=hold", "`number of inputs`"],
    ["?game=puck&in=hold_robot", "got robot"],
    ["?game=puck&f=burn_0_1", "got burn_0_1"],
    ["?game=puck&f=hide_7_100_100", "`fault hide peer`"],
    ["?game=puck&seed=-1", "`seed`"],
    ["?game=puck&net=pigeon", "`net` to be simulated or webrtc, got pigeon"],
    ["?game=puck&force=999", "`forced rollback`"],
  ])("[SB1] %s is refused with a reason, and the usual set-up is used", (url, reason) => {
    const { setUp: used, faults } = setUpFromUrl(url);
    expect(faults.join("; ")).toContain(reason);
    expect(checkSetUp(used)).toEqual([]);
  });
});
