import { defineConfig } from "vitest/config";

/** Browsers come after the rest, two files at a time: most of what they do is wait for a game to be played. */
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
          maxWorkers: 2,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
