/** Where and from what a result was measured; figures mean nothing without it. */
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";

export interface Provenance {
  /** Commit of the checkout, with `+` behind it when files were changed. */
  readonly commit: string;
  readonly seed: number;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGib: number;
    readonly node: string;
  };
}

export function provenance(seed: number): Provenance {
  return {
    commit: commit(),
    seed,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      memoryGib: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
  };
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : "+");
  } catch {
    // A copy without its history, or a machine without git: the figures are still figures.
    return "unknown";
  }
}
