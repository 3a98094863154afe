/** Conditions under load: requests for `config` to a server in a process of its own, and expansions. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Conditions } from "../signaling/conditions/index.ts";
import { serverProcess } from "../signaling/conditions/server-process.ts";

/** Enough to keep one core of the server busy, and no more than a laboratory opens. */
const CONNECTIONS = 32;

/** The server's code is compiled and its caches warm after this. */
const WARM_UP_MS = 1_000;
const MEASURED_MS = 4_000;

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
  const server = await serverProcess(path, { dataDir: folder });
  try {
    await server.client.moveToNext();
    return await measure(`${server.url}/api/config`);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const EXPANDED_COUNT = 10_000;

/** Seconds in which as many participants are expanded, on one core. */
export function expansionSeconds(): number {
  const conditions = new Conditions(CONDITIONS);
  const startMs = performance.now();
  for (let index = 1; index <= EXPANDED_COUNT; index++) conditions.expand(index);
  return (performance.now() - startMs) / 1_000;
}
