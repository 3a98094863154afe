import { describe, expect, it } from "vitest";
import { playerMetrics } from "../../../signaling/games/player-metrics.ts";
import { multiplayerMetricsSchema } from "../../../signaling/store/metrics-schema.ts";
import { pathsIn, untold, valuesByPath } from "./key-paths.ts";
import { actionOf, benEpisodes, hashOf, isFocusedIn, player, standing } from "./measured-game.ts";

/** The keys of Multi-User Gymnasium. */
const DOCUMENTED = pathsIn(`
  -: gameId playerId peerPlayerId exportTimestamp sessionStartTime sessionDurationMs
  connection: type p2pConnected
  connection.connectionDetails: localCandidateType remoteCandidateType protocol relayProtocol detectedAtFrame timestamp
  connection.health: rtt latency packetsReceived gapCount status
  connection.fallback: triggered frame
  inputDelivery: sentViaP2P sentViaSocketIO receivedViaP2P receivedViaSocketIO p2pReceiveRatio
  validation.episodes[]: episodeNum totalFrames confirmedFrame verifiedFrame hashCount desyncCount rollbackCount maxRollbackFrames timestamp
  validation: totalEpisodes totalHashes totalActions totalDesyncs totalRollbacks
  validation.allHashes[]: episode frame hash
  validation.allActions[]: episode frame playerId action isFocused
  validation.allDesyncEvents[]: episode frame ourHash peerHash timestamp verifiedFrameAtDesync hasStateDump
  validation.allRollbacks[]: episode count maxFrames
  sessionStatus: isPartial terminationReason terminationFrame completedEpisodes disconnectedPlayerId
  latency: sampleCount minMs maxMs meanMs medianMs
  latency.samples[]: timestamp rttMs
  focusLoss: totalBackgroundMs periodCount timeoutMs wasTimeoutTriggered
  focusLoss.backgroundPeriods[]: start end durationMs
`);

const ADDED = pathsIn(`
  -: schemaVersion peerPlayerIds
  connection.fallback: episode
  connection.candidatePairs[]: peer episode frame atMs type localCandidateType remoteCandidateType protocol relayProtocol
  validation.episodes[]: isReported status
  validation.allDesyncEvents[]: peer
  validation.allDesyncEvents[].located: path ours theirs
  validation.allDesyncEvents[].software: ours theirs
  rollbackEvents[]: episode frame currentFrame depthFrames playerIndex atMs
  stalls[]: episode frame waitingFor startMs durationMs ticks
  interruptions[]: episode peer startMs durationMs
  pauses[]: episode fromFrame toFrame
  pauses[].askers[]: playerIndex reason
  returns[]: episode peer playerIndex frame atMs
  recoveries[]: episode frame agreedFrame currentFrame peer outcome atMs
  timeSync[]: episode peer advantageFrames boundFrames
  inputDelay[]: episode delayFrames
  inputDelay[].proposals[]: playerIndex delayFrames rttP95Ms jitterMs samples
  inputLatency[]: episode playerIndex isOwn frames meanTicks p95Ticks maxTicks meanMs p95Ms maxMs
  links[]: episode peer rttMs jitterMs packetsSent packetsReceived bytesSent bytesReceived packetsLost packetsLate packetsMalformed
  links[].rttSamples[]: atMs rttMs
  simulation[]: episode ticks framesSimulated framesResimulated
  hashCoverage: totalFrames hashedFrames matchingFrames ratio
`);

const FRAMES = [
  ...Array.from({ length: 40 }, (_, frame) => ({ episode: 0, frame })),
  ...Array.from({ length: 25 }, (_, frame) => ({ episode: 1, frame })),
];
const INPUTS = FRAMES.flatMap((entry) => [0, 1].map((playerId) => ({ ...entry, playerId })));

