/** Who is let in, by the rules of the study; times come in as arguments. */
import type { EntryScreening } from "../study/index.ts";
import type { Client } from "./client.ts";
import type { Exclusion } from "./exclusion.ts";

const isNamed = (names: readonly string[], browserName: string) =>
  names.some((name) => name.toLowerCase() === browserName.toLowerCase());

/** Device first, then browser; null lets in. */
export function clientExclusion(rules: EntryScreening, client: Client): Exclusion | null {
  const { deviceExclusion, browserRequirements, browserBlocklist, exclusionMessages } = rules;
  const kind = client.deviceType === "desktop" ? "desktop" : "mobile";
  if (kind === deviceExclusion) return { rule: "device", message: exclusionMessages[kind] };
  const { browserName } = client;
  const isMissing = browserRequirements !== null && !isNamed(browserRequirements, browserName);
  if (isMissing || isNamed(browserBlocklist, browserName)) {
    return { rule: "browser", message: exclusionMessages.browser };
  }
  return null;
}

/** How many round trips the rules need to be known. */
export function measurementsNeeded({
  maxPing,
  minPingMeasurements,
  entryCallback,
}: EntryScreening): number {
  return maxPing === null && entryCallback === null ? 0 : minPingMeasurements;
}

/** The middle one, or the mean of the two; an answer that did not come is longer than any. */
export function medianPing(pings: readonly (number | null)[]): number {
  const sorted = pings.map((ping) => ping ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
  if (sorted.length % 2 === 1) return high;
  return ((sorted[sorted.length / 2 - 1] ?? Number.POSITIVE_INFINITY) + high) / 2;
}

/** Only of as many measurements as the study wants; null lets in. */
export function pingExclusion(
  { maxPing, exclusionMessages }: EntryScreening,
  pings: readonly (number | null)[],
): Exclusion | null {
  if (maxPing === null || medianPing(pings) <= maxPing) return null;
  return { rule: "ping", message: exclusionMessages.ping };
}
