/** Which browser asks to come in, and on what kind of device. */
import Bowser from "bowser";
import { BROWSER_NAMES, type DeviceType } from "../study/index.ts";

export interface Client {
  readonly browserName: string;
  readonly browserVersion: string;
  readonly osName: string;
  readonly deviceType: DeviceType;
}

const UNKNOWN = "unknown";

/** The library's long names of some. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  "Microsoft Edge": "Edge",
  "Samsung Internet for Android": "Samsung Internet",
};

function nameOf(given: string): string {
  const name = SHORT_NAMES[given] ?? given;
  return BROWSER_NAMES.find((known) => known === name) ?? (name || UNKNOWN);
}

function deviceOf(platform: string | undefined, osName: string, touchPoints: number): DeviceType {
  if (platform === "mobile" || platform === "tablet") return platform;
  // A tablet of Apple's calls itself a Mac, and no Mac has a touch screen.
  return osName === "macOS" && touchPoints > 1 ? "tablet" : "desktop";
}

/** `touchPoints` is what the page's `navigator.maxTouchPoints` says. */
export function clientOf(userAgent: string, touchPoints: number): Client {
  const { browser, os, platform } = Bowser.parse(userAgent || UNKNOWN);
  const osName = os.name || UNKNOWN;
  return {
    browserName: nameOf(browser.name ?? ""),
    browserVersion: browser.version || UNKNOWN,
    osName,
    deviceType: deviceOf(platform.type, osName, touchPoints),
  };
}
