/** Everything that decides a run but the keys of people: what a link carries from one engineer to another. */
import networkProfiles from "../../data/network-profiles.json" with { type: "json" };
import {
  checkSessionConfig,
  DEFAULT_SESSION_CONFIG,
  type LinkProfile,
  type SessionConfig,
} from "../../engine/index.ts";
import { GAMES } from "./games.ts";

/** `hold`: a seeded random action, held for a while; `bot`: the game's own; `idle`: the neutral action. */
export const INPUT_KINDS = ["keyboard", "hold", "bot", "idle"] as const;
export type InputKind = (typeof INPUT_KINDS)[number];
/** As the page calls them. */
export const INPUT_TITLES: Readonly<Record<InputKind, string>> = {
  keyboard: "keyboard",
  hold: "script",
  bot: "bot",
  idle: "idle",
};

/** `webrtc`: what the simulated links let through goes over real connections inside the page. */
export const NETWORKS = ["simulated", "webrtc"] as const;

/**
 * Faults that last a while. `hide`: the page is hidden, without attention and with timers that fire once a second;
 * `pause`: no tick runs, as in a garbage collection or a suspended laptop; `cut`: nothing passes from or to the peer;
 * `reload`: the page is gone with all it had, and a new one comes back after that long.
 */
export const LASTING_FAULTS = ["hide", "pause", "cut", "reload"] as const;

/** What goes wrong, and for whom. */
export type Fault =
  | {
      readonly kind: (typeof LASTING_FAULTS)[number];
      readonly peer: number;
      readonly atMs: number;
      readonly durationMs: number;
    }
  /** The peer is gone for good. */
  | { readonly kind: "leave"; readonly peer: number; readonly atMs: number }
  /** After step `frame` the peer changes its own state at `path`; the first number or truth value when empty. */
  | {
      readonly kind: "desync";
      readonly peer: number;
      readonly frame: number;
      readonly path: string;
    };

export interface SetUp {
  readonly game: string;
  readonly playerCount: number;
  readonly seed: number;
  /** Length of the episode. */
  readonly frames: number;
  /** Null for the game's own. */
  readonly fps: number | null;
  readonly session: SessionConfig;
  /** Every frame is rolled back by this many and simulated again, whatever the guesses were; 0 for none. */
  readonly forcedRollbackFrames: number;
  /** `links[from][to]`. */
  readonly links: readonly (readonly LinkProfile[])[];
  readonly network: (typeof NETWORKS)[number];
  /** By player, as are the drifts. */
  readonly inputs: readonly InputKind[];
  readonly driftPpm: readonly number[];
  readonly faults: readonly Fault[];
}

export interface NamedLink {
  readonly id: string;
  readonly title: string;
  readonly link: LinkProfile;
  readonly source: string;
}
export const NAMED_LINKS: readonly NamedLink[] = networkProfiles.profiles;

/** Within half a round trip, and with some loss: what a newcomer should see first. */
const FIRST_LINK = NAMED_LINKS.find(({ id }) => id === "wifi") as NamedLink;
/** Two minutes at 60 frames a second. */
const FIRST_FRAMES = 7_200;

/** A set-up in which nobody types and the links are equal. */
export function defaultSetUp(game: string, playerCount: number): SetUp {
  return {
    game,
    playerCount,
    seed: 1,
    frames: FIRST_FRAMES,
    fps: null,
    session: DEFAULT_SESSION_CONFIG,
    forcedRollbackFrames: 0,
    links: equalLinks(playerCount, FIRST_LINK.link),
    network: "simulated",
    inputs: perPlayer(playerCount, () => "hold" as const),
    driftPpm: perPlayer(playerCount, () => 0),
    faults: [],
  };
}

export const DEFAULT_GAME = "puck";

export function perPlayer<T>(playerCount: number, value: (player: number) => T): T[] {
  return Array.from({ length: playerCount }, (_, player) => value(player));
}

export function equalLinks(playerCount: number, link: LinkProfile): LinkProfile[][] {
  return perPlayer(playerCount, () => perPlayer(playerCount, () => link));
}

