/** Runs the product's own command line as a process of its own. */
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";

const CLI = join(import.meta.dirname, "../../signaling/cli.ts");

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Resolves with what `tandem` printed and its exit code; never rejects. */
export function runTandem(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

export interface RunningCommand {
  /** Resolves with the part of stdout that matches, rejects if it ends without. */
  line(pattern: RegExp): Promise<string>;
  readonly exitCode: Promise<number | null>;
}

/** A command that runs until it is told to stop; it ends with the test's process. */
export function startTandem(...args: string[]): RunningCommand {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exitCode = new Promise<number | null>((resolve) => child.once("exit", resolve));
  process.once("exit", () => child.kill());
  let text = "";
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        const found = pattern.exec(text)?.[0];
        if (found !== undefined) resolve(found);
      });
      void exitCode.then((code) => reject(new Error(`Ended with ${code}: ${text}`)));
    });
  return { line, exitCode };
}
