/** What a world's wait state means to the participant in front of it. */
import type { PauseState } from "../../engine/index.ts";
import type { GameStart } from "../protocol.ts";
import type { PauseView } from "./game-view.ts";

type PauseStart = Pick<GameStart, "playerIndex" | "fps"> & {
  readonly session: Pick<GameStart["session"], "onHidden">;
};

/** Null while the game moves. */
export function pauseViewOf(
  pause: PauseState | null,
  { playerIndex, fps, session }: PauseStart,
): PauseView | null {
  if (pause === null || pause.askers === 0) return null;
  const isAsked = pause.asking !== 0;
  // Who is away now; in the countdown, who was.
  const away = isAsked ? pause.asking & pause.unfocusedAskers : pause.unfocusedAskers;
  return {
    why: session.onHidden === "pause" ? whyOf(away, 1 << playerIndex, isAsked) : "interruption",
    secondsLeft: isAsked ? null : Math.ceil(pause.leftFrames / fps),
  };
}

/** One's own absence is news as long as one can end it; afterwards the partner's is. */
function whyOf(away: number, own: number, isAsked: boolean): PauseView["why"] {
  if (away === 0) return "interruption";
  const isSelf = isAsked ? (away & own) !== 0 : away === own;
  return isSelf ? "self" : "partner";
}
