/** One round trip to a page and back, timed by the server's own clock, with what the page says of itself. */
import { CLIENT_MESSAGES } from "./client-message.ts";
import type { Clock } from "./clock.ts";
import type { PresenceReport } from "./monitoring/player-monitor.ts";
import type { Connection } from "./participants/presence.ts";

export interface ProbeResult {
  /** Null when no answer came in time, or none that a page of ours would give. */
  readonly rttMs: number | null;
  readonly report: PresenceReport | null;
}

/** Far beyond any line that a game could be played over. */
const PROBE_TIMEOUT_MS = 5_000;
const UNANSWERED: ProbeResult = { rttMs: null, report: null };

/** Calls `done` once, unless the returned function has called it off. */
export function probe(
  connection: Connection,
  clock: Clock,
  done: (result: ProbeResult) => void,
): () => void {
  const sentAtMs = clock.steadyMs();
  let isOpen = true;
  const cancelTimeout = clock.after(PROBE_TIMEOUT_MS, () => finish(UNANSWERED));
  const cancel = () => {
    isOpen = false;
    cancelTimeout();
  };
  const finish = (result: ProbeResult) => {
    if (!isOpen) return;
    cancel();
    done(result);
  };
  connection.send("probe", (answer: unknown) => {
    const rttMs = clock.steadyMs() - sentAtMs;
    const { success, data } = CLIENT_MESSAGES["report-presence"].safeParse(answer);
    finish(success ? { rttMs, report: data } : UNANSWERED);
  });
  return cancel;
}
