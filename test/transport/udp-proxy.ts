/**
 * A stretch of network between two browsers that can be cut: every candidate one page tells the
 * other is rewritten to a port of this proxy, so that all their packets pass through it.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import type { Carried } from "./webrtc-page.ts";

/** `candidate:foundation component protocol priority address port typ host …` */
const CANDIDATE = /candidate:(\S+) (\d) (\S+) (\d+) (\S+) (\d+) typ host/;

function localAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ family, internal }) => family === "IPv4" && !internal);
  if (found === undefined) throw new Error("Expected a network address besides the loopback's.");
  return found.address;
}

export class UdpProxy {
  /** Nothing gets through. */
  isCut = false;
  readonly #address = localAddress();
  readonly #deadPorts = new Set<number>();
  /** By the browser's port that it stands for: what is sent to it goes there. */
  readonly #ends = new Map<number, Promise<Socket>>();

  /** What the other page is told instead; null for a candidate that would go round the proxy. */
  async rewrite(carried: Carried): Promise<Carried | null> {
    if (carried.kind !== "signal") return carried;
    const signal = JSON.parse(carried.signal) as {
      sdp?: string;
      candidate?: { candidate: string };
    };
    if (signal.sdp !== undefined) {
      const lines = signal.sdp.split("\r\n").map(async (line) => {
        if (!line.startsWith("a=candidate:")) return line;
        const rewritten = await this.#rewriteLine(line.slice("a=".length));
        return rewritten === null ? null : `a=${rewritten}`;
      });
      signal.sdp = (await Promise.all(lines)).filter((line) => line !== null).join("\r\n");
    }
    if (signal.candidate !== undefined) {
      const line = await this.#rewriteLine(signal.candidate.candidate);
      if (line === null) return null;
      signal.candidate.candidate = line;
    }
    return { ...carried, signal: JSON.stringify(signal) };
  }

  /** Nothing from or to the ports that are in use now gets through any more, as after a change of network. */
  forgetPorts(): void {
    for (const port of this.#ends.keys()) this.#deadPorts.add(port);
  }

  async close(): Promise<void> {
    for (const socket of await Promise.all(this.#ends.values())) socket.close();
    this.#ends.clear();
  }

  async #rewriteLine(line: string): Promise<string | null> {
    const found = CANDIDATE.exec(line);
    if (found === null || found[3]?.toLowerCase() !== "udp") return null;
    const [, foundation, component, protocol, priority, address, port] = found;
    if (address?.includes(":")) return null;
    const { port: own } = (await this.#endFor(Number(port))).address();
    return line.replace(
      CANDIDATE,
      `candidate:${foundation} ${component} ${protocol} ${priority} ${this.#address} ${own} typ host`,
    );
  }

  /** On a free port. */
  #endFor(browserPort: number): Promise<Socket> {
    const known = this.#ends.get(browserPort);
    if (known !== undefined) return known;
    const end = this.#open(browserPort);
    this.#ends.set(browserPort, end);
    return end;
  }

  async #open(browserPort: number): Promise<Socket> {
    const socket = createSocket("udp4");
    socket.on("message", async (bytes, from) => {
      const isDead = this.#deadPorts.has(browserPort) || this.#deadPorts.has(from.port);
      if (this.isCut || isDead) return;
      // The packet must seem to come from where the other browser knows the sender to be.
      (await this.#endFor(from.port)).send(bytes, browserPort, this.#address);
    });
    socket.bind(0, this.#address);
    await once(socket, "listening");
    return socket;
  }
}
