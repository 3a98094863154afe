/** A TURN server that shares a secret, where the machine has coturn. */
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOST = "127.0.0.1";
const START_WITHIN_MS = 5_000;
const ASK_EVERY_MS = 100;

export interface TurnServer {
  /** How a page reaches the server; beyond it everything is UDP. */
  url(transport: "udp" | "tcp"): string;
  stop(): Promise<void>;
}

export function hasTurnServer(): boolean {
  return spawnSync("turnserver", ["--version"]).error === undefined;
}

/** Resolves when the server answers a STUN request. */
async function answers(port: number): Promise<void> {
  const request = Buffer.alloc(20);
  request.writeUInt16BE(1, 0);
  request.writeUInt32BE(0x2112a442, 4);
  const socket = createSocket("udp4");
  const answered = new Promise<void>((resolve) => socket.once("message", () => resolve()));
  const timer = setInterval(() => socket.send(request, port, HOST), ASK_EVERY_MS);
  let giveUp: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    giveUp = setTimeout(
      () => reject(new Error(`Expected turnserver to answer on port ${port}, got no answer`)),
      START_WITHIN_MS,
    );
  });
  await Promise.race([answered, late]).finally(() => {
    clearInterval(timer);
    clearTimeout(giveUp);
    socket.close();
  });
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

export async function startTurnServer(sharedSecret: string): Promise<TurnServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "tandem-turn-"));
  const server = spawn(
    "turnserver",
    [
      ...["-n", "--no-cli", "--no-tls", "--no-dtls", "-L", HOST, "-E", HOST, "-p", String(port)],
      ...["--min-port", "50000", "--max-port", "50100", "--allow-loopback-peers", "-r", "tandem"],
      ...["--use-auth-secret", "--static-auth-secret", sharedSecret],
      ...["--pidfile", join(folder, "pid"), "--log-file", join(folder, "log"), "--simple-log"],
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  await answers(port);
  return {
    url: (transport) => `turn:${HOST}:${port}?transport=${transport}`,
    async stop() {
      server.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
