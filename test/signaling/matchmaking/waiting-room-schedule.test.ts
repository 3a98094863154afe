/** Whole evenings of a waiting room on a clock of its own: people come, go, lose their line, answer or do not. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { openRoom } from "./open-room.ts";

const TIMEOUT_MS = 60_000;
const PROBE_MS = 15_000;

const step = fc.oneof(
  fc.record({ kind: fc.constant("join" as const), who: fc.nat(9) }),
  fc.record({ kind: fc.constant("leave" as const), who: fc.nat(9) }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(20_000) }),
  fc.record({ kind: fc.constant("report" as const), rttMs: fc.integer({ min: 1, max: 400 }) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps, then lets everybody's time run out; checks after each step what must always hold. */
function play(steps: readonly Step[], groupSize: number) {
  const opened = openRoom({
    groupSize,
    timeoutMs: TIMEOUT_MS,
    matchmaking: {
      maxRttMs: 100,
      maxRttRelaxation: [
        [20_000, 250],
        [40_000, null],
      ],
    },
  });
  const { room, clock, matches, timedOut, lines, report } = opened;
  const here = new Set<string>();
  const check = () => {
    for (const id of [...matches.flat(), ...timedOut]) here.delete(id);
    const open = [...lines].filter(([id, group]) => group !== null && !isMatched(id));
    const busy = open.flatMap(([, group]) => group ?? []);
    expect(new Set(busy).size).toBe(busy.length);
    for (const id of busy) expect([...here]).toContain(id);
  };
  const isMatched = (id: string) =>
    opened.events.some((e) => e.event === "match" && e.gameId === id);
  const done = () => [...matches.flat(), ...timedOut];
  for (const one of steps) {
    if (one.kind === "pass") clock.advance(one.ms);
    if (one.kind === "report") {
      const open = [...lines].find(([id, group]) => group !== null && !isMatched(id));
      if (open !== undefined) report(open[0], () => one.rttMs);
    }
    const id = one.kind === "join" || one.kind === "leave" ? String(one.who) : "";
    if (one.kind === "join" && !done().includes(id)) {
      here.add(id);
      room.join(id, "v");
    }
    if (one.kind === "leave" && here.delete(id)) room.leave(id);
    check();
  }
  const waiting = [...here];
  clock.advance(TIMEOUT_MS + PROBE_MS);
  return { waiting, done: done(), matches };
}

it("[MM1][MM4][SG5] whatever people do, each is matched once or timed out, and nobody is stuck", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 10, maxLength: 60, size: "max" }),
      fc.integer({ min: 2, max: 4 }),
      (steps, groupSize) => {
        const { waiting, done, matches } = play(steps, groupSize);
        expect(new Set(done).size).toBe(done.length);
        for (const id of waiting) expect(done).toContain(id);
        for (const group of matches) expect(new Set(group).size).toBe(groupSize);
      },
    ),
    { numRuns: 200 },
  );
});
