/** One person walks the example study that has every kind of scene, reloads on the way, and opens the link again. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import { type RunningServer, startServer } from "../../../signaling/server.ts";
import { CompletionCodeScene, defineStudy, StartScene } from "../../../signaling/study/index.ts";
import { launchBrowser } from "../../support/browser.ts";
import { checkDataFiles } from "../../support/data-check.ts";
import { Participant } from "../../support/participant.ts";

const STUDY = join(import.meta.dirname, "../../../sandbox/studies/tour.ts");

let dataDir: string;
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tandem-tour-"));
  server = await startServer({ studyPath: STUDY, port: 0, dataDir, host: "127.0.0.1" });
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const heading = (page: Page) => page.locator("h1").first().textContent();
const goOn = (page: Page) => page.locator("button.primary").click();

async function next(page: Page, from: string | null): Promise<string | null> {
  await page.waitForFunction(
    (before) => document.querySelector("h1")?.textContent !== before,
    from,
  );
  return heading(page);
}

/** What somebody does on the page with that heading. */
const ACTS: Record<string, (page: Page) => Promise<void>> = {
  "Your consent": async (page) => {
    await goOn(page);
    expect(await page.getByRole("alert").textContent()).toContain("every statement");
    for (const box of await page.locator("input[type=checkbox]").all()) await box.check();
  },
  "About you": async (page) => {
    await page.fill("#name", "Anna <b>Bold</b>");
    await page.selectOption("#cooking", "Daily");
    await page.reload();
    await page.waitForSelector("#name");
    expect(await page.inputValue("#name")).toBe("Anna <b>Bold</b>");
    expect(await page.inputValue("#cooking")).toBe("Daily");
  },
  "The kitchen": async (page) => {
    // Rejects an image that cannot be had.
    await page.locator("fieldset img").evaluate((image) => (image as HTMLImageElement).decode());
    await page.getByLabel("Onions").check();
    await page.getByLabel("A pot").check();
    await page.getByLabel("A window").check();
  },
  "The game": async (page) => {
    for (const scale of await page.locator("fieldset.question").all()) {
      await scale.getByLabel("6 of 7").check();
    }
    await page.locator("textarea").fill("Nothing,\nreally");
    await page.reload();
    await page.waitForSelector("textarea");
    expect(await page.locator("textarea").inputValue()).toBe("Nothing,\nreally");
    expect(await page.getByLabel("6 of 7").first().isChecked()).toBe(true);
  },
  "Looking back": async (page) => {
    await page.getByLabel("The cooking").check();
    await page.getByRole("slider", { name: "I liked it." }).fill("17");
    // A click on the thumb, where it stands already, is an answer too.
    await page.getByRole("slider", { name: "I would recommend it." }).click();
    await goOn(page);
    expect(await page.getByRole("alert").textContent()).toBe("1 question needs an answer.");
    await page.locator("textarea").fill("Soup.");
    expect(await page.getByRole("alert").count()).toBe(0);
  },
};

it("[SG10] shows every scene of the plan, keeps drafts over a reload, and ends with the way back", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const participant = new Participant(await context.newPage(), 1);
  const { page } = participant;
  await participant.open(`${server.url}/anna`);
  const seen: (string | null)[] = [];
  let title = await next(page, null);
  while (title !== null && !title.startsWith("Thank you")) {
    seen.push(title);
    if (title === "A short question") {
      for (const mood of ["Calm", "Tired"]) {
        expect(await page.locator("input:checked").count()).toBe(0);
        await page.getByLabel(mood).check();
        await goOn(page);
        if (mood === "Calm") await page.locator("input:checked").waitFor({ state: "detached" });
      }
      title = await next(page, title);
      continue;
    }
    await ACTS[title]?.(page);
    await goOn(page);
    if (title === "Cook alone") {
      await page.waitForFunction(() => window.tandem?.status.scene !== "gym");
    }
    title = await next(page, title);
  }
  expect(title).toBe("Thank you, Anna <b>Bold</b>");
  expect(seen.slice(0, 5)).toEqual([
    "Welcome to the tour",
    "Your consent",
    "About you",
    "Ready, Anna <b>Bold</b>?",
    "Cook alone",
  ]);
  expect(seen.slice(5, 8).toSorted()).toEqual(["A short question", "The game", "The kitchen"]);
  expect(seen.slice(8)).toEqual(["Looking back", "Last words"]);
  const wayBack = page.getByRole("link", { name: "Go back and finish" });
  expect(await wayBack.getAttribute("href")).toBe("https://example.org/return?subject=anna");
  expect(participant.errors).toEqual([]);
  await server.idle();
  const { checked, faults } = await checkDataFiles(dataDir);
  expect(faults).toEqual([]);
  expect(checked).toBeGreaterThan(12);
  const answersOf = async (scene: string, name = "anna_metadata.json") => {
    const text = await readFile(join(dataDir, "tour", scene, name), "utf8");
    return (JSON.parse(text) as { answers: unknown }).answers;
  };
  expect(await answersOf("mood")).toEqual({ option: "Calm" });
  expect(await answersOf("mood", "anna_metadata_v2.json")).toEqual({ option: "Tired" });
  expect(await answersOf("favourite")).toEqual({
    option: "The cooking",
    scale_0: 17,
    scale_1: 11,
    text_box: "Soup.",
  });
}, 90_000);

