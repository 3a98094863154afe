/** Requests for `config` to a conditions server in a process of its own, as fast as it answers. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** Enough to keep one core of the server busy, and no more than a laboratory opens. */
const CONNECTIONS = 32;

/** The server's code is compiled and its caches warm after this. */
const WARM_UP_MS = 1_000;
const MEASURED_MS = 4_000;

const CLI = join(import.meta.dirname, "../signaling/cli.ts");

const CONDITIONS = `[configuration]
order = [["A", "B", "A", "B"]]
groups = "latin_square"
within_groups = "randomize"
[[blocks]]
name = "A"
[blocks.config]
trials = 3
colours = { function_name = "choices", args = { population = ["red", "green", "blue"], k = 2 } }
[[blocks]]
name = "B"
extends = "A"
`;

function urlOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    server.stdout?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      const url = /http:\S+(?=\/api\/docs)/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    server.once("exit", (code) => reject(new Error(`The server ended with ${code}.`)));
  });
}

function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`Status ${response.statusCode}.`));
      response.resume().once("end", resolve);
    });
    request.once("error", reject);
  });
}

/** Answers a second over all connections. */
async function measure(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const startMs = performance.now() + WARM_UP_MS;
  const endMs = startMs + MEASURED_MS;
  let answers = 0;
  const askOn = async () => {
    for (let nowMs = 0; nowMs < endMs; nowMs = performance.now()) {
      await ask(url, agent);
      if (performance.now() >= startMs) answers++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, askOn));
  agent.destroy();
  return (answers / MEASURED_MS) * 1_000;
}

/** Requests a second that one conditions server answers. */
export async function conditionsRequestsPerSecond(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "tandem-conditions-"));
  const path = join(folder, "study.toml");
  await writeFile(path, CONDITIONS);
  const args = [CLI, "run", path, "--port", "0", "--data-dir", folder];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await urlOf(server);
    await fetch(`${url}/api/move-to-next`, { method: "POST" });
    return await measure(`${url}/api/config`);
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
