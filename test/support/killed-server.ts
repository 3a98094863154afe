/** `tandem run` as a process of its own, which is killed and started again on the same port and folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const CLI = join(import.meta.dirname, "../../signaling/cli.ts");
const LOOK_INTERVAL_MS = 25;
/** Systems give ports from 32,768 up to whoever asks for any: one of those would be gone while the server is down. */
const PORTS = [10_000, 32_768] as const;

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...PORTS);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}

export class KilledServer {
  readonly url: string;
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;
  /** What it said on stderr, over all its lives. */
  said = "";

  private constructor(studyPath: string, dataDir: string, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#args = [CLI, "run", studyPath, "--port", `${port}`, "--data-dir", dataDir];
  }

  static async start(studyPath: string, dataDir: string): Promise<KilledServer> {
    const server = new KilledServer(studyPath, dataDir, await freePort());
    await server.start();
    return server;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, this.#args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    child.stderr?.on("data", (text) => {
      this.said += String(text);
    });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`The server did not start: ${this.said}`);
      const answer = await fetch(`${this.url}/healthz`).catch(() => null);
      if (answer?.ok === true) return;
      await wait(LOOK_INTERVAL_MS);
    }
  }

  /** At once, as a power cut would end it. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** As Ctrl-C does: every file is finished. */
  async stop(): Promise<void> {
    const exitCode = await this.#end("SIGINT");
    if (exitCode !== 0) throw new Error(`Expected exit code 0, got ${exitCode}: ${this.said}`);
  }

  /** Null when the signal itself was the end of it. */
  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return child?.exitCode ?? 0;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  }
}
