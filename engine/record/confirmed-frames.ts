/** Frames of an episode that are data, as a session hands them out. */
import type { Action } from "../environment/space.ts";

/** Inputs and hashes that became final, for the episode log; frame-major. */
export interface ConfirmedFrames {
  readonly fromFrame: number;
  /** `actions[i][playerIndex]` of frame `fromFrame + i`. */
  readonly actions: readonly (readonly Action[])[];
  /** `flags[i][playerIndex]`, bits as in `environment/input-flag.ts`. */
  readonly flags: readonly (readonly number[])[];
  /** `hashes[i]` is the hash of the state of frame `fromFrame + i + 1`. */
  readonly hashes: readonly string[];
  /** What only this observer knows, one entry per frame. */
  readonly observer: ObserverFrames;
}

/** Null for what this page did not see itself, as it came from another peer's log. */
export interface ObserverFrames {
  /** Tick of this peer's loop at which the frame was first simulated. */
  readonly simulatedAtTick: readonly (number | null)[];
  /** `arrivalTick[i][playerIndex]`: tick at which that input was known here. */
  readonly arrivalTick: readonly (readonly (number | null)[])[];
  /** `wasPredicted[i][playerIndex]`: whether the frame was first simulated with a guess. */
  readonly wasPredicted: readonly (readonly (boolean | null)[])[];
  /** Depth in frames of the deepest rollback that re-simulated the frame; 0 for none. */
  readonly rollbackDepthFrames: readonly (number | null)[];
  /** The host's `nowMs` when the frame was first simulated. */
  readonly simulatedAtMs: readonly (number | null)[];
}
