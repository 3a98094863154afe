/** A game whose every measurement is known: two players, two episodes, the second cut short. */
import type { FullLog } from "../../../signaling/games/episode-log.ts";
import type { PlayerEpisode } from "../../../signaling/games/episode-measurements.ts";
import type { GameStanding } from "../../../signaling/participants/visit-metadata.ts";
import type {
  EpisodeClose,
  Game,
  GamePlayer,
  Verdict,
} from "../../../signaling/store/game-table.ts";

type Metrics = NonNullable<EpisodeClose["metrics"]>;
type Link = Metrics["links"][number];
type Connection = NonNullable<EpisodeClose["connection"]>;

export const actionOf = (episode: number, frame: number, player: number) =>
  (frame + 2 * episode + player) % 3;
/** Of the state after frame `index`. */
export const hashOf = (episode: number, index: number) =>
  (episode * 1000 + index).toString(16).padStart(16, "a");
/** Player 1 looks away, and asks the game to wait, in frames 5 to 9 of the first episode. */
export const isFocusedIn = (episode: number, frame: number, player: number) =>
  !(player === 1 && episode === 0 && frame >= 5 && frame < 10);

export function log(episode: number, frames: number): FullLog {
  const all = Array.from({ length: frames }, (_, i) => i);
  return {
    fromFrame: 0,
    actions: all.map((f) => [actionOf(episode, f, 0), actionOf(episode, f, 1)]),
    flags: all.map((f) => [0, 1].map((player) => (isFocusedIn(episode, f, player) ? 1 : 8))),
    hashes: all.map((f) => hashOf(episode, f)),
    observer: {
      simulatedAtTick: all.map((f) => 10 + f),
      arrivalTick: all.map((f) => [9 + f, 8 + f]),
      wasPredicted: all.map(() => [false, false]),
      rollbackDepthFrames: all.map(() => 0),
      simulatedAtMs: all.map((f) => 500_000 + 50 * f),
    },
  };
}

export const link = (changes: Partial<Link> = {}): Link => ({
  peer: 0,
  rttMs: 90,
  jitterMs: 4,
  rttSamples: [],
  packetsSent: 110,
  packetsReceived: 100,
  bytesSent: 2_200,
  bytesReceived: 2_000,
  packetsLost: 4,
  packetsLate: 2,
  packetsMalformed: 1,
  advantageFrames: 0.75,
  advantageBoundFrames: 0.9,
  ...changes,
});

/** A pair chosen in that episode. */
const pairAt = (episode: number, atMs: number) => ({
  ...{ peer: 2, episode, frame: 3 * episode, atMs, type: "direct" as const },
  ...{ localCandidateType: "srflx", remoteCandidateType: "prflx" },
  ...{ protocol: "udp", relayProtocol: "tls" },
});

export const connection = (changes: Partial<Connection> = {}): Connection => ({
  type: "direct",
  localCandidateType: "srflx",
  remoteCandidateType: "prflx",
  protocol: "udp",
  relayProtocol: "tls",
  detectedAtFrame: 3,
  detectedAtMs: 100_250,
  pairs: [pairAt(1, 100_250), pairAt(2, 100_950)],
  wasDirectConnected: true,
  fallbackAtFrame: null,
  counts: {
    sentPackets: { direct: 50, relay: 0 },
    receivedPackets: { direct: 45, relay: 0 },
    sentBytes: { direct: 0, relay: 0 },
    receivedBytes: { direct: 0, relay: 0 },
    congestedPackets: 0,
  },
  ...changes,
});

export const metrics = (changes: Partial<Metrics> = {}): Metrics => ({
  currentFrame: 44,
  confirmedFrame: 39,
  verifiedFrame: 37,
  ticks: 45,
  framesSimulated: 44,
  framesResimulated: 9,
  hashCount: 39,
  inputDelay: {
    delayFrames: 2,
    proposals: [{ playerIndex: 1, delayFrames: 2, rttP95Ms: 140.5, jitterMs: 3.25, samples: 61 }],
  },
  rollbacks: [],
  stalls: [],
  interruptions: [],
  returns: [],
  desyncs: [],
  recoveries: [],
  links: [],
  ...changes,
});

