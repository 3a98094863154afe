/**
 * A stretch of network between two browsers that can be cut: every candidate one page tells the
 * other is rewritten to a port of this proxy, so that all their packets pass through it.
 */
import { createSocket, type Socket } from "node:dgram";
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
  readonly #ends = new Map<number, { readonly socket: Socket; readonly port: number }>();
  #nextPort: number;

  /** `firstPort` and those after it are free. */
  constructor(firstPort: number) {
    this.#nextPort = firstPort;
  }

  /** What the other page is told instead; null for a candidate that would go round the proxy. */
  rewrite(carried: Carried): Carried | null {
    if (carried.kind !== "signal") return carried;
    const signal = JSON.parse(carried.signal) as {
      sdp?: string;
      candidate?: { candidate: string };
    };
    if (signal.sdp !== undefined) {
      signal.sdp = signal.sdp.replace(/^a=(candidate:.*)\r\n/gm, (_, line: string) => {
        const rewritten = this.#rewriteLine(line);
        return rewritten === null ? "" : `a=${rewritten}\r\n`;
      });
    }
    if (signal.candidate !== undefined) {
      const line = this.#rewriteLine(signal.candidate.candidate);
      if (line === null) return null;
      signal.candidate.candidate = line;
    }
    return { ...carried, signal: JSON.stringify(signal) };
  }

  /** Nothing from or to the ports that are in use now gets through any more, as after a change of network. */
  forgetPorts(): void {
    for (const port of this.#ends.keys()) this.#deadPorts.add(port);
  }

  close(): void {
    for (const { socket } of this.#ends.values()) socket.close();
    this.#ends.clear();
  }

  #rewriteLine(line: string): string | null {
    const found = CANDIDATE.exec(line);
    if (found === null || found[3]?.toLowerCase() !== "udp") return null;
    const [, foundation, component, protocol, priority, address, port] = found;
    if (address?.includes(":")) return null;
    const { port: own } = this.#endFor(Number(port));
    return line.replace(
      CANDIDATE,
      `candidate:${foundation} ${component} ${protocol} ${priority} ${this.#address} ${own} typ host`,
    );
  }

  #endFor(browserPort: number) {
    const known = this.#ends.get(browserPort);
    if (known !== undefined) return known;
    const end = { socket: createSocket("udp4"), port: this.#nextPort++ };
    this.#ends.set(browserPort, end);
    end.socket.on("message", (bytes, from) => {
      const isDead = this.#deadPorts.has(browserPort) || this.#deadPorts.has(from.port);
      if (this.isCut || isDead) return;
      // The packet must seem to come from where the other browser knows the sender to be.
      this.#endFor(from.port).socket.send(bytes, browserPort, this.#address);
    });
    end.socket.bind(end.port, this.#address);
    return end;
  }
}
