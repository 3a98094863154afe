import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Worker and command-line processes start in half the time when Node keeps what it has compiled.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/node-compile");

/** Games in real time: two files at a time, after the rest, leave each page the time that it needs. */
const BROWSER_TESTS = "test/browser/*.test.ts";
/** What looks for when something happened, or how fast it was: last, and a file at a time. */
const LONE_BROWSER_TESTS = "test/browser/alone/*.test.ts";
/** What a busy machine only makes slower, in real browsers, too. */
const UNTIMED_BROWSER_TESTS = "test/browser/untimed/*.test.ts";

/** What measures the process it runs in, or sets it: in one of its own, a file each. */
const ISOLATED_TESTS = ["test/benchmarks/**/*.test.ts", "test/runtime/**/*.test.ts"];

/** On two cores: of three files one usually waits, for a timer or for a process. */
const MAX_WORKERS = 3;

const SHARED = { globalSetup: "./test/support/built-pages.ts" } as const;
const NODE_SHARED = {
  ...SHARED,
  testTimeout: 60_000,
  maxWorkers: MAX_WORKERS,
  sequence: { groupOrder: 0 },
} as const;
const BROWSER_SHARED = { ...SHARED, testTimeout: 240_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    root: import.meta.dirname,
    reporters: ["default", "./test/support/count-reporter.ts"],
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**", ...ISOLATED_TESTS],
          // The files of a worker share its modules: to load them anew for each took longer than many a file.
          isolate: false,
          ...NODE_SHARED,
        },
      },
      { test: { name: "node-isolated", include: ISOLATED_TESTS, ...NODE_SHARED } },
      {
        test: {
          name: "browser-untimed",
          include: [UNTIMED_BROWSER_TESTS],
          maxWorkers: MAX_WORKERS,
          sequence: { groupOrder: 0 },
          ...BROWSER_SHARED,
        },
      },
      {
        test: {
          name: "browser",
          include: [BROWSER_TESTS],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...BROWSER_SHARED,
        },
      },
      {
        test: {
          name: "browser-alone",
          include: [LONE_BROWSER_TESTS],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...BROWSER_SHARED,
        },
      },
    ],
  },
});
