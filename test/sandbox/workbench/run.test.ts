import { beforeAll, describe, expect, it } from "vitest";
import { type Hasher, type LinkProfile, loadHasher, PERFECT_LINK } from "../../../engine/index.ts";
import { GAMES } from "../../../sandbox/workbench/games.ts";
import { Run } from "../../../sandbox/workbench/run.ts";
import { RunHistory } from "../../../sandbox/workbench/run-history.ts";
import {
  defaultSetUp,
  equalLinks,
  type Fault,
  LASTING_FAULTS,
  type SetUp,
} from "../../../sandbox/workbench/set-up.ts";
import { setUpFromUrl, setUpToUrl } from "../../../sandbox/workbench/set-up-url.ts";
import { runToEnd, type Summary, summarize } from "../../../sandbox/workbench/summary.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const FRAMES = 600;
const UNTIL_MS = 15_000;
const LINK: LinkProfile = { ...PERFECT_LINK, delayMs: 40 };

function base(game = "puck", playerCount = 2): SetUp {
  const usual = defaultSetUp(game, playerCount);
  return { ...usual, frames: FRAMES, links: equalLinks(playerCount, LINK) };
}

function measure(change: Partial<SetUp>): Summary {
  return summarize(runToEnd({ ...base(), ...change }, hasher, UNTIL_MS), hasher);
}

const withLink = (change: Partial<LinkProfile>): Partial<SetUp> => ({
  links: equalLinks(2, { ...LINK, ...change }),
});
const withSession = (change: Partial<SetUp["session"]>): Partial<SetUp> => ({
  session: { ...base().session, ...change },
});
const withFault = (fault: Fault): Partial<SetUp> => ({ faults: [fault] });

type Figure = { [K in keyof Summary]: Summary[K] extends number | null ? K : never }[keyof Summary];