export const close = (episode: number, changes: Partial<EpisodeClose> = {}): EpisodeClose => ({
  episode,
  reason: "ended",
  detail: "",
  endFrame: 40,
  metrics: metrics(),
  connection: connection(),
  hiddenPeriods: [],
  startedAtMs: 100_000 + 10_000 * episode,
  endedAtMs: 104_000 + 10_000 * episode,
  userAgent: "",
  ...changes,
});

export const verdict = (endFrame: number, changes: Partial<Verdict> = {}): Verdict => ({
  status: "verified",
  detail: "",
  endFrame,
  recoveries: [],
  isTerminal: true,
  disputedFrame: null,
  matchingFrames: [endFrame, endFrame],
  ...changes,
});

export const GAME = {
  gameId: "game-7",
  sceneId: "paired",
  createdAtMs: 77_000,
  isSettled: false,
  settings: {
    fps: 20,
    seeds: [1, 2],
    session: {
      inputDelayFrames: 2,
      onHidden: "pause",
      onInterruption: "pause",
      resumeCountdownMs: 150,
      pauseLimitMs: 1_000,
    },
  },
} as unknown as Game;

export const player = (
  playerIndex: number,
  endReason: GamePlayer["endReason"] = "finished",
): GamePlayer => ({
  gameId: GAME.gameId,
  playerIndex,
  subjectId: ["anna", "ben", "cora"][playerIndex] as string,
  visitId: `visit-${playerIndex}`,
  visitNumber: 1,
  endReason,
});

export const standing = (
  seat: GamePlayer,
  episodes: readonly PlayerEpisode[],
  completedEpisodes: number,
): GameStanding => ({
  game: GAME,
  player: seat,
  episodeCount: 2,
  verdicts: episodes.map((entry) => entry.verdict),
  completedEpisodes,
});

const VERDICTS = [
  verdict(42, { status: "disputed", disputedFrame: 11, matchingFrames: [40, 38] }),
  verdict(25, { status: "unverified", isTerminal: false, matchingFrames: [15, 21] }),
] as const;

/** Ben is player 1 and stays; 40 and 25 frames. */
export function benEpisodes(): PlayerEpisode[] {
  const first = log(0, 40);
  // Anna's inputs of three frames come after the frame was shown.
  for (const [frame, lateTicks] of [
    [10, 5],
    [20, 5],
    [30, 9],
  ] as const) {
    const row = first.observer.arrivalTick[frame] as number[];
    row[0] = 10 + frame + lateTicks - 1;
  }
  const second = log(1, 25);
  for (const row of second.observer.arrivalTick) row[0] = (row[0] as number) - 1;
  (second.observer.arrivalTick[12] as number[])[0] = 10 + 12 + 8 - 1;
  for (const flags of second.flags.slice(20)) flags[0] = 2;
  (second.flags[23] as number[])[1] = 9;
  return [
    { episode: 0, log: first, verdict: VERDICTS[0], close: close(0, benFirst()) },
    { episode: 1, log: second, verdict: VERDICTS[1], close: close(1, benSecond()) },
  ];
}

function benFirst(): Partial<EpisodeClose> {
  return {
    hiddenPeriods: [{ startMs: 101_000, endMs: 101_700 }],
    metrics: metrics({
      rollbacks: [
        { frame: 10, currentFrame: 13, depthFrames: 3, playerIndex: 0, atMs: 100_600 },
        { frame: 20, currentFrame: 26, depthFrames: 6, playerIndex: 0, atMs: 101_300 },
      ],
      stalls: [{ frame: 31, waitingFor: [0], startMs: 101_600, durationMs: 150, ticks: 3 }],
      desyncs: [
        {
          frame: 12,
          peer: 0,
          ours: hashOf(0, 11),
          theirs: "00000000000000ff",
          software: { ours: "Tandem 1; A", theirs: "Tandem 1; B" },
          verifiedFrame: 11,
          atMs: 100_900,
          located: { path: "orders.3.kind", ours: '"soup"', theirs: '"dish"' },
        },
      ],
      recoveries: [
        {
          frame: 12,
          agreedFrame: 11,
          currentFrame: 15,
          peer: 0,
          outcome: "out-of-reach",
          atMs: 100_910,
        },
      ],
      links: [
        link({
          rttSamples: [
            { atMs: 100_500, rttMs: 80 },
            { atMs: 101_500, rttMs: 120 },
          ],
        }),
      ],
    }),
  };
}

