/** Finds and starts a Chromium, and makes its data channels as bad as a mobile line. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright";

const SYSTEM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** `CHROME_PATH`, one of the system's, or Playwright's own; throws one line that says how to get one. */
export function findChromium(): string {
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => SYSTEM_NAMES.map((name) => join(folder, name)));
  const macPath = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  const candidates = [process.env.CHROME_PATH, ...onPath, macPath, chromium.executablePath()];
  const found = candidates.find((path) => path !== undefined && path !== "" && existsSync(path));
  if (found === undefined) {
    throw new Error(
      "Expected a Chromium for the browser tests, found none: install one (`apt-get install chromium` or `npx playwright install chromium`) or set CHROME_PATH.",
    );
  }
  return found;
}

/** A browser process of its own; root (as in a container) has no sandbox to offer. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
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
