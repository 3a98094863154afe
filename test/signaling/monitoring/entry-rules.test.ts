import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Client } from "../../../signaling/monitoring/client.ts";
import {
  clientExclusion,
  measurementsNeeded,
  medianPing,
  pingExclusion,
} from "../../../signaling/monitoring/entry-rules.ts";
import {
  defineStudy,
  EndScene,
  type EntryScreeningOptions,
  StartScene,
} from "../../../signaling/study/index.ts";

const scenes = [
  new StartScene().scene({ sceneId: "start" }),
  new EndScene().scene({ sceneId: "end" }),
];

function rulesOf(entryScreening: EntryScreeningOptions) {
  const study = defineStudy({ experimentId: "exp", title: "Exp", scenes, entryScreening });
  if (study.entryScreening === null) throw new Error("Expected rules");
  return study.entryScreening;
}

const CLIENT: Client = {
  browserName: "Chrome",
  browserVersion: "120.0",
  osName: "Windows",
  deviceType: "desktop",
};
const MOBILE_TEXT = "This study requires a desktop or laptop computer.";
const DESKTOP_TEXT = "This study requires a mobile device.";
const BROWSER_TEXT = "Your browser is not supported for this study.";
const PING_TEXT = "Your connection is too slow for this study.";

describe("[EX1] the rules for device and browser", () => {
  it.each<[EntryScreeningOptions, Partial<Client>, string | null]>([
    [{}, { deviceType: "mobile" }, null],
    [{ deviceExclusion: "mobile" }, {}, null],
    [{ deviceExclusion: "mobile" }, { deviceType: "mobile" }, MOBILE_TEXT],
    [{ deviceExclusion: "mobile" }, { deviceType: "tablet" }, MOBILE_TEXT],
    [{ deviceExclusion: "desktop" }, {}, DESKTOP_TEXT],
    [{ deviceExclusion: "desktop" }, { deviceType: "tablet" }, null],
    [{ browserRequirements: ["Chrome", "Firefox"] }, {}, null],
    [{ browserRequirements: ["chrome"] }, {}, null],
    [{ browserRequirements: ["Firefox"] }, {}, BROWSER_TEXT],
    [{ browserRequirements: ["Firefox"] }, { browserName: "unknown" }, BROWSER_TEXT],
    [{ browserBlocklist: ["Safari"] }, {}, null],
    [{ browserBlocklist: ["CHROME"] }, {}, BROWSER_TEXT],
    [{ browserRequirements: ["Chrome"], browserBlocklist: ["Chrome"] }, {}, BROWSER_TEXT],
    [{ deviceExclusion: "desktop", browserBlocklist: ["Chrome"] }, {}, DESKTOP_TEXT],
    [
      { deviceExclusion: "mobile", exclusionMessages: { mobile: "Not here." } },
      { deviceType: "mobile" },
      "Not here.",
    ],
    [{ deviceExclusion: "desktop", exclusionMessages: { desktop: "By phone." } }, {}, "By phone."],
    [
      { browserBlocklist: ["Chrome"], exclusionMessages: { browser: "Not with this." } },
      {},
      "Not with this.",
    ],
  ])("%j on %j: %s", (options, changes, message) => {
    const exclusion = clientExclusion(rulesOf(options), { ...CLIENT, ...changes });
    expect(exclusion?.message ?? null).toBe(message);
  });
});

describe("[EX2] the rule for ping", () => {
  it.each<[EntryScreeningOptions, (number | null)[], string | null]>([
    [{ maxPing: 150 }, [10, 150, 9_000], null],
    [{ maxPing: 150 }, [10, 151, 152], PING_TEXT],
    [{ maxPing: 150 }, [100, 100, null], null],
    [{ maxPing: 150 }, [100, null, null], PING_TEXT],
    [{}, [null, null, null], null],
    [{ maxPing: 1, exclusionMessages: { ping: "Slow." } }, [2], "Slow."],
  ])("%j with %j: %s", (options, pings, message) => {
    expect(pingExclusion(rulesOf(options), pings)?.message ?? null).toBe(message);
  });

  it("measures as often as the study wants, and not at all where nobody asks", () => {
    expect(measurementsNeeded(rulesOf({ maxPing: 100 }))).toBe(5);
    expect(measurementsNeeded(rulesOf({ maxPing: 100, minPingMeasurements: 9 }))).toBe(9);
    expect(measurementsNeeded(rulesOf({ entryCallback: () => ({ exclude: false }) }))).toBe(5);
    expect(measurementsNeeded(rulesOf({ deviceExclusion: "mobile" }))).toBe(0);
  });

  it("takes the median: as many are below as above, whatever the order", () => {
    const ping = fc.option(fc.integer({ min: 0, max: 500 }), { nil: null });
    fc.assert(
      fc.property(fc.array(ping, { minLength: 1, maxLength: 15 }), (pings) => {
        const median = medianPing(pings);
        const times = pings.map((one) => one ?? Number.POSITIVE_INFINITY);
        const half = pings.length / 2;
        expect(times.filter((time) => time < median).length).toBeLessThanOrEqual(half);
        expect(times.filter((time) => time > median).length).toBeLessThanOrEqual(half);
        expect(medianPing([...pings].reverse())).toBe(median);
      }),
    );
  });
});
