import {
  DEFAULT_SESSION_CONFIG,
  type Environment,
  P2PSession,
  type Seat,
} from "../../engine/index.ts";

/** A session without a peer; every seat is local unless told otherwise. */
export function aloneSession(
  environment: Environment,
  config = DEFAULT_SESSION_CONFIG,
  players: readonly Seat[] = environment.agentIds.map(() => ({ kind: "local" })),
): P2PSession {
  return new P2PSession({ environment, players, episode: 0, config, digest: {} });
}
