/**
 * The network on a table: one stream of randomness for each directed link, so that removing a fault
 * from one link does not reshuffle the others. Transports made here obey the same contract as real ones.
 */
import { deriveSeed, nextFloat, seedRandom } from "../determinism/random.ts";
import type { Packet, PathCounts, Transport } from "../transport/transport.ts";
import type { LinkProfile } from "./link-profile.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A lost control packet is sent again after this long, as TCP and SCTP would. */
const RETRANSMIT_MS = 200;
/** Headers of UDP, DTLS and SCTP on each packet, counted against the bandwidth. */
const OVERHEAD_BYTES = 80;

/** A stretch of time in which nothing passes on a link. */
export interface Partition {
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface NetworkOptions {
  readonly clock: VirtualClock;
  readonly seed: number;
  /** `profile(from, to)` is asked for each packet, so a workbench may change it while running. */
  readonly profile: (from: number, to: number) => LinkProfile;
  readonly partitions: readonly Partition[];
  /** Told of each packet as it is sent and of what becomes of it. */
  readonly onPacket?: ((packet: CarriedPacket) => void) | undefined;
  /** Takes over what the links let through, when they do; the host gives it to the receiver's `arrive`. */
  readonly tunnel?: ((from: number, packet: Packet) => void) | undefined;
}

/** A packet and its fate. */
export interface CarriedPacket {
  readonly from: number;
  readonly to: number;
  readonly channel: Packet["channel"];
  readonly bytes: Uint8Array;
  readonly sentMs: number;
  /** One entry per copy that arrives; none if it is lost. */
  readonly arrivesMs: readonly number[];
}

interface LinkState {
  readonly random: number[];
  burstLeft: number;
  /** Control packets leave in order: the next may not arrive before this. */
  controlFreeUs: number;
  /** When the last bit of what was sent so far will have left. */
  wireFreeUs: number;
}

export class SimulatedNetwork {
  readonly #options: NetworkOptions;
  readonly #links = new Map<string, LinkState>();
  readonly #transports = new Map<number, SimulatedTransport>();
  lostPackets = 0;
  duplicatedPackets = 0;
  deliveredPackets = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Makes the transport of `peer`; `onArrival` is told after a packet was put in its inbox. */
  connect(peer: number, onArrival: () => void = () => {}): SimulatedTransport {
    const transport = new SimulatedTransport(this, peer, onArrival);
    this.#transports.set(peer, transport);
    return transport;
  }

  /** Carries a copy of `bytes`; called by transports. */
  carry(from: number, packet: Packet): void {
    const { clock } = this.#options;
    const link = this.#link(from, packet.peer);
    const profile = this.#options.profile(from, packet.peer);
    const bytes = packet.bytes.slice();
    const leavesUs = this.#occupy(link, profile, bytes.length);
    const { peer: to, channel } = packet;
    const isLost = this.#isLost(link, profile, from, to, leavesUs);
    const arrivals =
      channel === "control"
        ? [this.#controlArrivalUs(link, profile, from, to, leavesUs, isLost)]
        : this.#playArrivalsUs(link, profile, leavesUs, isLost);
    for (const atUs of arrivals) this.#deliver(atUs, from, { peer: to, channel, bytes });
    const arrivesMs = arrivals.map((atUs) => Math.max(atUs, clock.nowUs) / 1_000);
    this.#options.onPacket?.({ from, to, channel, bytes, sentMs: clock.nowMs, arrivesMs });
  }

  #playArrivalsUs(
    link: LinkState,
    profile: LinkProfile,
    leavesUs: number,
    isLost: boolean,
  ): number[] {
    if (isLost) {
      this.lostPackets++;
      return [];
    }
    const arrivals = [leavesUs + this.#delayUs(link, profile)];
    if (nextFloat(link.random) < profile.duplicateRatio) {
      this.duplicatedPackets++;
      arrivals.push(leavesUs + this.#delayUs(link, profile));
    }
    return arrivals;
  }

  #occupy(link: LinkState, profile: LinkProfile, sizeBytes: number): number {
    const { nowUs } = this.#options.clock;
    if (profile.bandwidthKbitPerS === null) return nowUs;
    const bits = (sizeBytes + OVERHEAD_BYTES) * 8;
    link.wireFreeUs =
      Math.max(link.wireFreeUs, nowUs) + Math.round((bits * 1_000) / profile.bandwidthKbitPerS);
    return link.wireFreeUs;
  }

  /** Bytes wait at the sender: a play packet sent now would queue behind them. */
  isCongested(from: number, to: number): boolean {
    return this.#link(from, to).wireFreeUs > this.#options.clock.nowUs;
  }

  #isLost(link: LinkState, profile: LinkProfile, from: number, to: number, atUs: number): boolean {
    const atMs = atUs / 1_000;
    const isCut = this.#options.partitions.some(
      (cut) =>
        cut.from === from &&
        cut.to === to &&
        atMs >= cut.startMs &&
        atMs < cut.startMs + cut.durationMs,
    );
    const burstDraw = nextFloat(link.random);
    const lossDraw = nextFloat(link.random);
    if (link.burstLeft > 0) {
      link.burstLeft--;
      return true;
    }
    if (burstDraw < profile.burstRatio) link.burstLeft = profile.burstPackets;
    return isCut || lossDraw < profile.lossRatio;
  }