/** Lowest and highest value of each member of a link. Beyond half a second nothing can be played. */
export const LINK_RANGES: Readonly<Record<keyof LinkProfile, readonly [number, number]>> = {
  delayMs: [0, 500],
  jitterMs: [0, 300],
  lossRatio: [0, 1],
  burstRatio: [0, 1],
  burstPackets: [0, 200],
  duplicateRatio: [0, 1],
  reorderRatio: [0, 1],
  reorderMs: [0, 500],
  bandwidthKbitPerS: [16, 100_000],
};

/** A snapshot ring of 128 less the widest window: deeper states are no longer kept. */
export const FORCED_ROLLBACK_MAX = 60;
/** Of an episode: an hour at 60 frames a second, all kept in memory. */
export const FRAMES_MAX = 216_000;

function rangeFault(name: string, value: number, low: number, high: number): string[] {
  const isInside = Number.isFinite(value) && value >= low && value <= high;
  return isInside ? [] : [`Expected \`${name}\` to be from ${low} to ${high}, got ${value}`];
}

function integerFault(name: string, value: number, low: number, high: number): string[] {
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [`Expected \`${name}\` to be an integer from ${low} to ${high}, got ${value}`];
}

function linkFaults({ links, playerCount }: SetUp): string[] {
  const players = perPlayer(playerCount, (player) => player);
  return players.flatMap((from) =>
    players.flatMap((to) => {
      if (from === to) return [];
      const link = links[from]?.[to];
      if (link === undefined) return [`Expected a link from ${from} to ${to}, got none`];
      return Object.entries(LINK_RANGES).flatMap(([name, [low, high]]) => {
        const value = link[name as keyof LinkProfile];
        return value === null ? [] : rangeFault(`link ${from}>${to} ${name}`, value, low, high);
      });
    }),
  );
}

function faultFaults({ faults, playerCount, frames }: SetUp): string[] {
  return faults.flatMap((fault) => {
    const name = `fault ${fault.kind}`;
    const found = integerFault(`${name} peer`, fault.peer, 0, playerCount - 1);
    if (fault.kind === "desync") {
      return [...found, ...integerFault(`${name} frame`, fault.frame, 0, frames - 1)];
    }
    found.push(...rangeFault(`${name} atMs`, fault.atMs, 0, 1e7));
    if (fault.kind !== "leave") {
      found.push(...rangeFault(`${name} durationMs`, fault.durationMs, 1, 600_000));
    }
    return found;
  });
}

/** One sentence per fault; none if the set-up can be run. */
export function checkSetUp(setUp: SetUp): readonly string[] {
  const game = Object.hasOwn(GAMES, setUp.game) ? GAMES[setUp.game] : undefined;
  if (game === undefined) {
    return [`Expected \`game\` to be ${Object.keys(GAMES).join(" or ")}, got ${setUp.game}`];
  }
  if (!game.playerCounts.includes(setUp.playerCount)) {
    const counts = game.playerCounts.join(", ");
    return [`Expected \`players\` of ${setUp.game} to be ${counts}, got ${setUp.playerCount}`];
  }
  const { playerCount, inputs, driftPpm } = setUp;
  return [
    ...integerFault("seed", setUp.seed, 0, 0xffffffff),
    ...integerFault("frames", setUp.frames, 1, FRAMES_MAX),
    ...(setUp.fps === null ? [] : integerFault("fps", setUp.fps, 1, 120)),
    ...integerFault("forced rollback", setUp.forcedRollbackFrames, 0, FORCED_ROLLBACK_MAX),
    ...checkSessionConfig(setUp.session),
    ...(typeof setUp.session.inputDelayFrames === "number"
      ? []
      : ["Expected `inputDelayFrames` to be a number of frames, got bounds for the link"]),
    ...linkFaults(setUp),
    ...(NETWORKS.includes(setUp.network)
      ? []
      : [`Expected \`net\` to be ${NETWORKS.join(" or ")}, got ${setUp.network}`]),
    ...integerFault("number of inputs", inputs.length, playerCount, playerCount),
    ...inputs.flatMap((kind) =>
      INPUT_KINDS.includes(kind)
        ? []
        : [`Expected \`input\` to be ${INPUT_KINDS.join(" or ")}, got ${kind}`],
    ),
    ...integerFault("number of drifts", driftPpm.length, playerCount, playerCount),
    ...driftPpm.flatMap((ppm) => rangeFault("drift", ppm, -20_000, 20_000)),
    ...faultFaults(setUp),
  ];
}
