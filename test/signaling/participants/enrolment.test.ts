/** Conditions against a model, under random arrivals, drop-outs and completions, with the server restarted. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Journey } from "../../../signaling/participants/journey.ts";
import type { DataFolder } from "../../../signaling/store/data-folder.ts";
import { Database } from "../../../signaling/store/database.ts";
import { type Participant, ParticipantTable } from "../../../signaling/store/participant-table.ts";
import { ValueTable } from "../../../signaling/store/value-table.ts";
import { WatchTable } from "../../../signaling/store/watch-table.ts";
import {
  type AssignmentOptions,
  ByCondition,
  defineStudy,
  EndScene,
  RandomizeOrder,
  StartScene,
  StaticScene,
} from "../../../signaling/study/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const CONDITIONS = ["a", "b", "c"];
const HELD_MS = 1_000;
const scene = (sceneId: string) => new StaticScene().scene({ sceneId });

function studyOf(assignment: Partial<AssignmentOptions>, seed: number) {
  const parts = Object.fromEntries(CONDITIONS.map((name) => [name, scene(`only_${name}`)]));
  return defineStudy({
    experimentId: "exp",
    title: "Exp",
    seed,
    assignment: { conditions: CONDITIONS, placeHeldMs: HELD_MS, ...assignment },
    scenes: [
      new StartScene().scene({ sceneId: "start" }),
      new ByCondition(parts),
      new RandomizeOrder([scene("x"), scene("y"), scene("z")]),
      new EndScene().scene({ sceneId: "end" }),
    ],
  });
}

/** The part of a server that enrols, on a database that outlives it. */
class Lab {
  readonly clock = new FakeClock();
  readonly #study;
  readonly #path: string;
  #database!: Database;
  #journey!: Journey;
  participants!: ParticipantTable;

  constructor(study: ReturnType<typeof studyOf>, path: string) {
    this.#study = study;
    this.#path = path;
    this.#open();
  }

  restart(): void {
    this.close();
    this.#open();
  }

  close(): void {
    this.#database.close();
  }

  arrive(subjectId: string): Participant {
    this.#journey.create(subjectId, "tab");
    return this.participants.get(subjectId);
  }

  /** One scene further; true when that was the last. */
  goOn(subjectId: string): boolean {
    this.#journey.advance(subjectId, null);
    return this.participants.get(subjectId).outcome === "completed";
  }

  leave(subjectId: string): void {
    this.#journey.leaveEarly(subjectId, "self_disconnected");
  }

  #open(): void {
    this.#database = new Database(this.#path, this.clock.nowMs());
    this.participants = new ParticipantTable(this.#database);
    this.#journey = new Journey({
      study: this.#study,
      database: this.#database,
      participants: this.participants,
      values: new ValueTable(this.#database),
      folder: null as unknown as DataFolder,
      clock: this.clock,
      contents: { scenes: new Map(), endings: new Map() },
      blocks: null,
      watches: new WatchTable(this.#database),
      keyHelp: () => [],
      standing: () => null,
      score: () => null,
      onStagerFault: (_, error) => {
        throw error;
      },
    });
  }
}

type Act = "arrive" | "goOn" | "leave" | "wait" | "restart";
interface Step {
  readonly act: Act;
  /** Chooses among those on their way. */
  readonly whom: number;
}

const steps = fc.array(
  fc.record({
    act: fc.constantFrom<Act>(
      "arrive",
      "arrive",
      "goOn",
      "goOn",
      "goOn",
      "leave",
      "wait",
      "restart",
    ),
    whom: fc.nat(100),
  }),
  { minLength: 10, maxLength: 60 },
);
const seeds = fc.integer({ min: 0, max: 0xffffffff });

/** What the model knows of somebody, learnt from what was done and nothing else. */
interface Known {
  readonly subjectId: string;
  readonly condition: string;
  readonly place: number;
  state: "underway" | "completed" | "gone";
  lastMs: number;
}

const folder = mkdtempSync(join(tmpdir(), "tandem-enrolment-"));
afterAll(() => rmSync(folder, { recursive: true }));
let labCount = 0;

