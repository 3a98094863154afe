import { expect, it } from "vitest";
import { Journey } from "../../../signaling/participants/journey.ts";
import type { DataFolder } from "../../../signaling/store/data-folder.ts";
import { Database } from "../../../signaling/store/database.ts";
import { ParticipantTable } from "../../../signaling/store/participant-table.ts";
import { ValueTable } from "../../../signaling/store/value-table.ts";
import { WatchTable } from "../../../signaling/store/watch-table.ts";
import { counterStudy } from "../../support/counter-study.ts";
import { FakeClock } from "../../support/fake-clock.ts";

it("[SG7] writes a visit again when it changed while it was being written", async () => {
  const clock = new FakeClock();
  const database = new Database(":memory:", clock.nowMs());
  const participants = new ParticipantTable(database);
  const written: (number | null)[] = [];
  let duringFirstWrite = () => {};
  const folder = {
    async writeJson(_scene: string, _name: string, value: { ended_at_ms: number | null }) {
      const endedAtMs = value.ended_at_ms;
      duringFirstWrite();
      await Promise.resolve();
      written.push(endedAtMs);
    },
  };
  const journey = new Journey({
    study: counterStudy(),
    database,
    participants,
    values: new ValueTable(database),
    folder: folder as unknown as DataFolder,
    clock,
    contents: { scenes: new Map(), endings: new Map() },
    blocks: null,
    watches: new WatchTable(database),
    keyHelp: () => [],
    standing: () => null,
    score: () => null,
    onStagerFault: (_, error) => {
      throw error;
    },
  });
  journey.create("anna", "tab");
  const { visitId } = participants.get("anna");
  let second: Promise<void> | null = null;
  duringFirstWrite = () => {
    duringFirstWrite = () => {};
    participants.updateVisit("anna", visitId, { endedAtMs: 1_234 });
    second = journey.files.writeChanges("anna");
  };
  await journey.files.writeChanges("anna");
  expect(written).toEqual([null, 1_234]);
  expect(participants.unwrittenVisits("anna")).toEqual([]);
  await second;
  await journey.files.idle();
  expect(new Set(written.slice(1))).toEqual(new Set([1_234]));
});
