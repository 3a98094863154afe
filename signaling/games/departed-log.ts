/** The log of a player who left while the others played on: what counts of it ends where they were cut. */
import { FLAG_ABSENT, FLAG_BOT } from "../../engine/index.ts";
import { type FullLog, sliceLog } from "./episode-log.ts";

/**
 * The logs with those of the players in `hasLeft` cut at the first frame in which somebody who stayed played that
 * seat unmanned and the log says otherwise. The page of such a player may have confirmed inputs of its own that
 * never reached anybody.
 */
export function cutDeparted(
  logs: readonly FullLog[],
  hasLeft: readonly boolean[],
): readonly FullLog[] {
  const stayed = logs.filter((_, playerIndex) => hasLeft[playerIndex] !== true);
  return logs.map((log, playerIndex) => {
    if (hasLeft[playerIndex] !== true) return log;
    const frame = log.hashes.findIndex((_, i) =>
      stayed.some(
        ({ actions, flags }) =>
          isUnmanned(flags[i]?.[playerIndex] ?? 0) &&
          JSON.stringify([actions[i], flags[i]]) !== JSON.stringify([log.actions[i], log.flags[i]]),
      ),
    );
    return frame < 0 ? log : sliceLog(log, 0, frame);
  });
}

function isUnmanned(bits: number): boolean {
  return (bits & (FLAG_ABSENT | FLAG_BOT)) !== 0;
}
