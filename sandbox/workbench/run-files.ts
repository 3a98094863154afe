/** The files of a run: what a study's server would write of it, and a schedule for the tests to run again. */
import { digestJson, type Hasher, pausePolicyOf, replayEpisode } from "../../engine/index.ts";
import {
  agreeInputs,
  episodeCsv,
  judge,
  type MultiplayerMetricsFile,
  playerMetrics,
  type ReplayFile,
  replayFile,
} from "../../signaling/data-files.ts";
import type { PeerLog } from "./peer-log.ts";
import type { Run } from "./run.ts";

/** As folder of an experiment and name of a scene the sandbox's files have this. */
const SANDBOX = "sandbox";
const EPISODE = 0;

type Standing = Parameters<typeof playerMetrics>[0];
type PlayerEpisode = Parameters<typeof playerMetrics>[1][number];
type Close = NonNullable<PlayerEpisode["close"]>;

export interface RunFiles {
  readonly metrics: MultiplayerMetricsFile;
  readonly replay: ReplayFile;
  readonly csv: string;
}

/** What the run's peers would have sent, and the verdict a server would give; a run may be on its way still. */
export class RunRecord {
  readonly #run: Run;
  readonly #closes: readonly Close[];
  readonly #inputs: ReturnType<typeof agreeInputs>;
  readonly #replayed: ReturnType<typeof replayEpisode>;
  readonly #verdict: ReturnType<typeof judge>;
  readonly #hasher: Hasher;
  /** Milliseconds since the epoch at the run's virtual 0. */
  readonly #startedAtMs: number;

