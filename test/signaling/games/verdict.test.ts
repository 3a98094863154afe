import { describe, expect, it } from "vitest";
import type { FullLog } from "../../../signaling/games/episode-log.ts";
import { agreeInputs, judge } from "../../../signaling/games/verdict.ts";
import type { EpisodeClose } from "../../../signaling/store/game-table.ts";

const hashOf = (frame: number) => frame.toString(16).padStart(16, "0");
const ENDED = { reason: "ended" } as EpisodeClose;

function log(frames: number): FullLog {
  const all = Array.from({ length: frames }, (_, i) => i);
  return {
    fromFrame: 0,
    actions: all.map((i) => [i % 3, 0]),
    flags: all.map(() => [1, 1]),
    hashes: all.map(hashOf),
    observer: {
      simulatedAtTick: all,
      arrivalTick: all.map((i) => [i, i]),
      wasPredicted: all.map(() => [false, false]),
      rollbackDepthFrames: all.map(() => 0),
      simulatedAtMs: all,
    },
  };
}

function replayed(frames: number, isTerminal = true) {
  return {
    endFrame: frames,
    isTerminal,
    hashes: Array.from({ length: frames }, (_, i) => hashOf(i)),
  };
}

function verdictOf(logs: readonly FullLog[], result = replayed(10), closes = [ENDED, ENDED]) {
  return judge(logs, closes, agreeInputs(logs), result);
}

describe("judge", () => {
  it("[DA2] verifies when both logs and the replay agree in every frame", () => {
    expect(verdictOf([log(10), log(10)])).toMatchObject({
      status: "verified",
      endFrame: 10,
      matchingFrames: [10, 10],
    });
  });

  it("[DA2] does not verify frames that only one has confirmed, but keeps them", () => {
    const closes = [{ reason: "partner_disconnected" } as EpisodeClose, ENDED];
    expect(
      verdictOf([log(10), log(7)], replayed(10, false), [closes[0] as EpisodeClose]),
    ).toMatchObject({
      status: "unverified",
      endFrame: 10,
      detail: "The log of player 1 holds 7 of 10 frames.",
    });
  });

  it("[DA2] disputes from the first frame whose hash differs", () => {
    const other = log(10);
    other.hashes[4] = "ffffffffffffffff";
    expect(verdictOf([log(10), other])).toMatchObject({ status: "disputed", disputedFrame: 4 });
    expect(verdictOf([other, log(10)]).detail).toContain("player 0");
  });

  it("[DA2] keeps only the prefix below inputs that were reported differently", () => {
    const other = log(10);
    other.actions[6] = [2, 2];
    const inputs = agreeInputs([log(10), other]);
    expect(inputs.actions).toHaveLength(6);
    expect(inputs.conflict).toEqual({ frame: 6, playerIndex: 1 });
    expect(verdictOf([log(10), other], replayed(6, false))).toMatchObject({
      status: "disputed",
      disputedFrame: 6,
      endFrame: 6,
    });
  });

  it("disputes a focus flag as well as an action", () => {
    const other = log(10);
    other.flags[3] = [0, 1];
    expect(agreeInputs([log(10), other]).conflict?.frame).toBe(3);
  });

  it("disputes an end that the replay does not see", () => {
    expect(verdictOf([log(10), log(10)], replayed(10, false))).toMatchObject({
      status: "disputed",
      detail: "The episode is not over at frame 10.",
    });
    expect(verdictOf([log(10), log(10)], replayed(8))).toMatchObject({
      status: "disputed",
      disputedFrame: 8,
    });
  });
});
