import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { JsonLines } from "../../../signaling/store/json-lines.ts";

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tandem-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "logs", "a.jsonl");
}

it("[MM6] appends in the order of the calls, also after it was closed", async () => {
  const path = await newPath();
  const first = new JsonLines(path);
  await Promise.all([1, 2, 3].map((n) => first.append({ n })));
  await first.close();
  const second = new JsonLines(path);
  await second.append({ n: 4 });
  await second.close();
  expect(await readFile(path, "utf8")).toBe('{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n');
});

it("[MM6] cuts off the half of a line that a crash has left", async () => {
  const path = await newPath();
  const first = new JsonLines(path);
  await first.append({ n: 1 });
  await first.close();
  await appendFile(path, '{"n":2,"tex');
  const second = new JsonLines(path);
  await second.append({ n: 3 });
  await second.close();
  expect(await readFile(path, "utf8")).toBe('{"n":1}\n{"n":3}\n');
});

it("tells the caller of a failure and goes on with the next line", async () => {
  const path = await newPath();
  const file = new JsonLines(path);
  await expect(file.append(1n)).rejects.toThrow(/BigInt/);
  await file.append({ n: 1 });
  await file.close();
  expect(await readFile(path, "utf8")).toBe('{"n":1}\n');
});
