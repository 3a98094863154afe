/** The same inputs give the same states in Node, Chromium and Firefox. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFirefox, launchBrowser, launchFirefox } from "../../support/browser.ts";
import { CASES, type Certificate, certify, hashMaths } from "../../support/certificate.ts";
import type {} from "../../support/certificate-page.ts";

const GAMES = fileURLToPath(new URL("../../../sandbox/games", import.meta.url));
const PAGE = fileURLToPath(new URL("../../support/certificate-page.ts", import.meta.url));

/** Two and a half minutes at 20 frames per second: every rule of the games has been at work. */
const FRAMES = 3_000;
const SEED = 20_250_310;
const MATHS_INPUTS = 100_000;

/** Names of the cases that must agree; the other one is there to differ. */
const NAMES = Object.keys(CASES).filter((name) => name !== "native maths");

const firefoxPath = findFirefox();
const WITHOUT_FIREFOX =
  "Firefox is skipped: none was found. Install one (`apt-get install firefox-esr`) or set FIREFOX_PATH.";

/** Index of the first frame whose hashes differ, or null. */
function firstDisagreement(ours: Certificate, theirs: Certificate): number | null {
  const length = Math.max(ours.hashes.length, theirs.hashes.length);
  for (let i = 0; i < length; i++) if (ours.hashes[i] !== theirs.hashes[i]) return i;
  return null;
}

let folder: string;
let server: Server;
const browsers: Browser[] = [];
const pages: { chromium?: Page; firefox?: Page } = {};

async function openPage(browser: Browser): Promise<Page> {
  browsers.push(browser);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => window.certificate !== undefined);
  return page;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tandem-certificate-"));
  await build({
    configFile: false,
    logLevel: "silent",
    publicDir: false,
    build: { outDir: folder, lib: { entry: PAGE, formats: ["es"], fileName: () => "page.js" } },
  });
  const script = await readFile(join(folder, "page.js"));
  server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  pages.chromium = await openPage(await launchBrowser());
  if (firefoxPath !== null) pages.firefox = await openPage(await launchFirefox(firefoxPath));
  else process.stderr.write(`${WITHOUT_FIREFOX}\n`);
});

afterAll(async () => {
  for (const browser of browsers) await browser.close();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

const certifyIn = (page: Page, name: string) =>
  page.evaluate(([name, seed, frames]) => window.certificate.certify(name, seed, frames), [
    name,
    SEED,
    FRAMES,
  ] as const);

const hashMathsIn = (page: Page, kind: "engine" | "native") =>
  page.evaluate(([kind, seed, count]) => window.certificate.hashMaths(kind, seed, count), [
    kind,
    SEED,
    MATHS_INPUTS,
  ] as const);

it("[DE7] has a case for every game", async () => {
  const known = new Set(Object.values(CASES).map(({ environment }) => environment.id));
  const files = (await readdir(GAMES)).filter((name) => name.endsWith(".ts"));
  const modules = await Promise.all(
    files.map((name) => import(/* @vite-ignore */ pathToFileURL(join(GAMES, name)).href)),
  );
  const ids = modules.flatMap(({ environment }) => (environment ? [environment.id] : []));
  expect(ids.length).toBeGreaterThan(1);
  expect(ids.filter((id) => !known.has(id))).toEqual([]);
});

describe.each([
  ["Chromium", "chromium", false],
  ["Firefox", "firefox", firefoxPath === null],
] as const)("%s", (_, key, isMissing) => {
  const page = () => pages[key] as Page;

  it.skipIf(isMissing).each(NAMES)("[DE7] plays %s as Node does, frame by frame", async (name) => {
    const ours = await certify(name, SEED, FRAMES);
    const theirs = await certifyIn(page(), name);
    expect(ours.hashes).toHaveLength(FRAMES);
    expect(firstDisagreement(ours, theirs)).toBeNull();
    expect(theirs).toEqual(ours);
    // A game that stands still would agree with anything.
    expect(new Set(ours.hashes).size).toBeGreaterThan(FRAMES / 10);
  });

  it.skipIf(isMissing)("[DE7] rounds the engine's maths as Node does", async () => {
    const ours = await hashMaths("engine", SEED, MATHS_INPUTS);
    expect(await hashMathsIn(page(), "engine")).toEqual(ours);
    expect(Object.keys(ours)).toEqual(["sin", "cos", "exp", "ln", "pow", "atan2"]);
    expect(new Set(Object.values(ours)).size).toBe(6);
  });
});

describe("negative controls", () => {
  it("[DE7] sees one input that differs, from its frame on", async () => {
    const ours = await certify("orbit", SEED, FRAMES);
    const planted = await certify("orbit", SEED, FRAMES, 1_000);
    const at = firstDisagreement(ours, planted);
    expect(at).toBeGreaterThanOrEqual(1_000);
    expect(at).toBeLessThan(1_010);
    expect(planted.chain).not.toBe(ours.chain);
  });

  it("[DE7] sees native maths part, in at least two of the engines", async () => {
    const present = Object.values(pages);
    const maths = [await hashMaths("native", SEED, MATHS_INPUTS)];
    const games = [await certify("native maths", SEED, FRAMES)];
    for (const page of present) {
      maths.push(await hashMathsIn(page, "native"));
      games.push(await certifyIn(page, "native maths"));
    }
    const differing = Object.keys(maths[0] ?? {}).filter(
      (name) => new Set(maths.map((hashes) => hashes[name])).size > 1,
    );
    if (differing.length === 0) {
      // These builds happen to round alike, so only a planted difference can be shown.
      games.push(await certify("native maths", SEED, FRAMES, 1_000));
    }
    expect(new Set(games.map(({ chain }) => chain)).size).toBeGreaterThan(1);
  });
});
