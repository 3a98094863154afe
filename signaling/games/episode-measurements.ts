/** What one page measured episode by episode: the part of its metrics that MUG's file has no keys for. */
import { FLAG_ABSENT, FLAG_BOT } from "../../engine/index.ts";
import type { EpisodeClose, GameSettings, Verdict } from "../store/game-table.ts";
import type { MultiplayerMetricsFile } from "../store/metrics-schema.ts";
import type { FullLog } from "./episode-log.ts";
import { pausesOf } from "./pauses.ts";

/** One player's share of one episode. */
export interface PlayerEpisode {
  readonly episode: number;
  readonly log: FullLog;
  readonly close: EpisodeClose | null;
  readonly verdict: Verdict;
}

type File = MultiplayerMetricsFile;
type InputLatency = File["inputLatency"][number];
type Metrics = NonNullable<EpisodeClose["metrics"]>;
type Timing = Pick<GameSettings, "fps" | "session">;

/** Where the inputs begin that nobody made, in the seat of a player who left; the log's end if nobody did. */
function emptySeatFrame({ log, close }: PlayerEpisode, playerIndex: number): number {
  const { flags } = log;
  const interruptions = close?.metrics?.interruptions ?? [];
  const isGone = interruptions.some((one) => one.peer === playerIndex && one.durationMs === null);
  if (!isGone) return flags.length;
  const unmanned = FLAG_ABSENT | FLAG_BOT;
  return flags.findLastIndex((row) => ((row[playerIndex] ?? 0) & unmanned) === 0) + 1;
}

/**
 * Ticks per frame that really had an input of the player: not the first ones, which the input delay
 * fills, and none of an empty seat. What arrives during tick t is used from tick t + 1 on, except
 * for the own input, which is sampled and used within a tick.
 */
function latencyTicks(
  entry: PlayerEpisode,
  playerIndex: number,
  isOwn: boolean,
  inputDelayFrames: number,
): number[] {
  const { arrivalTick, simulatedAtTick } = entry.log.observer;
  const shown = simulatedAtTick.slice(0, emptySeatFrame(entry, playerIndex));
  return shown.slice(inputDelayFrames).flatMap((shownTick, i) => {
    const knownTick = arrivalTick[inputDelayFrames + i]?.[playerIndex];
    // What a page that came back did not see itself has no latency.
    if (knownTick === undefined || knownTick === null || shownTick === null) return [];
    return isOwn ? shownTick - knownTick : knownTick + 1 - shownTick;
  });
}

/** Of a page that vanished the most that it may have been: no frame counts that nobody pressed a key for. */
function delayOf({ close }: PlayerEpisode, { inputDelayFrames }: Timing["session"]): number {
  if (typeof inputDelayFrames === "number") return inputDelayFrames;
  return close?.metrics?.inputDelay.delayFrames ?? inputDelayFrames.fromLink.maxFrames;
}

function inputLatencyOf(
  episodes: readonly PlayerEpisode[],
  player: number,
  { fps, session }: Timing,
): InputLatency[] {
  const tickMs = 1000 / fps;
  return episodes.flatMap((entry) =>
    (entry.log.actions[0] ?? []).flatMap((_, playerIndex): InputLatency[] => {
      const isOwn = playerIndex === player;
      const links = entry.close?.metrics?.links ?? [];
      const hasLink = links.length === 0 || links.some(({ peer }) => peer === playerIndex);
      // A seat without a participant is the one without a link.
      if (!isOwn && !hasLink) return [];
      const ticks = latencyTicks(entry, playerIndex, isOwn, delayOf(entry, session));
      if (ticks.length === 0) return [];
      ticks.sort((a, b) => a - b);
      const meanTicks = ticks.reduce((sum, value) => sum + value, 0) / ticks.length;
      const p95Ticks = ticks[Math.ceil(ticks.length * 0.95) - 1] as number;
      const maxTicks = ticks.at(-1) as number;
      return [
        {
          episode: entry.episode,
          playerIndex,
          isOwn,
          frames: ticks.length,
          meanTicks,
          p95Ticks,
          maxTicks,
          meanMs: meanTicks * tickMs,
          p95Ms: p95Ticks * tickMs,
          maxMs: maxTicks * tickMs,
        },
      ];
    }),
  );
}

/** Share of the kept frames whose hash by this page equals the server's. */
function hashCoverageOf(episodes: readonly PlayerEpisode[], player: number): File["hashCoverage"] {
  const sum = (pick: (entry: PlayerEpisode) => number) =>
    episodes.reduce((total, entry) => total + pick(entry), 0);
  const totalFrames = sum(({ verdict }) => verdict.endFrame);
  const matchingFrames = sum(({ verdict }) => verdict.matchingFrames[player] ?? 0);
  return {
    totalFrames,
    hashedFrames: sum(({ log, verdict }) => Math.min(log.hashes.length, verdict.endFrame)),
    matchingFrames,
    ratio: totalFrames === 0 ? null : matchingFrames / totalFrames,
  };
}

export function episodeMeasurements(episodes: readonly PlayerEpisode[], player: number, t: Timing) {
  const tag = <T extends object>(pick: (metrics: Metrics) => readonly T[]) =>
    episodes.flatMap(({ episode, close }) =>
      (close?.metrics ? pick(close.metrics) : []).map((entry) => ({ episode, ...entry })),
    );
  return {
    rollbackEvents: tag(({ rollbacks }) => rollbacks),
    stalls: tag(({ stalls }) => stalls),
    interruptions: tag(({ interruptions }) => interruptions),
    pauses: episodes.flatMap(({ episode, log, verdict }) =>
      pausesOf(log.flags.slice(0, verdict.endFrame), t).map((pause) => ({ episode, ...pause })),
    ),
    returns: tag(({ returns }) => returns),
    recoveries: tag(({ recoveries }) => recoveries ?? []),
    timeSync: tag(({ links }) =>
      links.map(({ peer, advantageFrames, advantageBoundFrames }) => ({
        peer,
        advantageFrames,
        boundFrames: advantageBoundFrames,
      })),
    ),
    inputDelay: tag(({ inputDelay }) => [inputDelay]),
    inputLatency: inputLatencyOf(episodes, player, t),
    links: tag(({ links }) =>
      links.map(({ advantageFrames, advantageBoundFrames, ...link }) => link),
    ),
    simulation: tag(({ ticks, framesSimulated, framesResimulated }) => [
      { ticks, framesSimulated, framesResimulated },
    ]),
    hashCoverage: hashCoverageOf(episodes, player),
  } satisfies Partial<File>;
}
