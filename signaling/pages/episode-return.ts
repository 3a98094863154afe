/** Coming back into a game with a new page: what the server knows of an episode, resumed or handed in. */
import { pausePolicyOf, type Resume, replayEpisode } from "../../engine/index.ts";
import type { EpisodePast } from "../protocol.ts";
import { type PlayContext, uploadOf } from "./play.ts";
import { steadyNowMs } from "./steady-clock.ts";

/** Asks until it is known. Throws when the server does not let this page back in. */
export async function askPast({ start, socket }: PlayContext, episode: number) {
  const { gameId } = start;
  // The page before may have kept frames that the server has yet to get.
  await socket.outbox.leftHandedIn;
  const answer = await socket.requestUntilAnswered("resume-episode", { gameId, episode });
  if (!answer.ok) throw new Error(answer.message);
  return answer;
}

/** What a session needs to go on in an episode that others play or wait for. */
export function resumeOf({ start }: PlayContext, past: EpisodePast): Resume {
  const { fromFrame, actions, flags } = past;
  const incarnation = start.incarnations[start.playerIndex] ?? 0;
  return { incarnation, fromFrame, knownFrames: { actions, flags } };
}

/**
 * Hands in the rest of an episode that the others have played to its end, by computing it again from their inputs;
 * resolves when the server holds it or has refused it for good.
 */
export function handInPast(
  { start, environment, hasher, socket, line, connection, devices }: PlayContext,
  episode: number,
  past: EpisodePast,
): Promise<void> {
  const { config, seeds, maxSteps, session } = start;
  const { fromFrame, actions, flags } = past;
  const startedAtMs = steadyNowMs();
  const { hashes } = replayEpisode({
    ...{
      environment,
      config,
      seed: seeds[episode] ?? 0,
      maxSteps,
      episode,
      actions,
      flags,
      hasher,
    },
    pausePolicy: pausePolicyOf(session, environment.fps),
    // The page's content policy forbids generated code.
    isCompiled: false,
  });
  const rest = hashes.slice(fromFrame);
  const upload = uploadOf(start, socket, episode, fromFrame);
  upload.recorder.collect({
    fromFrame,
    actions: actions.slice(fromFrame),
    flags: flags.slice(fromFrame),
    hashes: rest,
    observer: {
      simulatedAtTick: rest.map(() => null),
      arrivalTick: rest.map((_, i) => (actions[fromFrame + i] ?? []).map(() => null)),
      wasPredicted: rest.map((_, i) => (actions[fromFrame + i] ?? []).map(() => null)),
      rollbackDepthFrames: rest.map(() => null),
      simulatedAtMs: rest.map(() => null),
    },
  });
  const endedAtMs = steadyNowMs();
  return upload.close({
    reason: "ended",
    detail: "The episode ended while this page was gone.",
    endFrame: actions.length,
    metrics: null,
    connection: line === null ? null : connection.report(line),
    hiddenPeriods: [...devices.takeHiddenPeriods(endedAtMs)],
    startedAtMs,
    endedAtMs,
    userAgent: navigator.userAgent.slice(0, 500),
  });
}
