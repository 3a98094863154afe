/** Redraws a component while it shows something that passes. */
import { useEffect, useState } from "preact/hooks";

/** Four times a second, so that a countdown is never a whole second behind. */
const REDRAW_INTERVAL_MS = 250;

/** The page's monotonic clock at the last redraw. */
export function useNowMs(isRunning: boolean): number {
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    if (!isRunning) return;
    setNowMs(performance.now());
    const timer = setInterval(() => setNowMs(performance.now()), REDRAW_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return nowMs;
}
