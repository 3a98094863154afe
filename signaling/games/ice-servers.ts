/** How one player of one game is to be connected to the others. */
import { createHmac } from "node:crypto";
import type { LinePlan } from "../protocol.ts";
import type { IceServer, Webrtc } from "../study/index.ts";

export interface TurnUser {
  /** Appears in the TURN server's logs: names no participant. */
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Adds the TURN server with a name and a password for `user` that end by themselves: the form of
 * draft-uberti-behave-turn-rest, which the TURN server checks with the same secret.
 */
export function iceServersFor({ iceServers, turn }: Webrtc, user: TurnUser): readonly IceServer[] {
  if (turn === null) return iceServers;
  const username = `${Math.floor(user.nowMs / 1_000) + turn.ttlS}:${user.userId}`;
  const credential = createHmac("sha1", turn.sharedSecret).update(username).digest("base64");
  return [...iceServers, { urls: turn.urls, username, credential }];
}

type Seat = Pick<LinePlan, "gameId" | "playerIndex" | "playerCount">;

export function linePlan(webrtc: Webrtc, seat: Seat, nowMs: number): LinePlan {
  const userId = `${seat.gameId}-${seat.playerIndex}`;
  const iceServers = iceServersFor(webrtc, { userId, nowMs });
  return { ...seat, iceServers, transportMode: webrtc.transportMode };
}
