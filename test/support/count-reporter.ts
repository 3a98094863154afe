/** Ends a run with its counts alone on a line, for scripts that read the last line. */
import type { Reporter, TestModule } from "vitest/node";

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== "pending") counts[state]++;
      }
      if (module.children.size === 0 && module.errors().length > 0) counts.failed++;
    }
    const { passed, failed, skipped } = counts;
    // After the default reporter's own summary, which is printed in the same phase.
    setImmediate(() =>
      process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`),
    );
  }
}
