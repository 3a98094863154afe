/** The newest packets of a run with their contents. */
import {
  type CarriedPacket,
  type Environment,
  type PacketContents,
  PacketReader,
} from "../../engine/index.ts";

/** Packets kept: over a second of four peers at 60 frames a second. */
const KEPT_PACKETS = 1_024;

export interface LoggedPacket {
  readonly packet: CarriedPacket;
  readonly contents: PacketContents;
}

export class PacketLog {
  readonly #environment: Environment;
  readonly #inputDelayFrames: number;
  readonly #readers = new Map<string, PacketReader>();
  readonly #ring: LoggedPacket[] = [];
  /** Packets since the start; the newest is at `(count - 1) % KEPT_PACKETS`. */
  count = 0;
  sentBytes = 0;
  lostPackets = 0;
  duplicatedPackets = 0;
  reorderedPackets = 0;
  readonly #newestArrivalMs = new Map<string, number>();

  constructor(environment: Environment, inputDelayFrames: number) {
    this.#environment = environment;
    this.#inputDelayFrames = inputDelayFrames;
  }

  add(packet: CarriedPacket): void {
    const { from, to, channel, bytes, arrivesMs } = packet;
    const link = `${from}>${to}`;
    let reader = this.#readers.get(link);
    if (reader === undefined) {
      reader = new PacketReader(this.#environment, from, this.#inputDelayFrames);
      this.#readers.set(link, reader);
    }
    this.#ring[this.count % KEPT_PACKETS] = { packet, contents: reader.read(channel, bytes) };
    this.count++;
    this.sentBytes += bytes.length;
    if (arrivesMs.length === 0) this.lostPackets++;
    if (arrivesMs.length > 1) this.duplicatedPackets++;
    this.#countOrder(link, packet);
  }

  /** The newest first, at most `countMax`, of those that `isWanted`. */
  newest(countMax: number, isWanted: (packet: CarriedPacket) => boolean): readonly LoggedPacket[] {
    const found: LoggedPacket[] = [];
    const oldest = Math.max(0, this.count - KEPT_PACKETS);
    for (let i = this.count - 1; i >= oldest && found.length < countMax; i--) {
      const logged = this.#ring[i % KEPT_PACKETS] as LoggedPacket;
      if (isWanted(logged.packet)) found.push(logged);
    }
    return found;
  }

  /** Those that carried an input of `frame` from that player. */
  carrying(frame: number, from: number): readonly LoggedPacket[] {
    return this.newest(KEPT_PACKETS, (packet) => packet.from === from).filter(
      ({ contents }) =>
        contents.kind === "play" &&
        frame >= contents.fromFrame &&
        frame < contents.fromFrame + contents.inputs.length,
    );
  }

  #countOrder(link: string, { channel, arrivesMs }: CarriedPacket): void {
    const firstMs = arrivesMs[0];
    if (channel !== "play" || firstMs === undefined) return;
    const newestMs = this.#newestArrivalMs.get(link) ?? 0;
    if (firstMs < newestMs) this.reorderedPackets++;
    this.#newestArrivalMs.set(link, Math.max(newestMs, firstMs));
  }
}
