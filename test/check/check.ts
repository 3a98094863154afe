/** `npm run check`: every script called `check:…`, as many at a time as there are cores; each says all that it finds. */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };

const ROOT = join(import.meta.dirname, "../..");

/** Resolves with whether it passed; prints what it says. */
function run(script: string): Promise<boolean> {
  const options = { cwd: ROOT, maxBuffer: 2 ** 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--run", script], options, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim();
      process.stdout.write(`${script}: ${error === null ? "passed" : `failed\n${said}\n`}\n`);
      resolve(error === null);
    });
  });
}

const waiting = Object.keys(manifest.scripts).filter((name) => name.startsWith("check:"));

async function runWaiting(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (!(await run(next))) process.exitCode = 1;
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
