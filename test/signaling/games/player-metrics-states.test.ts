/** Metrics of games that went another way than the one of the table of keys. */
import { describe, expect, it } from "vitest";
import type { PlayerEpisode } from "../../../signaling/games/episode-measurements.ts";
import { playerMetrics } from "../../../signaling/games/player-metrics.ts";
import type { EndReason } from "../../../signaling/store/game-table.ts";
import { multiplayerMetricsSchema } from "../../../signaling/store/metrics-schema.ts";
import {
  close,
  connection,
  link,
  log,
  metrics,
  player,
  standing,
  verdict,
} from "./measured-game.ts";

/** The file of player 0 after these episodes. */
function fileOf(
  episodes: readonly PlayerEpisode[],
  endReason: EndReason = "finished",
  peers: readonly number[] = [1],
) {
  const seat = standing(player(0, endReason), episodes, 1);
  return multiplayerMetricsSchema.parse(playerMetrics(seat, episodes, peers, null, 999_000));
}

function episode(index: number, changes: Parameters<typeof close>[1], frames = 40): PlayerEpisode {
  return {
    episode: index,
    log: log(index, frames),
    close: close(index, changes),
    verdict: verdict(frames),
  };
}

const linked = (links: Parameters<typeof link>[0][], index = 0) =>
  episode(index, { metrics: metrics({ links: links.map(link) }) });

describe("connection.health", () => {
  it.each([
    [0, 0, "good"],
    [199.9, 99.95, "good"],
    [200, 100, "warning"],
    [399.9, 199.95, "warning"],
    [400, 200, "critical"],
  ] as const)("of a round trip of %d ms has latency %d: %s", (rttMs, latency, status) => {
    const { health } = fileOf([linked([{ rttMs }])]).connection;
    expect(health).toEqual({ rtt: rttMs, latency, packetsReceived: 100, gapCount: 4, status });
  });

  it("is that of the slowest of several paths in the last episode that measured one", () => {
    const episodes = [
      linked([{ rttMs: 500 }], 0),
      linked([{ rttMs: 90 }, { rttMs: 30 }], 1),
      linked([{ rttMs: null }], 2),
    ];
    expect(fileOf(episodes).connection.health).toMatchObject({
      rtt: 90,
      packetsReceived: 400,
      gapCount: 16,
      status: "good",
    });
  });

  it("is null without links, and without a status where no round trip was measured", () => {
    expect(fileOf([linked([])]).connection.health).toBeNull();
    expect(fileOf([linked([{ rttMs: null }])]).connection.health).toEqual({
      rtt: null,
      latency: null,
      packetsReceived: 100,
      gapCount: 4,
      status: null,
    });
  });
});

describe("connection.fallback", () => {
  const NO_FALLBACK = { triggered: false, episode: null, frame: null };
  const fallen = (fallbackAtFrame: number | null, relay: number) =>
    connection({
      fallbackAtFrame,
      counts: { ...connection().counts, receivedPackets: { direct: 30, relay } },
    });

  it("is not triggered by a partner who just leaves first", () => {
    const atEnd = [episode(0, { connection: fallen(40, 3) })];
    expect(fileOf(atEnd).connection.fallback).toEqual(NO_FALLBACK);
    const unplayed = episode(1, { connection: fallen(40, 3), endFrame: 0 }, 0);
    expect(fileOf([...atEnd, unplayed]).connection.fallback).toEqual(NO_FALLBACK);
    const midway = { reason: "partner_disconnected", endFrame: 31 } as const;
    const silent = [episode(0, { ...midway, connection: fallen(29, 0) }, 31)];
    expect(fileOf(silent).connection.fallback).toEqual(NO_FALLBACK);
    expect(fileOf([episode(0, {})]).connection.fallback).toEqual(NO_FALLBACK);
  });

  it("names the first episode and frame after which the relay carried on", () => {
    const between = [
      episode(0, { connection: fallen(40, 0) }),
      episode(1, { connection: fallen(40, 50) }),
    ];
    expect(fileOf(between).connection.fallback).toEqual({ triggered: true, episode: 0, frame: 40 });
    const later = [
      episode(0, { connection: fallen(null, 0) }),
      episode(1, { connection: fallen(0, 50) }),
    ];
    expect(fileOf(later).connection.fallback).toEqual({ triggered: true, episode: 1, frame: 0 });
  });
});

