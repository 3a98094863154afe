/** Spectators of an episode: each that greets is handed what is confirmed, and nothing waits for any of them. */
import { type ControlContent, decodeControl } from "../protocol/control-message.ts";
import type { HandOver, Receiver } from "./hand-over.ts";
import { compareDigests } from "./handshake.ts";
import type { SessionPacket } from "./session.ts";

export interface AudienceOptions {
  readonly spectators: readonly number[];
  readonly handOver: HandOver;
  readonly episode: number;
  readonly digest: Readonly<Record<string, string>>;
  send(to: Receiver, message: ControlContent): void;
}

export class Audience {
  readonly #options: AudienceOptions;
  /** Page of each spectator that is being served. */
  readonly #incarnations = new Map<number, number>();

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  /** Takes a packet of somebody who is no player; whatever is no message of a spectator is dropped. */
  receive({ peer, channel, bytes }: SessionPacket): void {
    const { spectators, handOver, episode, digest } = this.#options;
    if (channel !== "control" || !spectators.includes(peer)) return;
    const envelope = decodeControl(bytes);
    if (envelope === null || envelope.message.episode !== episode) return;
    const { epoch, message } = envelope;
    const served = this.#incarnations.get(peer) ?? -1;
    if (message.kind === "followed" && epoch === served) handOver.followed(peer, message.frame);
    if (message.kind !== "hello" || message.incarnation <= served) return;
    this.#incarnations.set(peer, message.incarnation);
    const to = { peer, epoch: message.incarnation };
    const difference = compareDigests(digest, message.digest);
    if (difference === null) handOver.begin(to, true);
    else this.#options.send(to, { kind: "refused", yours: to.epoch, reason: difference });
  }
}
