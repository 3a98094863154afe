/**
 * `rollback-netcode` 0.0.6: its engine and wire format, driven as its own session drives them
 * (three newest inputs in each message), without its state hash. When it may not advance, the input
 * already sent for the tick is kept; its session would send another one for the same tick.
 */
import {
  asPlayerId,
  asTick,
  decodeMessage,
  encodeMessage,
  MessageType,
  RollbackEngine,
} from "rollback-netcode";
import type { Payload, PeerSeat, RollbackPeer } from "./rollback-peer.ts";
import { SwarmGame } from "./swarm-game.ts";

/** Inputs in one message, the default of its session. */
const INPUT_REDUNDANCY = 3;

type InputMessage = Extract<Parameters<typeof encodeMessage>[0], { inputs: unknown }>;

const PLAYERS = [asPlayerId("p0"), asPlayerId("p1")] as const;

export class RollbackNetcodePeer implements RollbackPeer {
  readonly rate = 1;
  readonly #game: SwarmGame;
  readonly #engine: RollbackEngine;
  readonly #player: 0 | 1;

  /** `isBinary` keeps states as bytes; otherwise as JSON, encoded to the bytes that it asks for. */
  constructor(seat: PeerSeat, isBinary: boolean) {
    const game = new SwarmGame(seat.bodies, seat.seed);
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    this.#game = game;
    this.#player = seat.player === 0 ? 0 : 1;
    this.#engine = new RollbackEngine({
      localPlayerId: PLAYERS[this.#player],
      game: {
        serialize: isBinary
          ? () => game.toBytes()
          : () => encoder.encode(JSON.stringify(game.toNumbers())),
        deserialize: isBinary
          ? (bytes) => game.fromBytes(bytes)
          : (bytes) => game.fromNumbers(JSON.parse(decoder.decode(bytes)) as number[]),
        step: (inputs) =>
          game.step(inputs.get(PLAYERS[0])?.[0] ?? 0, inputs.get(PLAYERS[1])?.[0] ?? 0),
        hash: () => 0,
      },
    });
    this.#engine.addPlayer(PLAYERS[this.#player === 0 ? 1 : 0], asTick(0));
  }

  get frame(): number {
    return this.#engine.currentTick;
  }

  get steps(): number {
    return this.#game.steps;
  }

  tick(arrived: readonly Payload[], actionOf: (frame: number) => number): readonly Payload[] {
    const engine = this.#engine;
    for (const { bytes } of arrived) {
      const message = decodeMessage(bytes as Uint8Array) as InputMessage;
      for (const { tick, input } of message.inputs) {
        engine.receiveRemoteInput(message.playerId, tick, input);
      }
    }
    const tick = engine.currentTick;
    if (engine.getLocalInput(tick) === undefined) {
      engine.setLocalInput(tick, Uint8Array.of(actionOf(tick)));
    }
    const inputs: InputMessage["inputs"] = [];
    for (let i = 0; i < INPUT_REDUNDANCY && tick >= i; i++) {
      const sent = asTick(tick - i);
      const input = engine.getLocalInput(sent);
      if (input !== undefined) inputs.push({ tick: sent, input });
    }
    const bytes = encodeMessage({
      type: MessageType.Input,
      playerId: PLAYERS[this.#player],
      inputs,
    });
    engine.tick();
    return [{ peer: 1 - this.#player, channel: "play", bytes }];
  }

  numbers(): readonly number[] {
    return this.#game.toNumbers();
  }
}
