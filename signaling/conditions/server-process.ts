/** Starts a conditions server from a script, as experiment-server's `server_process` does. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ConditionsClient } from "./client.ts";
import type { ServerReady } from "./run.ts";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));

export interface ServerProcessOptions {
  /** Any free port unless given. */
  readonly port?: number;
  readonly host?: string;
  readonly defaultParticipantIndex?: number;
  /** Where the state is kept; `./data` unless given. */
  readonly dataDir?: string;
  /** Other sites whose pages may ask. */
  readonly allowedOrigins?: readonly string[];
}

export interface ServerProcess extends ServerReady {
  readonly process: ChildProcess;
  /** Asks this server. */
  readonly client: ConditionsClient;
  /** Resolves when the process has ended, its state saved; again is harmless. */
  stop(): Promise<void>;
}

function argumentsOf(path: string, options: ServerProcessOptions): string[] {
  const { port = 0, host, defaultParticipantIndex, dataDir, allowedOrigins = [] } = options;
  const given: Record<string, string | number | undefined> = {
    "--port": port,
    "--host": host,
    "--default-participant-index": defaultParticipantIndex,
    "--data-dir": dataDir,
  };
  const pairs = Object.entries(given).filter(([, value]) => value !== undefined);
  const origins = allowedOrigins.length === 0 ? [] : ["--allow-origin", ...allowedOrigins];
  return ["run", path, ...pairs.flat().map(String), ...origins];
}

/**
 * Resolves when the server answers. It ends with the script that started it, at the latest.
 * @throws Error with what the server said if it could not start.
 */
export async function serverProcess(
  path: string,
  options: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const child = fork(CLI, argumentsOf(path, options), {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const ready = await new Promise<ServerReady>((resolve, reject) => {
    child.once("message", (message) => resolve(message as ServerReady));
    child.once("error", reject);
    void ended.then((code) =>
      reject(new Error(complaint.trim() || `The conditions server ended with ${code}.`)),
    );
  });
  // From now on the terminal of the script has what the server warns of.
  child.stderr?.pipe(process.stderr, { end: false });
  const { url, port, adminToken } = ready;
  const client = new ConditionsClient({ port, ...(adminToken === null ? {} : { adminToken }) });
  const stop = async () => {
    // As when the script ends; a signal could meet a process that is ending.
    if (child.connected) child.disconnect();
    await ended;
  };
  return { url, port, adminToken, process: child, client, stop };
}