describe("each control changes what it names", () => {
  let plain: Summary;
  beforeAll(() => {
    plain = measure({});
  });

  it("[SB2] a plain run is whole, and rolls back because of its delay", () => {
    expect(plain).toMatchObject({ confirmedFrames: FRAMES, verifiedFrames: FRAMES, desyncs: 0 });
    expect(plain.rollbacks).toBeGreaterThan(50);
    expect(plain.lostPackets + plain.duplicatedPackets + plain.reorderedPackets).toBe(0);
    expect(plain.statuses).toBe("ended, ended");
  });

  it.each<[string, Partial<SetUp>, Figure, number, number]>([
    ["delay", withLink({ delayMs: 100 }), "meanRttMs", 195, 235],
    ["jitter", withLink({ jitterMs: 30 }), "meanJitterMs", 5, 60],
    ["loss", withLink({ lossRatio: 0.2 }), "lostPackets", 100, 500],
    ["burst", withLink({ burstRatio: 0.01, burstPackets: 20 }), "lostPackets", 40, 600],
    ["reordering", withLink({ reorderRatio: 0.2, reorderMs: 60 }), "reorderedPackets", 50, 900],
    ["duplication", withLink({ duplicateRatio: 0.3 }), "duplicatedPackets", 200, 600],
    ["bandwidth", withLink({ bandwidthKbitPerS: 32 }), "congestedPackets", 100, 2_000],
    ["input delay", withSession({ inputDelayFrames: 6 }), "rollbacks", 0, 0],
    [
      "prediction window",
      withSession({ inputDelayFrames: 0, predictionWindowFrames: 1 }),
      "stalledMs",
      1_000,
      1e6,
    ],
    ["forced rollback", { forcedRollbackFrames: 8 }, "repeatedSteps", 2 * 8 * 500, 20_000],
    [
      "hidden tab",
      withFault({ kind: "hide", peer: 1, atMs: 2_000, durationMs: 3_000 }),
      "unfocusedFrames",
      3,
      400,
    ],
    [
      "GC pause",
      withFault({ kind: "pause", peer: 0, atMs: 2_000, durationMs: 900 }),
      "stalledMs",
      400,
      5_000,
    ],
    [
      "cut",
      withFault({ kind: "cut", peer: 0, atMs: 2_000, durationMs: 1_500 }),
      "interruptions",
      2,
      2,
    ],
    [
      "reloaded page",
      withFault({ kind: "reload", peer: 1, atMs: 2_000, durationMs: 700 }),
      "returns",
      1,
      1,
    ],
    [
      "planted desync",
      withFault({ kind: "desync", peer: 0, frame: 99, path: "" }),
      "desyncs",
      2,
      2,
    ],
  ])("[SB2] %s", (_, change, figure, low, high) => {
    const changed = measure(change)[figure] as number;
    expect(changed).toBeGreaterThanOrEqual(low);
    expect(changed).toBeLessThanOrEqual(high);
    const before = plain[figure] as number;
    expect(before < low || before > high).toBe(true);
  });

  it("[SB2] predictor: another guess makes other rollbacks, and the same game", () => {
    const neutral = measure(withSession({ predictor: "neutral" }));
    expect(neutral.rollbacks).not.toBe(plain.rollbacks);
    expect(neutral.hashChain).toBe(plain.hashChain);
  });

  it("[SB2] tick rate: the same frames take twice the time at half the rate", () => {
    const slow = measure({ fps: 30, frames: 300 });
    expect(slow.durationMs / measure({ frames: 300 }).durationMs).toBeCloseTo(2, 0);
  });

  it("[SB2] clock drift runs peers apart, time sync holds them together", () => {
    const drift = { driftPpm: [0, 8_000] };
    const off = measure({ ...drift, ...withSession({ isTimeSyncOn: false }) });
    const on = measure(drift);
    expect((off.meanLeadFrames as number) - (on.meanLeadFrames as number)).toBeGreaterThan(0.3);
  });

  it("[SB2] a peer that leaves ends the game of the others", () => {
    const fault: Fault = { kind: "leave", peer: 1, atMs: 2_000 };
    const gone = measure({ ...withSession({ disconnectedAfterMs: 1_000 }), ...withFault(fault) });
    expect(gone.statuses).toContain("aborted");
    expect(gone.confirmedFrames).toBeLessThan(200);
  });

  it.each([2, 3])("[SB2] a page that is reloaded plays the episode of %i to its end", (players) => {
    const fault: Fault = { kind: "reload", peer: 1, atMs: 2_000, durationMs: 700 };
    const setUp = { ...base("puck", players), forcedRollbackFrames: 6, faults: [fault] };
    const back = summarize(runToEnd(setUp, hasher, UNTIL_MS), hasher);
    expect(back).toMatchObject({ returns: 1, confirmedFrames: FRAMES, desyncs: 0 });
    expect(back.statuses).toBe(Array(players).fill("ended").join(", "));
    // What the page that is gone had measured still counts.
    const half = summarize(runToEnd(setUp, hasher, 1_999), hasher);
    expect(back.rollbacks).toBeGreaterThan(half.rollbacks * 1.5);
    const run = new Run({ setUp, hasher });
    const history = new RunHistory(run);
    for (let nowMs = 0; nowMs < 4_000; nowMs += 100) {
      run.advanceTo(nowMs);
      history.sample({ simulationMs: 0, ratio: 1 });
    }
    const sent = history.columns.bytes.flat().flatMap((kib) => kib ?? []);
    expect(sent.length).toBeGreaterThan(30);
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(0);
    // Nothing to return to: whoever has the only copy of the episode stays.
    const both = [fault, { ...fault, peer: 0 }, { ...fault, peer: players - 1 }];
    expect(summarize(runToEnd({ ...setUp, faults: both }, hasher, UNTIL_MS), hasher).returns).toBe(
      players - 1,
    );
  });

  it("[SB2] idle and scripted players play differently", () => {
    const idle = measure({ inputs: ["idle", "idle"] });
    expect(idle.rollbacks).toBe(0);
    expect(idle.hashChain).not.toBe(plain.hashChain);
  });

  it.each(
    Object.entries(GAMES).flatMap(([game, { playerCounts }]) =>
      playerCounts.map((players) => [game, players] as const),
    ),
  )("[SB10] the bots of %s play with %i peers", (game, players) => {
    const setUp = { ...base(game, players), inputs: Array(players).fill("bot") };
    const summary = summarize(runToEnd(setUp, hasher, UNTIL_MS), hasher);
    expect(summary.verifiedFrames).toBeGreaterThan(100);
    expect(summary.desyncs).toBe(0);
    const idle = { ...setUp, inputs: Array(players).fill("idle") };
    const other = summarize(runToEnd(idle, hasher, UNTIL_MS), hasher);
    expect(summary.hashChain).not.toBe(other.hashChain);
  });
});

