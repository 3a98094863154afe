/**
 * `@tboyt/telegraph` 0.0.3 over a stand-in for its PeerJS connection, which writes JSON as PeerJS
 * does. Used as its README shows, with states as JSON, but for what is changed in its favour: see
 * `TELEGRAPH_CHANGES`. It polls once a tick, before the frame, which spares it one re-simulated
 * frame.
 */
import { createRequire } from "node:module";
import { bundle } from "./bundle.ts";
import type { Payload, PeerSeat, RollbackPeer } from "./rollback-peer.ts";
import { SwarmGame } from "./swarm-game.ts";

const require = createRequire(import.meta.url);

/** What is not as published, for the head of a table. */
export const TELEGRAPH_CHANGES =
  "telegraph: prediction window 8 → 12, logging of rollbacks removed, clock in virtual time";

interface Backend {
  addPlayer(player: object): { readonly value: number };
  addLocalInput(handle: number, inputs: readonly number[]): { readonly code: string };
  syncInput(): { readonly code: string; readonly value: { readonly inputs: readonly number[][] } };
  advanceFrame(): void;
  afterTick(): void;
}

export interface TelegraphModule {
  readonly Telegraph: new (config: object) => Backend;
  readonly PlayerType: { readonly local: number; readonly remote: number };
}

/** Where the bundle looks for its clock. */
const CLOCK = "telegraphClock";

export async function loadTelegraph(): Promise<TelegraphModule> {
  const exports = await bundle({
    packageFile: require.resolve("@tboyt/telegraph/package.json"),
    source: `export { Telegraph, PlayerType } from "./dist/index.js";`,
    define: { performance: CLOCK },
    replacements: [
      {
        file: "telegraph/dist/Sync.js",
        from: "var MAX_PREDICTION_FRAMES = 8;",
        to: "var MAX_PREDICTION_FRAMES = 12;",
      },
      { file: "telegraph/dist/Sync.js", from: "console.log(", to: "void (" },
    ],
  });
  return exports as TelegraphModule;
}

/** The state as it is kept: JSON text as in its README, or a copy of the bytes. */
export type TelegraphSave = "json" | "binary";

export class TelegraphPeer implements RollbackPeer {
  readonly rate = 1;
  readonly #game: SwarmGame;
  readonly #backend: Backend;
  readonly #handle: number;
  readonly #clock: { nowMs: number; now(): number };
  #receive: (message: unknown) => void = () => {};
  #outgoing: Payload[] = [];
  #frame = 0;

  constructor(seat: PeerSeat, module: TelegraphModule, save: TelegraphSave = "json") {
    const { player } = seat;
    this.#game = new SwarmGame(seat.bodies, seat.seed);
    this.#clock = {
      nowMs: 0,
      now() {
        return this.nowMs;
      },
    };
    this.#useClock();
    this.#backend = new module.Telegraph({
      peer: this.#fakePeerJs(`p${1 - player}`, 1 - player),
      numPlayers: 2,
      disconnectTimeout: 0,
      disconnectNotifyStart: 0,
      callbacks: this.#callbacks(save),
    });
    const seats = [0, 1].map((index) => {
      const playerNumber = index + 1;
      return index === player
        ? { type: module.PlayerType.local, playerNumber }
        : { type: module.PlayerType.remote, playerNumber, remote: { peerId: `p${index}` } };
    });
    const handles = seats.map((each) => this.#backend.addPlayer(each).value);
    this.#handle = handles[player] as number;
  }

  get frame(): number {
    return this.#frame;
  }

  get steps(): number {
    return this.#game.steps;
  }

  tick(
    arrived: readonly Payload[],
    actionOf: (frame: number) => number,
    nowMs: number,
  ): readonly Payload[] {
    this.#clock.nowMs = nowMs;
    this.#useClock();
    for (const { bytes } of arrived) this.#receive(JSON.parse(bytes as string));
    this.#backend.afterTick();
    if (this.#backend.addLocalInput(this.#handle, [actionOf(this.#frame)]).code === "ok") {
      this.#frame++;
      this.#advance();
    }
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    return outgoing;
  }

  numbers(): readonly number[] {
    return this.#game.toNumbers();
  }

  #callbacks(save: TelegraphSave) {
    const game = this.#game;
    const keep =
      save === "json"
        ? {
            onSaveState: () => ({ state: JSON.stringify(game.toNumbers()), checksum: null }),
            onLoadState: (state: string) => game.fromNumbers(JSON.parse(state) as number[]),
          }
        : {
            onSaveState: () => ({ state: game.toBytes(), checksum: null }),
            onLoadState: (state: Uint8Array) => game.fromBytes(state),
          };
    return { ...keep, onAdvanceFrame: () => this.#advance(), onEvent: () => {} };
  }

  #advance(): void {
    const { inputs } = this.#backend.syncInput().value;
    // Before anything arrived it guesses an empty list.
    this.#game.step(inputs[0]?.[0] ?? 0, inputs[1]?.[0] ?? 0);
    this.#backend.advanceFrame();
  }

  #fakePeerJs(peerId: string, peer: number) {
    const connection = {
      peer: peerId,
      on: (event: string, handler: (message: unknown) => void) => {
        if (event === "data") this.#receive = handler;
      },
      send: (message: unknown) => {
        this.#outgoing.push({ peer, channel: "play", bytes: JSON.stringify(message) });
      },
    };
    return { connections: { [peerId]: [connection] }, on: () => {} };
  }

  #useClock(): void {
    (globalThis as Record<string, unknown>)[CLOCK] = this.#clock;
  }
}
