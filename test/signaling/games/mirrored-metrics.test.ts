/** The keys that tell of a player, seen from player 0: none may be a constant that happens to be right for player 1. */
import { describe, expect, it } from "vitest";
import { aggregatedMetrics } from "../../../signaling/games/aggregated-metrics.ts";
import type { PlayerEpisode } from "../../../signaling/games/episode-measurements.ts";
import { playerMetrics } from "../../../signaling/games/player-metrics.ts";
import { multiplayerMetricsSchema } from "../../../signaling/store/metrics-schema.ts";
import { untold, valuesByPath } from "./key-paths.ts";
import { annaEpisodes, benEpisodes, GAME, player, standing } from "./measured-game.ts";

/** What Ben measured, as if he sat where Anna does. */
function mirrored(): PlayerEpisode[] {
  const swap = (key: string, value: unknown) =>
    (key === "peer" || key === "playerIndex") && (value === 0 || value === 1) ? 1 - value : value;
  return benEpisodes().map((episode) => ({
    ...episode,
    close: JSON.parse(JSON.stringify(episode.close), swap) as PlayerEpisode["close"],
  }));
}

const file = () => {
  const episodes = mirrored();
  const seat = standing(player(0, "focus_loss"), episodes, 1);
  const settings = { ...GAME.settings, focusLossTimeoutMs: 30_000 };
  const game = { ...GAME, settings };
  return multiplayerMetricsSchema.parse(
    playerMetrics({ ...seat, game }, episodes, [1], 1, 999_000),
  );
};

/** By path, what player 0's file must hold there: every key at which the table of player 1's file tells nothing. */
const CASES: Readonly<Record<string, readonly unknown[]>> = {
  peerPlayerId: [1],
  "focusLoss.timeoutMs": [30_000],
  "focusLoss.wasTimeoutTriggered": [true],
  "interruptions[].peer": [1, 1],
  "links[].peer": [1, 1],
  "recoveries[].peer": [1, 1],
  "returns[].peer": [1],
  "returns[].playerIndex": [1],
  "rollbackEvents[].playerIndex": [1, 1, 1],
  "sessionStatus.disconnectedPlayerId": [1],
  "sessionStatus.terminationReason": ["focus_loss"],
  "timeSync[].peer": [1, 1],
  "validation.allDesyncEvents[].peer": [1, 1],
};

describe("the metrics of player 0", () => {
  it.each(Object.entries(CASES))("[SE8] tell of player 1: %s", (path, expected) => {
    expect(valuesByPath(file()).get(path)).toEqual(expected);
  });

  it("[DA3] and those of player 1 together have a value that is no default at every key", () => {
    const episodes = benEpisodes();
    const ben = standing(player(1, "partner_disconnected"), episodes, 1);
    const all = valuesByPath(playerMetrics(ben, episodes, [0], 0, 999_000));
    for (const [path, values] of valuesByPath(file())) {
      all.set(path, [...(all.get(path) ?? []), ...values]);
    }
    expect(untold(all)).toEqual([]);
  });

  it("[SE8] name player 1 in the desyncs of the aggregated file, and not themselves", () => {
    const { validation } = aggregatedMetrics(
      GAME,
      [
        { player: player(0), episodes: mirrored() },
        { player: player(1), episodes: annaEpisodes() },
      ],
      888_000,
    );
    expect(validation.desyncEvents["0"]?.map(({ peer }) => peer)).toEqual([1, 1]);
  });
});
