import { describe, expect, it } from "vitest";
import {
  aggregatedMetrics,
  type PlayerRecord,
} from "../../../signaling/games/aggregated-metrics.ts";
import { aggregatedMetricsSchema } from "../../../signaling/store/metrics-schema.ts";
import { pathsIn, untold, valuesByPath } from "./key-paths.ts";
import { actionOf, annaEpisodes, benEpisodes, GAME, hashOf, player } from "./measured-game.ts";

/** The keys of Multi-User Gymnasium. */
const DOCUMENTED = pathsIn(`
  -: gameId sceneId aggregatedAt
  summary: fullySynced hashesMatch actionsMatch totalHashesCompared totalActionsCompared
  summary.firstHashMismatchFrame: episode frame
  summary.firstActionMismatchFrame: episode frame
  summary.hashDivergenceFrames[]: episode frame
  summary.actionDivergenceFrames[]: episode frame
  players.<pid>: subjectId playerId sessionDurationMs
  players.<pid>.connection: type p2pConnected
  players.<pid>.connection.connectionDetails: localCandidateType remoteCandidateType protocol relayProtocol detectedAtFrame timestamp
  players.<pid>.connection.health: rtt latency packetsReceived gapCount status
  players.<pid>.connection.fallback: triggered frame
  players.<pid>.inputDelivery: sentViaP2P sentViaSocketIO receivedViaP2P receivedViaSocketIO p2pReceiveRatio
  validation.hashSummary: totalFramesCompared matchingFrames mismatchingFrames playerAOnlyFrames playerBOnlyFrames matchRate
  validation.actionSummary: totalFramesCompared matchingFrames mismatchingFrames playerAOnlyFrames playerBOnlyFrames matchRate
  validation.episodes.<pid>[]: episodeNum totalFrames confirmedFrame verifiedFrame hashCount desyncCount rollbackCount maxRollbackFrames timestamp
  validation.hashComparison[]: episode frame <pid> match
  validation.actionComparison[]: episode frame actionPlayerId recordedBy_<pid> match
  validation.desyncEvents.<pid>[]: episode frame ourHash peerHash timestamp verifiedFrameAtDesync hasStateDump
  validation.rollbacks.<pid>[]: episode count maxFrames
`);

const ADDED = pathsIn(`
  -: schemaVersion
  summary: hashCoverage isPartial missingPlayers
  players.<pid>.connection.fallback: episode
  players.<pid>.connection.candidatePairs[]: peer episode frame atMs type localCandidateType remoteCandidateType protocol relayProtocol
  validation.episodes.<pid>[]: isReported status
  validation.desyncEvents.<pid>[]: peer
  validation.desyncEvents.<pid>[].located: path ours theirs
  validation.desyncEvents.<pid>[].software: ours theirs
`);

/** Anna's log has 42 and 15 frames, Ben's 40 and 25. */
const FRAMES = [
  ...Array.from({ length: 42 }, (_, frame) => ({ episode: 0, frame })),
  ...Array.from({ length: 25 }, (_, frame) => ({ episode: 1, frame })),
];
const INPUTS = FRAMES.flatMap((entry) => [0, 1].map((of) => ({ ...entry, of })));
const annaHas = (episode: number, frame: number) => frame < (episode === 0 ? 42 : 15);
const benHas = (episode: number, frame: number) => frame < (episode === 0 ? 40 : 25);

const annaHash = (episode: number, frame: number) => {
  if (!annaHas(episode, frame)) return null;
  if (episode === 0 && frame === 11) return "00000000000000ff";
  return episode === 1 && frame === 6 ? "00000000000000ee" : hashOf(episode, frame);
};
const benHash = (episode: number, frame: number) =>
  benHas(episode, frame) ? hashOf(episode, frame) : null;
const annaAction = (episode: number, frame: number, of: number) => {
  if (!annaHas(episode, frame)) return null;
  if (episode === 0 && frame === 20 && of === 1) return 9;
  return episode === 1 && frame === 4 && of === 0 ? 8 : actionOf(episode, frame, of);
};
const benAction = (episode: number, frame: number, of: number) =>
  benHas(episode, frame) ? actionOf(episode, frame, of) : null;
const equal = (a: unknown, b: unknown) => (a === null || b === null ? null : a === b);

