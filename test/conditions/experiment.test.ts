/** Who is at which block, over moves, restarts and new conditions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Conditions } from "../../signaling/conditions/expansion/conditions.ts";
import { ConditionsError } from "../../signaling/conditions/expansion/error.ts";
import { Experiment, UnknownParticipantError } from "../../signaling/conditions/experiment.ts";

const README = readFileSync(join(import.meta.dirname, "fixtures/readme.toml"), "utf8");
const SHORT = '[configuration]\norder = ["x"]\n[[blocks]]\nname = "x"\nconfig = { a = 1 }\n';
const BALANCED = `[configuration]
order = ["A", "B"]
groups = "latin_square"
assignment = "least_completed"
[[blocks]]
name = "A"
config = {}
[[blocks]]
name = "B"
config = {}
`;

const readme = () => new Experiment(new Conditions(README));

describe("Experiment", () => {
  it("[CO8] walks a participant through every block, then to the end for good", () => {
    const experiment = readme();
    expect(experiment.getState().blockId).toBeNull();
    expect(experiment.getConfig()).toBeNull();
    expect(experiment.isActive()).toBe(false);
    const names = ["conditionB", "conditionA", "conditionA", "conditionB"];
    for (const [blockId, name] of names.entries()) {
      expect(experiment.moveToNext()).toBe(name);
      expect(experiment.isActive()).toBe(true);
      expect(experiment.getConfig()).toEqual(experiment.getAllConfigs()[blockId]);
      expect(experiment.getConfig()).toMatchObject({
        block_id: blockId,
        participant_index: 1,
        name,
      });
    }
    for (let i = 0; i < 2; i++) expect(experiment.moveToNext()).toBe("END");
    expect(experiment.getState().blockId).toBe(experiment.getBlocksCount());
    expect(experiment.isActive()).toBe(false);
    expect(experiment.getConfig()).toBeNull();
  });

  it("[CO8] moves to a block, to the start and to the end, and back by a reset", () => {
    const experiment = readme();
    expect(experiment.moveToBlock(2)).toBe("conditionA");
    expect(experiment.getBlockName()).toBe("conditionA");
    expect(experiment.moveToBlock(-1)).toBe("START");
    expect(experiment.moveToBlock(9)).toBe("END");
    experiment.resetParticipant();
    expect(experiment.getState()).toMatchObject({ blockId: null });
  });

  it("[CO8] numbers new participants after the largest, and adds none twice", () => {
    const experiment = readme();
    expect(experiment.getNextParticipant()).toBe(2);
    expect(experiment.addParticipantIndex(2)).toBe(false);
    expect(experiment.addParticipantIndex(5)).toBe(true);
    expect(experiment.getNextParticipant()).toBe(6);
    expect(() => experiment.moveToNext(99)).toThrow(UnknownParticipantError);
    expect(() => experiment.addParticipantIndex(0)).toThrow("needs to be greater than 0, got 0");
  });

  it("[CO8] moves all who are at a block; with experiment-server's behaviour all", () => {
    for (const isExact of [false, true]) {
      const experiment = new Experiment(new Conditions(README, { isExact }));
      experiment.getNextParticipant();
      experiment.moveToNext(1);
      experiment.moveAllToBlock(3);
      expect(experiment.getState(1).blockId).toBe(3);
      expect(experiment.getState(2).blockId).toBe(isExact ? 3 : null);
    }
  });

  it("[CO8] goes on after a restart from its state as JSON", () => {
    const experiment = readme();
    experiment.addParticipantIndex(4);
    experiment.moveToBlock(2, 4);
    experiment.moveToNext(1);
    const state = JSON.parse(JSON.stringify(experiment.state));
    const restored = new Experiment(new Conditions(README), { state });
    expect(restored.state).toEqual(experiment.state);
    expect(restored.getConfig(4)).toEqual(experiment.getConfig(4));
    expect(restored.moveToNext(1)).toBe(experiment.moveToNext(1));
  });

  it("[CO8] takes new conditions for all or none, and nobody stays beyond their end", () => {
    const experiment = readme();
    experiment.getNextParticipant();
    experiment.moveToBlock(3, 1);
    const before = experiment.state;
    let changes = 0;
    experiment.onConfigChange = () => changes++;
    const call = '{ function_name = "choices", args = [[1]], params = { unique = true } }';
    const calls = SHORT.replace("{ a = 1 }", `{ a = ${call} }`);
    const tooMany = calls.replace('["x"]', '{ 1 = ["x"], 2 = ["x", "x"] }');
    expect(() => experiment.reload(new Conditions(tooMany))).toThrow(ConditionsError);
    expect(experiment.state).toEqual(before);
    expect(experiment.getBlocksCount(1)).toBe(4);
    experiment.reload(new Conditions(SHORT));
    expect(experiment.getState(1).blockId).toBe(1);
    expect(experiment.isActive(1)).toBe(false);
    expect(experiment.getState(2).blockId).toBeNull();
    expect(changes).toBe(1);
  });

  it("[CO4] gives the order of one who left to the next, also after a restart", () => {
    const experiment = new Experiment(new Conditions(BALANCED));
    experiment.getNextParticipant();
    const [first, second] = experiment.getParticipants();
    expect(new Set([first?.arrangement, second?.arrangement])).toEqual(new Set([0, 1]));
    experiment.leave(2);
    const restored = new Experiment(new Conditions(BALANCED), { state: experiment.state });
    restored.getNextParticipant();
    expect(restored.getState(3).arrangement).toBe(second?.arrangement);
    expect(restored.getDraws(3).map(({ stream }) => stream)).toEqual(["assignment"]);
  });
});

describe("new conditions", () => {
  const file = (order: string, pace: number) =>
    new Conditions(`configuration = { order = ${order} }
[[blocks]]
name = "A"
config = { pace = ${pace}, deep = { a = 1, b = [1, 2] } }
[[blocks]]
name = "B"
extends = "A"
config.pace = 9
`);

  it("[CO13] are told by what is different for whom", () => {
    const experiment = new Experiment(file('[["A"], ["B"]]', 1));
    experiment.addParticipantIndex(2);
    const keyed = '{ 1 = ["A", "B"], 2 = ["B"] }';
    const changes = [
      { place: "A.pace", before: "1", after: "2", participants: [1] },
      { place: "block 1", before: "A", after: "B", participants: [2] },
      { place: "block 2", before: "B", after: null, participants: [2] },
    ];
    expect(experiment.compare(file(keyed, 2))).toEqual(changes);
    expect(experiment.getConfig(2)).toBeNull();
    expect(experiment.getBlocksCount(2)).toBe(2);
    expect(experiment.reload(file(keyed, 2))).toEqual(changes);
    expect(experiment.getBlocksCount(2)).toBe(1);
    expect(experiment.reload(file(keyed, 2))).toEqual([]);
  });

  it("[CO13] name keys that come and go, in tables too", () => {
    const before = new Conditions(
      'configuration.order = ["A"]\nblocks = [{ name = "A", config = { a = 1, t = { x = 1, y = 2 } } }]',
    );
    const after = new Conditions(
      'configuration.order = ["A"]\nblocks = [{ name = "A", config = { t = { y = 2.0 }, z = "ü" } }]',
    );
    expect(new Experiment(before).compare(after)).toEqual([
      { place: "A.a", before: "1", after: null, participants: [1] },
      { place: "A.t.x", before: "1", after: null, participants: [1] },
      { place: "A.t.y", before: "2", after: "2.0", participants: [1] },
      { place: "A.z", before: null, after: '"ü"', participants: [1] },
    ]);
  });
});
