/**
 * What every way of playing one episode has in common. Bytes and the time go in;
 * requests, bytes and events come out. Sessions hold no clock, timer or socket.
 */
import type { Action } from "../environment/space.ts";
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";
import type { SessionEvent } from "../record/event.ts";
import type { SessionMetrics } from "../record/metrics.ts";
import type { Request } from "./request.ts";

/** Structurally the transport's packet; sessions may not import a transport. */
export interface SessionPacket {
  readonly peer: number;
  readonly channel: "play" | "control";
  readonly bytes: Uint8Array;
}

/** What the local player did for one frame. */
export interface InputSample {
  /** Null when nobody told the player what to do: the neutral action, marked as absent. */
  readonly action: Action | null;
  /** Whether the page had the participant's attention. */
  readonly isFocused: boolean;
}

/** The state of one confirmed frame as the host found it. */
export interface ConfirmedState {
  readonly frame: number;
  readonly hash: bigint;
  /** Whether the episode is over in this state. */
  readonly isTerminal: boolean;
}

export type AbortReason =
  | "peer-disconnected"
  | "handshake-refused"
  /** The others have given up on this player and go on without. */
  | "return-refused"
  | "technical";

export type SessionStatus =
  /** Not every peer has agreed on version, digest and settings yet. */
  | { readonly kind: "handshaking" }
  | { readonly kind: "running" }
  /** A tick may not advance: the window is full. `waitingFor` are player indices. */
  | {
      readonly kind: "stalled";
      readonly waitingFor: readonly number[];
      readonly sinceMs: number;
    }
  /** The last frame is confirmed here; still telling partners until they have it too. */
  | { readonly kind: "ending"; readonly endFrame: number }
  /** Every peer has confirmed the last frame. */
  | { readonly kind: "ended"; readonly endFrame: number }
  /** Nothing below `confirmedFrame` is in doubt, nothing from it on is data. */
  | {
      readonly kind: "aborted";
      readonly reason: AbortReason;
      readonly detail: string;
      readonly confirmedFrame: number;
    };

export interface Session {
  readonly status: SessionStatus;
  /** Next frame to simulate. */
  readonly currentFrame: number;
  /** Frames below this one are confirmed: every player's input for them is known here. */
  readonly confirmedFrame: number;
  /** Factor on the tick rate that keeps peers level; 1 when alone, 0.995 to 1.01 otherwise. */
  readonly rate: number;
  /** Takes in every packet of the tick; malformed ones are counted and dropped. */
  receive(packets: readonly SessionPacket[], nowMs: number): void;
  /** Sets what the local player does in the next frame that is sampled; ignored while stalled. */
  addLocalInput(playerIndex: number, sample: InputSample): void;
  /** One tick. The requests and what they hold are borrowed until the next call. */
  advance(nowMs: number): readonly Request[];
  /** Answers a `confirm` request; must be called while fulfilling it. */
  reportConfirmed(state: ConfirmedState): void;
  /** Answers a `describe` request with a JSON-like copy and its hash, both null if the state is no longer kept. */
  reportState(frame: number, state: unknown, hash: bigint | null): void;
  /** Packets to send now; the caller owns the array, packets and bytes are borrowed until the next call. */
  takeOutgoing(): readonly SessionPacket[];
  takeEvents(): readonly SessionEvent[];
  /**
   * Frames that became final (inputs and hash) since the last call; null when there are none. `isLast` gives also
   * those whose hash a recovery could still have changed, and rules that out.
   */
  takeConfirmed(isLast?: boolean): ConfirmedFrames | null;
  metrics(): SessionMetrics;
}
