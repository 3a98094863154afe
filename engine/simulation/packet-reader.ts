/** Shows what one peer's packets say, by the decoder that their receivers use. */
import type { Environment } from "../environment/environment.ts";
import type { Action } from "../environment/space.ts";
import { type ControlMessage, decodeControl } from "../protocol/control-message.ts";
import { PlayReader } from "../protocol/play-packet.ts";
import { inputLayouts, readRowAction } from "../rollback/input-layout.ts";
import { InputQueue } from "../rollback/input-queue.ts";
import { predictNeutral } from "../rollback/predictor.ts";
import type { Packet } from "../transport/transport.ts";

export type PacketContents =
  | {
      readonly kind: "play";
      readonly sequence: number;
      /** Frame of the first input. */
      readonly fromFrame: number;
      readonly inputs: readonly { readonly action: Action; readonly flags: number }[];
      /** `acks[playerIndex]`: inputs of that player the sender knew. */
      readonly acks: readonly number[];
      readonly echoSequence: number | null;
      readonly echoHoldMs: number;
      readonly hashFrame: number;
      readonly chain: number;
    }
  | { readonly kind: "control"; readonly message: ControlMessage }
  | { readonly kind: "unreadable" };

/** As many conversations as their number in a packet can tell apart. */
const EPOCHS = 8;

/**
 * Wants every play packet from one player to one peer, in the order of sending: each says only what is new.
 * A page that comes back at either end begins a conversation anew, which is found out by trying.
 */
export class PacketReader {
  readonly #sender: number;
  readonly #queues: InputQueue[];
  #reader: PlayReader;
  #epoch = 0;

  /** The first `inputDelayFrames` inputs are neutral for everybody and need not be sent. */
  constructor(environment: Environment, sender: number, inputDelayFrames: number) {
    this.#sender = sender;
    this.#queues = inputLayouts(environment).map(
      (layout) => new InputQueue(layout, predictNeutral),
    );
    this.#reader = new PlayReader([sender], this.#queues);
    const queue = this.#queues[sender] as InputQueue;
    while (queue.length < inputDelayFrames) queue.push(queue.layout.neutralRow, 0);
  }

  read(channel: Packet["channel"], bytes: Uint8Array): PacketContents {
    if (channel === "play") return this.#readPlay(bytes);
    const envelope = decodeControl(bytes);
    if (envelope === null) return { kind: "unreadable" };
    return { kind: "control", message: envelope.message };
  }

  #readPlay(bytes: Uint8Array): PacketContents {
    if (!this.#takes(bytes)) return { kind: "unreadable" };
    const { header, rows } = this.#reader;
    const queue = this.#queues[this.#sender] as InputQueue;
    const { layout } = queue;
    const run = rows[0] as Uint32Array;
    const fromFrame = header.newestFrame - header.inputCount;
    while (queue.length < header.newestFrame) {
      queue.push(run, (queue.length - fromFrame) * layout.width);
    }
    const inputs = Array.from({ length: header.inputCount }, (_, i) => ({
      action: readRowAction(layout, run, i * layout.width),
      flags: run[i * layout.width] as number,
    }));
    const { sequence, echoSequence, echoHoldMs, hashFrame, chain } = header;
    const acks = [...header.acks];
    return {
      kind: "play",
      ...{ sequence, fromFrame, inputs, acks, echoSequence, echoHoldMs, hashFrame, chain },
    };
  }

  /** Reads the packet into the reader, as one of this conversation or, if it is none, of the next that it fits. */
  #takes(bytes: Uint8Array): boolean {
    const { header } = this.#reader;
    const known = this.#reader.read(bytes, 0, header.sequence, this.#epoch);
    if (known !== "stale") return known === "ok";
    for (let epoch = this.#epoch + 1; epoch < this.#epoch + EPOCHS; epoch++) {
      if (this.#reader.read(bytes, 0, 0, epoch) !== "ok") continue;
      this.#epoch = epoch;
      this.#forget(header.newestFrame - header.inputCount);
      return this.#reader.read(bytes, 0, 0, epoch) === "ok";
    }
    return false;
  }

  /** What the page before sent from that frame on and nobody got is played anew. */
  #forget(fromFrame: number): void {
    const before = this.#queues[this.#sender] as InputQueue;
    const queue = new InputQueue(before.layout, predictNeutral);
    for (let frame = 0; frame < fromFrame; frame++) queue.push(before.rows, before.offsetOf(frame));
    this.#queues[this.#sender] = queue;
    this.#reader = new PlayReader([this.#sender], this.#queues);
  }
}
