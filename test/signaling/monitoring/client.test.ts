import { describe, expect, it } from "vitest";
import { clientOf } from "../../../signaling/monitoring/client.ts";

const WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const MAC_SAFARI = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/17.4 Safari/605.1.15`;

describe("what a browser is told by", () => {
  it.each([
    [`${WINDOWS} ${BLINK} Chrome/120.0.0.0 Safari/537.36`, "Chrome", "Windows", "desktop"],
    [
      `${WINDOWS} ${BLINK} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.1`,
      "Edge",
      "Windows",
      "desktop",
    ],
    [`${WINDOWS} ${BLINK} Chrome/120.0.0.0 Safari/537.36 OPR/106.0`, "Opera", "Windows", "desktop"],
    [
      `Mozilla/5.0 (X11; Linux x86_64) ${BLINK} HeadlessChrome/156.0 Safari/537.36`,
      "Chrome",
      "Linux",
      "desktop",
    ],
    [
      "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0",
      "Firefox",
      "Android",
      "mobile",
    ],
    [
      `Mozilla/5.0 (Linux; Android 13; SM-X700) ${BLINK} Chrome/120.0 Safari/537.36`,
      "Chrome",
      "Android",
      "tablet",
    ],
    [
      `Mozilla/5.0 (Linux; Android 13; S) ${BLINK} SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36`,
      "Samsung Internet",
      "Android",
      "mobile",
    ],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) ${WEBKIT} CriOS/123.0 Mobile/15E148 Safari/604.1`,
      "Chrome",
      "iOS",
      "mobile",
    ],
    [MAC_SAFARI, "Safari", "macOS", "desktop"],
    ["curl", "unknown", "unknown", "desktop"],
    ["", "unknown", "unknown", "desktop"],
  ])("reads %s", (userAgent, browserName, osName, deviceType) => {
    expect(clientOf(userAgent, 0)).toMatchObject({ browserName, osName, deviceType });
  });

  it("tells the version", () => {
    expect(clientOf(MAC_SAFARI, 0).browserVersion).toBe("17.4");
  });

  it("knows a tablet that calls itself a Mac by its touch screen, and no other computer so", () => {
    expect(clientOf(MAC_SAFARI, 5).deviceType).toBe("tablet");
    const windows = `${WINDOWS} ${BLINK} Chrome/120.0.0.0 Safari/537.36`;
    expect(clientOf(windows, 10).deviceType).toBe("desktop");
  });
});
