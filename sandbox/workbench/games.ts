/** The games on the workbench. */
import type { Environment } from "../../engine/index.ts";
import { environment as crampedRoom } from "../games/cramped-room.ts";
import { environment as marbles, marblesFor } from "../games/marbles.ts";
import { environment as puck, puckFor } from "../games/puck.ts";
import { huntFor, environment as stagHunt } from "../games/stag-hunt.ts";

export interface Game {
  readonly title: string;
  /** How many may play, ascending. */
  readonly playerCounts: readonly number[];
  /** How many play where nobody says; never changed, since addresses leave it out. */
  readonly usualPlayerCount: number;
  /** Why fewer may play than the sandbox seats; null where they do not. */
  readonly limit: string | null;
  readonly config: unknown;
  environment(playerCount: number): Environment;
}

const UP_TO_FOUR = { playerCounts: [2, 3, 4], limit: null, config: {} } as const;

/** By the name that set-ups use. */
export const GAMES: Readonly<Record<string, Game>> = {
  puck: {
    ...UP_TO_FOUR,
    title: "Air hockey",
    usualPlayerCount: 2,
    environment: (playerCount) => (playerCount === 2 ? puck : puckFor(playerCount)) as Environment,
  },
  "cramped-room": {
    title: "Cramped room",
    playerCounts: [2],
    usualPlayerCount: 2,
    limit:
      "The kitchen has two places to start from: its layouts are those of studies with two cooks.",
    config: { layout: "cramped_room" },
    environment: () => crampedRoom as Environment,
  },
  "stag-hunt": {
    ...UP_TO_FOUR,
    title: "Stag hunt",
    usualPlayerCount: 2,
    environment: (playerCount) =>
      (playerCount === 2 ? stagHunt : huntFor(playerCount)) as Environment,
  },
  marbles: {
    ...UP_TO_FOUR,
    title: "Marbles",
    usualPlayerCount: 4,
    environment: (playerCount) =>
      (playerCount === 4 ? marbles : marblesFor(playerCount)) as Environment,
  },
};

/** The game whose environment has that id, as a replay file names it; null for none. */
export function gameOfEnvironment(id: string): { game: Game; environment: Environment } | null {
  for (const game of Object.values(GAMES)) {
    for (const playerCount of game.playerCounts) {
      const environment = game.environment(playerCount);
      if (environment.id === id) return { game, environment };
    }
  }
  return null;
}
