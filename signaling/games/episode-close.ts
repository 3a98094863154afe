/** The end of one player's log of an episode: stored once, when all frames below it are. */
import type { ClientMessage, Reply, ReplyPayloads } from "../protocol.ts";
import type { Database } from "../store/database.ts";
import type { GamePlayer, GameTable } from "../store/game-table.ts";

type CloseReply = Reply<ReplyPayloads["close-episode"]>;

/** Stores the closing once the log is complete; again is harmless, another one is refused. */
export function storeClose(
  games: GameTable,
  database: Database,
  seat: GamePlayer,
  message: ClientMessage<"close-episode">,
): CloseReply {
  const { gameId, ...close } = message;
  const { episode, endFrame } = close;
  const { seeds } = games.get(gameId).settings;
  if (episode >= seeds.length) {
    return { ok: false, reason: "malformed", message: `The game has no episode ${episode}.` };
  }
  const ackFrame = games.logLength(gameId, episode, seat.playerIndex);
  const stored = games.findClose(gameId, episode, seat.playerIndex);
  if (stored !== null || ackFrame > endFrame) {
    const isSame = (stored?.endFrame ?? endFrame - 1) === endFrame;
    if (isSame) return { ok: true, ackFrame, isClosed: true };
    const held = stored?.endFrame ?? ackFrame;
    const text = `Episode ${episode} holds ${held} frames, not ${endFrame}.`;
    return { ok: false, reason: "conflicting_data", message: text };
  }
  if (ackFrame < endFrame) return { ok: true, ackFrame, isClosed: false };
  database.transaction(() => games.insertClose(gameId, seat.playerIndex, close));
  return { ok: true, ackFrame, isClosed: true };
}