describe("runs", () => {
  it("[SB3] the game is the same whatever the network does to it", () => {
    expect(measure(withLink({ lossRatio: 0.2, jitterMs: 40 })).hashChain).toBe(
      measure({}).hashChain,
    );
    expect(measure({ forcedRollbackFrames: 12 }).hashChain).toBe(measure({}).hashChain);
    expect(measure({ seed: 2 }).hashChain).not.toBe(measure({}).hashChain);
  });

  it("[SB3] a link reproduces the run to the last packet", () => {
    const setUp = { ...base(), ...withLink({ lossRatio: 0.1, jitterMs: 20 }), seed: 77 };
    const again = setUpFromUrl(setUpToUrl(setUp)).setUp;
    expect(summarize(runToEnd(again, hasher, UNTIL_MS), hasher)).toEqual(measure(setUp));
  });

  it.each([...LASTING_FAULTS, "leave"] as const)(
    "[SB3] %s on the way is part of the set-up: the same from the start gives the same run",
    (kind) => {
      const live = new Run({
        setUp: { ...base(), ...withSession({ disconnectedAfterMs: 1_000 }) },
        hasher,
      });
      live.advanceTo(1_234);
      const fault = live.addFault(kind, 1, 700);
      expect(live.setUp.faults).toEqual([fault]);
      live.advanceTo(UNTIL_MS);
      const again = runToEnd(live.setUp, hasher, UNTIL_MS);
      expect(summarize(again, hasher)).toEqual(summarize(live, hasher));
      expect(live.isEdited).toBe(false);
    },
  );

  it("[SB2] a single tick is one of each peer, at whatever rates they go, and changes nothing", () => {
    const hidden: Fault = { kind: "hide", peer: 1, atMs: 6_000, durationMs: 1_500 };
    const free = withSession({ isTimeSyncOn: false });
    const setUp = { ...base(), ...free, driftPpm: [-9_000, 0], faults: [hidden] };
    const run = new Run({ setUp, hasher });
    const ticks = () => run.logs.map((log) => log.ticks);
    run.advanceTo(437);
    const seen: Record<string, number> = {};
    for (let press = 0; press < 250; press++) {
      const before = ticks();
      run.advanceTick();
      const steps = ticks().map((count, peer) => count - (before[peer] as number));
      seen[steps.join()] = (seen[steps.join()] ?? 0) + 1;
    }
    // A clock that is 9 per mille fast has one tick more in 111.
    expect(Object.keys(seen).sort()).toEqual(["1,0", "1,1"]);
    expect(seen["1,1"]).toBeGreaterThan(240);
    run.advanceTo(6_500);
    // While one is hidden the others tick on; its own are made up for in one moment, and none is left out.
    while (run.nowMs < 8_000) run.advanceTick();
    const straight = runToEnd(setUp, hasher, run.nowMs);
    expect(summarize(run, hasher)).toEqual(summarize(straight, hasher));
  });

  it("[SB3] says when a link was changed on the way", () => {
    const run = new Run({ setUp: base(), hasher });
    run.advanceTo(1_000);
    run.setLink(0, 1, { ...LINK, delayMs: 150 });
    expect(run.isEdited).toBe(true);
    run.advanceTo(4_000);
    run.refresh();
    expect(run.logs[0]?.metrics?.links[0]?.rttMs).toBeGreaterThan(150);
  });

  it.each([
    ["puck", 2, "puckX.0", 120],
    ["cramped-room", 2, "", 50],
    ["marbles", 3, "marbles.7.vx", 200],
  ])(
    "[SB4] a desync planted in %s is found at its frame and path",
    (game, players, path, frame) => {
      const fault: Fault = { kind: "desync", peer: 1, frame, path };
      const run = runToEnd({ ...base(game, players), faults: [fault] }, hasher, UNTIL_MS);
      run.refresh();
      const found = run.logs[0]?.metrics?.desyncs.find(({ peer }) => peer === 1);
      expect(found?.frame).toBe(frame + 1);
      if (path !== "") expect(found?.located?.path).toBe(path);
      else expect(found?.located).not.toBeNull();
      expect(run.logs[0]?.statusOf(frame)).toBe("disputed");
      expect(run.logs[0]?.statusOf(frame - 1)).toBe("verified");
    },
  );

  it.each<[number, readonly Fault[]]>([
    [0, []],
    [2, []],
    [5, []],
    [2, [{ kind: "reload", peer: 1, atMs: 900, durationMs: 600 }]],
  ])(
    "decodes every packet to the inputs that were played, with a delay of %i and faults %j",
    (delay, faults) => {
      const setUp = {
        ...base("marbles", 4),
        ...withSession({ inputDelayFrames: delay }),
        ...{ frames: faults.length === 0 ? 60 : 90, faults },
      };
      const lossy = { ...LINK, lossRatio: 0.1, jitterMs: 30 };
      const run = runToEnd({ ...setUp, links: equalLinks(4, lossy) }, hasher, UNTIL_MS);
      const packets = run.packets.newest(Number.POSITIVE_INFINITY, () => true);
      expect(packets.length).toBeGreaterThan(500);
      for (const { packet, contents } of packets) {
        expect(contents.kind).toBe(packet.channel);
        if (contents.kind !== "play") continue;
        contents.inputs.forEach(({ action }, i) => {
          const frame = contents.fromFrame + i;
          if (frame < 60) expect(action).toEqual(run.logs[0]?.actions[frame]?.[packet.from]);
        });
      }
      const { returns } = summarize(run, hasher);
      expect(returns).toBe(faults.length);
      expect(run.packets.carrying(50, 1).length).toBeGreaterThan(0);
    },
  );
});
