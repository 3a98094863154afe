/** Every knob of a networked session with its range, default and reason; checked once, when a session is made. */
import { assert } from "../determinism/assert.ts";

/** Names of the ways to guess. */
export const PREDICTORS = ["repeat-last", "neutral", "environment"] as const;

export interface SessionConfig {
  /** Frames between a key press and its effect, 0 to 15; the same for every player of a group. */
  readonly inputDelayFrames: number;
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
   * When a player of three or more has left: `end` for everybody at the last frame any of them holds of that
   * player, or go on with `neutral` inputs in that seat from there. Two players always end.
   */
  readonly onDeparture: "end" | "neutral";
}

export const DEFAULT_SESSION_CONFIG: SessionConfig = {
  inputDelayFrames: 2,
  predictionWindowFrames: 8,
  predictor: "repeat-last",
  interruptedAfterMs: 500,
  disconnectedAfterMs: 10_000,
  isTimeSyncOn: true,
  onDeparture: "end",
};

const RANGES = {
  inputDelayFrames: [0, 15],
  predictionWindowFrames: [1, 60],
  interruptedAfterMs: [1, 60_000],
  disconnectedAfterMs: [1, 600_000],
} as const;

/** One sentence per fault, each naming the knob, the range and what was got; none if usable. */
export function checkSessionConfig(config: SessionConfig): readonly string[] {
  const faults: string[] = [];
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const value = config[name as keyof typeof RANGES];
    if (!Number.isInteger(value) || value < low || value > high) {
      faults.push(`Expected \`${name}\` to be an integer ${low}–${high}, got ${String(value)}`);
    }
  }
  if (!PREDICTORS.includes(config.predictor)) {
    faults.push(
      `Expected \`predictor\` to be ${PREDICTORS.join(", ")}, got ${String(config.predictor)}`,
    );
  }
  if (config.onDeparture !== "end" && config.onDeparture !== "neutral") {
    faults.push(`Expected \`onDeparture\` to be end or neutral, got ${String(config.onDeparture)}`);
  }
  return faults;
}

/** Throws an `InvariantError` with every fault: a study's own check comes long before. */
export function assertSessionConfig(config: SessionConfig): void {
  const faults = checkSessionConfig(config);
  assert(faults.length === 0, () => faults.join("; "));
}