/** By path, what Ben's file must hold there, in order. */
const CASES: Readonly<Record<string, readonly unknown[]>> = {
  schemaVersion: [1],
  gameId: ["game-7"],
  playerId: [1],
  peerPlayerId: [0],
  peerPlayerIds: [[0]],
  exportTimestamp: [999_000],
  sessionStartTime: [100_000],
  sessionDurationMs: [14_000],
  "connection.type": ["direct"],
  "connection.connectionDetails.localCandidateType": ["srflx"],
  "connection.connectionDetails.remoteCandidateType": ["prflx"],
  "connection.connectionDetails.protocol": ["udp"],
  "connection.connectionDetails.relayProtocol": ["tls"],
  "connection.connectionDetails.detectedAtFrame": [3],
  "connection.connectionDetails.timestamp": [100_250],
  "connection.p2pConnected": [true],
  "connection.health.rtt": [260],
  "connection.health.latency": [130],
  "connection.health.packetsReceived": [160],
  "connection.health.gapCount": [7],
  "connection.health.status": ["warning"],
  "connection.fallback.triggered": [true],
  "connection.fallback.episode": [1],
  "connection.fallback.frame": [7],
  "inputDelivery.sentViaP2P": [60],
  "inputDelivery.sentViaSocketIO": [33],
  "inputDelivery.receivedViaP2P": [75],
  "inputDelivery.receivedViaSocketIO": [25],
  "inputDelivery.p2pReceiveRatio": [75],
  "validation.episodes[].isReported": [true, true],
  "validation.episodes[].episodeNum": [0, 1],
  "validation.episodes[].totalFrames": [42, 25],
  "validation.episodes[].confirmedFrame": [39, 25],
  "validation.episodes[].verifiedFrame": [37, 17],
  "validation.episodes[].hashCount": [40, 25],
  "validation.episodes[].desyncCount": [1, 1],
  "validation.episodes[].rollbackCount": [2, 1],
  "validation.episodes[].maxRollbackFrames": [6, 2],
  "validation.episodes[].timestamp": [104_000, 114_000],
  "validation.episodes[].status": ["disputed", "unverified"],
  "validation.totalEpisodes": [2],
  "validation.totalHashes": [65],
  "validation.totalActions": [130],
  "validation.totalDesyncs": [2],
  "validation.totalRollbacks": [3],
  "validation.allHashes[].episode": FRAMES.map(({ episode }) => episode),
  "validation.allHashes[].frame": FRAMES.map(({ frame }) => frame + 1),
  "validation.allHashes[].hash": FRAMES.map(({ episode, frame }) => hashOf(episode, frame)),
  "validation.allActions[].episode": INPUTS.map(({ episode }) => episode),
  "validation.allActions[].frame": INPUTS.map(({ frame }) => frame),
  "validation.allActions[].playerId": INPUTS.map(({ playerId }) => playerId),
  "validation.allActions[].action": INPUTS.map((i) => actionOf(i.episode, i.frame, i.playerId)),
  // Anna's seat is empty from frame 20 of the second episode on.
  "validation.allActions[].isFocused": INPUTS.map(
    ({ episode, frame, playerId }) =>
      isFocusedIn(episode, frame, playerId) && !(episode === 1 && playerId === 0 && frame >= 20),
  ),
  "validation.allDesyncEvents[].episode": [0, 1],
  "validation.allDesyncEvents[].frame": [12, 18],
  "validation.allDesyncEvents[].ourHash": [hashOf(0, 11), hashOf(1, 17)],
  "validation.allDesyncEvents[].peerHash": ["00000000000000ff", "00000000000000ee"],
  "validation.allDesyncEvents[].timestamp": [100_900, 112_100],
  "validation.allDesyncEvents[].verifiedFrameAtDesync": [11, 17],
  "validation.allDesyncEvents[].hasStateDump": [true, true],
  "validation.allDesyncEvents[].peer": [0, 0],
  "validation.allDesyncEvents[].located.path": ["orders.3.kind", "score"],
  "validation.allDesyncEvents[].located.ours": ['"soup"', "3"],
  "validation.allDesyncEvents[].located.theirs": ['"dish"', "4"],
  "validation.allDesyncEvents[].software.ours": ["Tandem 1; A", "Tandem 1; A"],
  "validation.allDesyncEvents[].software.theirs": ["Tandem 1; B", "Tandem 1; B"],
  "validation.allRollbacks[].episode": [0, 1],
  "validation.allRollbacks[].count": [2, 1],
  "validation.allRollbacks[].maxFrames": [6, 2],
  "sessionStatus.isPartial": [true],
  "sessionStatus.terminationReason": ["partner_disconnected"],
  "sessionStatus.terminationFrame": [25],
  "sessionStatus.completedEpisodes": [1],
  "sessionStatus.disconnectedPlayerId": [0],
  "latency.sampleCount": [5],
  "latency.minMs": [80],
  "latency.maxMs": [260],
  "latency.meanMs": [130],
  "latency.medianMs": [100],
  "latency.samples[].timestamp": [100_500, 101_500, 110_500, 111_500, 112_500],
  "latency.samples[].rttMs": [80, 120, 100, 260, 90],
  "focusLoss.backgroundPeriods[].start": [101_000, 112_000],
  "focusLoss.backgroundPeriods[].end": [101_700, 112_400],
  "focusLoss.backgroundPeriods[].durationMs": [700, 400],
  "focusLoss.totalBackgroundMs": [1_100],
  "focusLoss.periodCount": [2],
  "focusLoss.timeoutMs": [null],
  "focusLoss.wasTimeoutTriggered": [false],
  "rollbackEvents[].episode": [0, 0, 1],
  "rollbackEvents[].frame": [10, 20, 12],
  "rollbackEvents[].currentFrame": [13, 26, 14],
  "rollbackEvents[].depthFrames": [3, 6, 2],
  "rollbackEvents[].playerIndex": [0, 0, 0],
  "rollbackEvents[].atMs": [100_600, 101_300, 111_000],
  "stalls[].episode": [0, 1],
  "stalls[].frame": [31, 28],
  "stalls[].waitingFor": [[0], [0]],
  "stalls[].startMs": [101_600, 112_900],
  "stalls[].durationMs": [150, 400],
  "stalls[].ticks": [3, 8],
  "interruptions[].episode": [1, 1],
  "interruptions[].peer": [0, 0],
  "interruptions[].startMs": [111_200, 113_000],
  "interruptions[].durationMs": [650, null],
  // Five frames of asking and three of countdown; the second pause is cut by the end of the data.
  "pauses[].episode": [0, 1],
  "pauses[].fromFrame": [5, 23],
  "pauses[].toFrame": [13, null],
  "pauses[].askers[].playerIndex": [1, 1],
  "pauses[].askers[].reason": ["hidden", "interruption"],
  "returns[].episode": [1],
  "returns[].peer": [0],
  "returns[].playerIndex": [0],
  "returns[].frame": [11],
  "returns[].atMs": [111_850],
  "recoveries[].episode": [0, 1],
  "recoveries[].frame": [12, 18],
  "recoveries[].agreedFrame": [11, 17],
  "recoveries[].currentFrame": [15, 24],
  "recoveries[].peer": [0, 0],
  "recoveries[].outcome": ["out-of-reach", "ended"],
  "recoveries[].atMs": [100_910, 112_110],
  "timeSync[].episode": [0, 1],
  "timeSync[].peer": [0, 0],
  "timeSync[].advantageFrames": [0.75, -1.25],
  "timeSync[].boundFrames": [0.9, 2.6],
  "connection.candidatePairs[].peer": [2, 2],
  "connection.candidatePairs[].episode": [1, 2],
  "connection.candidatePairs[].frame": [3, 6],
  "connection.candidatePairs[].atMs": [100_250, 100_950],
  "connection.candidatePairs[].type": ["direct", "direct"],
  "connection.candidatePairs[].localCandidateType": ["srflx", "srflx"],
  "connection.candidatePairs[].remoteCandidateType": ["prflx", "prflx"],
  "connection.candidatePairs[].protocol": ["udp", "udp"],
  "connection.candidatePairs[].relayProtocol": ["tls", "tls"],
  "inputDelay[].episode": [0, 1],
  "inputDelay[].delayFrames": [2, 2],
  "inputDelay[].proposals[].playerIndex": [1, 1],
  "inputDelay[].proposals[].delayFrames": [2, 2],
  "inputDelay[].proposals[].rttP95Ms": [140.5, 140.5],
  "inputDelay[].proposals[].jitterMs": [3.25, 3.25],
  "inputDelay[].proposals[].samples": [61, 61],
  "inputLatency[].episode": [0, 0, 1, 1],
  "inputLatency[].playerIndex": [0, 1, 0, 1],
  "inputLatency[].isOwn": [false, true, false, true],
  // Two frames of input delay are no inputs; nor are five in the seat of a partner who left.
  "inputLatency[].frames": [38, 38, 18, 23],
  "inputLatency[].meanTicks": [19 / 38, 2, (8 - 17) / 18, 2],
  "inputLatency[].p95Ticks": [5, 2, 8, 2],
  "inputLatency[].maxTicks": [9, 2, 8, 2],
  "inputLatency[].meanMs": [25, 100, -25, 100],
  "inputLatency[].p95Ms": [250, 100, 400, 100],
  "inputLatency[].maxMs": [450, 100, 400, 100],
  "links[].episode": [0, 1],
  "links[].peer": [0, 0],
  "links[].rttMs": [90, 260],
  "links[].jitterMs": [4, 11],
  "links[].packetsSent": [110, 70],
  "links[].packetsReceived": [100, 60],
  "links[].bytesSent": [2_200, 1_400],
  "links[].bytesReceived": [2_000, 1_200],
  "links[].packetsLost": [4, 3],
  "links[].packetsLate": [2, 5],
  "links[].packetsMalformed": [1, 6],
  "links[].rttSamples[].atMs": [100_500, 101_500, 110_500, 111_500, 112_500],
  "links[].rttSamples[].rttMs": [80, 120, 100, 260, 90],
  "simulation[].episode": [0, 1],
  "simulation[].ticks": [45, 36],
  "simulation[].framesSimulated": [44, 28],
  "simulation[].framesResimulated": [9, 2],
  "hashCoverage.totalFrames": [67],
  "hashCoverage.hashedFrames": [65],
  "hashCoverage.matchingFrames": [59],
  "hashCoverage.ratio": [59 / 67],
};