/** By path, what the file of Anna's and Ben's game must hold there, player 0 first. */
const CASES: Readonly<Record<string, readonly unknown[]>> = {
  schemaVersion: [1],
  gameId: ["game-7"],
  sceneId: ["paired"],
  aggregatedAt: [888_000],
  "summary.fullySynced": [false],
  "summary.hashesMatch": [false],
  "summary.actionsMatch": [false],
  "summary.totalHashesCompared": [55],
  "summary.totalActionsCompared": [110],
  "summary.firstHashMismatchFrame.episode": [0],
  "summary.firstHashMismatchFrame.frame": [12],
  "summary.firstActionMismatchFrame.episode": [0],
  "summary.firstActionMismatchFrame.frame": [20],
  "summary.hashDivergenceFrames[].episode": [0, 1],
  "summary.hashDivergenceFrames[].frame": [12, 7],
  "summary.actionDivergenceFrames[].episode": [0, 1],
  "summary.actionDivergenceFrames[].frame": [20, 4],
  "summary.hashCoverage": [53 / 67],
  "summary.isPartial": [true],
  "summary.missingPlayers": [[]],
  "players.<pid>.subjectId": ["anna", "ben"],
  "players.<pid>.playerId": [0, 1],
  // Anna's page vanished: the last frame it logged is the end.
  "players.<pid>.sessionDurationMs": [3_500, 14_000],
  "players.<pid>.connection.type": ["relay", "direct"],
  "players.<pid>.connection.connectionDetails.localCandidateType": ["relay", "srflx"],
  "players.<pid>.connection.connectionDetails.remoteCandidateType": ["prflx", "prflx"],
  "players.<pid>.connection.connectionDetails.protocol": ["udp", "udp"],
  "players.<pid>.connection.connectionDetails.relayProtocol": ["tls", "tls"],
  "players.<pid>.connection.connectionDetails.detectedAtFrame": [3, 3],
  "players.<pid>.connection.connectionDetails.timestamp": [100_250, 100_250],
  "players.<pid>.connection.candidatePairs[].peer": [2, 2, 2, 2],
  "players.<pid>.connection.candidatePairs[].episode": [1, 2, 1, 2],
  "players.<pid>.connection.candidatePairs[].frame": [3, 6, 3, 6],
  "players.<pid>.connection.candidatePairs[].atMs": [100_250, 100_950, 100_250, 100_950],
  "players.<pid>.connection.candidatePairs[].type": ["direct", "direct", "direct", "direct"],
  "players.<pid>.connection.candidatePairs[].localCandidateType": [
    "srflx",
    "srflx",
    "srflx",
    "srflx",
  ],
  "players.<pid>.connection.candidatePairs[].remoteCandidateType": [
    "prflx",
    "prflx",
    "prflx",
    "prflx",
  ],
  "players.<pid>.connection.candidatePairs[].protocol": ["udp", "udp", "udp", "udp"],
  "players.<pid>.connection.candidatePairs[].relayProtocol": ["tls", "tls", "tls", "tls"],
  "players.<pid>.connection.p2pConnected": [true, true],
  "players.<pid>.connection.health.rtt": [400, 260],
  "players.<pid>.connection.health.latency": [200, 130],
  "players.<pid>.connection.health.packetsReceived": [100, 160],
  "players.<pid>.connection.health.gapCount": [4, 7],
  "players.<pid>.connection.health.status": ["critical", "warning"],
  "players.<pid>.connection.fallback.triggered": [false, true],
  "players.<pid>.connection.fallback.episode": [null, 1],
  "players.<pid>.connection.fallback.frame": [null, 7],
  "players.<pid>.inputDelivery.sentViaP2P": [50, 60],
  "players.<pid>.inputDelivery.sentViaSocketIO": [0, 33],
  "players.<pid>.inputDelivery.receivedViaP2P": [45, 75],
  "players.<pid>.inputDelivery.receivedViaSocketIO": [0, 25],
  "players.<pid>.inputDelivery.p2pReceiveRatio": [100, 75],
  "validation.hashSummary.totalFramesCompared": [55],
  "validation.hashSummary.matchingFrames": [53],
  "validation.hashSummary.mismatchingFrames": [2],
  "validation.hashSummary.playerAOnlyFrames": [2],
  "validation.hashSummary.playerBOnlyFrames": [10],
  "validation.hashSummary.matchRate": [53 / 55],
  "validation.actionSummary.totalFramesCompared": [110],
  "validation.actionSummary.matchingFrames": [108],
  "validation.actionSummary.mismatchingFrames": [2],
  "validation.actionSummary.playerAOnlyFrames": [4],
  "validation.actionSummary.playerBOnlyFrames": [20],
  "validation.actionSummary.matchRate": [108 / 110],
  "validation.episodes.<pid>[].isReported": [true, false, true, true],
  "validation.episodes.<pid>[].episodeNum": [0, 1, 0, 1],
  "validation.episodes.<pid>[].totalFrames": [42, 25, 42, 25],
  "validation.episodes.<pid>[].confirmedFrame": [42, 15, 39, 25],
  "validation.episodes.<pid>[].verifiedFrame": [37, 0, 37, 17],
  "validation.episodes.<pid>[].hashCount": [42, 15, 40, 25],
  "validation.episodes.<pid>[].desyncCount": [0, 0, 1, 1],
  "validation.episodes.<pid>[].rollbackCount": [1, 0, 2, 1],
  "validation.episodes.<pid>[].maxRollbackFrames": [4, 0, 6, 2],
  "validation.episodes.<pid>[].timestamp": [502_500, 500_700, 104_000, 114_000],
  "validation.episodes.<pid>[].status": ["disputed", "unverified", "disputed", "unverified"],
  "validation.hashComparison[].episode": FRAMES.map(({ episode }) => episode),
  "validation.hashComparison[].frame": FRAMES.map(({ frame }) => frame + 1),
  "validation.hashComparison[].<pid>": FRAMES.flatMap(({ episode, frame }) => [
    annaHash(episode, frame),
    benHash(episode, frame),
  ]),
  "validation.hashComparison[].match": FRAMES.map(({ episode, frame }) =>
    equal(annaHash(episode, frame), benHash(episode, frame)),
  ),
  "validation.actionComparison[].episode": INPUTS.map(({ episode }) => episode),
  "validation.actionComparison[].frame": INPUTS.map(({ frame }) => frame),
  "validation.actionComparison[].actionPlayerId": INPUTS.map(({ of }) => of),
  "validation.actionComparison[].recordedBy_<pid>": INPUTS.flatMap(({ episode, frame, of }) => [
    annaAction(episode, frame, of),
    benAction(episode, frame, of),
  ]),
  "validation.actionComparison[].match": INPUTS.map(({ episode, frame, of }) =>
    equal(annaAction(episode, frame, of), benAction(episode, frame, of)),
  ),
  "validation.desyncEvents.<pid>[].episode": [0, 1],
  "validation.desyncEvents.<pid>[].frame": [12, 18],
  "validation.desyncEvents.<pid>[].ourHash": [hashOf(0, 11), hashOf(1, 17)],
  "validation.desyncEvents.<pid>[].peerHash": ["00000000000000ff", "00000000000000ee"],
  "validation.desyncEvents.<pid>[].timestamp": [100_900, 112_100],
  "validation.desyncEvents.<pid>[].verifiedFrameAtDesync": [11, 17],
  "validation.desyncEvents.<pid>[].hasStateDump": [true, true],
  "validation.desyncEvents.<pid>[].peer": [0, 0],
  "validation.desyncEvents.<pid>[].located.path": ["orders.3.kind", "score"],
  "validation.desyncEvents.<pid>[].located.ours": ['"soup"', "3"],
  "validation.desyncEvents.<pid>[].located.theirs": ['"dish"', "4"],
  "validation.desyncEvents.<pid>[].software.ours": ["Tandem 1; A", "Tandem 1; A"],
  "validation.desyncEvents.<pid>[].software.theirs": ["Tandem 1; B", "Tandem 1; B"],
  "validation.rollbacks.<pid>[].episode": [0, 1, 0, 1],
  "validation.rollbacks.<pid>[].count": [1, 0, 2, 1],
  "validation.rollbacks.<pid>[].maxFrames": [4, 0, 6, 2],
};

