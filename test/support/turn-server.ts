/** A TURN server that shares a secret, where the machine has coturn. */
import { spawn, spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOST = "127.0.0.1";
const START_WITHIN_MS = 5_000;
const ASK_EVERY_MS = 100;

export interface TurnServer {
  /** How a page reaches the server; beyond it everything is UDP. */
  url(transport: "udp" | "tcp" | "tls"): string;
  /** Digest of the key of the server's own certificate, which nobody has signed: what a browser is told to trust. */
  readonly trustedKey: string;
  stop(): Promise<void>;
}

export function hasTurnServer(): boolean {
  const canRun = (command: string, args: string[]) => spawnSync(command, args).error === undefined;
  return canRun("turnserver", ["--version"]) && canRun("openssl", ["version"]);
}

/** Makes a key and a certificate that it signs itself; gives the digest of the key. */
async function writeCertificate(keyPath: string, certificatePath: string): Promise<string> {
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=turn"],
    ...["-addext", `subjectAltName=IP:${HOST}`, "-keyout", keyPath, "-out", certificatePath],
  ]);
  if (made.status !== 0) throw new Error(`Expected openssl to make a certificate: ${made.stderr}`);
  const { publicKey } = new X509Certificate(await readFile(certificatePath));
  const key = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
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
  const [port, tlsPort] = [await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), "tandem-turn-"));
  const [keyPath, certificatePath] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const trustedKey = await writeCertificate(keyPath, certificatePath);
  const server = spawn(
    "turnserver",
    [
      ...["-n", "--no-cli", "--no-dtls", "-L", HOST, "-E", HOST, "-p", String(port)],
      ...["--tls-listening-port", String(tlsPort), "--cert", certificatePath, "--pkey", keyPath],
      ...["--min-port", "50000", "--max-port", "50100", "--allow-loopback-peers", "-r", "tandem"],
      ...["--use-auth-secret", "--static-auth-secret", sharedSecret],
      ...["--pidfile", join(folder, "pid"), "--log-file", join(folder, "log"), "--simple-log"],
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  await answers(port);
  return {
    url: (transport) =>
      transport === "tls"
        ? `turns:${HOST}:${tlsPort}?transport=tcp`
        : `turn:${HOST}:${port}?transport=${transport}`,
    trustedKey,
    async stop() {
      server.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