function benSecond(): Partial<EpisodeClose> {
  return {
    reason: "partner_disconnected",
    endFrame: 25,
    hiddenPeriods: [{ startMs: 112_000, endMs: 112_400 }],
    connection: connection({
      fallbackAtFrame: 7,
      counts: {
        ...connection().counts,
        sentPackets: { direct: 60, relay: 33 },
        receivedPackets: { direct: 75, relay: 25 },
      },
    }),
    metrics: metrics({
      currentFrame: 28,
      confirmedFrame: 25,
      verifiedFrame: 17,
      ticks: 36,
      framesSimulated: 28,
      framesResimulated: 2,
      rollbacks: [{ frame: 12, currentFrame: 14, depthFrames: 2, playerIndex: 0, atMs: 111_000 }],
      stalls: [{ frame: 28, waitingFor: [0], startMs: 112_900, durationMs: 400, ticks: 8 }],
      interruptions: [
        { peer: 0, startMs: 111_200, durationMs: 650 },
        { peer: 0, startMs: 113_000, durationMs: null },
      ],
      returns: [{ peer: 0, playerIndex: 0, frame: 11, atMs: 111_850 }],
      desyncs: [
        {
          frame: 18,
          peer: 0,
          ours: hashOf(1, 17),
          theirs: "00000000000000ee",
          software: { ours: "Tandem 1; A", theirs: "Tandem 1; B" },
          verifiedFrame: 17,
          atMs: 112_100,
          located: { path: "score", ours: "3", theirs: "4" },
        },
      ],
      recoveries: [
        {
          frame: 18,
          agreedFrame: 17,
          currentFrame: 24,
          peer: 0,
          outcome: "ended",
          atMs: 112_110,
        },
      ],
      links: [
        link({
          rttMs: 260,
          jitterMs: 11,
          packetsSent: 70,
          packetsReceived: 60,
          bytesSent: 1_400,
          bytesReceived: 1_200,
          packetsLost: 3,
          packetsLate: 5,
          packetsMalformed: 6,
          advantageFrames: -1.25,
          advantageBoundFrames: 2.6,
          rttSamples: [
            { atMs: 110_500, rttMs: 100 },
            { atMs: 111_500, rttMs: 260 },
            { atMs: 112_500, rttMs: 90 },
          ],
        }),
      ],
    }),
  };
}

/** Anna is player 0: two frames more in the first episode, and gone in the second after 15. */
export function annaEpisodes(): PlayerEpisode[] {
  const first = log(0, 42);
  first.hashes[11] = "00000000000000ff";
  (first.actions[20] as number[])[1] = 9;
  const second = log(1, 15);
  second.hashes[6] = "00000000000000ee";
  (second.actions[4] as number[])[0] = 8;
  return [
    {
      episode: 0,
      log: first,
      verdict: VERDICTS[0],
      close: close(0, {
        startedAtMs: 499_000,
        endedAtMs: 502_500,
        connection: connection({ type: "relay", localCandidateType: "relay" }),
        metrics: metrics({
          confirmedFrame: 42,
          rollbacks: [{ frame: 3, currentFrame: 7, depthFrames: 4, playerIndex: 1, atMs: 499_500 }],
          links: [link({ peer: 1, rttMs: 400 })],
        }),
      }),
    },
    { episode: 1, log: second, verdict: VERDICTS[1], close: null },
  ];
}