const twoPages = defineStudy({
  experimentId: "two-pages",
  title: "Two pages",
  scenes: [
    new StartScene().scene({ sceneId: "welcome" }).display({ sceneHeader: "Welcome" }),
    new CompletionCodeScene().scene({ sceneId: "thanks" }).display({ sceneHeader: "Thanks" }),
  ],
});

/** Of a server of its own, which can be started again behind the same link; all of it ends with the test. */
async function openLink({ onTestFinished }: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "tandem-link-"));
  const serve = (port: number) =>
    startServer({
      ...{ study: twoPages, studyDir: import.meta.dirname },
      ...{ port, dataDir: folder, host: "127.0.0.1" },
    });
  let running = await serve(0);
  const [own, others] = await Promise.all([browser.newContext(), browser.newContext()]);
  onTestFinished(async () => {
    await Promise.all([own.close(), others.close(), running.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const restart = async () => {
    await running.close();
    running = await serve(running.port);
  };
  return { url: `${running.url}/anna`, own, others, restart };
}

/** Of a page that shows nothing of the study. */
async function refusalOn(page: Page) {
  const card = page.locator("[data-refusal]");
  await card.waitFor();
  const parts = await card.locator("h1, p").allTextContents();
  return { reason: await card.getAttribute("data-refusal"), words: parts.join(": ") };
}

it("[SG3] turns a second tab away with its words, and the first goes on undisturbed", async (test) => {
  const { url, own } = await openLink(test);
  const first = new Participant(await own.newPage(), 1);
  await first.open(url);
  await first.waitForStatus({ scene: "start" });
  const second = await own.newPage();
  await second.goto(url);
  expect(await refusalOn(second)).toEqual({
    reason: "duplicate_session",
    words:
      "The study is already open: This study is already open in another tab. Please go on there.",
  });
  expect(await second.locator("button").count()).toBe(0);
  await first.goOn("start");
  await first.waitForStatus({ scene: "completion-code" });
  expect(first.errors).toEqual([]);
});

it("[SG4] shows a completed participant the same code again, also after a restart, and others only why not", async (test) => {
  const { url, own, others, restart } = await openLink(test);
  const codeOn = (page: Page) => page.getByTestId("completion-code").textContent();
  const participant = new Participant(await own.newPage(), 1);
  await participant.open(url);
  await participant.goOn("start");
  const code = await codeOn(participant.page);
  expect(code).toMatch(/^[0-9a-f-]{36}$/);
  await participant.page.close();

  const [again, other] = await Promise.all([own.newPage(), others.newPage()]);
  for (const isRestarted of [false, true]) {
    if (isRestarted) await restart();
    await again.goto(url);
    expect(await codeOn(again)).toBe(code);
    await other.goto(url);
    expect(await refusalOn(other)).toEqual({
      reason: "already_completed",
      words: "You have already taken part: This link has already been used to complete the study.",
    });
    expect(await other.getByTestId("completion-code").count()).toBe(0);
  }
});
