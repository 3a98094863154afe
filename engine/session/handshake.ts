/** What two peers must agree on before frame 0, and how a difference is told. */

import type { Environment } from "../environment/environment.ts";
import { SOFTWARE_LENGTH_MAX, WIRE_VERSION } from "../protocol/control-message.ts";
import type { SessionConfig } from "./config.ts";
import { describeInputDelay } from "./input-delay.ts";
import { pausePolicyOf } from "./pause-policy.ts";
import type { Resume } from "./return.ts";
import { describeUnmanned, type Seat } from "./seat.ts";

/** Greetings repeat until answered: the other side may make its session later than this one. */
export const HELLO_INTERVAL_MS = 250;

export interface P2PSessionOptions {
  readonly environment: Environment;
  /** `players[playerIndex]`, one seat for each agent; at least one local. */
  readonly players: readonly Seat[];
  readonly episode: number;
  readonly config: SessionConfig;
  /** Everything that must be equal on all sides, by name; made by `handshakeDigest`. */
  readonly digest: Readonly<Record<string, string>>;
  /** Given when this page comes back into an episode that runs. */
  readonly resume?: Resume;
  /** Peer numbers of those who may watch by way of this player. */
  readonly spectators?: readonly number[];
  /** What this side runs (product version, browser), for the reports of both; "unknown" if left out. */
  readonly software?: string;
}

export interface DigestOptions {
  readonly environment: Environment;
  /** Hash of the environment's code. */
  readonly environmentDigest: string;
  readonly configDigest: string;
  readonly seed: number;
  readonly episode: number;
  readonly maxSteps: number;
  readonly config: SessionConfig;
}

/** Names and values of all that decides a simulation. */
export function handshakeDigest(options: DigestOptions): Readonly<Record<string, string>> {
  const pause = pausePolicyOf(options.config, options.environment.fps);
  return {
    wireVersion: String(WIRE_VERSION),
    environmentId: options.environment.id,
    environment: options.environmentDigest,
    config: options.configDigest,
    fps: String(options.environment.fps),
    seed: String(options.seed),
    episode: String(options.episode),
    maxSteps: String(options.maxSteps),
    inputDelayFrames: describeInputDelay(options.config.inputDelayFrames),
    onDeparture: options.config.onDeparture,
    pauseCountdownFrames: String(pause.countdownFrames),
    pauseLimitFrames: String(pause.limitFrames),
    onDesync: options.config.onDesync,
  };
}

/** The digest with the seats that no peer plays, which everybody must fill alike. */
export function withUnmanned({
  digest,
  players,
}: Pick<P2PSessionOptions, "digest" | "players">): P2PSessionOptions["digest"] {
  const unmannedSeats = describeUnmanned(players);
  return unmannedSeats === "" ? digest : { ...digest, unmannedSeats };
}

/** What this side tells the others that it runs. */
export function softwareOf({ software }: Pick<P2PSessionOptions, "software">): string {
  return (software ?? "unknown").slice(0, SOFTWARE_LENGTH_MAX);
}

/** A sentence that names the first difference, or null if there is none. */
export function compareDigests(
  ours: Readonly<Record<string, string>>,
  theirs: Readonly<Record<string, string>>,
): string | null {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  for (const name of names) {
    if (ours[name] !== theirs[name]) {
      return `Expected the partner's \`${name}\` to be ${ours[name]}, got ${theirs[name]}`;
    }
  }
  return null;
}
