/** How late the timers of a thread are: what its own work adds to everything it measures. */
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Fine enough to see the work of one message, coarse enough to cost nothing. */
const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;

/** Measures from now on; `stop` gives the 95th percentile in milliseconds, to a tenth. */
export function watchLoop(): { stop(): number } {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    stop() {
      histogram.disable();
      const ms = Math.max(0, histogram.percentile(95) / NS_PER_MS - RESOLUTION_MS);
      return Math.round(ms * 10) / 10;
    },
  };
}
