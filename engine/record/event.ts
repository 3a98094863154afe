import type { DelayProposal, DesyncReport, RecoveryRecord } from "./metrics.ts";

/** What a host may show or log; handling any of them is up to the host. */
export type SessionEvent =
  /** The input delay was chosen from the links: it holds for everybody from frame 0 on. */
  | {
      readonly kind: "input-delay";
      readonly delayFrames: number;
      readonly proposals: readonly DelayProposal[];
      readonly atMs: number;
    }
  /** Everybody agreed; frame 0 may run. */
  | { readonly kind: "started"; readonly atMs: number }
  | {
      readonly kind: "handshake-refused";
      readonly peer: number;
      /** Names the first difference: "Expected `environment` to be abc…, got def…". */
      readonly message: string;
    }
  /** Nothing heard from the peer for the interruption time-out. */
  | { readonly kind: "interrupted"; readonly peer: number; readonly atMs: number }
  | {
      readonly kind: "resumed";
      readonly peer: number;
      readonly atMs: number;
      readonly silentMs: number;
    }
  /** A player's new page plays; inputs from `frame` on are its own, or were learned from it. */
  | {
      readonly kind: "returned";
      readonly playerIndex: number;
      readonly peer: number;
      readonly frame: number;
      readonly atMs: number;
    }
  /** The others do not let this page back into the episode, or go on without it. */
  | { readonly kind: "return-refused"; readonly peer: number; readonly message: string }
  | { readonly kind: "disconnected"; readonly peer: number; readonly atMs: number }
  | {
      readonly kind: "rollback";
      /** First frame that was simulated again. */
      readonly fromFrame: number;
      readonly toFrame: number;
      readonly playerIndex: number;
      readonly atMs: number;
    }
  | {
      readonly kind: "stalled";
      readonly frame: number;
      readonly waitingFor: readonly number[];
      readonly atMs: number;
    }
  | {
      readonly kind: "unstalled";
      readonly frame: number;
      readonly atMs: number;
      readonly stalledMs: number;
    }
  /** A player's peer is gone; from `frame` on nobody holds an input of theirs. */
  | {
      readonly kind: "departed";
      readonly playerIndex: number;
      readonly frame: number;
      readonly atMs: number;
    }
  /** The peers' states differ from `frame` on; `ours` and `theirs` are hashes of that frame's state. */
  | {
      readonly kind: "desync";
      readonly peer: number;
      readonly frame: number;
      readonly ours: string;
      readonly theirs: string;
      readonly verifiedFrame: number;
      readonly atMs: number;
    }
  /** Where the states of a disputed frame part, by path. */
  | {
      readonly kind: "desync-located";
      readonly peer: number;
      readonly frame: number;
      readonly path: string;
      readonly ours: unknown;
      readonly theirs: unknown;
      readonly atMs: number;
    }
  /** What is known of a disputed frame; told again, with the same index, when the peer's state has come. */
  | { readonly kind: "desync-report"; readonly report: DesyncReport }
  /** The group went back to a state that all agreed on; `unrecovered`: this side did not. */
  | ({ readonly kind: "recovered" | "unrecovered" } & RecoveryRecord)
  | { readonly kind: "ended"; readonly endFrame: number; readonly atMs: number };
