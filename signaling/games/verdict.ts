/** Whether the players' logs of one episode agree with each other and with the server's own replay. */
import type { EpisodeClose, Verdict } from "../store/game-table.ts";
import { isSeatLeft } from "./departed-log.ts";
import type { FullLog } from "./episode-log.ts";

export interface AgreedInputs {
  readonly actions: FullLog["actions"];
  readonly flags: FullLog["flags"];
  /** The first frame whose inputs were reported differently, and by whom. */
  readonly conflict: { readonly frame: number; readonly playerIndex: number } | null;
}

/**
 * The longest prefix that no two logs contradict. A log that ends early contradicts nothing:
 * its owner vanished, and what the others confirmed stays data.
 */
export function agreeInputs(logs: readonly FullLog[]): AgreedInputs {
  let longest = logs[0] as FullLog;
  for (const log of logs) if (log.hashes.length > longest.hashes.length) longest = log;
  for (let frame = 0; frame < longest.hashes.length; frame++) {
    const expected = JSON.stringify([longest.actions[frame], longest.flags[frame]]);
    for (const [playerIndex, log] of logs.entries()) {
      if (frame >= log.hashes.length) continue;
      if (JSON.stringify([log.actions[frame], log.flags[frame]]) === expected) continue;
      const actions = longest.actions.slice(0, frame);
      const flags = longest.flags.slice(0, frame);
      return { actions, flags, conflict: { frame, playerIndex } };
    }
  }
  return { actions: longest.actions, flags: longest.flags, conflict: null };
}

interface ReplayedEpisode {
  readonly endFrame: number;
  readonly isTerminal: boolean;
  readonly hashes: readonly string[];
}

interface Dispute {
  readonly frame: number;
  readonly detail: string;
}

/** Frames below `endFrame` whose hash in the log equals the replay's. */
function countMatching(log: FullLog, { hashes }: ReplayedEpisode): number {
  return hashes.reduce((count, hash, i) => count + (log.hashes[i] === hash ? 1 : 0), 0);
}

function hashDispute(logs: readonly FullLog[], { hashes }: ReplayedEpisode): Dispute | null {
  let first: Dispute | null = null;
  for (const [playerIndex, log] of logs.entries()) {
    const frame = hashes.findIndex((hash, i) => i < log.hashes.length && log.hashes[i] !== hash);
    if (frame < 0 || (first !== null && first.frame <= frame)) continue;
    const detail = `Expected the state after frame ${frame} to have hash ${hashes[frame]}, got ${log.hashes[frame]} from player ${playerIndex}.`;
    first = { frame, detail };
  }
  return first;
}

function endDispute(
  inputs: AgreedInputs,
  replayed: ReplayedEpisode,
  closes: readonly (EpisodeClose | null)[],
): Dispute | null {
  const { endFrame, isTerminal } = replayed;
  if (inputs.actions.length > endFrame) {
    const detail = `The episode is over at frame ${endFrame}, but the logs hold ${inputs.actions.length} frames.`;
    return { frame: endFrame, detail };
  }
  if (!isTerminal && closes.some((close) => close?.reason === "ended")) {
    return { frame: endFrame, detail: `The episode is not over at frame ${endFrame}.` };
  }
  return null;
}

/** Every recovery that any page reports, once. */
export function recoveriesOf(closes: readonly (EpisodeClose | null)[]): Verdict["recoveries"] {
  const byFrame = new Map<number, Verdict["recoveries"][number]>();
  for (const { frame, agreedFrame, outcome } of closes.flatMap(
    (close) => close?.metrics?.recoveries ?? [],
  )) {
    if (outcome === "restored") byFrame.set(frame, { frame, agreedFrame });
  }
  return [...byFrame.values()].sort((a, b) => a.frame - b.frame);
}

/** `logs` and `closes` are indexed by player. */
export function judge(
  logs: readonly FullLog[],
  closes: readonly (EpisodeClose | null)[],
  inputs: AgreedInputs,
  replayed: ReplayedEpisode,
): Verdict {
  const { endFrame, isTerminal } = replayed;
  const matchingFrames = logs.map((log) => countMatching(log, replayed));
  const { conflict } = inputs;
  const inputDispute =
    conflict === null
      ? null
      : {
          frame: conflict.frame,
          detail: `The inputs of frame ${conflict.frame} were reported differently by player ${conflict.playerIndex}.`,
        };
  const dispute =
    hashDispute(logs, replayed) ?? inputDispute ?? endDispute(inputs, replayed, closes);
  const base = { endFrame, isTerminal, matchingFrames, recoveries: recoveriesOf(closes) };
  if (dispute !== null) {
    return { ...base, status: "disputed", detail: dispute.detail, disputedFrame: dispute.frame };
  }
  const short = logs.findIndex(
    ({ hashes }, i) => hashes.length < endFrame && !isSeatLeft(logs, i, hashes.length),
  );
  if (short >= 0) {
    const length = logs[short]?.hashes.length;
    const detail = `The log of player ${short} holds ${length} of ${endFrame} frames.`;
    return { ...base, status: "unverified", detail, disputedFrame: null };
  }
  return { ...base, status: "verified", detail: "", disputedFrame: null };
}