  constructor(run: Run, hasher: Hasher, startedAtMs: number) {
    run.refresh();
    this.#run = run;
    this.#hasher = hasher;
    this.#startedAtMs = startedAtMs;
    const logs = run.logs.map(logOf);
    this.#closes = run.logs.map((log) => closeOf(run, log, startedAtMs));
    this.#inputs = agreeInputs(logs);
    this.#replayed = replayEpisode({
      environment: run.environment,
      config: run.game.config,
      seed: run.episodeSeed,
      maxSteps: run.setUp.frames,
      episode: EPISODE,
      pausePolicy: pausePolicyOf(run.setUp.session, run.environment.fps),
      ...{ actions: this.#inputs.actions, flags: this.#inputs.flags, hasher },
    });
    this.#verdict = judge(logs, this.#closes, this.#inputs, this.#replayed);
  }

  /** The files of one player. */
  filesOf(playerIndex: number): RunFiles {
    const run = this.#run;
    const standing = this.#standing(playerIndex);
    const log = logOf(run.logs[playerIndex] as PeerLog);
    const close = this.#closes[playerIndex] as Close;
    const episode = { episode: EPISODE, log, close, verdict: this.#verdict };
    const peers = run.logs.flatMap(({ peer }) => (peer === playerIndex ? [] : [peer]));
    const gone = run.setUp.faults.find(({ kind }) => kind === "leave")?.peer ?? null;
    const { game, player } = standing;
    const players = run.logs.map((_, i) => this.#standing(i).player);
    const { columns, rows } = this.#replayed.table;
    const subjects = players.map(({ subjectId }, i) => ({
      agent: run.environment.agentIds[i] as string,
      subjectId,
    }));
    return {
      metrics: playerMetrics(standing, [episode], peers, gone, this.#startedAtMs + run.nowMs),
      replay: replayFile({
        ...{ experimentId: SANDBOX, game, players, player, episode: EPISODE, log, sent: log },
        closes: this.#closes,
        ...{ inputs: this.#inputs, verdict: this.#verdict },
      }),
      csv: episodeCsv(
        { columns, rows } as Parameters<typeof episodeCsv>[0],
        { players: subjects },
        log.observer,
      ),
    };
  }

  #standing(playerIndex: number): Standing {
    const { setUp, environment, game, episodeSeed } = this.#run;
    const isEnded = this.#closes.every(({ reason }) => reason === "ended");
    const reason = this.#closes[playerIndex]?.reason;
    return {
      game: {
        gameId: `${SANDBOX}-${setUp.game}-${setUp.seed}`,
        sceneId: SANDBOX,
        settings: {
          environmentId: environment.id,
          // The page has no bundle to take the digest of: it stands for the name alone.
          environmentDigest: digestJson([SANDBOX, environment.id], this.#hasher),
          config: game.config,
          configDigest: digestJson(game.config, this.#hasher),
          session: setUp.session,
          sessionSeed: setUp.seed,
          seeds: [episodeSeed],
          maxSteps: setUp.frames,
          fps: environment.fps,
          agentIds: environment.agentIds,
        },
        createdAtMs: this.#startedAtMs,
        isSettled: true,
      },
      player: {
        gameId: `${SANDBOX}-${setUp.game}-${setUp.seed}`,
        playerIndex,
        subjectId: `peer_${playerIndex}`,
        visitId: `peer_${playerIndex}`,
        visitNumber: 1,
        endReason: reason === undefined || reason === "ended" ? "finished" : reason,
      },
      episodeCount: 1,
      verdicts: [this.#verdict],
      completedEpisodes: isEnded ? 1 : 0,
    };
  }
}

function logOf({ actions, flags, hashes, observer }: PeerLog): PlayerEpisode["log"] {
  // A session hands out actions as they are; a file's type says that they may be changed.
  return { fromFrame: 0, actions, flags, hashes, observer } as unknown as PlayerEpisode["log"];
}

function closeOf(run: Run, { peer, hashes, metrics }: PeerLog, startedAtMs: number): Close {
  const { status } = run.peer(peer).session;
  const hides = run.setUp.faults.flatMap((fault) =>
    fault.kind === "hide" && fault.peer === peer && fault.atMs < run.nowMs ? [fault] : [],
  );
  return {
    episode: EPISODE,
    reason: reasonOf(status),
    detail: status.kind === "aborted" ? status.detail : "",
    endFrame: hashes.length,
    // Handed on as it was measured; the file's type repeats the engine's without `readonly`.
    metrics: metrics as Close["metrics"],
    connection: connectionOf(run, peer),
    hiddenPeriods: hides.map(({ atMs, durationMs }) => ({
      startMs: startedAtMs + atMs,
      endMs: startedAtMs + Math.min(atMs + durationMs, run.nowMs),
    })),
    startedAtMs,
    endedAtMs: startedAtMs + run.nowMs,
    userAgent: SANDBOX,
  };
}

function reasonOf(status: ReturnType<Run["peer"]>["session"]["status"]): Close["reason"] {
  if (status.kind === "ended") return "ended";
  if (status.kind !== "aborted") return "self_disconnected";
  return status.reason === "peer-disconnected" ? "partner_disconnected" : "technical";
}

/** Everything goes the direct way here. */
function connectionOf(run: Run, peer: number): Close["connection"] {
  const { transport } = run.peer(peer);
  const counts = run.logs.map((log) => transport.counts(log.peer));
  const sum = (pick: (count: (typeof counts)[number]) => number) =>
    counts.reduce((total, count) => total + pick(count), 0);
  return {
    type: "direct",
    localCandidateType: null,
    remoteCandidateType: null,
    protocol: null,
    relayProtocol: null,
    pairs: [],
    detectedAtFrame: null,
    detectedAtMs: null,
    wasDirectConnected: true,
    fallbackAtFrame: null,
    counts: {
      sentPackets: { direct: sum((count) => count.sentPackets.direct), relay: 0 },
      receivedPackets: { direct: sum((count) => count.receivedPackets.direct), relay: 0 },
      sentBytes: { direct: sum((count) => count.sentBytes.direct), relay: 0 },
      receivedBytes: { direct: sum((count) => count.receivedBytes.direct), relay: 0 },
      congestedPackets: sum((count) => count.congestedPackets),
    },
  };
}