describe("connection and delivery", () => {
  it("say relay and unknown where there was no direct path", () => {
    const relayed = connection({
      type: "relay",
      localCandidateType: null,
      wasDirectConnected: false,
      counts: {
        ...connection().counts,
        sentPackets: { direct: 0, relay: 80 },
        receivedPackets: { direct: 0, relay: 70 },
      },
    });
    const file = fileOf([episode(0, { connection: relayed })]);
    expect(file.connection).toMatchObject({
      type: "relay",
      connectionDetails: {},
      p2pConnected: false,
    });
    expect(file.inputDelivery).toEqual({
      sentViaP2P: 0,
      sentViaSocketIO: 80,
      receivedViaP2P: 0,
      receivedViaSocketIO: 70,
      p2pReceiveRatio: 0,
    });
    const unplayed = fileOf([episode(0, { connection: null, metrics: null }, 0)], "technical");
    const { type, connectionDetails, p2pConnected, health } = unplayed.connection;
    expect([type, connectionDetails, p2pConnected, health]).toEqual(["unknown", {}, false, null]);
    expect(unplayed.inputDelivery.p2pReceiveRatio).toBeNull();
    expect(unplayed.latency).toBeNull();
    expect(unplayed.inputLatency).toEqual([]);
    expect(unplayed.hashCoverage.ratio).toBeNull();
  });
});

describe("latency", () => {
  it("is of all paths, in the order of time, with the mean of the middle two", () => {
    const one = linked([
      { peer: 1, rttSamples: [10, 30].map((atMs) => ({ atMs, rttMs: atMs * 2 })) },
      { peer: 2, rttSamples: [20, 90].map((atMs) => ({ atMs, rttMs: atMs * 2 })) },
    ]);
    const { latency } = fileOf([one]);
    expect(latency?.samples.map(({ timestamp }) => timestamp)).toEqual([10, 20, 30, 90]);
    const { sampleCount, minMs, maxMs, meanMs, medianMs } = latency ?? {};
    expect([sampleCount, minMs, maxMs, meanMs, medianMs]).toEqual([4, 20, 180, 75, 50]);
  });
});

describe("inputLatency", () => {
  it("counts frames in which a player who stayed pressed nothing", () => {
    const idle = episode(0, {
      metrics: metrics({ interruptions: [{ peer: 1, startMs: 5, durationMs: 700 }] }),
    });
    for (const flags of idle.log.flags.slice(12)) flags[1] = 3;
    const [own, other] = fileOf([idle]).inputLatency;
    expect(own).toMatchObject({ isOwn: true, frames: 38, meanTicks: 1 });
    expect(other).toMatchObject({ isOwn: false, frames: 38, meanTicks: -1 });
  });
});

describe("focusLoss", () => {
  it("counts a period once that two episodes tell of", () => {
    const episodes = [
      episode(0, {
        hiddenPeriods: [
          { startMs: 1_000, endMs: 1_200 },
          { startMs: 3_500, endMs: 4_000 },
        ],
      }),
      episode(1, {
        hiddenPeriods: [
          { startMs: 4_000, endMs: 4_300 },
          { startMs: 6_000, endMs: 6_050 },
        ],
      }),
    ];
    expect(fileOf(episodes).focusLoss).toEqual({
      backgroundPeriods: [
        { start: 1_000, end: 1_200, durationMs: 200 },
        { start: 3_500, end: 4_300, durationMs: 800 },
        { start: 6_000, end: 6_050, durationMs: 50 },
      ],
      totalBackgroundMs: 1_050,
      periodCount: 3,
      timeoutMs: null,
      wasTimeoutTriggered: false,
    });
  });

  it("says when being away too long has ended the game", () => {
    const { focusLoss, sessionStatus } = fileOf([episode(0, {})], "focus_loss" as EndReason);
    expect(focusLoss.wasTimeoutTriggered).toBe(true);
    expect(sessionStatus).toMatchObject({ isPartial: true, terminationReason: "focus_loss" });
  });
});

