/** A run as an entry of the tests' corpus of schedules that once failed: see test/simulation/corpus. */
import type { Action, Environment, Schedule } from "../../engine/index.ts";
import { GAMES } from "./games.ts";
import type { Run } from "./run.ts";

export interface FailingSchedule {
  /** What was wrong. */
  readonly note: string;
  readonly game: string;
  readonly playerCount: number;
  readonly fps: number;
  readonly schedule: Schedule;
  /** `inputs[playerIndex][frame]`; null for a player whom the schedule itself plays, or a frame never sampled. */
  readonly inputs: readonly (readonly (Action | null)[] | null)[];
}

/** Without a planted desync or forced rollbacks: the tests look for faults of the engine, not for these. */
export function failingSchedule(run: Run, note: string): FailingSchedule {
  const { setUp, environment, schedule } = run;
  return {
    note,
    game: setUp.game,
    playerCount: setUp.playerCount,
    fps: environment.fps,
    schedule,
    inputs: setUp.inputs.map((kind, player) =>
      kind === "hold"
        ? null
        : Array.from(run.peer(player).sampled, (action: Action | undefined) => action ?? null),
    ),
  };
}

/** What a test needs to run the entry again. */
export function scheduledGame({ game, playerCount, fps, inputs }: FailingSchedule): {
  readonly environment: Environment;
  readonly config: unknown;
  actionOf(frame: number, playerIndex: number): Action | undefined;
} {
  const found = GAMES[game];
  if (found === undefined) throw new Error(`Expected a game of the sandbox, got ${game}`);
  const environment = found.environment(playerCount);
  return {
    environment: { ...environment, fps },
    config: found.config,
    actionOf(frame, playerIndex) {
      const own = inputs[playerIndex];
      if (own === null || own === undefined) return undefined;
      return own[frame] ?? (environment.neutralActions[playerIndex] as Action);
    },
  };
}
