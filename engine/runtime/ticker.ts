/** Calls back at a steady pace even in a hidden tab, where page timers fall to one a second. */

/** A quarter of a frame at 60 frames a second, and the shortest pace a nested browser timer keeps. */
const TICKER_INTERVAL_MS = 4;

/** Runs in a dedicated worker, which browsers do not throttle. */
const WORKER_SOURCE = `setInterval(() => postMessage(0), ${TICKER_INTERVAL_MS});`;

export interface Ticker {
  stop(): void;
}

function startWorkerTicker(onTick: () => void): Ticker {
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = onTick;
  return {
    stop() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** The caller owns the ticker and must stop it. Without workers (in Node) it is a plain timer. */
export function startTicker(onTick: () => void): Ticker {
  if (typeof Worker === "function" && typeof URL.createObjectURL === "function") {
    return startWorkerTicker(onTick);
  }
  const timer = setInterval(onTick, TICKER_INTERVAL_MS);
  return { stop: () => clearInterval(timer) };
}
