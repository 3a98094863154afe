import { defineConfig } from "vitest/config";

/** Browsers share two cores with everything else: their files run one at a time, after the rest. */
const BROWSER_TESTS = "test/browser/**/*.test.ts";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    reporters: ["default", "./test/support/count-reporter.ts"],
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [BROWSER_TESTS],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "browser",
          include: [BROWSER_TESTS],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
