import { describe, expect, it } from "vitest";
import { WaitingRoom } from "../../../signaling/matchmaking/waiting-room.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function openRoom(groupSize = 2) {
  const clock = new FakeClock();
  const matches: string[][] = [];
  const timedOut: string[] = [];
  const told: [string, number, number][] = [];
  const room = new WaitingRoom({
    groupSize,
    timeoutMs: 2_500,
    clock,
    onMatch: (subjectIds) => matches.push([...subjectIds]),
    onTimeout: (subjectId) => timedOut.push(subjectId),
    onWait: (...waiting) => told.push(waiting),
  });
  return { clock, matches, timedOut, told, room };
}

describe("WaitingRoom", () => {
  it("[SG5] pairs first come, first served", () => {
    const { matches, room } = openRoom();
    for (const subject of ["a", "b", "c", "d", "e"]) room.join(subject, "v");
    expect(matches).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("makes groups of one at once and of three when three are there", () => {
    const alone = openRoom(1);
    alone.room.join("a", "v");
    expect(alone.matches).toEqual([["a"]]);
    const three = openRoom(3);
    for (const subject of ["a", "b", "c", "d"]) three.room.join(subject, "v");
    expect(three.matches).toEqual([["a", "b", "c"]]);
  });

  it("[SG5] times out by its own clock and tells the waiting time once a second", () => {
    const { clock, timedOut, told, room } = openRoom();
    room.join("a", "v");
    clock.advance(2_499);
    expect(told.map(([, waitedMs]) => waitedMs)).toEqual([0, 1_000, 2_000]);
    expect(timedOut).toEqual([]);
    clock.advance(1);
    expect(timedOut).toEqual(["a"]);
    room.join("b", "v");
    expect(timedOut).toEqual(["a"]);
  });

  it("does not pair anybody with themselves or with somebody who has left", () => {
    const { matches, room } = openRoom();
    room.join("a", "v");
    room.join("a", "v");
    room.leave("a");
    room.join("b", "v");
    expect(matches).toEqual([]);
  });

  it("counts the time waited before a lost connection", () => {
    const { clock, timedOut, room } = openRoom();
    room.join("a", "v");
    clock.advance(2_000);
    room.leave("a");
    clock.advance(60_000);
    room.join("a", "v");
    clock.advance(499);
    expect(timedOut).toEqual([]);
    clock.advance(1);
    expect(timedOut).toEqual(["a"]);
  });
});