const benFile = () => {
  const episodes = benEpisodes();
  const ben = player(1, "partner_disconnected");
  return playerMetrics(standing(ben, episodes, 1), episodes, [0], 0, 999_000);
};

describe("the metrics of a player", () => {
  it("[DA3] have exactly the documented keys and the named additions", () => {
    const expected = [...DOCUMENTED, ...ADDED].sort();
    expect([...valuesByPath(benFile()).keys()].sort()).toEqual(expected);
    expect(Object.keys(CASES).sort()).toEqual(expected);
  });

  it.each(Object.entries(CASES))("[SE8] count what happened: %s", (path, expected) => {
    const found = valuesByPath(benFile()).get(path) ?? [];
    expect(found).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) {
      if (typeof value === "number") expect(found[i]).toBeCloseTo(value, 9);
      else expect(found[i]).toEqual(value);
    }
  });

  it("are tested with values that no constant could have", () => {
    // Player 0 is a player; these have a test of their own, in which they tell of player 1 and of a time-out.
    expect(untold(new Map(Object.entries(CASES))).sort()).toEqual([
      "focusLoss.timeoutMs",
      "focusLoss.wasTimeoutTriggered",
      "interruptions[].peer",
      "links[].peer",
      "peerPlayerId",
      "recoveries[].peer",
      "returns[].peer",
      "returns[].playerIndex",
      "rollbackEvents[].playerIndex",
      "sessionStatus.disconnectedPlayerId",
      "timeSync[].peer",
      "validation.allDesyncEvents[].peer",
    ]);
  });

  it("[DA3] pass their schema", () => {
    expect(multiplayerMetricsSchema.parse(benFile())).toEqual(benFile());
  });
});
