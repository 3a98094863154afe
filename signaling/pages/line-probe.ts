/**
 * Tries out the paths to the others of a group before their game: opens them, sends pings and tells
 * the server how long the answers took. The line is the game's if there is one.
 */
import type { Channel, SwitchingTransport } from "../../engine/index.ts";
import type { ClientMessage, LinePlan } from "../protocol.ts";
import { type GameLine, openGameLine } from "./game-line.ts";
import type { StudySocket } from "./study-socket.ts";

type Packet = Parameters<SwitchingTransport["send"]>[0];

/** Enough for a median that one late answer does not move. */
const PINGS = 10;
/** With fewer answers than this a path is no path to play on. */
const ANSWERS_MIN = 4;
/** A ping unanswered for so long is lost. */
const PING_LOST_MS = 1_000;
/** Before the server stops waiting: what is known by then is better than nothing. */
const REPORT_WITHIN_MS = 13_000;
const POLL_INTERVAL_MS = 50;

/** Five bytes, shorter than any packet of play: what it is, and the number of the ping. */
const PROBE_BYTES = 5;
const PING = 0x00;
const PONG = 0xff;

function probePacket(peer: number, kind: number, number: number): Packet {
  const bytes = new Uint8Array(PROBE_BYTES);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, number);
  return { peer, channel: "play", bytes };
}

/** The pings to one other page: the next one goes out when the last is answered, or lost. */
class PingSeries {
  readonly rttsMs: number[] = [];
  private number = 0;
  private sentAtMs: number | null = null;

  get isDone(): boolean {
    return this.rttsMs.length >= PINGS;
  }

  /** The number of the ping that is due now; null for none. */
  due(nowMs: number): number | null {
    if (this.isDone) return null;
    if (this.sentAtMs !== null && nowMs - this.sentAtMs < PING_LOST_MS) return null;
    return this.number + 1;
  }

  sent(number: number, nowMs: number): void {
    this.number = number;
    this.sentAtMs = nowMs;
  }

  answered(number: number, nowMs: number): void {
    if (number !== this.number || this.sentAtMs === null) return;
    this.rttsMs.push(nowMs - this.sentAtMs);
    this.sentAtMs = null;
  }

  /** Null with too few answers. */
  get medianMs(): number | null {
    const sorted = [...this.rttsMs].sort((one, other) => one - other);
    const middle = sorted.length >> 1;
    if (sorted.length < ANSWERS_MIN) return null;
    const [upper = 0, lower = 0] = [sorted[middle], sorted[middle - 1]];
    return sorted.length % 2 === 1 ? upper : (upper + lower) / 2;
  }
}

export class LineProbe {
  readonly plan: LinePlan;
  private readonly socket: StudySocket;
  private readonly startedAtMs = performance.now();
  private readonly series = new Map<number, PingSeries>();
  private readonly poll: ReturnType<typeof setInterval>;
  /** What the others sent for the game, which begins here a moment later. */
  private held: Packet[] = [];
  private early: ((line: GameLine) => void)[] = [];
  private line: GameLine | null = null;
  private hasReported = false;
  private isOver = false;

  /** Begins at once. */
  constructor(plan: LinePlan, socket: StudySocket) {
    this.plan = plan;
    this.socket = socket;
    this.poll = setInterval(() => this.pump(), POLL_INTERVAL_MS);
    void this.open();
  }

  signal(fromPlayer: number, epoch: number, data: string): void {
    this.whenOpen((line) => line.signal(fromPlayer, epoch, data));
  }

  relay(fromPlayer: number, epoch: number, channel: Channel, bytes: Uint8Array): void {
    this.whenOpen((line) => line.relay(fromPlayer, epoch, channel, bytes));
  }

  /** The line is the caller's from now on; null when it never opened. */
  takeLine(): GameLine | null {
    const { line } = this;
    this.end();
    this.line = null;
    line?.transport.putBack(this.held);
    return line;
  }

  /** There is no game after all. */
  close(): void {
    this.end();
    this.line?.transport.close();
    this.line = null;
  }

  private async open(): Promise<void> {
    const { plan, socket } = this;
    const none = () => {};
    const listener = { onArrival: () => this.pump(), onSwitch: none, onPair: none };
    const line = await openGameLine({ plan, socket, listener });
    if (this.isOver) {
      line.transport.close();
      return;
    }
    this.line = line;
    for (const peer of line.peers) this.series.set(peer, new PingSeries());
    for (const deliver of this.early.splice(0)) deliver(line);
    this.pump();
  }

  private end(): void {
    this.isOver = true;
    clearInterval(this.poll);
  }

  private whenOpen(deliver: (line: GameLine) => void): void {
    if (this.isOver) return;
    if (this.line === null) this.early.push(deliver);
    else deliver(this.line);
  }

  private pump(): void {
    const { line } = this;
    if (line === null || this.isOver) return;
    for (const packet of line.transport.drain()) this.take(line, packet);
    const nowMs = performance.now();
    for (const [peer, series] of this.series) {
      const number = line.transport.pathTo(peer) === null ? null : series.due(nowMs);
      if (number === null) continue;
      // A ping that could not leave now is tried again at the next poll.
      if (line.transport.send(probePacket(peer, PING, number)) === "sent") {
        series.sent(number, nowMs);
      }
    }
    const isLate = nowMs - this.startedAtMs >= REPORT_WITHIN_MS;
    if (isLate || [...this.series.values()].every(({ isDone }) => isDone)) this.report(line);
  }

  private take(line: GameLine, packet: Packet): void {
    const { peer, channel, bytes } = packet;
    const number =
      channel === "play" && bytes.length === PROBE_BYTES
        ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(1)
        : null;
    if (number === null) this.held.push(packet);
    else if (bytes[0] === PING) line.transport.send(probePacket(peer, PONG, number));
    else this.series.get(peer)?.answered(number, performance.now());
  }

  /** Once; goes on answering the others' pings until the server has decided. */
  private report(line: GameLine): void {
    if (this.hasReported) return;
    this.hasReported = true;
    const links = [...this.series].map(([player, { medianMs }]) => ({
      player,
      rttMs: medianMs,
      path: line.transport.pathTo(player),
    }));
    const message: ClientMessage<"probe-report"> = { gameId: this.plan.gameId, links };
    void this.socket.requestUntilAnswered("probe-report", message);
  }
}
