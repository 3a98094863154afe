/** Values that outlive scenes: taken, bounded, written with each episode, back after a reload. */
import { expect, it } from "vitest";
import { StudyServer } from "../support/study-server.ts";

const set = (values: Record<string, unknown>) => ({ values });

it("[SG15] globals are merged by name and come back at every registration, also after a restart", async () => {
  const server = await StudyServer.start();
  const page = await server.open("anna");
  expect(await page.ask("sync-globals", set({ a: 1, b: { deep: [true, null] } }))).toEqual({
    ok: true,
  });
  await page.ask("sync-globals", set({ a: 2, c: "x" }));
  await page.ask("sync-globals", set({ a: 2, c: "x" }));
  const { secret } = page;
  page.close();
  await server.restart();
  const { reply } = await server.tryOpen("anna", { secret });
  expect(reply).toMatchObject({ ok: true, globals: { a: 2, b: { deep: [true, null] }, c: "x" } });
});

it("[DA9] the globals file holds the latest values at each episode, the metadata those after it", async () => {
  const server = await StudyServer.start();
  const page = await server.open("anna");
  await page.ask("sync-globals", set({ colour: "red" }));
  const start = await page.join(await page.goOn(await page.take("scene")));
  await page.ask("sync-globals", set({ colour: "blue" }));
  const next = await page.playGame(start);
  await server.running.idle();
  const file = ["alone", "anna_globals.json"];
  expect(await server.json(...file)).toEqual({ subjectName: "anna", colour: "blue" });
  await page.ask("sync-globals", set({ late: true }));
  await server.running.idle();
  expect((await server.json(next.visitId, "anna_metadata.json")).globals).toEqual({
    colour: "blue",
    late: true,
  });
});

const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);

it.each([
  ["the subject's name", { subjectName: "other" }],
  ["a name that is no name", { "a.b": 1 }],
  ["a value that is too deep", { a: nest(9) }],
  ["a text that is too long", { a: "x".repeat(20_001) }],
])("[SG6] globals with %s are refused and change nothing", async (_, values) => {
  const server = await StudyServer.start();
  const page = await server.open("anna");
  await page.ask("sync-globals", set({ a: "kept" }));
  expect(await page.askRaw("sync-globals", { values })).toMatchObject({ reason: "malformed" });
  const { secret } = page;
  page.close();
  const { reply } = await server.tryOpen("anna", { secret });
  expect(reply).toMatchObject({ globals: { a: "kept" } });
});

it("[SG15] all globals together are bounded", async () => {
  const server = await StudyServer.start();
  const page = await server.open("anna");
  const text = "x".repeat(20_000);
  expect(await page.ask("sync-globals", set({ a: text, b: text, c: text }))).toMatchObject({
    ok: true,
  });
  expect(await page.ask("sync-globals", set({ d: text }))).toMatchObject({ reason: "malformed" });
});

it("[SG6] a global can change no prototype", async () => {
  const server = await StudyServer.start();
  const page = await server.open("anna");
  await page.askRaw("sync-globals", { values: JSON.parse('{"__proto__": {"a": 1}}') });
  await page.ask("sync-globals", set({ constructor: "x" }));
  const { secret } = page;
  page.close();
  const { reply } = await server.tryOpen("anna", { secret });
  expect(reply).toMatchObject({ ok: true });
  expect(Object.entries((reply as unknown as { globals: object }).globals)).toEqual([
    ["constructor", "x"],
  ]);
});
