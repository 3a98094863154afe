import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { Database } from "../../../signaling/store/database.ts";
import { MIGRATIONS } from "../../../signaling/store/migration.ts";
import { ParticipantTable } from "../../../signaling/store/participant-table.ts";

it("brings the participants of the first version along, with their plans", () => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-migration-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "tandem.sqlite");
  const old = new DatabaseSync(path);
  old.exec(
    "CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT",
  );
  old.exec(MIGRATIONS[0] as string);
  old.exec("INSERT INTO schema_versions VALUES (1, 0)");
  old.exec(
    `INSERT INTO participants VALUES
     ('anna', 'hash', 1, 'tab', '["start","end"]', 'start', 'IDLE', NULL, NULL, NULL, 5, NULL)`,
  );
  old.close();
  const database = new Database(path, 10);
  const participants = new ParticipantTable(database);
  expect(participants.get("anna")).toMatchObject({
    plan: ["start", "end"],
    condition: null,
    place: null,
    stagerMetadata: {},
  });
  expect(participants.takenPlaces(0)).toEqual([]);
  database.close();
});

it("[MM3] reads the state of a study that began before its tables had all their columns", () => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "tandem.sqlite");
  const old = new DatabaseSync(path);
  old.exec(MIGRATIONS[0] ?? "");
  old.exec(
    "CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT",
  );
  old.exec("INSERT INTO schema_versions VALUES (1, 0)");
  old.exec("INSERT INTO visits VALUES ('anna', 'first', 'first', 0, 1, NULL, NULL, 5, NULL, 0)");
  old.close();
  const database = new Database(path, 1);
  const participants = new ParticipantTable(database);
  expect(participants.getVisit("anna", "first")).toMatchObject({ startedAtMs: 5, outcome: null });
  participants.updateVisit("anna", "first", { outcome: "lobby_timeout" });
  expect(participants.getVisit("anna", "first").outcome).toBe("lobby_timeout");
  expect(participants.hasTimedOut("anna")).toBe(true);
  database.close();
});