function run(
  assignment: Partial<AssignmentOptions>,
  seed: number,
  todo: readonly Step[],
  onArrival: (newcomer: Participant, holding: readonly Known[]) => void,
): readonly Known[] {
  const lab = new Lab(studyOf(assignment, seed), join(folder, `${labCount++}.sqlite`));
  const everybody: Known[] = [];
  for (const { act, whom } of todo) {
    const underway = everybody.filter(({ state }) => state === "underway");
    const one = underway[whom % Math.max(1, underway.length)];
    if (act === "restart") lab.restart();
    else if (act === "wait") lab.clock.advance(HELD_MS * 0.7);
    else if (act === "arrive") {
      const nowMs = lab.clock.nowMs();
      const isHeld = ({ state, lastMs }: Known) =>
        state === "completed" || (state === "underway" && lastMs >= nowMs - HELD_MS);
      const newcomer = lab.arrive(`s${everybody.length}`);
      onArrival(newcomer, everybody.filter(isHeld));
      const { subjectId, condition, place } = newcomer;
      if (condition === null || place === null) throw new Error("Expected a condition");
      everybody.push({ subjectId, condition, place, state: "underway", lastMs: nowMs });
    } else if (one !== undefined && act === "leave") {
      lab.leave(one.subjectId);
      one.state = "gone";
    } else if (one !== undefined) {
      one.lastMs = lab.clock.nowMs();
      if (lab.goOn(one.subjectId)) one.state = "completed";
    }
  }
  for (const { subjectId, condition, place } of everybody) {
    expect(lab.participants.get(subjectId)).toMatchObject({ condition, place });
  }
  lab.close();
  return everybody;
}

const isBalanced = (condition: string | null, holding: readonly Known[]) => {
  const counts = CONDITIONS.map((name) => holding.filter((one) => one.condition === name).length);
  return counts[CONDITIONS.indexOf(condition ?? "")] === Math.min(...counts);
};

function firstFree(holding: readonly Known[]): number {
  const places = holding.map(({ place }) => place);
  let free = 0;
  while (places.includes(free)) free++;
  return free;
}

describe("[SG11] conditions", () => {
  it("balanced: a newcomer gets one of those with the fewest who completed or are on their way", () => {
    fc.assert(
      fc.property(steps, seeds, (todo, seed) => {
        run({ method: "balanced" }, seed, todo, ({ condition }, holding) => {
          expect(isBalanced(condition, holding)).toBe(true);
        });
      }),
      { numRuns: 25 },
    );
  });

  it("the model notices a condition that is no turn's", () => {
    const known = {
      subjectId: "s",
      condition: "a",
      place: 0,
      state: "completed",
      lastMs: 0,
    } as const;
    expect(isBalanced("a", [known])).toBe(false);
    expect(isBalanced("b", [known])).toBe(true);
    expect(firstFree([known, { ...known, place: 2 }])).toBe(1);
  });

  it("blocked: a newcomer takes the first free place, and every block holds all conditions equally", () => {
    fc.assert(
      fc.property(steps, seeds, (todo, seed) => {
        const all = run({ method: "blocked", blockSize: 6 }, seed, todo, ({ place }, holding) => {
          expect(place).toBe(firstFree(holding));
        });
        const byPlace = new Map(all.map(({ place, condition }) => [place, condition]));
        for (const { place, condition } of all) expect(byPlace.get(place)).toBe(condition);
        for (let block = 0; byPlace.has(block * 6 + 5); block++) {
          const own = Array.from({ length: 6 }, (_, i) => byPlace.get(block * 6 + i));
          expect(own.sort()).toEqual(["a", "a", "b", "b", "c", "c"]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("[SG10] a restart changes no plan and no later draw", () => {
    fc.assert(
      fc.property(steps, seeds, fc.constantFrom("balanced", "blocked"), (todo, seed, method) => {
        const options = { method } as Partial<AssignmentOptions>;
        const drawn = (list: readonly Step[]) => {
          const plans: unknown[] = [];
          run(options, seed, list, ({ plan, condition, planSeed }) => {
            plans.push({ plan, condition, planSeed });
            expect(plan).toHaveLength(6);
            expect(plan[1]).toBe(`only_${condition}`);
            expect(plan.slice(2, 5).toSorted()).toEqual(["x", "y", "z"]);
          });
          return plans;
        };
        expect(drawn(todo)).toEqual(drawn(todo.filter(({ act }) => act !== "restart")));
      }),
      { numRuns: 15 },
    );
  });

  it("another seed gives another sequence", () => {
    const arrivals = Array.from({ length: 12 }, (): Step => ({ act: "arrive", whom: 0 }));
    const drawn = [1, 2, 3].map((seed) =>
      run({ method: "blocked" }, seed, arrivals, () => {})
        .map(({ condition }) => condition)
        .join(""),
    );
    expect(new Set(drawn).size).toBe(3);
  });
});
