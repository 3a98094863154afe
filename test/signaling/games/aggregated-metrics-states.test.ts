/** What the comparison says of games that went well, and of each way in which one can not. */
import { describe, expect, it } from "vitest";
import {
  aggregatedMetrics,
  type PlayerRecord,
} from "../../../signaling/games/aggregated-metrics.ts";
import type { FullLog } from "../../../signaling/games/episode-log.ts";
import { aggregatedMetricsSchema } from "../../../signaling/store/metrics-schema.ts";
import { close, GAME, hashOf, log, player, verdict } from "./measured-game.ts";

const aggregate = (records: readonly PlayerRecord[]) =>
  aggregatedMetricsSchema.parse(aggregatedMetrics(GAME, records, 888_000));

/** Two episodes of 30 frames, the second changed. */
const whole = (playerIndex: number, change: (log: FullLog) => void = () => {}): PlayerRecord => ({
  player: player(playerIndex),
  episodes: [0, 1].map((episode) => {
    const own = log(episode, 30);
    if (episode === 1) change(own);
    return { episode, log: own, close: close(episode), verdict: verdict(30) };
  }),
});

/** Changes the hash of one state. */
const strayAt = (index: number) => (own: FullLog) => {
  own.hashes[index] = "f";
};

describe("the summary of the aggregated metrics", () => {
  it("is fullySynced when every frame of all is there and equal", () => {
    expect(aggregate([whole(0), whole(1)]).summary).toEqual({
      fullySynced: true,
      hashesMatch: true,
      actionsMatch: true,
      totalHashesCompared: 60,
      totalActionsCompared: 120,
      firstHashMismatchFrame: null,
      firstActionMismatchFrame: null,
      hashDivergenceFrames: [],
      actionDivergenceFrames: [],
      hashCoverage: 1,
      isPartial: false,
      missingPlayers: [],
    });
  });

  it("is not after one other hash, one other action or one frame that a log lacks", () => {
    const hash = aggregate([whole(0), whole(1, strayAt(29))]);
    expect(hash.summary).toMatchObject({
      fullySynced: false,
      hashesMatch: false,
      actionsMatch: true,
      firstHashMismatchFrame: { episode: 1, frame: 30 },
    });
    const action = aggregate([whole(0, ({ actions }) => actions.splice(4, 1, [7, 7])), whole(1)]);
    expect(action.summary).toMatchObject({
      fullySynced: false,
      hashesMatch: true,
      actionsMatch: false,
      firstActionMismatchFrame: { episode: 1, frame: 4 },
      // Both players' actions of the frame differ: one frame.
      actionDivergenceFrames: [{ episode: 1, frame: 4 }],
    });
    const short = aggregate([whole(0), whole(1, ({ hashes }) => hashes.pop())]);
    expect(short.summary).toMatchObject({ fullySynced: false, hashesMatch: false });
    expect(short.validation.hashSummary).toMatchObject({ matchRate: 1, playerAOnlyFrames: 1 });
    expect(short.summary.hashCoverage).toBeCloseTo(59 / 60, 12);
  });

  it.each([0, 1])(
    "names player %i when nothing came from them, and compares nothing",
    (missing) => {
      const nothing = { episode: 0, log: log(0, 0), close: null, verdict: verdict(30) };
      const records = [0, 1].map((i) =>
        i === missing
          ? { player: player(i, "self_disconnected"), episodes: [nothing] }
          : { player: player(i, "partner_disconnected"), episodes: whole(i).episodes.slice(0, 1) },
      );
      const { summary, validation, players } = aggregate(records);
      expect(summary).toMatchObject({
        fullySynced: false,
        hashesMatch: false,
        actionsMatch: false,
        totalHashesCompared: 0,
        hashCoverage: 0,
        isPartial: true,
        missingPlayers: [missing],
      });
      expect(validation.hashSummary).toEqual({
        totalFramesCompared: 0,
        matchingFrames: 0,
        mismatchingFrames: 0,
        playerAOnlyFrames: missing === 0 ? 0 : 30,
        playerBOnlyFrames: missing === 0 ? 30 : 0,
        matchRate: null,
      });
      expect(validation.hashComparison).toHaveLength(30);
      expect(players[String(missing)]).toMatchObject({ playerId: missing, sessionDurationMs: 0 });
    },
  );

  it("is not synced when nothing was recorded, and partial when one player did not finish", () => {
    const nobody = [0, 1].map((i) => ({ player: player(i, "technical"), episodes: [] }));
    expect(aggregate(nobody).summary).toMatchObject({
      fullySynced: false,
      hashesMatch: false,
      actionsMatch: false,
      hashCoverage: null,
      missingPlayers: [0, 1],
    });
    const cut = { ...whole(1), player: player(1, "self_disconnected") };
    expect(aggregate([whole(0), cut]).summary).toMatchObject({
      fullySynced: false,
      hashesMatch: true,
      actionsMatch: true,
      isPartial: true,
    });
  });

  it("does not call missing who recorded one of two episodes", () => {
    const [first] = whole(1).episodes;
    const none = { episode: 1, log: log(1, 0), close: null, verdict: verdict(30) };
    const half = { player: player(1, "self_disconnected"), episodes: first ? [first, none] : [] };
    expect(aggregate([whole(0), half]).summary.missingPlayers).toEqual([]);
  });

  it("compares three players, and tells who of them differs", () => {
    const three = [whole(0), whole(1), whole(2, strayAt(3))];
    const { summary, validation } = aggregate(three);
    expect(summary.firstHashMismatchFrame).toEqual({ episode: 1, frame: 4 });
    expect(validation.hashComparison[33]).toEqual({
      episode: 1,
      frame: 4,
      match: false,
      0: hashOf(1, 3),
      1: hashOf(1, 3),
      2: "f",
    });
  });
});
