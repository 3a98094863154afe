/**
 * Judges a run in which pages went away, came back, waited or differed, by an independent simulation: a bare loop
 * over the environment, fed with what the players really did.
 */
import {
  FLAG_ABSENT,
  FLAG_BOT,
  FLAG_FOCUSED,
  FLAG_PAUSED,
} from "../../engine/environment/input-flag.ts";
import type { Action } from "../../engine/environment/space.ts";
import {
  canonicalJson,
  DEFAULT_SESSION_CONFIG,
  deriveSeed,
  type Environment,
  type Hasher,
  type PausePolicy,
  pausePolicyOf,
  replayEpisode,
} from "../../engine/index.ts";
import type { Cluster, ClusterPeer } from "../../engine/simulation/cluster.ts";
import type { Schedule } from "../../engine/simulation/schedule.ts";

export interface DisturbedRun {
  readonly cluster: Cluster;
  readonly environment: Environment;
  readonly schedule: Schedule;
  readonly hasher: Hasher;
  readonly isFocusedOf?: (frame: number, playerIndex: number) => boolean;
}

export interface Log {
  readonly actions: readonly (readonly Action[])[];
  readonly flags: readonly (readonly number[])[];
  readonly hashes: readonly string[];
}

export function logOf({ confirmed }: ClusterPeer): Log {
  return {
    actions: confirmed.flatMap(({ actions }) => actions),
    flags: confirmed.flatMap(({ flags }) => flags),
    hashes: confirmed.flatMap(({ hashes }) => hashes),
  };
}

/** `waits[frame]`: whether anybody's asking counted in the frame or at most the countdown before it. */
export function waitsOf(flags: Log["flags"], policy: PausePolicy): boolean[] {
  const limit = policy.limitFrames ?? Number.POSITIVE_INFINITY;
  const asked: number[] = [];
  let untilFrame = -1;
  return flags.map((row, frame) => {
    for (const [player, bits] of row.entries()) {
      if ((bits & FLAG_PAUSED) === 0) continue;
      const count = (asked[player] ?? 0) + 1;
      asked[player] = count;
      if (count <= limit) untilFrame = frame + policy.countdownFrames;
    }
    return frame <= untilFrame;
  });
}

/**
 * One sentence for each thing that is wrong; none if the run was right. Every log of those who stayed must be whole
 * and the same; every input is what its player really did or, where their page was gone, neutral or the bot's; and
 * states and hashes follow from these inputs. A difference is no fault where the group went back because of it.
 */
export function judgeDisturbed(run: DisturbedRun): string[] {
  const { cluster } = run;
  const stayed = cluster.peers.filter((_, peer) => !hasLeft(run, peer));
  const faults = stayed.flatMap((page) => endFaults(run, page));
  if (faults.length > 0) return faults;
  const [log, ...others] = stayed.map(logOf) as [Log, ...Log[]];
  for (const [i, other] of others.entries()) {
    if (canonicalJson(other) !== canonicalJson(log)) faults.push(`log ${i + 1} differs`);
  }
  for (const player of run.environment.agentIds.keys()) {
    faults.push(...inputFaults(run, log, player));
  }
  return [...faults, ...stateFaults(run, log, stayed)];
}

function hasLeft({ schedule }: DisturbedRun, peer: number): boolean {
  return schedule.departures.some((departure) => departure.peer === peer);
}

function endFaults({ cluster, schedule }: DisturbedRun, page: ClusterPeer): string[] {
  const { session, events, confirmed } = page;
  const { status } = session;
  const { onDeparture = "end" } = schedule.session;
  const faults: string[] = [];
  const isCut = events.some(({ kind }) => kind === "departed") && onDeparture === "end";
  if (status.kind !== (isCut ? "aborted" : "ended")) faults.push(JSON.stringify(status));
  const { recoveries, verifiedFrame } = session.metrics();
  // A page that comes back takes over what others have gone back to.
  const restored = cluster.peers.flatMap((other) =>
    other.events.flatMap((event) => (event.kind === "recovered" ? [event.frame] : [])),
  );
  for (const event of events) {
    if (event.kind !== "desync" || restored.includes(event.frame)) continue;
    faults.push(`${JSON.stringify(event)} with ${JSON.stringify(recoveries)}`);
  }
  let next = 0;
  for (const { fromFrame, hashes } of confirmed) {
    if (fromFrame !== next) faults.push(`handed out ${fromFrame} after ${next}`);
    next = fromFrame + hashes.length;
  }
  if (status.kind === "ended" && verifiedFrame !== next) {
    faults.push(`verified ${verifiedFrame} of ${next} frames`);
  }
  return faults;
}

