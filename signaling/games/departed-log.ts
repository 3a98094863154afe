/** What counts of the players' logs where somebody left: up to where the others cut them, or up to the frame at which all stopped. */
import { FLAG_ABSENT, FLAG_BOT } from "../../engine/index.ts";
import type { EpisodeClose } from "../store/game-table.ts";
import { type FullLog, sliceLog } from "./episode-log.ts";

type Flags = Pick<FullLog, "flags">;

/**
 * The logs with those of the players in `hasLeft` cut at the first frame that differs from the log of somebody who
 * stayed, while one of the two played the other's seat unmanned. The page of such a player may have confirmed inputs of
 * its own that never reached anybody, or have gone on alone until it learned that the others had done so, too.
 */
export function cutDeparted(
  logs: readonly FullLog[],
  hasLeft: readonly boolean[],
): readonly FullLog[] {
  const stayed = [...logs.keys()].filter((playerIndex) => hasLeft[playerIndex] !== true);
  return logs.map((log, playerIndex) => {
    if (hasLeft[playerIndex] !== true) return log;
    const frame = log.hashes.findIndex((_, i) =>
      stayed.some((otherIndex) => {
        const other = logs[otherIndex] as FullLog;
        const isApart = isUnmanned(other, i, playerIndex) || isUnmanned(log, i, otherIndex);
        return isApart && i < other.hashes.length && inputText(other, i) !== inputText(log, i);
      }),
    );
    return frame < 0 ? log : sliceLog(log, 0, frame);
  });
}

/**
 * The logs of an episode that ended early for everybody, up to the last frame that all of them hold: pages that are
 * told to stop do so at different frames. What a page has beyond a log that nobody closed, or before a regular end, stays:
 * it is all that there is of it.
 */
export function cutToCommon(
  logs: readonly FullLog[],
  closes: readonly (EpisodeClose | null)[],
): readonly FullLog[] {
  if (closes.some((close) => close === null || close.reason === "ended")) return logs;
  const lengths = logs.map(({ hashes }) => hashes.length);
  const common = Math.min(...lengths.filter((length, i) => !isSeatLeft(logs, i, length)));
  return logs.map((log) => (log.hashes.length > common ? sliceLog(log, 0, common) : log));
}

/** Whether a player of whom there are `length` frames lacks none: from there on the seat was played without them. */
export function isSeatLeft(logs: readonly Flags[], playerIndex: number, length: number): boolean {
  return logs.some(
    (log) =>
      log.flags.length > length &&
      log.flags.every((_, i) => i < length || isUnmanned(log, i, playerIndex)),
  );
}

function inputText({ actions, flags }: FullLog, frame: number): string {
  return JSON.stringify([actions[frame], flags[frame]]);
}

function isUnmanned({ flags }: Flags, frame: number, playerIndex: number): boolean {
  return ((flags[frame]?.[playerIndex] ?? 0) & (FLAG_ABSENT | FLAG_BOT)) !== 0;
}
