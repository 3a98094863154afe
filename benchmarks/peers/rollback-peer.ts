/** What the benchmarks ask of one side of a game, whichever library keeps it in step. */

/** Something on its way; control messages travel reliably, everything else may be lost. */
export interface Payload {
  /** Where it goes when it is sent, where it came from when it arrives. */
  readonly peer: number;
  readonly channel: "play" | "control";
  /** Text where the library hands text to its channel. */
  readonly bytes: Uint8Array | string;
}

export interface RollbackPeer {
  /** Frame that the next input is for; the number of frames simulated. */
  readonly frame: number;
  /** Factor on the tick rate that the library asks for; 1 when it asks for nothing. */
  readonly rate: number;
  /** Steps of the game so far, those of re-simulation included. */
  readonly steps: number;
  /**
   * One tick: decodes what arrived, rolls back, simulates, encodes.
   * `actionOf(frame)` is what the local player does; payloads are borrowed until the next tick.
   */
  tick(
    arrived: readonly Payload[],
    actionOf: (frame: number) => number,
    nowMs: number,
  ): readonly Payload[];
  /** The present state, as `swarmNumbers` lists it. */
  numbers(): readonly number[];
}

/** Where one of the other libraries' peers sits and what it plays. */
export interface PeerSeat {
  readonly player: number;
  readonly bodies: number;
  readonly seed: number;
}