const aggregate = (records: readonly PlayerRecord[]) =>
  aggregatedMetricsSchema.parse(aggregatedMetrics(GAME, records, 888_000));

/** A list with nothing in it has no keys to name. */
const annaAndBen = () => {
  const file = aggregate([
    { player: player(0, "self_disconnected"), episodes: annaEpisodes() },
    { player: player(1, "partner_disconnected"), episodes: benEpisodes() },
  ]);
  expect(file.validation.desyncEvents["0"]).toEqual([]);
  const { "0": _, ...desyncEvents } = file.validation.desyncEvents;
  return { ...file, validation: { ...file.validation, desyncEvents } };
};

describe("the aggregated metrics", () => {
  it("[DA3] have exactly the documented keys and the named additions", () => {
    const expected = [...DOCUMENTED, ...ADDED].sort();
    expect([...valuesByPath(annaAndBen()).keys()].sort()).toEqual(expected);
    expect(Object.keys(CASES).sort()).toEqual(expected);
  });

  it.each(Object.entries(CASES))("compare the logs frame by frame: %s", (path, expected) => {
    expect(valuesByPath(annaAndBen()).get(path)).toEqual(expected);
  });

  it("are tested with values that no constant could have", () => {
    // These have tests of their own: of the summary's states, and with player 1 as the peer.
    expect(untold(new Map(Object.entries(CASES))).sort()).toEqual([
      "summary.actionsMatch",
      "summary.firstActionMismatchFrame.episode",
      "summary.firstHashMismatchFrame.episode",
      "summary.fullySynced",
      "summary.hashesMatch",
      "summary.missingPlayers",
      "validation.desyncEvents.<pid>[].peer",
    ]);
  });
});