/** What is wrong with a player's inputs in the log. */
function inputFaults(run: DisturbedRun, log: Log, player: number): string[] {
  const { cluster, schedule, environment } = run;
  const page = cluster.peers[player];
  const neutral = environment.neutralActions[player];
  const bitsOf = (frame: number) => log.flags[frame]?.[player] ?? 0;
  const delayFrames = cluster.peers[0]?.session.metrics().inputDelay.delayFrames ?? 0;
  const faults: string[] = [];
  for (let frame = delayFrames; frame < log.actions.length; frame++) {
    const action = log.actions[frame]?.[player];
    const isNeutral = canonicalJson(action) === canonicalJson(neutral);
    if (page === undefined || isUnmanned(bitsOf(frame))) {
      const fault = isNeutral ? absenceFault(run, log, player, frame) : "is not neutral";
      if (fault !== null) faults.push(`player ${player}, frame ${frame}: ${fault}`);
      continue;
    }
    const isFocused = run.isFocusedOf?.(frame, player) ?? true;
    const { onHidden = DEFAULT_SESSION_CONFIG.onHidden } = schedule.session;
    const isPlayed = isFocused || onHidden === "continue";
    const expected = isPlayed ? page.sampled[frame] : neutral;
    const isFlagged = ((bitsOf(frame) & FLAG_FOCUSED) !== 0) === isFocused;
    if (canonicalJson(action) === canonicalJson(expected) && isFlagged) continue;
    faults.push(`player ${player} did ${action} in frame ${frame}, not ${expected}`);
  }
  return faults;
}

/** Whether nobody made the input; who only looks away has no focus. */
function isUnmanned(bits: number): boolean {
  return (
    (bits & FLAG_BOT) !== 0 ||
    (bits & (FLAG_ABSENT | FLAG_FOCUSED)) === (FLAG_ABSENT | FLAG_FOCUSED)
  );
}

/** Why the player's input may not be one that nobody made; null if it may. */
function absenceFault(run: DisturbedRun, log: Log, player: number, frame: number): string | null {
  const { cluster, schedule } = run;
  const page = cluster.peers[player];
  const isBot = ((log.flags[frame]?.[player] ?? 0) & FLAG_BOT) !== 0;
  if (page === undefined) return isBot ? null : "expected the bot";
  const next = log.flags.findIndex((row, i) => i > frame && !isUnmanned(row[player] ?? 0));
  if (next < 0 && hasLeft(run, player)) {
    return isBot && schedule.session.onDeparture !== "bot" ? "expected no bot" : null;
  }
  if (isBot) return "expected no bot";
  if (page.incarnation === 0) return "is absent";
  // A gap ends where a later page's own inputs begin, and nothing of an earlier page lies in between.
  const starts = page.firstSampled.slice(1);
  return next < 0 || starts.includes(next)
    ? null
    : `is absent up to ${next}, but began at ${starts}`;
}

/** Steps a bare simulation through the log and compares what every page hashed and kept. */
function stateFaults(run: DisturbedRun, log: Log, stayed: readonly ClusterPeer[]): string[] {
  const { environment, schedule, hasher } = run;
  const rules = { ...DEFAULT_SESSION_CONFIG, ...schedule.session };
  const pausePolicy = pausePolicyOf(rules, environment.fps);
  const waits = waitsOf(log.flags, pausePolicy);
  const seed = deriveSeed(schedule.seed, 4);
  const state = environment.reset(seed, null);
  let steps = 0;
  for (const [frame, row] of log.actions.entries()) {
    if (waits[frame]) continue;
    steps++;
    const actions = row.map((action, player) => {
      const isBot = ((log.flags[frame]?.[player] ?? 0) & FLAG_BOT) !== 0;
      return isBot ? (environment.botAction?.(state, player) as Action) : action;
    });
    environment.step(state, actions);
  }
  const faults: string[] = [];
  const recording = { environment, config: null, seed, maxSteps: schedule.frames, episode: 0 };
  const replay = replayEpisode({ ...recording, ...log, pausePolicy, hasher });
  if (canonicalJson(replay.hashes) !== canonicalJson(log.hashes)) faults.push("a replay differs");
  const hasEnded = stayed.every(({ session }) => session.status.kind === "ended");
  if (hasEnded && steps !== schedule.frames) faults.push(`${steps} steps, not ${schedule.frames}`);
  const expected = canonicalJson(flatJson(environment, state));
  for (const [i, { world }] of stayed.entries()) {
    const { length } = log.actions;
    if (!world.hasSnapshot(length)) {
      if (hasEnded) faults.push(`page ${i} keeps no last state`);
    } else if (canonicalJson(world.copyState(length)) !== expected) {
      faults.push(`page ${i} is in another state`);
    }
  }
  return faults;
}

function flatJson(environment: Environment, state: unknown): unknown {
  const { stateLayout } = environment;
  if (stateLayout === undefined) return state;
  return Object.fromEntries(
    Object.keys(stateLayout.fields).map((name) => [
      name,
      Array.from((state as Record<string, Float64Array>)[name] ?? []),
    ]),
  );
}
