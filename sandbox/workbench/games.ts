/** The games on the workbench. */
import type { Environment } from "../../engine/index.ts";
import { environment as crampedRoom } from "../games/cramped-room.ts";
import { environment as marbles, marblesFor } from "../games/marbles.ts";
import { environment as puck } from "../games/puck.ts";
import { environment as stagHunt } from "../games/stag-hunt.ts";

export interface Game {
  readonly title: string;
  /** How many may play, ascending. */
  readonly playerCounts: readonly number[];
  readonly config: unknown;
  environment(playerCount: number): Environment;
}

const forTwo = (title: string, config: unknown, environment: unknown): Game => ({
  title,
  playerCounts: [2],
  config,
  environment: () => environment as Environment,
});

/** By the name that set-ups use. */
export const GAMES: Readonly<Record<string, Game>> = {
  puck: forTwo("Air hockey", {}, puck),
  "cramped-room": forTwo("Cramped room", { layout: "cramped_room" }, crampedRoom),
  "stag-hunt": forTwo("Stag hunt", {}, stagHunt),
  marbles: {
    title: "Marbles",
    playerCounts: [2, 3, 4],
    config: {},
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
