/**
 * What a researcher writes to make a game: PettingZoo's parallel API in TypeScript.
 * An environment is a pure module; the browser, the server, the tests and the sandbox run the same code.
 */

import type { FlatLayout } from "../state/flat-layout.ts";
import type { Drawing } from "./drawing.ts";
import type { Action, Space } from "./space.ts";

/** What one step gave each player; all arrays are indexed by player. */
export interface StepResult {
  readonly rewards: readonly number[];
  /** True once the game is over for that player because of what happened in it. */
  readonly terminateds: readonly boolean[];
  /** True once the game is over for that player because of a limit outside it. */
  readonly truncateds: readonly boolean[];
  /** JSON-like records for analysis only; never read by the engine. */
  readonly infos: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A deterministic game. Everything that can change lives in `State`; functions keep nothing between calls,
 * read no clock and draw no randomness but from a generator inside the state.
 */
export interface Environment<State = unknown, Config = unknown> {
  /** Lower-case name, used in file names and the handshake. */
  readonly id: string;
  /** Names of the players' agents; player i drives `agentIds[i]`. */
  readonly agentIds: readonly string[];
  /** `actionSpaces[i]` is what player i may do. */
  readonly actionSpaces: readonly Space[];
  /** `neutralActions[i]` is what player i does when nobody tells them to do anything. */
  readonly neutralActions: readonly Action[];
  /** Frames per second, an integer from 1 to 120. */
  readonly fps: number;
  /** Frames after which an episode is truncated; `config.maxSteps` of a study overrides it. */
  readonly maxSteps: number;
  /** Present when the state is one flat buffer; absent when it is JSON-like plain data. */
  readonly stateLayout?: FlatLayout;
  /** Keys (KeyboardEvent.code, `+` joins keys held together) to actions; a study may replace it. */
  readonly keyBindings: Readonly<Record<string, Action>>;
  /** One line per control, shown to participants beside the game. */
  readonly keyHelp: readonly { readonly keys: string; readonly does: string }[];
  /** Size of the drawing surface in drawing units. */
  readonly width: number;
  readonly height: number;
  /** Checks a study's configuration; returns one sentence per fault, none if it is usable. */
  checkConfig(config: unknown): readonly string[];
  /** Makes the first state of an episode. `seed` is an unsigned 32-bit integer. */
  reset(seed: number, config: Config): State;
  /**
   * Mutates `state` by one frame. `actions[i]` is borrowed for the call.
   * May return the same object each time: the engine keeps no reference to it.
   */
  step(state: State, actions: readonly Action[]): StepResult;
  /**
   * The game's own guess at an input that has not come: `lastAction` is the player's last known one, `framesAgo`
   * (from 1) how long ago it was. Pure; used when a study sets the predictor `environment`.
   */
  predictAction?(lastAction: Action, framesAgo: number, playerIndex: number): Action;
  /**
   * What a bot in seat `playerIndex` does next. Pure: it reads the state, randomness included (a copy of the state's
   * generator may be drawn from), and changes nothing. Called anew in re-simulation and replay.
   */
  botAction?(state: State, playerIndex: number): Action;
  /** What player `playerIndex` could know, as JSON-like data; called only when rows are made. */
  observe(state: State, playerIndex: number): unknown;
  /** What player `playerIndex` sees; called only when a frame is shown, never in re-simulation. */
  draw(state: State, playerIndex: number): Drawing;
}

/** Names the environment's types once, so that `reset` and `step` are checked against each other. */
export function defineEnvironment<State, Config>(
  environment: Environment<State, Config>,
): Environment<State, Config> {
  return environment;
}