describe("sessionStatus", () => {
  it.each([
    ["finished", "normal", false],
    ["technical", "technical", true],
    ["self_disconnected", "self_disconnected", true],
  ] as const)("of %s is %s", (endReason, terminationReason, isPartial) => {
    const { sessionStatus } = fileOf([episode(0, {}), episode(1, {}, 13)], endReason);
    expect(sessionStatus).toEqual({
      isPartial,
      terminationReason,
      terminationFrame: isPartial ? 13 : null,
      completedEpisodes: 1,
      disconnectedPlayerId: null,
    });
  });
});

describe("a page that vanished", () => {
  it("counts as far as its log goes, and says what it never reported", () => {
    const episodes: PlayerEpisode[] = [
      { episode: 0, log: log(0, 21), close: null, verdict: verdict(40) },
    ];
    const file = fileOf(episodes, "self_disconnected");
    expect(file).toMatchObject({ sessionStartTime: 500_000, sessionDurationMs: 20 * 50 });
    expect(file.validation.episodes[0]).toMatchObject({
      isReported: false,
      totalFrames: 40,
      confirmedFrame: 21,
      verifiedFrame: 0,
      hashCount: 21,
      timestamp: 501_000,
    });
    expect(file.hashCoverage).toMatchObject({ totalFrames: 40, hashedFrames: 21 });
  });

  it("before the first episode leaves a file all the same", () => {
    expect(fileOf([], "self_disconnected")).toMatchObject({
      sessionStartTime: 77_000,
      sessionDurationMs: 0,
      validation: { totalEpisodes: 0, allHashes: [] },
    });
  });
});

describe("players, desyncs and length", () => {
  it("names every peer, player 0 as a player", () => {
    expect(fileOf([], "finished", [1, 2])).toMatchObject({
      playerId: 0,
      peerPlayerId: 1,
      peerPlayerIds: [1, 2],
    });
  });

  it("has no state dump of a desync whose states could not be compared", () => {
    const [event] = fileOf([
      episode(0, {
        metrics: metrics({
          desyncs: [
            {
              frame: 4,
              peer: 1,
              ours: "00000000000000aa",
              theirs: "00000000000000bb",
              software: { ours: "Tandem 1; A", theirs: "Tandem 1; B" },
              verifiedFrame: 3,
              atMs: 5,
              located: null,
            },
          ],
        }),
      }),
    ]).validation.allDesyncEvents;
    expect(event).toMatchObject({ hasStateDump: false, located: null });
  });

  it("keeps every hash, action and rollback of long episodes", () => {
    const rollbacks = Array.from({ length: 5_000 }, (_, i) => ({
      frame: i,
      currentFrame: i + 1,
      depthFrames: 1,
      playerIndex: 1,
      atMs: i,
    }));
    const long = (index: number) => episode(index, { metrics: metrics({ rollbacks }) }, 9_000);
    const { validation, rollbackEvents } = fileOf([long(0), long(1)]);
    expect(validation).toMatchObject({ totalHashes: 18_000, totalActions: 36_000 });
    expect(validation.allHashes).toHaveLength(18_000);
    expect(validation.allActions).toHaveLength(36_000);
    expect(rollbackEvents).toHaveLength(10_000);
    expect(validation.totalRollbacks).toBe(10_000);
  });
});
