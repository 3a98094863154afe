/** The stretches of an episode in which its frames waited, as the flags of its inputs tell. */
import { PauseClock, type PauseState, pausePolicyOf } from "../../engine/index.ts";
import type { GameSettings } from "../store/game-table.ts";

export interface PauseRecord {
  /** The first frame that waited. */
  readonly fromFrame: number;
  /** The first that did not any more; null when the frames end in the pause. */
  readonly toFrame: number | null;
  readonly askers: { playerIndex: number; reason: "hidden" | "interruption" }[];
}

/** `flags[frame][playerIndex]`. */
export function pausesOf(
  flags: readonly (readonly number[])[],
  { session, fps }: Pick<GameSettings, "fps" | "session">,
): readonly PauseRecord[] {
  const policy = pausePolicyOf(session, fps);
  if (policy.limitFrames === 0) return [];
  const playerCount = flags[0]?.length ?? 0;
  const clock = new PauseClock(policy, playerCount, 0);
  const pauses: PauseRecord[] = [];
  let fromFrame: number | null = null;
  let askers: PauseRecord["askers"] = [];
  for (const [frame, row] of flags.entries()) {
    if (clock.advance(row)) {
      fromFrame ??= frame;
      askers = askersOf(clock, playerCount, session.onHidden);
    } else if (fromFrame !== null) {
      pauses.push({ fromFrame, toFrame: frame, askers });
      fromFrame = null;
    }
  }
  if (fromFrame !== null) pauses.push({ fromFrame, toFrame: null, askers });
  return pauses;
}

/** A page that is out of focus asks as hidden where the study says so; any other asks after a silence. */
function askersOf(
  { askers, unfocusedAskers }: PauseState,
  playerCount: number,
  onHidden: GameSettings["session"]["onHidden"],
): PauseRecord["askers"] {
  const hidden = onHidden === "pause" ? unfocusedAskers : 0;
  return Array.from({ length: playerCount }, (_, playerIndex) => playerIndex)
    .filter((playerIndex) => (askers & (1 << playerIndex)) !== 0)
    .map((playerIndex) => ({
      playerIndex,
      reason: (hidden & (1 << playerIndex)) === 0 ? "interruption" : "hidden",
    }));
}
