/** One clock for everything that is measured and kept. */

/**
 * Milliseconds since the epoch with the page's resolution; never steps back when the computer's clock is set,
 * so that differences are durations.
 */
export function steadyNowMs(): number {
  return performance.timeOrigin + performance.now();
}
