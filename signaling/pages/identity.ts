/** Who this page is to the server: the subject in its address, the kept secret, the tab. */
import { browserStorage, tabStorage } from "./page-storage.ts";

const TAB_KEY = "tandem.tab";
const secretKey = (subjectId: string) => `tandem.secret.${subjectId}`;

/** First segment of the path; null when there is none or it cannot be decoded. */
export function subjectIdOf(pathname: string): string | null {
  const segment = pathname.split("/").find((part) => part !== "") ?? "";
  try {
    return decodeURIComponent(segment) || null;
  } catch {
    return null;
  }
}

/** More and longer ones belong to no panel, and would make the whole message malformed. */
const PARAMETERS_MAX = 50;
const PARAMETER_LENGTH_MAX = 200;

/** What the address says in its query; the first of several values counts. */
export function parametersOf(search: string): Record<string, string> {
  const all = [...new URLSearchParams(search)].slice(0, PARAMETERS_MAX).reverse();
  const isUsable = (text: string) => text !== "" && text.length <= PARAMETER_LENGTH_MAX;
  return Object.fromEntries(all.filter((pair) => pair.every(isUsable)));
}

/** Null before the first registration in this browser. */
export function readSecret(subjectId: string): string | null {
  return browserStorage.read(secretKey(subjectId));
}

export function keepSecret(subjectId: string, secret: string): void {
  browserStorage.write(secretKey(subjectId), secret);
}

function randomId(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** Holds a lock for as long as the page lives; false when another page holds it. */
function claim(tabId: string): Promise<boolean> {
  return new Promise((resolve) => {
    const held = navigator.locks.request(
      `tandem.tab.${tabId}`,
      { ifAvailable: true },
      async (lock) => {
        resolve(lock !== null);
        if (lock !== null) await new Promise(() => {});
      },
    );
    held.catch(() => resolve(true));
  });
}

/**
 * The id of this tab, the same after a reload. A duplicated tab is given a copy of the
 * original's storage; the lock the original still holds tells the two apart.
 */
export async function claimTabId(): Promise<string> {
  const kept = tabStorage.read(TAB_KEY);
  // Without a secure context there are no locks; the server still refuses two different ids.
  if (kept !== null && (!("locks" in navigator) || (await claim(kept)))) return kept;
  const tabId = randomId();
  tabStorage.write(TAB_KEY, tabId);
  if ("locks" in navigator) await claim(tabId);
  return tabId;
}
