/** The page of a conditions server, as a researcher uses it: by mouse, by keyboard, on a phone. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ConditionsClient } from "../../../signaling/conditions/client.ts";
import {
  type ConditionsServerOptions,
  startConditionsServer,
} from "../../../signaling/conditions/server.ts";
import { launchBrowser } from "../../support/browser.ts";

const FILE = `# Which blocks there are.
configuration = { order = ["A", "B"] }

# The easy one.
[[blocks]]
name = "A"
config = { pace = 1, note = "träge" } # to be tuned

[[blocks]]
name = "B"
extends = "A"
config.pace = 2
`;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser.close());

async function open(options: Partial<ConditionsServerOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "tandem-conditions-page-"));
  const path = join(folder, "study.toml");
  await writeFile(path, FILE);
  const log = pino({ level: "silent" });
  const server = await startConditionsServer({ path, port: 0, dataDir: folder, log, ...options });
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  onTestFinished(async () => {
    await page.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  await page.goto(`http://127.0.0.1:${server.port}/`);
  await page.getByText("Live", { exact: true }).waitFor();
  const client = new ConditionsClient({
    port: server.port,
    ...(server.adminToken === null ? {} : { adminToken: server.adminToken }),
  });
  return { server, page, path, client, faults };
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

const row = (page: Page, participantIndex: number) =>
  page.getByRole("row", { name: `Participant ${participantIndex} ` });

async function startEdit(page: Page, replace: (text: string) => string): Promise<void> {
  await button(page, "Edit").click();
  const box = page.getByRole("textbox", { name: "A in study.toml" });
  await box.fill(replace(await box.inputValue()));
}

describe("conditions page", () => {
  it("[CO13] adds, moves and resets participants, and asks before it moves all", async () => {
    const { page, client, faults } = await open();
    await button(page, "Start").click();
    await row(page, 1).getByText("block 1 of 2").waitFor();
    const current = await page.locator("[aria-current=step]").textContent();
    expect(current).toContain('"pace": 1');
    expect(current).toContain('"note": "träge"');

    await button(page, "Add participant").click();
    await page.getByText("Participant 2 is added.").waitFor();
    expect(await row(page, 1).textContent()).toContain("default");
    expect(await row(page, 2).textContent()).not.toContain("default");
    await row(page, 2).getByText("not started").waitFor();
    await page.getByLabel("Number", { exact: true }).fill("2");
    await button(page, "Add participant").click();
    await page.getByText("There is a participant of this number already.").waitFor();

    await button(page, "Participant 1").click();
    await page
      .locator("section", { hasText: "Participants" })
      .getByLabel("Block")
      .selectOption("2");
    await button(page, "Move all").click();
    await page.getByText("Move all 1 who are at a block to block 2?").waitFor();
    await page.keyboard.press("Escape");
    expect(await client.getConfig(1)).toMatchObject({ data: { name: "A" } });
    await button(page, "Move all").click();
    await page.getByRole("dialog").getByRole("button", { name: "Move all" }).click();
    await row(page, 1).getByText("block 2 of 2").waitFor();
    await row(page, 2).getByText("not started").waitFor();

    await button(page, "Reset").click();
    await page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await row(page, 1).getByText("not started").waitFor();
    expect(faults).toEqual([]);
  });

  it("[CO13] shows what others do without being loaded again", async () => {
    const { page, client } = await open();
    await client.newParticipant();
    await client.moveToNext(2);
    await row(page, 2).getByText("block 1 of 2").waitFor();
  });

  it("[CO14] shows what an edit would change, writes it and keeps the file's comments and order", async () => {
    const { page, path, client } = await open();
    await client.moveToNext(1);
    await startEdit(page, (text) => text.replace('"träge"', '"fast"'));
    await button(page, "Show what would change").click();
    const change = page.getByRole("row", { name: 'A.note "träge" "fast" 1' });
    await change.waitFor();
    await page.getByRole("row", { name: 'B.note "träge" "fast" 1' }).waitFor();
    expect(await readFile(path, "utf8")).toBe(FILE);
    await button(page, "Write to study.toml").click();
    await page.getByText("study.toml changed at").waitFor();
    expect(await readFile(path, "utf8")).toBe(FILE.replace('"träge"', '"fast"'));
    expect(await client.getConfig(1)).toMatchObject({ data: { note: "fast" } });
  });

  it("[CO14] refuses an edit with faults or over somebody else's, says why, and writes nothing", async () => {
    const { page, path, client } = await open();
    await client.moveToNext(1);
    await startEdit(page, (text) => text.replace("pace = 1", "pace = "));
    await button(page, "Write to study.toml").click();
    await page.getByRole("alert").getByText("Not valid TOML").waitFor();
    expect(await readFile(path, "utf8")).toBe(FILE);

    const other = FILE.replace("pace = 1", "pace = 7");
    await writeFile(path, other);
    await page.getByText("was changed meanwhile; cancel to see it as it is now").waitFor();
    await page.getByRole("textbox", { name: "A in study.toml" }).fill('[[blocks]]\nname = "A"');
    await button(page, "Write to study.toml").click();
    await page.getByRole("alert").getByText("A was changed in study.toml meanwhile").waitFor();
    expect(await readFile(path, "utf8")).toBe(other);
  });

  it("[CO11] names the faults of the file as saved until they are mended", async () => {
    const { page, path } = await open();
    await button(page, "Start").click();
    const done = page.getByText("Participant 1 is at A.");
    await done.waitFor();
    await writeFile(path, FILE.replace("extends", "extend"));
    const fault = page.getByRole("alert").getByText("Unknown key `extend`");
    await fault.waitFor();
    expect(await fault.textContent()).toContain("line 11");
    expect(await done.count()).toBe(0);
    await writeFile(path, FILE);
    await fault.waitFor({ state: "detached" });
  });

  it("[CO12] asks for the admin token once it is needed", async () => {
    const { page, server } = await open({ host: "0.0.0.0", adminToken: "open sesame" });
    await button(page, "Start").click();
    await page.getByText("Changes need the header").waitFor();
    await page.getByLabel("Admin token").fill(server.adminToken as string);
    await button(page, "Use").click();
    await button(page, "Start").click();
    await row(page, 1).getByText("block 1 of 2").waitFor();
  });

  it("[CO13] is used with the keyboard alone, and fits a phone", async () => {
    const { page } = await open();
    await page.setViewportSize({ width: 390, height: 844 });
    await button(page, "Start").waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(390);
    for (let presses = 0; presses < 30; presses++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement?.textContent)) === "Start") break;
    }
    await page.keyboard.press("Enter");
    await row(page, 1).getByText("block 1 of 2").waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Move to next");
  });
});
