/**
 * `netplayjs` 0.4.1: its `RollbackNetcode` and msgpack messages, wired as its `RollbackWrapper`
 * does (window 10, host sends each confirmed state, two ticks while inputs from the future wait).
 * The game gives its numbers as one flat array, the cheapest JSON for the copies that it makes.
 */
import { createRequire } from "node:module";
import { bundle } from "./bundle.ts";
import type { Payload, PeerSeat, RollbackPeer } from "./rollback-peer.ts";
import { SwarmGame } from "./swarm-game.ts";

const require = createRequire(import.meta.url);

/** What its wrapper passes. */
const PREDICTED_FRAMES_MAX = 10;
const TIMESTEP_MS = 1000 / 60;

interface Netcode {
  tick(): void;
  currentFrame(): number;
  largestFutureSize(): number;
  onRemoteInput(frame: number, player: unknown, input: unknown): void;
  onStateSync(frame: number, state: unknown): void;
}

interface Input {
  action: number;
}

type Message =
  | { readonly type: "input"; readonly frame: number; readonly input: { readonly a: number } }
  | { readonly type: "state"; readonly frame: number; readonly state: unknown };

export interface NetplayModule {
  readonly RollbackNetcode: new (...options: readonly unknown[]) => Netcode;
  readonly NetplayState: new () => object;
  readonly NetplayInput: new () => object;
  readonly NetplayPlayer: new (id: number, isLocal: boolean, isHost: boolean) => object;
  readonly encode: (message: Message) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Message;
}

export async function loadNetplay(): Promise<NetplayModule> {
  const exports = await bundle({
    packageFile: require.resolve("netplayjs/package.json"),
    source: `
      export { RollbackNetcode } from "./src/netcode/rollback";
      export { NetplayInput, NetplayPlayer, NetplayState } from "./src/types";
      export { decode, encode } from "msgpack-lite";
    `,
  });
  return exports as NetplayModule;
}

/** Player 0 is the host, player 1 the client. */
export class NetplayPeer implements RollbackPeer {
  readonly rate = 1;
  readonly #game: SwarmGame;
  readonly #netcode: Netcode;
  readonly #module: NetplayModule;
  readonly #remote: object;
  readonly #makeInput: (action: number) => Input;
  readonly #peer: number;
  #actionOf: (frame: number) => number = () => 0;
  #outgoing: Payload[] = [];

  constructor(seat: PeerSeat, module: NetplayModule) {
    const { player } = seat;
    const game = new SwarmGame(seat.bodies, seat.seed);
    const players = [0, 1].map((id) => new module.NetplayPlayer(id, id === player, id === 0));
    this.#game = game;
    this.#module = module;
    this.#peer = 1 - player;
    this.#remote = players[this.#peer] as object;
    this.#makeInput = inputMaker(module);
    const state = swarmState(module, game, players);
    const send = (message: Message) => this.#send(message);
    this.#netcode = new module.RollbackNetcode(
      player === 0,
      state,
      players,
      new Map(players.map((each) => [each, this.#makeInput(0)])),
      PREDICTED_FRAMES_MAX,
      null,
      TIMESTEP_MS,
      () => this.#makeInput(this.#actionOf(this.frame)),
      // It counts from 1: the state of frame 0 is the first one.
      (frame: number, input: Input) => send({ type: "input", frame, input: { a: input.action } }),
      (frame: number, state: unknown) => send({ type: "state", frame, state }),
    );
  }

  get frame(): number {
    return this.#netcode.currentFrame();
  }

  get steps(): number {
    return this.#game.steps;
  }

  tick(arrived: readonly Payload[], actionOf: (frame: number) => number): readonly Payload[] {
    this.#actionOf = actionOf;
    for (const { bytes } of arrived) this.#receive(this.#module.decode(bytes as Uint8Array));
    const ticks = this.#netcode.largestFutureSize() > 0 ? 2 : 1;
    for (let i = 0; i < ticks; i++) this.#netcode.tick();
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    return outgoing;
  }

  numbers(): readonly number[] {
    return this.#game.toNumbers();
  }

  #receive(message: Message): void {
    if (message.type === "state") this.#netcode.onStateSync(message.frame, message.state);
    else {
      this.#netcode.onRemoteInput(message.frame, this.#remote, this.#makeInput(message.input.a));
    }
  }

  #send(message: Message): void {
    const bytes = this.#module.encode(message);
    this.#outgoing.push({ peer: this.#peer, channel: "play", bytes });
  }
}

function inputMaker({ NetplayInput }: NetplayModule): (action: number) => Input {
  class SwarmInput extends NetplayInput implements Input {
    readonly action: number;

    constructor(action: number) {
      super();
      this.action = action;
    }
  }
  return (action) => new SwarmInput(action);
}

function swarmState(module: NetplayModule, game: SwarmGame, players: readonly object[]): object {
  const [host, client] = players as [object, object];
  class SwarmState extends module.NetplayState {
    tick(inputs: ReadonlyMap<object, Input>): void {
      game.step((inputs.get(host) as Input).action, (inputs.get(client) as Input).action);
    }

    serialize(): number[] {
      return game.toNumbers();
    }

    deserialize(numbers: readonly number[]): void {
      game.fromNumbers(numbers);
    }
  }
  return new SwarmState();
}
