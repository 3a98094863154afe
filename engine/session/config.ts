/** Every knob of a networked session with its range, default and reason; checked once, when a session is made. */
import { assert } from "../determinism/assert.ts";
import type { Environment } from "../environment/environment.ts";
import { checkInputDelay, type InputDelay } from "./input-delay.ts";
import { checkSeats, type Seat } from "./seat.ts";

/** Names of the ways to guess. */
export const PREDICTORS = ["repeat-last", "neutral", "environment"] as const;

/** What becomes of a seat whose player has left. */
export const DEPARTURE_POLICIES = ["end", "neutral", "bot"] as const;
/** What a page plays that has not its participant's attention. */
export const HIDDEN_POLICIES = ["continue", "neutral", "pause"] as const;
/** What follows when a silent peer is heard again. */
export const INTERRUPTION_POLICIES = ["continue", "pause"] as const;
/** What becomes of an episode in which states differ. */
export const DESYNC_POLICIES = ["dispute", "recover"] as const;

export interface SessionConfig {
  /** Frames between a key press and its effect; the same for every player of a group. */
  readonly inputDelayFrames: InputDelay;
  /** How far a peer may simulate past the last confirmed frame, 1 to 60. */
  readonly predictionWindowFrames: number;
  /** How inputs that have not come are guessed; `environment` asks the game's `predictAction`. */
  readonly predictor: (typeof PREDICTORS)[number];
  /** Silence after which a peer counts as interrupted; the browser itself takes 5 s and more. */
  readonly interruptedAfterMs: number;
  /** Silence after which a peer counts as gone. */
  readonly disconnectedAfterMs: number;
  readonly isTimeSyncOn: boolean;
  /**
   * When a player has left: `end` for everybody at the last frame any of them holds of that player, or go on from
   * there with `neutral` inputs in that seat or with the game's own `bot`. Two who lose each other's line but live
   * both go on; whom anybody tells so ends (SE17), and where nobody could, the frames from there on are no data.
   */
  readonly onDeparture: (typeof DEPARTURE_POLICIES)[number];
  /**
   * What a page without its participant's attention plays: what the devices give, the neutral action, or the
   * neutral action with the wish that everybody waits.
   */
  readonly onHidden: (typeof HIDDEN_POLICIES)[number];
  /** Whether everybody waits for the countdown when a peer is heard again after an interruption. */
  readonly onInterruption: (typeof INTERRUPTION_POLICIES)[number];
  /** How long the game still waits after a pause, so that everybody finds their keys again; 0 to 10 s. */
  readonly resumeCountdownMs: number;
  /** How long one player can hold the others in one episode, in all; null for as long as they like. */
  readonly pauseLimitMs: number | null;
  /**
   * When peers' states differ: `dispute` marks every frame from there, `recover` has all go back to the last state
   * they agreed on and simulate again, and disputes only what differs a second time.
   */
  readonly onDesync: (typeof DESYNC_POLICIES)[number];
}

/** What a session is where nobody says otherwise. */
export const DEFAULT_SESSION_CONFIG: SessionConfig = {
  inputDelayFrames: 2,
  predictionWindowFrames: 8,
  predictor: "repeat-last",
  interruptedAfterMs: 500,
  disconnectedAfterMs: 10_000,
  isTimeSyncOn: true,
  onDeparture: "end",
  onHidden: "neutral",
  onInterruption: "continue",
  resumeCountdownMs: 3_000,
  pauseLimitMs: 30_000,
  onDesync: "dispute",
};

const RANGES = {
  predictionWindowFrames: [1, 60],
  interruptedAfterMs: [1, 60_000],
  disconnectedAfterMs: [1, 600_000],
  resumeCountdownMs: [0, 10_000],
  pauseLimitMs: [1, 3_600_000],
} as const;

const CHOICES = {
  predictor: PREDICTORS,
  onDeparture: DEPARTURE_POLICIES,
  onHidden: HIDDEN_POLICIES,
  onInterruption: INTERRUPTION_POLICIES,
  onDesync: DESYNC_POLICIES,
} as const;

/** One sentence per fault, each naming the knob, the range and what was got; none if usable. */
export function checkSessionConfig(config: SessionConfig): readonly string[] {
  const faults = [...checkInputDelay(config.inputDelayFrames)];
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const value = config[name as keyof typeof RANGES];
    if (name === "pauseLimitMs" && value === null) continue;
    if (!Number.isInteger(value) || Number(value) < low || Number(value) > high) {
      faults.push(`Expected \`${name}\` to be an integer ${low}–${high}, got ${String(value)}`);
    }
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = config[name as keyof typeof CHOICES];
    if (!(choices as readonly string[]).includes(value)) {
      faults.push(`Expected \`${name}\` to be ${choices.join(" or ")}, got ${String(value)}`);
    }
  }
  return faults;
}

/** What the environment cannot do of what the configuration asks; one sentence per fault. */
export function checkAbilities(
  { id, botAction }: Pick<Environment, "id" | "botAction">,
  { onDeparture }: Pick<SessionConfig, "onDeparture">,
): readonly string[] {
  if (onDeparture !== "bot" || botAction !== undefined) return [];
  return [`Expected \`onDeparture\` to be end or neutral (${id} has no botAction), got bot`];
}

/** Throws an `InvariantError` with every fault: a study's own check comes long before. */
export function assertSessionConfig(
  config: SessionConfig,
  {
    environment,
    players,
  }: { readonly environment: Environment; readonly players: readonly Seat[] },
): void {
  const faults = [
    ...checkSessionConfig(config),
    ...checkAbilities(environment, config),
    ...checkSeats(environment, players),
  ];
  assert(faults.length === 0, () => faults.join("; "));
}
