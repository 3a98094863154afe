/** Finds and starts browsers, and makes their data channels as bad as a mobile line. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium, firefox } from "playwright";

const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMIUM_ON_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const FIREFOX_NAMES = ["firefox-esr", "firefox"];
const FIREFOX_ON_MAC = "/Applications/Firefox.app/Contents/MacOS/firefox";

/** The first that exists, or null. */
function findProgram(
  chosen: string | undefined,
  names: readonly string[],
  others: readonly string[],
): string | null {
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const candidates = [chosen ?? "", ...onPath, ...others];
  return candidates.find((path) => path !== "" && existsSync(path)) ?? null;
}

/** `CHROME_PATH`, one of the system's, or Playwright's own; throws one line that says how to get one. */
export function findChromium(): string {
  const others = [CHROMIUM_ON_MAC, chromium.executablePath()];
  const found = findProgram(process.env.CHROME_PATH, CHROMIUM_NAMES, others);
  if (found === null) {
    throw new Error(
      "Expected a Chromium for the browser tests, found none: install one (`apt-get install chromium` or `npx playwright install chromium`) or set CHROME_PATH.",
    );
  }
  return found;
}

/** `FIREFOX_PATH` or one of the system's; null where there is none. */
export function findFirefox(): string | null {
  return findProgram(process.env.FIREFOX_PATH, FIREFOX_NAMES, [FIREFOX_ON_MAC]);
}

/** A stock Firefox, driven by WebDriver BiDi: Playwright's older protocol needs its own build. */
export function launchFirefox(executablePath: string): Promise<Browser> {
  return firefox.launch({ channel: "moz-firefox", executablePath });
}

/** Holds for every connection of the network service, those of WebRTC to a TURN server included. */
const TRUSTED_KEYS = "--ignore-certificate-errors-spki-list";

/** Root (as in a container) has no sandbox to offer. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser process of its own; it takes certificates of these keys (base64 of the SHA-256) for valid ones. */
export function launchBrowser(trustedKeys: readonly string[] = []): Promise<Browser> {
  const trust = trustedKeys.length === 0 ? [] : [`${TRUSTED_KEYS}=${trustedKeys.join()}`];
  return chromium.launch({ executablePath: findChromium(), args: [...ARGUMENTS, ...trust] });
}

/** A browser process whose storage lies in `profileDir` and is there again the next time. */
export function launchProfile(profileDir: string): Promise<BrowserContext> {
  const executablePath = findChromium();
  const viewport = { width: 1280, height: 720 };
  return chromium.launchPersistentContext(profileDir, {
    executablePath,
    viewport,
    args: ARGUMENTS,
  });
}

export interface Impairment {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossRatio: number;
  readonly seed: number;
}

/** What the impairment did in a page, under `window.impaired`. */
export interface ImpairedCounts {
  readonly delayed: number;
  readonly lost: number;
}

/**
 * Wraps `RTCDataChannel.send` in every page of `context`: browser network emulation does not touch
 * WebRTC. Unordered channels lose and reorder, ordered ones are delayed in order, as SCTP would.
 */
export async function impair(context: BrowserContext, impairment: Impairment): Promise<void> {
  await context.addInitScript((options: Impairment) => {
    const counts = { delayed: 0, lost: 0 };
    Object.defineProperty(window, "impaired", { value: counts });
    let word = options.seed >>> 0;
    const draw = () => {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
      return word / 0x100000000;
    };
    const send = RTCDataChannel.prototype.send as (this: RTCDataChannel, data: unknown) => void;
    const nextFreeMs = new WeakMap<RTCDataChannel, number>();
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: unknown) {
      if (!this.ordered && draw() < options.lossRatio) {
        counts.lost++;
        return;
      }
      counts.delayed++;
      const wishedMs = performance.now() + options.delayMs + (2 * draw() - 1) * options.jitterMs;
      const atMs = this.ordered ? Math.max(wishedMs, nextFreeMs.get(this) ?? 0) : wishedMs;
      nextFreeMs.set(this, atMs);
      const copy = data instanceof Uint8Array ? data.slice() : data;
      setTimeout(() => {
        if (this.readyState === "open") send.call(this, copy);
      }, atMs - performance.now());
    };
  }, impairment);
}
