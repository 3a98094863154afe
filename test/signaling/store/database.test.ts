/** When writes count as kept, and what becomes of those that are not. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { Database } from "../../../signaling/store/database.ts";

async function open() {
  const folder = await mkdtemp(join(tmpdir(), "tandem-database-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "state.sqlite");
  const database = new Database(path, 0);
  onTestFinished(() => database.close());
  database.prepare("CREATE TABLE notes (text TEXT NOT NULL UNIQUE)").run();
  await database.durable();
  const insert = database.prepare("INSERT INTO notes VALUES (?)");
  /** What another process would find after this one was killed now. */
  const kept = async () => {
    const copy = join(folder, "copy.sqlite");
    await copyFile(path, copy);
    await copyFile(`${path}-wal`, `${copy}-wal`);
    const sqlite = new DatabaseSync(copy);
    const rows = sqlite.prepare("SELECT text FROM notes ORDER BY text").all();
    sqlite.close();
    return rows.map(({ text }) => text).join();
  };
  return { database, insert, kept };
}

describe("the state", () => {
  it("[DU1] holds what was written once it says so, and nothing is said before", async () => {
    const { database, insert, kept } = await open();
    const said: string[] = [];
    insert.run("a");
    database.whenDurable(() => said.push("a"));
    insert.run("b");
    database.whenDurable(() => said.push("b"));
    expect(said).toEqual([]);
    expect(await kept().then(() => said.length)).toBeLessThanOrEqual(2);
    await database.durable();
    expect(said).toEqual(["a", "b"]);
    expect(await kept()).toBe("a,b");
    database.whenDurable(() => said.push("at once"));
    expect(said.at(-1)).toBe("at once");
  });

  it("[DU1] keeps its order when writes come while it waits for the disk", async () => {
    const { database, insert, kept } = await open();
    const said: number[] = [];
    for (let i = 0; i < 40; i++) {
      insert.run(`${100 + i}`);
      database.whenDurable(() => said.push(i));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await database.durable();
    expect(said).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect((await kept()).split(",")).toHaveLength(40);
  });

  it("undoes a transaction that throws, and keeps its neighbours of the same turn", async () => {
    const { database, insert, kept } = await open();
    insert.run("before");
    expect(() =>
      database.transaction(() => {
        insert.run("half");
        insert.run("before");
      }),
    ).toThrow(/UNIQUE/);
    insert.run("later");
    await database.durable();
    expect(await kept()).toBe("before,later");
  });

  it("[DU1] tells everybody of a commit that failed, and goes on", async () => {
    const { database, insert, kept } = await open();
    database.prepare("PRAGMA max_page_count = 40").get();
    insert.run("kept");
    await database.durable();
    insert.run("small");
    const first = database.durable();
    expect(() => insert.run("x".repeat(400_000))).toThrow(/full/);
    await first.catch(() => {});
    await expect(database.durable()).resolves.toBeUndefined();
    insert.run("after");
    await database.durable();
    expect(await kept()).toContain("after");
  });
});
