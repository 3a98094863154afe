/** Who may take part at all: what a study may ask of a device, a browser and a connection. */
import type { FaultList } from "./fault.ts";

/** What the server knows of somebody who asks to come in. */
export interface EntryContext {
  /** Median round trip to the server in milliseconds; Infinity where most answers did not come. */
  readonly ping: number;
  /** As in `BROWSER_NAMES`; a browser that is none of them has the name it gives itself. */
  readonly browserName: string;
  readonly browserVersion: string;
  readonly deviceType: DeviceType;
  readonly osName: string;
  readonly subjectId: string;
  readonly sceneId: string;
}

export interface EntryDecision {
  exclude: boolean;
  /** What somebody who is excluded reads. */
  message?: string | null;
}

export type DeviceType = "desktop" | "mobile" | "tablet";

/** The browsers that rules can name. */
export const BROWSER_NAMES = [
  "Chrome",
  "Chromium",
  "Edge",
  "Firefox",
  "Internet Explorer",
  "Opera",
  "Safari",
  "Samsung Internet",
  "UC Browser",
  "Vivaldi",
  "Yandex Browser",
] as const;

const ENTRY_MESSAGES = {
  mobile: "This study requires a desktop or laptop computer.",
  desktop: "This study requires a mobile device.",
  browser: "Your browser is not supported for this study.",
  ping: "Your connection is too slow for this study.",
};
type EntryMessages = typeof ENTRY_MESSAGES;

export interface EntryScreeningOptions {
  /** `mobile` excludes phones and tablets, `desktop` everything else. */
  deviceExclusion?: EntryScreening["deviceExclusion"];
  /** Only these may take part; see `BROWSER_NAMES`. Upper and lower case are one. */
  browserRequirements?: readonly string[];
  /** These may not, also where `browserRequirements` names them. */
  browserBlocklist?: readonly string[];
  /** Milliseconds from the server to the page and back: the median must not exceed it. */
  maxPing?: number | null;
  /** Round trips that the server measures before it judges the connection. */
  minPingMeasurements?: number;
  exclusionMessages?: Partial<EntryMessages>;
  /** Asked last, of whoever the other rules let in; somebody is let in when it fails or takes 5 s. */
  entryCallback?: EntryScreening["entryCallback"];
}

/** The rules as plain data, but for the study's own function; null means no such rule. */
export interface EntryScreening {
  readonly deviceExclusion: "mobile" | "desktop" | null;
  readonly browserRequirements: readonly string[] | null;
  readonly browserBlocklist: readonly string[];
  readonly maxPing: number | null;
  readonly minPingMeasurements: number;
  readonly exclusionMessages: Readonly<EntryMessages>;
  readonly entryCallback:
    | ((context: EntryContext) => EntryDecision | Promise<EntryDecision>)
    | null;
}

const PARAMETERS = [
  "deviceExclusion",
  "browserRequirements",
  "browserBlocklist",
  "maxPing",
  "minPingMeasurements",
  "exclusionMessages",
  "entryCallback",
];
/** No study waits for an answer longer than a minute. */
export const PING_LIMIT_MS = 60_000;
const MEASUREMENTS_DEFAULT = 5;
/** Some ten seconds on a usual line. */
const MEASUREMENTS_MAX = 50;

const isKnownBrowser = (name: unknown) =>
  BROWSER_NAMES.some((known) => known.toLowerCase() === String(name).toLowerCase());

function browserFaults(list: FaultList, name: string, given: unknown, countMin: number): void {
  const isRight =
    Array.isArray(given) && given.length >= countMin && given.every((one) => isKnownBrowser(one));
  const what = `a list of at least ${countMin} of ${BROWSER_NAMES.join(", ")}`;
  list.expect(isRight, name, what, given);
}

/** One text by message name, each optional. */
export function messageFaults(
  list: FaultList,
  name: string,
  given: unknown,
  defaults: Readonly<Record<string, string>>,
): void {
  if (given === undefined) return;
  const isObject = typeof given === "object" && given !== null;
  list.expect(isObject, name, `texts by name: ${Object.keys(defaults).join(", ")}`, given);
  if (!isObject) return;
  list.known(name, given, Object.keys(defaults));
  for (const [key, text] of Object.entries(given)) list.filledText(`${name}.${key}`, text);
}

export function entryScreeningFaults(list: FaultList, given: unknown): void {
  if (typeof given !== "object" || given === null) {
    list.expect(false, "entryScreening", `an object of ${PARAMETERS.join(", ")}`, given);
    return;
  }
  const options = given as EntryScreeningOptions;
  list.known("entryScreening", options, PARAMETERS);
  const { deviceExclusion, browserRequirements, browserBlocklist, maxPing, entryCallback } =
    options;
  if (deviceExclusion != null) {
    list.oneOf("deviceExclusion", deviceExclusion, ["mobile", "desktop"]);
  }
  // An empty list of requirements would let nobody in.
  if (browserRequirements != null) {
    browserFaults(list, "browserRequirements", browserRequirements, 1);
  }
  if (browserBlocklist != null) browserFaults(list, "browserBlocklist", browserBlocklist, 0);
  if (maxPing != null) list.integer("maxPing", maxPing, 1, PING_LIMIT_MS);
  const measurements = options.minPingMeasurements ?? MEASUREMENTS_DEFAULT;
  list.integer("minPingMeasurements", measurements, 1, MEASUREMENTS_MAX);
  messageFaults(list, "exclusionMessages", options.exclusionMessages, ENTRY_MESSAGES);
  const isCallable = entryCallback == null || typeof entryCallback === "function";
  list.expect(isCallable, "entryCallback", "a function", entryCallback);
}

/** Of options without faults. */
export function entryScreeningData(options: EntryScreeningOptions): EntryScreening {
  return {
    deviceExclusion: options.deviceExclusion ?? null,
    browserRequirements: options.browserRequirements ?? null,
    browserBlocklist: options.browserBlocklist ?? [],
    maxPing: options.maxPing ?? null,
    minPingMeasurements: options.minPingMeasurements ?? MEASUREMENTS_DEFAULT,
    exclusionMessages: { ...ENTRY_MESSAGES, ...options.exclusionMessages },
    entryCallback: options.entryCallback ?? null,
  };
}