  /** Reliable and in order: losses become delay, a partition becomes waiting for its end. */
  #controlArrivalUs(
    link: LinkState,
    profile: LinkProfile,
    from: number,
    to: number,
    leavesUs: number,
    isLost: boolean,
  ): number {
    let departUs = leavesUs;
    let wasLost = isLost;
    while (wasLost) {
      departUs += RETRANSMIT_MS * 1_000;
      wasLost = this.#isLost(link, profile, from, to, departUs);
    }
    link.controlFreeUs = Math.max(link.controlFreeUs, departUs + this.#delayUs(link, profile));
    return link.controlFreeUs;
  }

  /** Puts a packet for `to` into its inbox at that time; the clock runs at once what is due already. */
  #deliver(atUs: number, from: number, packet: Packet): void {
    const { clock, tunnel } = this.#options;
    clock.at(atUs, () => {
      this.deliveredPackets++;
      if (tunnel !== undefined) tunnel(from, packet);
      else this.#transports.get(packet.peer)?.arrive({ ...packet, peer: from });
    });
  }

  #delayUs(link: LinkState, profile: LinkProfile): number {
    const jitterMs = (2 * nextFloat(link.random) - 1) * profile.jitterMs;
    const heldMs = nextFloat(link.random) < profile.reorderRatio ? profile.reorderMs : 0;
    return Math.round(Math.max(0, profile.delayMs + jitterMs + heldMs) * 1_000);
  }

  #link(from: number, to: number): LinkState {
    const name = `${from}>${to}`;
    let link = this.#links.get(name);
    if (link === undefined) {
      const random = seedRandom([0, 0, 0, 0], deriveSeed(this.#options.seed, from, to));
      link = { random, burstLeft: 0, controlFreeUs: 0, wireFreeUs: 0 };
      this.#links.set(name, link);
    }
    return link;
  }
}

export class SimulatedTransport implements Transport {
  readonly #network: SimulatedNetwork;
  readonly #peer: number;
  readonly #onArrival: () => void;
  #inbox: Packet[] = [];
  #isClosed = false;
  readonly #counts = new Map<number, MutableCounts>();

  constructor(network: SimulatedNetwork, peer: number, onArrival: () => void) {
    this.#network = network;
    this.#peer = peer;
    this.#onArrival = onArrival;
  }

  send(packet: Packet): "sent" | "congested" | "closed" {
    if (this.#isClosed) return "closed";
    const counts = this.#countsOf(packet.peer);
    if (packet.channel === "play" && this.#network.isCongested(this.#peer, packet.peer)) {
      counts.congestedPackets++;
      return "congested";
    }
    counts.sentPackets++;
    counts.sentBytes += packet.bytes.length;
    this.#network.carry(this.#peer, packet);
    return "sent";
  }

  drain(): readonly Packet[] {
    const inbox = this.#inbox;
    this.#inbox = [];
    return inbox;
  }

  counts(peer: number): PathCounts {
    const counts = this.#countsOf(peer);
    return {
      sentPackets: { direct: counts.sentPackets, relay: 0 },
      receivedPackets: { direct: counts.receivedPackets, relay: 0 },
      sentBytes: { direct: counts.sentBytes, relay: 0 },
      receivedBytes: { direct: counts.receivedBytes, relay: 0 },
      congestedPackets: counts.congestedPackets,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#inbox = [];
  }

  /** Called by the network. */
  arrive(packet: Packet): void {
    if (this.#isClosed) return;
    const counts = this.#countsOf(packet.peer);
    counts.receivedPackets++;
    counts.receivedBytes += packet.bytes.length;
    this.#inbox.push(packet);
    this.#onArrival();
  }

  #countsOf(peer: number): MutableCounts {
    let counts = this.#counts.get(peer);
    if (counts === undefined) {
      counts = {
        sentPackets: 0,
        receivedPackets: 0,
        sentBytes: 0,
        receivedBytes: 0,
        congestedPackets: 0,
      };
      this.#counts.set(peer, counts);
    }
    return counts;
  }
}

interface MutableCounts {
  sentPackets: number;
  receivedPackets: number;
  sentBytes: number;
  receivedBytes: number;
  congestedPackets: number;
}
