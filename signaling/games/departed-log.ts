/** The log of a player who left while the others played on: what counts of it ends where they were cut. */
import { FLAG_ABSENT, FLAG_BOT } from "../../engine/index.ts";
import { type FullLog, sliceLog } from "./episode-log.ts";

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

function inputText({ actions, flags }: FullLog, frame: number): string {
  return JSON.stringify([actions[frame], flags[frame]]);
}

function isUnmanned({ flags }: FullLog, frame: number, playerIndex: number): boolean {
  return ((flags[frame]?.[playerIndex] ?? 0) & (FLAG_ABSENT | FLAG_BOT)) !== 0;
}
