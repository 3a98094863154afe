import { describe, expect, it } from "vitest";
import { FakeClock } from "../../support/fake-clock.ts";
import { openRoom } from "./open-room.ts";

describe("WaitingRoom", () => {
  it("[SG5] pairs first come, first served", () => {
    const { matches, room } = openRoom();
    for (const subject of ["a", "b", "c", "d", "e"]) room.join(subject, "v");
    expect(matches).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("[SG5][MM1] keeps the order of arrival on a machine that is held up between two looks at its clock", () => {
    /** Each look takes longer than everything before it. */
    class BusyClock extends FakeClock {
      #lookMs = 1;

      override nowMs(): number {
        this.#lookMs *= 2;
        return this.#lookMs;
      }

      override steadyMs(): number {
        return this.nowMs();
      }
    }
    const timeoutMs = Number.MAX_SAFE_INTEGER;
    const { matches, room } = openRoom({ clock: new BusyClock(), timeoutMs });
    for (const subject of ["a", "b", "c", "d"]) room.join(subject, "v");
    expect(matches).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("[SG5] counts the wait by a clock that nobody sets", () => {
    let setBackMs = 0;
    class SetClock extends FakeClock {
      override nowMs(): number {
        return super.nowMs() - setBackMs;
      }
    }
    const clock = new SetClock();
    const { timedOut, told, room } = openRoom({ clock });
    room.join("a", "v");
    setBackMs = 3_600_000;
    clock.advance(2_500);
    expect(told.map(([, waitedMs]) => waitedMs)).toEqual([0, 1_000, 2_000]);
    expect(timedOut).toEqual(["a"]);
  });

  it("makes groups of one at once and of three when three are there", () => {
    const alone = openRoom({ groupSize: 1 });
    alone.room.join("a", "v");
    expect(alone.matches).toEqual([["a"]]);
    const three = openRoom({ groupSize: 3 });
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

describe("a waiting room that measures", () => {
  const measuring = (changes: Parameters<typeof openRoom>[0] = {}) =>
    openRoom({
      timeoutMs: 120_000,
      matchmaking: {
        maxRttMs: 100,
        maxRttRelaxation: [
          [40_000, 200],
          [80_000, null],
        ],
      },
      ...changes,
    });

  it("[MM4] starts the game of a group whose pages are near, with the lines they have", () => {
    const { room, report, matches, lines, told } = measuring();
    room.join("a", "v");
    room.join("b", "v");
    expect(matches).toEqual([]);
    expect(told.at(-1)).toEqual(["b", 0, 2, true]);
    report("g1", () => 60);
    expect(matches).toEqual([["a", "b"]]);
    expect(lines.get("g1")).toEqual(["a", "b"]);
  });

  it("[MM2][MM4] rejects a distant pair, and takes it once the limit has grown", () => {
    const { room, clock, report, matches, lines, events } = measuring();
    room.join("a", "v");
    room.join("b", "v");
    report("g1", () => 150);
    expect(matches).toEqual([]);
    expect(lines.get("g1")).toBeNull();
    clock.advance(29_000);
    expect(lines.size).toBe(1);
    clock.advance(11_000);
    // Once in between: what was measured half a minute ago may not be so any more.
    expect(lines.size).toBe(2);
    report("g2", () => 150);
    expect(matches).toEqual([["a", "b"]]);
    expect(events.map((event) => [event.event, "outcome" in event ? event.outcome : null])).toEqual(
      [
        ["probe", "rejected"],
        ["probe", "accepted"],
        ["match", null],
      ],
    );
  });

  it("[MM4] forgets nobody when pages stay silent: the room is searched again, then the limit goes", () => {
    const { room, clock, lines, matches, report } = measuring();
    for (const subject of ["a", "b", "c"]) room.join(subject, "v");
    expect(lines.get("g1")).toEqual(["a", "b"]);
    clock.advance(14_999);
    expect(lines.size).toBe(1);
    clock.advance(1);
    expect(lines.get("g1")).toBeNull();
    expect(lines.get("g2")).toEqual(["a", "c"]);
    report("g2", () => null);
    expect(lines.get("g3")).toEqual(["b", "c"]);
    clock.advance(80_000);
    expect(matches).toHaveLength(1);
  });

  it("[MM4] lets the others go on at once when one of a group leaves, or comes again", () => {
    const { room, lines, report, matches } = measuring({ groupSize: 3 });
    for (const subject of ["a", "b", "c", "d"]) room.join(subject, "v");
    expect(lines.get("g1")).toEqual(["a", "b", "c"]);
    room.leave("b");
    expect(lines.get("g1")).toBeNull();
    expect(lines.get("g2")).toEqual(["a", "c", "d"]);
    report("g1", () => 1);
    expect(matches).toEqual([]);
    report("g2", () => 1);
    expect(matches).toEqual([["a", "c", "d"]]);
    room.join("b", "v");
    expect(lines.size).toBe(2);
  });

  it("[MM4] of a larger group tries only those again who can reach each other", () => {
    const { room, lines, report, matches } = measuring({ groupSize: 3 });
    for (const subject of ["a", "b", "c", "d"]) room.join(subject, "v");
    report("g1", (one, other) => (one === "b" || other === "b" ? 500 : 20));
    expect(lines.get("g2")).toEqual(["a", "c", "d"]);
    report("g2", () => 20);
    expect(matches).toEqual([["a", "c", "d"]]);
  });

  it("[SG5] lets a probe end before the time-out counts", () => {
    const { room, clock, timedOut, matches, report } = measuring({
      timeoutMs: 5_000,
      matchmaking: { maxRttMs: 100 },
    });
    room.join("a", "v");
    clock.advance(4_000);
    room.join("b", "v");
    clock.advance(3_000);
    expect(timedOut).toEqual([]);
    report("g1", () => 150);
    expect([timedOut, matches]).toEqual([["a"], []]);
  });
});

describe("a study's own matchmaker", () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it("[MM5] chooses the groups, knowing what was answered", async () => {
    const teams: Record<string, string> = { a: "red", b: "blue", c: "red" };
    const { room, matches, events } = openRoom({
      profile: (subjectId) => ({
        answers: { survey: { team: teams[subjectId] ?? "" } },
        condition: null,
      }),
      matchmaking: {
        async matchmaker({ candidates }) {
          const red = candidates.filter(({ answers }) => answers.survey?.team === "red");
          return red.length < 2 ? [] : [red.slice(0, 2).map(({ subjectId }) => subjectId)];
        },
      },
    });
    for (const subject of ["a", "b", "c"]) {
      room.join(subject, "v");
      await settled();
    }
    expect(matches).toEqual([["a", "c"]]);
    expect(events).toMatchObject([{ event: "match", reason: "custom" }]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("oh"))],
    ["answers another shape", () => "a" as never],
    ["names somebody twice", () => [["a", "a"]]],
    ["names somebody who does not wait", () => [["a", "z"]]],
    ["makes groups of another size", () => [["a"]]],
  ])(
    "[MM5] that %s is replaced by first come, first served, and reported",
    async (_, matchmaker) => {
      const { room, matches, events } = openRoom({ matchmaking: { matchmaker } });
      room.join("a", "v");
      room.join("b", "v");
      await settled();
      expect(matches).toEqual([["a", "b"]]);
      expect(events.map(({ event }) => event)).toEqual(["matcher_failure", "match"]);
    },
  );

  it("[MM5] that does not answer is given five seconds", async () => {
    const { room, clock, matches } = openRoom({
      timeoutMs: 60_000,
      matchmaking: { matchmaker: () => new Promise(() => {}) },
    });
    room.join("a", "v");
    room.join("b", "v");
    clock.advance(4_999);
    await settled();
    expect(matches).toEqual([]);
    clock.advance(1);
    await settled();
    expect(matches).toEqual([["a", "b"]]);
  });

  it("[MM5] cannot match somebody who has left meanwhile", async () => {
    let answer = (_: string[][]) => {};
    const matchmaker = () => new Promise<string[][]>((resolve) => (answer = resolve));
    const { room, matches, events } = openRoom({ matchmaking: { matchmaker } });
    room.join("a", "v");
    room.join("b", "v");
    await settled();
    room.leave("b");
    answer([["a", "b"]]);
    await settled();
    expect([matches, events]).toEqual([[], []]);
  });
});
