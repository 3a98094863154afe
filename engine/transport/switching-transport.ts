/**
 * One transport over two paths to each peer: direct when it works, the relay when it does not,
 * with every packet counted by the path it took. Control messages survive each switch.
 */
import { ControlStream } from "./control-stream.ts";
import { PathTally } from "./path-tally.ts";
import type { PathTransport, SendResult } from "./path-transport.ts";
import { DIRECT_DEADLINE_MS, Route } from "./route.ts";
import type { Channel, Packet, Path, PathCounts, Transport } from "./transport.ts";

/** First bytes on the control channel above those of the control stream. */
const PROBE = 2;
const PROBE_REPLY = 3;
const AVOID_DIRECT = 4;

export interface SwitchingOptions {
  readonly peers: readonly number[];
  /** Null when the study wants only the relay. */
  readonly direct: PathTransport | null;
  /** Null when there is no server to relay. */
  readonly relay: PathTransport | null;
  /** Monotonic milliseconds. */
  now(): number;
  /** How long the direct path is waited for before play may start over the relay. */
  readonly directDeadlineMs?: number;
  /** Called when a peer gets its first path and at every switch. */
  onSwitch?(peer: number, path: Path): void;
}

interface Remote {
  readonly peer: number;
  readonly route: Route;
  control: ControlStream;
  readonly tally: PathTally;
}

export class SwitchingTransport implements Transport {
  private readonly options: SwitchingOptions;
  private readonly remotes = new Map<number, Remote>();
  private returned: readonly Packet[] = [];
  private isClosed = false;

  constructor(options: SwitchingOptions) {
    this.options = options;
    const deadlineMs =
      options.direct === null ? 0 : (options.directDeadlineMs ?? DIRECT_DEADLINE_MS);
    for (const peer of options.peers) {
      this.remotes.set(peer, {
        peer,
        route: new Route(options.now(), deadlineMs),
        control: new ControlStream(),
        tally: new PathTally(),
      });
    }
  }

  /** From the first open path on, control messages are taken even while a break lasts. */
  send({ peer, channel, bytes }: Packet): SendResult {
    const remote = this.remotes.get(peer);
    if (this.isClosed || remote === undefined || remote.route.path === null) return "closed";
    if (channel === "control") {
      if (!remote.control.push(bytes)) return "congested";
      this.flush(remote, this.options.now());
      return "sent";
    }
    const result = this.transmit(remote, remote.route.path, "play", bytes);
    if (result === "congested") remote.tally.addCongested();
    return result;
  }

  /** Also the moment at which paths are judged, switched and probed. */
  drain(): readonly Packet[] {
    const drained = [...this.returned];
    this.returned = [];
    if (this.isClosed) return [];
    this.take("direct", drained);
    this.take("relay", drained);
    const nowMs = this.options.now();
    for (const remote of this.remotes.values()) {
      this.updateRoute(remote, nowMs);
      this.flush(remote, nowMs);
    }
    return drained;
  }

  /** Packets that were drained too early, and that the next drain hands out first. */
  putBack(packets: readonly Packet[]): void {
    this.returned = [...this.returned, ...packets];
  }

  /** The host heard nothing from the peer for a while. */
  reportInterrupted(peer: number): void {
    this.remotes.get(peer)?.route.suspect(this.options.now());
  }

  reportResumed(peer: number): void {
    this.remotes.get(peer)?.route.clearSuspicion();
  }

  /** The peer's page is a new one: messages are numbered anew, and nothing of the old page is delivered. */
  restart(peer: number): void {
    const remote = this.remotes.get(peer);
    if (remote === undefined || this.isClosed) return;
    remote.control = new ControlStream();
    this.options.direct?.restart(peer);
    this.options.relay?.restart(peer);
  }

  /** Null until a first path is open. */
  pathTo(peer: number): Path | null {
    return this.remotes.get(peer)?.route.path ?? null;
  }

  counts(peer: number): PathCounts {
    return (this.remotes.get(peer)?.tally ?? new PathTally()).counts();
  }

  close(): void {
    this.isClosed = true;
    this.options.direct?.close();
    this.options.relay?.close();
  }

  private transmit(remote: Remote, path: Path, channel: Channel, bytes: Uint8Array): SendResult {
    const result = this.options[path]?.send({ peer: remote.peer, channel, bytes }) ?? "closed";
    if (result === "sent") remote.tally.addSent(path, bytes.length);
    return result;
  }

  private take(path: Path, into: Packet[]): void {
    for (const packet of this.options[path]?.drain() ?? []) {
      const remote = this.remotes.get(packet.peer);
      if (remote === undefined) continue;
      remote.tally.addReceived(path, packet.bytes.length);
      if (path === "direct") remote.route.heardDirectly();
      if (packet.channel === "play") into.push(packet);
      else this.takeControl(remote, packet, into);
    }
  }

  private takeControl(remote: Remote, packet: Packet, into: Packet[]): void {
    switch (packet.bytes[0]) {
      case PROBE:
        this.transmit(remote, "direct", "control", Uint8Array.of(PROBE_REPLY));
        return;
      case PROBE_REPLY:
        remote.route.probeAnswered();
        return;
      case AVOID_DIRECT:
        if (remote.route.peerAvoidsDirect(this.openness(remote).isRelayOpen)) {
          this.switched(remote);
        }
        return;
      default:
        for (const bytes of remote.control.receive(packet.bytes)) {
          into.push({ peer: remote.peer, channel: "control", bytes });
        }
    }
  }

  private openness({ peer }: Remote) {
    return {
      isDirectOpen: this.options.direct?.isOpen(peer) ?? false,
      isRelayOpen: this.options.relay?.isOpen(peer) ?? false,
    };
  }

  private updateRoute(remote: Remote, nowMs: number): void {
    const action = remote.route.update(nowMs, this.openness(remote));
    if (action.hasChanged) this.switched(remote);
    if (action.isProbeDue) this.transmit(remote, "direct", "control", Uint8Array.of(PROBE));
    if (action.isAvoidDue) {
      this.transmit(remote, "relay", "control", Uint8Array.of(AVOID_DIRECT));
    }
  }

  private switched(remote: Remote): void {
    remote.control.resendAll();
    const { path } = remote.route;
    if (path !== null) this.options.onSwitch?.(remote.peer, path);
  }

  private flush(remote: Remote, nowMs: number): void {
    const { path } = remote.route;
    if (path === null) return;
    remote.control.flush(
      nowMs,
      (frame) => this.transmit(remote, path, "control", frame) === "sent",
    );
  }
}
